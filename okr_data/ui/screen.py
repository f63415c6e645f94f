"""What is known of the reader's screen: for which size pictures must be drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Size:
    """A size of pictures: windows from which it is right, and the width it is laid out for.

    Both in pixels. ``narrow`` pictures have one column, as for a phone.
    """

    name: str
    from_window: int
    width: int
    narrow: bool = False


SIZES = (
    Size("phone", 0, 330, narrow=True),
    Size("small", 560, 520, narrow=True),
    Size("medium", 820, 700),
    Size("large", 1100, 1000),
    Size("full", 1350, 1240),
)
_BY_NAME = {size.name: size for size in SIZES}
_PHONE = re.compile(r"\bMobi|Android|iPhone", re.IGNORECASE)
_KNOWN = "screen_size"
_PART = "screen"

#: The server never learns how wide a window is. This part shows nothing; it speaks up only where
#: the window is not what the server took it for, and when that changes.
_SCREEN = st.components.v2.component(
    "okr_screen",
    js="""
    // Called again whenever the size is another one, without having been told to stop before.
    export default function({ data, parentElement, setStateValue }) {
        const host = parentElement.host ?? parentElement;
        const tell = () => {
            const { sizes, size, set } = host.okrScreen;
            const fits = sizes.filter(([, from]) => window.innerWidth >= from);
            const [name] = fits[fits.length - 1];
            if (name !== size) set("size", name);
        };
        if (!host.okrScreen) {
            const queries = data.sizes.map(([, from]) => window.matchMedia(`(min-width: ${from}px)`));
            const stop = () => {
                queries.forEach((query) => query.removeEventListener("change", host.okrScreen.tell));
                delete host.okrScreen;
            };
            host.okrScreen = { tell, stop };
            queries.forEach((query) => query.addEventListener("change", tell));
        }
        Object.assign(host.okrScreen, { sizes: data.sizes, size: data.size, set: setStateValue });
        tell();
        return host.okrScreen.stop;
    }
    """,
)


def look() -> None:
    """Let the browser tell how wide its window is; asked once a page run, outside of fragments.

    In a fragment the answer would draw that fragment anew and nothing else.
    """
    guess = picture_size().name
    sizes = [(size.name, size.from_window) for size in SIZES]
    found = _SCREEN(
        key=_PART, data={"size": guess, "sizes": sizes}, default={"size": guess},
        on_size_change=lambda: None, height=1, width=1,
    )  # fmt: skip
    st.session_state[_KNOWN] = str(found.size)


def picture_size() -> Size:
    """Return the size in which to draw.

    The first guess is what the browser says of itself, so that a phone and a large window need
    no second run.
    """
    told: Any = st.session_state.get(_PART)
    known = told.get("size") if told is not None else None
    guess = known or st.session_state.get(_KNOWN, "phone" if _is_phone() else "full")
    return _BY_NAME.get(str(guess), SIZES[-1])


def _is_phone() -> bool:
    return bool(_PHONE.search(st.context.headers.get("User-Agent", "")))
