"""The two pages of a proposal, each one file that needs nothing else: the forms across A4, and the note on one A4."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from districts.text import month_name, translator
from reports import palette
from reports.page import FONTS
from reports.rkpd import names
from reports.rkpd.curve import curve_chart
from reports.rkpd.grid import Form
from reports.rkpd.note import note
from scenarios.rkpd.proposal import Proposal

if TYPE_CHECKING:
    from jinja2 import Environment

_VARIABLES = {
    "ink": palette.INK, "soft": palette.SOFT, "accent": palette.ACCENT, "ground": palette.ACCENT_GROUND,
    "warning": palette.WARNING, "rule": palette.RULE, "hairline": palette.HAIRLINE, "form": palette.FORM_LINE,
    "tint": palette.TINT, "fonts": FONTS,
}  # fmt: skip


def forms_page(proposal: Proposal, forms: Sequence[Form], lang: str = "id") -> str:
    """``usulan.html``: the forms in their order, as they print."""
    code, name = names.SUB_ACTIVITY
    title = f"RKPD {proposal.year} · {code} {name} · {proposal.basis.title}"
    return _page("usulan.html", proposal, lang, title=title, forms=forms)


def note_page(proposal: Proposal, lang: str = "id") -> str:
    """``nota.html``: one page of A4."""
    words, chart = note(proposal, lang), curve_chart(proposal, lang)
    drawn = "" if chart is None else Markup(chart.svg(titled=False))
    return _page("nota.html", proposal, lang, title=words.title, note=words, chart=chart, drawn=drawn,
                 dots=round(10 * proposal.certainty) if proposal.certainty else 0)  # fmt: skip


def _page(template: str, proposal: Proposal, lang: str, **content: Any) -> str:
    _ = translator(lang)
    made = _("{district} · data to {month} · {stage}").format(
        district=proposal.basis.title, month=month_name(proposal.basis.data_until, lang),
        stage=names.STAGES[proposal.basis.stage.key],
    )  # fmt: skip
    variables = Markup(":root{" + ";".join(f"--{name}:{value}" for name, value in _VARIABLES.items()) + "}")
    look = Markup(files("reports.rkpd").joinpath("templates", "look.css").read_text(encoding="utf-8"))
    page = _templates().get_template(template)
    return page.render(lang=lang, made=made, variables=variables, look=look, **content)


@cache
def _templates() -> Environment:
    """The templates; everything that is put into them is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("reports.rkpd", "templates"), autoescape=True, trim_blocks=True,
                       lstrip_blocks=True, undefined=StrictUndefined)  # fmt: skip
