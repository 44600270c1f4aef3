"""The words of charts in a real browser: under the pointer, by touch, from the keyboard; and put away again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import needs
from test_charts_paper import chart

from reports.canvas import hover_script

pytestmark = needs("chromium")


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    html = tmp_path / "page.html"
    html.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
        "<style>svg{width:100%;height:auto}</style></head>"
        f"<body><main><h1>Chart</h1>{chart().svg(titled=False)}<p>below</p></main>"
        f"<script>{hover_script()}</script></body></html>",
        encoding="utf-8",
    )
    context = browser.new_context(viewport={"width": 800, "height": 600}, offline=True, has_touch=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(html.as_uri())
    yield page
    assert not errors
    context.close()


def shown(page: Any) -> str | None:
    """What the box says; None while there is none to be seen."""
    box = page.locator("[role=status]")
    if not box.count() or box.evaluate("element => getComputedStyle(element).visibility") == "hidden":
        return None
    place = box.bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 800
    assert place["y"] >= 0
    assert place["y"] + place["height"] <= 600
    return str(box.text_content())


def middle(page: Any, at: int) -> tuple[float, float]:
    place = page.locator("[data-tip]").nth(at).bounding_box()
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def test_the_pointer_shows_the_words_of_the_area_beneath_it(page: Any) -> None:
    assert shown(page) is None
    page.mouse.move(*middle(page, 1))
    assert shown(page) == "January 2026\nx"
    page.mouse.move(*middle(page, 3))
    assert shown(page) == "March 2026\nz"
    page.mouse.move(5, 590)
    assert shown(page) is None
    # the browser's own little window would show the same words a second time
    assert page.locator("[data-tip] title").count() == 2


def test_a_touch_shows_and_another_puts_away(page: Any) -> None:
    page.touchscreen.tap(*middle(page, 1))
    assert shown(page) == "January 2026\nx"
    page.touchscreen.tap(5, 590)
    assert shown(page) is None


def test_the_keyboard_reaches_every_area(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "svg"
    page.keyboard.press("ArrowRight")
    assert (shown(page) or "").startswith('a "b" <c>')
    page.keyboard.press("ArrowLeft")
    assert shown(page) == "January 2026\nx"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert shown(page) == "March 2026\nz"
    page.keyboard.press("ArrowRight")  # nothing lies further: it stays
    assert shown(page) == "March 2026\nz"
    page.keyboard.press("Escape")
    assert shown(page) is None
    page.keyboard.press("ArrowRight")
    assert shown(page) is not None
    page.keyboard.press("Tab")
    assert shown(page) is None


def test_a_checker_finds_no_barrier(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.mouse.move(*middle(page, 1))
    assert axe.Axe().run(page).violations_count == 0
