"""``report.html`` in a real browser without a network: no errors, no sideways scroll, no barrier, words on hover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from programs import needs
from test_report_page import report_of
from test_reports_made_up import made_up_run

from reports.report import render_page

#: Texts that end right of the screen.
BEYOND = """[...document.querySelectorAll('.report :is(h1, h2, h3, p, td, th)')].filter(element => {
    const place = element.getBoundingClientRect();
    return place.width > 0 && place.right > innerWidth + 1 && !element.matches('.wide thead *');
}).map(element => element.textContent)"""

pytestmark = needs("chromium")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a run with a certainty, in Indonesian, and of one with few replicates, in English."""
    folder = tmp_path_factory.mktemp("browser")
    made = {}
    for name, replicates, lang in (("many", 100, "id"), ("few", 12, "en")):
        report = report_of(made_up_run(folder / name, replicates, second=replicates == 100), lang)
        made[name] = folder / f"{name}.html"
        made[name].write_text(render_page(report), encoding="utf-8")
    return made


def opened(browser: Any, path: Path, width: int, height: int = 760) -> tuple[Any, list[str], list[str]]:
    """The page at a width, with the network off; its errors, and what it asked for."""
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True, has_touch=width < 500)
    page = context.new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page, errors, asked


@pytest.mark.parametrize("name", ["many", "few"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_renders_without_a_network(browser: Any, files: dict[str, Path], name: str, width: int) -> None:
    page, errors, asked = opened(browser, files[name], width)
    assert errors == []
    assert asked == [files[name].as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    drawn = page.locator("figure svg").evaluate_all("found => found.filter(e => e.getBoundingClientRect().width > 200)")
    assert len(drawn) >= 8
    beyond = page.evaluate(BEYOND)
    assert beyond == []
    page.context.close()


def test_the_first_screen_shows_the_answer_before_any_chart(browser: Any, files: dict[str, Path]) -> None:
    page, _errors, _asked = opened(browser, files["many"], 1280, 760)
    for place in ("h1", ".answer .squares", ".answer .harm", ".facts"):
        box = page.locator(place).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 760, place
    chart = page.locator("figure").first.bounding_box()
    assert chart is not None
    assert chart["y"] > 760
    page.context.close()


@pytest.mark.parametrize("name", ["many", "few"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_barrier_is_found(browser: Any, files: dict[str, Path], name: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page, _errors, _asked = opened(browser, files[name], width)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()


def test_a_chart_tells_its_words_under_the_pointer_and_by_key(browser: Any, files: dict[str, Path]) -> None:
    page, errors, _asked = opened(browser, files["many"], 1280)
    area = page.locator("#puskesmas [data-tip]:visible").first
    area.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # scrolling hides the words
    area.hover()
    told = area.get_attribute("data-tip")
    assert told
    assert page.locator("[role=status]").inner_text() == told
    page.keyboard.press("Escape")
    assert not page.locator("[role=status]").is_visible()
    chart = page.locator("#usulan svg[tabindex='0']:visible").first
    chart.scroll_into_view_if_needed()
    chart.focus()
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowRight")
    first = page.locator("[role=status]").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("[role=status]").inner_text() not in ("", first)
    assert errors == []
    page.context.close()


def test_the_first_key_leads_to_the_answer(browser: Any, files: dict[str, Path]) -> None:
    page, _errors, _asked = opened(browser, files["few"], 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "jawaban"
    page.context.close()


def test_it_prints_on_a4_with_sections_on_pages_of_their_own(browser: Any, files: dict[str, Path]) -> None:
    page, _errors, _asked = opened(browser, files["many"], 1280)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert 8 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 22
    assert b"/MediaBox [0 0 595" in pdf or b"/MediaBox [0 0 594" in pdf
    page.context.close()
