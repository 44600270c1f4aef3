"""The report as HTML: a whole page that needs no network, or its sections for another page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from districts.text import translator
from reports import palette
from reports.canvas import Chart, hover_script
from reports.report.blocks import Report, Table

if TYPE_CHECKING:
    from jinja2 import Environment

_VARIABLES = {
    "ink": palette.INK, "soft": palette.SOFT, "accent": palette.ACCENT, "ground": palette.ACCENT_GROUND,
    "warning": palette.WARNING, "rule": palette.RULE, "hairline": palette.HAIRLINE, "tint": palette.TINT,
    "paper": palette.PAPER,
}  # fmt: skip
#: Tables with more columns are laid out one cell beneath the other on a phone.
_NARROW = 3


def _look() -> str:
    variables = ";".join(f"--{name}:{value}" for name, value in _VARIABLES.items())
    css = files("reports.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    return f".report{{{variables}}}\n{css}"


#: The look of everything inside an element of class ``report``; for a page that shows sections.
STYLE = _look()


def render_page(report: Report) -> str:
    """``report.html``: one file with its look, charts and words in itself; every name and label is escaped."""
    page = _templates().get_template("report.html")
    return page.render(report=report, look=Markup(STYLE), script=Markup(hover_script()), **_words(report.lang))


def render_sections(report: Report) -> str:
    """The sections as a fragment for another page, inside an element of class ``report``; the page needs
    :data:`STYLE`, and :func:`reports.canvas.hover_script` for the words of the charts. Headings begin at the second
    level."""
    return _templates().get_template("sections.html").render(report=report, **_words(report.lang))


def _words(lang: str) -> dict[str, str]:
    """What only a page says."""
    _ = translator(lang)
    return {
        "contents": _("Contents"),
        "skip": _("Skip to the answer"),
        "kind": _("JKN forecast report"),
        "prints": _("Page"),
        "prints_of": _("of"),
    }


def drawn(chart: Chart) -> Markup:
    """The chart as SVG without its title, which the page tells as a heading; where it has a form for a phone, both,
    of which the look shows one."""
    wide = chart.svg(titled=False)
    if chart.narrow_height is None:
        return Markup(wide)
    narrow = chart.svg(titled=False, narrow=True)
    return Markup(f'<div class="broad">{wide}</div><div class="narrow">{narrow}</div>')


def stress(text: str, words: tuple[str, ...]) -> Markup:
    """``text``, escaped, with ``words`` in bold."""
    shown = str(escape(text))
    parts = [re.escape(str(escape(word))) for word in words]
    return Markup(re.sub("|".join(parts), lambda found: f"<b>{found[0]}</b>", shown) if parts else shown)


def stacked(table: Table) -> bool:
    """Whether a phone shows the table's cells one beneath the other."""
    return len(table.heads) > _NARROW


@cache
def _templates() -> Environment:
    """The templates; everything that is put into them is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(loader=PackageLoader("reports.report", "templates"), autoescape=True, trim_blocks=True,
                        lstrip_blocks=True, undefined=StrictUndefined)  # fmt: skip
    found.filters["stress"] = stress
    found.globals.update(drawn=drawn, stacked=stacked)
    found.tests["kind"] = lambda block, name: type(block).__name__ == name
    return found
