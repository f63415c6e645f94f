"""Big type for a projector and keys to go through it: small own parts, all of their text plain.

The largest native title is 26 pixels high whatever the screen; what must be read from six metres
grows with the window here. User text is set as text and never as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

_SLIDE = st.components.v2.component(
    "okr_slide",
    css="""
.okr-slide { color: var(--st-text-color); font-family: var(--st-font); overflow-wrap: anywhere; }
.okr-slide h1 { font-family: var(--st-heading-font); font-weight: 700; line-height: 1.15; margin: 0;
    padding: 0; font-size: clamp(1.5rem, 2.3vw, 3rem); color: var(--st-text-color); }
.okr-slide .lead { font-size: clamp(1.15rem, 1.65vw, 2.2rem); line-height: 1.35; margin: 0; }
.okr-slide .under { font-size: clamp(.9rem, 1.1vw, 1.5rem); line-height: 1.35; margin: 0;
    color: var(--st-gray-color, var(--st-text-color)); }
.okr-slide .rows { display: grid; grid-template-columns: max-content minmax(0, 1fr); margin: 0;
    column-gap: 1.2em; row-gap: .25em; font-size: clamp(1.05rem, 1.45vw, 1.9rem); line-height: 1.3; }
.okr-slide .rows > * { margin: 0; }
.okr-slide .rows dt { text-align: right; font-variant-numeric: tabular-nums; font-weight: 650; }
.okr-slide .note { color: var(--st-gray-color, var(--st-text-color)); font-weight: 400; font-size: .8em; }
.okr-slide .topic { display: grid; grid-template-columns: minmax(6em, max-content) minmax(0, 1fr);
    column-gap: 1.4em; font-size: clamp(1.05rem, 1.45vw, 1.9rem); line-height: 1.3; }
.okr-slide .figure { font-size: 1.7em; font-weight: 700; line-height: 1.1; white-space: nowrap; }
.okr-slide .gap { font-size: .85em; font-weight: 600; white-space: nowrap; }
.okr-slide .title { font-weight: 650; font-size: 1.1em; }
.okr-slide .topic div { margin: 0 0 .15em; }
@media (max-width: 640px) { .okr-slide .topic { grid-template-columns: minmax(0, 1fr); } }
""",
    isolate_styles=False,
    html='<div class="okr-slide"></div>',
    js="""
    const element = (name, className, text, children = []) => {
        const made = document.createElement(name);
        if (className) made.className = className;
        if (text) made.textContent = text;
        made.append(...children);
        return made;
    };
    const parts = {
        title: ({ text }) => element("h1", "", text),
        lead: ({ text }) => element("div", "lead", text),
        under: ({ text }) => element("div", "under", text),
        rows: ({ rows }) => element("dl", "rows", "", rows.flatMap(([first, second, note]) => [
            element("dt", "", first),
            element("dd", "", second, note ? [element("span", "note", "  " + note)] : []),
        ])),
        topic: ({ figure, gap, colour, title, note, lines }) => {
            const shown = element("div", "gap", gap);
            shown.style.color = colour;
            return element("div", "topic", "", [
                element("div", "", "", [element("div", "figure", figure), shown]),
                element("div", "", "", [
                    element("div", "title", title), ...lines.map((line) => element("div", "", line)),
                    element("div", "note", note),
                ]),
            ]);
        },
    };
    export default function({ data, parentElement }) {
        const place = parentElement.querySelector(".okr-slide");
        place.replaceChildren(parts[data.part](data));
    }
    """,
)

#: Arrow keys and the two keys that a presenter's remote sends. What is typed into a field, chosen
#: in a list or moved in a table stays there; so does everything while a dialog is open.
_KEYS = st.components.v2.component(
    "okr_keys",
    js="""
    const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
    const THEIRS = "input, textarea, select, [contenteditable=true], [role=listbox], [role=slider], "
        + "[role=combobox], [role=radiogroup], [role=tablist], [role=grid], [role=menu], [role=dialog], "
        + "[role=spinbutton], [data-testid=stDataFrame]";
    // Called again whenever the step is another one, without having been told to stop before.
    export default function({ data, parentElement, setTriggerValue }) {
        const host = parentElement.host ?? parentElement;
        const pressed = (event) => {
            const { steps, at, tell } = host.okrKeys;
            const by = STEPS[event.key];
            if (!by || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey
                || event.shiftKey) return;
            const there = event.composedPath().filter((each) => each instanceof Element);
            if (there.some((each) => each.matches(THEIRS))) return;
            if (document.querySelector("[role=dialog], [data-testid=stPopoverBody]")) return;
            const next = at + by;
            if (next < 0 || next >= steps.length) return;
            event.preventDefault();
            host.okrKeys.at = next;
            tell("step", steps[next]);
        };
        const stop = () => {
            document.removeEventListener("keydown", pressed);
            delete host.okrKeys;
        };
        if (!host.okrKeys) {
            host.okrKeys = { stop };
            document.addEventListener("keydown", pressed);
            host.dataset.listens = "";
        }
        Object.assign(host.okrKeys, { steps: data.steps, at: data.at, tell: setTriggerValue });
        return host.okrKeys.stop;
    }
    """,
)


def title(text: str) -> None:
    """Show the heading of a page in type that grows with the window; plain text, no Markdown."""
    _SLIDE(data={"part": "title", "text": text}, key="slide-title")


def lead(text: str, key: str) -> None:
    """Show a sentence to be read from afar."""
    _SLIDE(data={"part": "lead", "text": text}, key=f"slide-{key}")


def under(text: str, key: str) -> None:
    """Show what stands small under a heading or a figure, and is read from afar all the same."""
    _SLIDE(data={"part": "under", "text": text}, key=f"slide-{key}")


def rows(lines: Sequence[tuple[str, str, str]], key: str) -> None:
    """Show lines of a figure, words and a smaller note."""
    _SLIDE(data={"part": "rows", "rows": [list(line) for line in lines]}, key=f"slide-{key}")


def topic(
    figure: str, gap: str, colour: str, heading: str, lines: Sequence[str], note: str, key: str
) -> None:
    """Show one thing to talk about: its figure, the gap to pace in its colour, and the questions."""
    _SLIDE(
        data={
            "part": "topic", "figure": figure, "gap": gap, "colour": colour, "title": heading,
            "lines": list(lines), "note": note,
        },
        key=f"slide-{key}",
    )  # fmt: skip


def listen(steps: Sequence[str], at: int, go: Callable[[Mapping[str, object]], None]) -> None:
    """Let the arrow keys go from step to step; ``go`` is told the step, also of quick presses."""
    name = "slide-keys"
    _KEYS(
        data={"steps": list(steps), "at": at}, key=name,
        on_step_change=lambda: go(st.session_state[name]), height=1, width=1,
    )  # fmt: skip
