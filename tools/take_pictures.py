"""Take the pictures of every page for README and docs: ``python -m tools.take_pictures [PAGE …]``.

Of each page four: light and dark on a laptop, a phone, a projector, with the sample data. They are
written to ``docs/img`` as WebP, some 40 KB each.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import BrowserContext, sync_playwright

from okr_data.export.browser import browser_path
from okr_data.intake import load_sample
from okr_data.store import Store
from okr_data.ui.frame import PAGES
from tests.browser.driving import CHROMIUM_ARGS, TIMEOUT, Screen, Server, serving

TARGET = Path(__file__).resolve().parents[1] / "docs" / "img"
#: What a page shows beside its bare address, so that its picture is worth looking at.
ADDRESSES = {
    "departments": "/departments?department=Product",
    "objective": "/objective?item={department_objective}",
}


@dataclass(frozen=True)
class Kind:
    """A kind of picture: the first screen in a window of so many pixels."""

    name: str
    width: int
    height: int
    theme: Literal["light", "dark"] = "light"


KINDS = (
    Kind("light", 1440, 1000),
    Kind("dark", 1440, 1000, "dark"),
    Kind("phone", 390, 844),
    Kind("projector", 1920, 1080),
)


def main(wanted: list[str]) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = Store(folder / "data")
        load_sample(store)
        with serving(folder / "data", folder / "server.log") as server, sync_playwright() as play:
            browser = play.chromium.launch_persistent_context(
                folder / "profile", executable_path=_browser(), args=CHROMIUM_ARGS, locale="en-GB"
            )
            browser.set_default_timeout(TIMEOUT)
            for page, _, _ in PAGES:
                if not wanted or page in wanted:
                    for kind in KINDS:
                        _take(browser, server, page, kind, _address(store, page))
            browser.close()


def _browser() -> str:
    found = browser_path()
    if found is None:
        sys.exit("There is no Chromium to take pictures with.")
    return str(found)


def _address(store: Store, page: str) -> str:
    with store.reader() as reader:
        ((objective,),) = reader.rows(
            "select objective_id from objective_progress where level = 'department' and key_results > 2 "
            "order by objective_id desc limit 1"
        )
    return ADDRESSES.get(page, f"/{page}").format(department_objective=objective)


def _take(browser: BrowserContext, server: Server, page: str, kind: Kind, address: str) -> None:
    tab = browser.new_page()
    tab.set_viewport_size({"width": kind.width, "height": kind.height})
    tab.emulate_media(color_scheme=kind.theme)
    screen = Screen(tab, server)
    screen.open(address)
    tab.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    screen.settle()
    tab.wait_for_timeout(800)  # charts fade in
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    target = TARGET / f"{page}-{kind.name}.webp"
    picture.save(target, quality=82, method=6)
    print(f"{target.name}: {target.stat().st_size / 1024:.0f} KB")
    tab.close()


if __name__ == "__main__":
    main(sys.argv[1:])
