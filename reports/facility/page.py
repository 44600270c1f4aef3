"""The page of one facility: one printed A4, one file that needs nothing else."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from districts.text import translator
from reports import palette
from reports.facility.facts import facility_facts
from reports.facility.months import months_chart
from reports.facility.words import words
from reports.page import FONTS
from reports.report.html import drawn
from reports.run import Run
from sim.kbk import scheme

if TYPE_CHECKING:
    from jinja2 import Environment

_VARIABLES = {
    "ink": palette.INK, "soft": palette.SOFT, "accent": palette.ACCENT, "ground": palette.ACCENT_GROUND,
    "warning": palette.WARNING, "rule": palette.RULE, "hairline": palette.HAIRLINE, "range": palette.FAN_5,
    "fonts": FONTS,
}  # fmt: skip


def facility_page(run: Run, name: str, lang: str = "id", month: str | None = None, scenario: str | None = None) -> str:
    """The HTML of the facility ``name`` in ``month`` (default: the run's first) of ``scenario`` (default: that of
    the answer). Raises ``UserError`` for an unknown facility, with those it may have meant, month or scenario."""
    facts = facility_facts(run, name, month, scenario)
    told = words(facts, scheme(run.rules, facts.month), run.manifest, lang)
    chart = months_chart(facts, lang)
    look = files("reports.facility").joinpath("templates", "facility.css").read_text(encoding="utf-8")
    variables = ":root{" + ";".join(f"--{key}:{value}" for key, value in _VARIABLES.items()) + "}"
    bands = [(rating, *palette.KBK[share]) for rating, share in ((1, 85), (2, 90), (3, 95), (4, 100))]
    return _templates().get_template("facility.html").render(
        lang=lang, _=translator(lang), page=told, facility=facts.facility, district=run.manifest["district"]["title"],
        chart=chart, bands=bands,
        drawn=drawn(chart), style=Markup(variables + look),
    )  # fmt: skip


@cache
def _templates() -> Environment:
    """The template; everything that is put into it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("reports.facility", "templates"), autoescape=True, trim_blocks=True,
                       lstrip_blocks=True, undefined=StrictUndefined)  # fmt: skip
