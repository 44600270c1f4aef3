"""``kalibrasi.html``: what a calibration found and how far it can be trusted, on one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from districts.text import month_name, number, translator
from districts.whole import write_whole
from reports.calibration_words import (
    covered_told,
    finding,
    left_out_told,
    settled_told,
    targets_told,
    warnings_told,
)
from reports.charts_calibration import parameters_chart, replay_chart
from reports.page import chart_section, document, html_table
from reports.parameters import indicator_words, parameter_label, place_words
from sim.posterior import Posterior

PAGE = "kalibrasi.html"


def write_calibration_page(posterior: Posterior, folder: Path, lang: str = "id") -> Path:
    """Write the page beside the posterior in ``folder``, whole or not at all, and return its path."""
    return write_whole(Path(folder) / PAGE, calibration_page(posterior, lang))


def calibration_page(posterior: Posterior, lang: str = "id") -> str:
    """The page as HTML, from what the posterior remembers of its making; every name and label is escaped."""
    _ = translator(lang)
    about = posterior.about
    period = " – ".join(month_name(month, lang) for month in posterior.history)
    head = f"{_('Calibration')} · {about['title']} · {period}"
    charts = [chart for chart in (parameters_chart(posterior, lang), replay_chart(posterior, lang)) if chart]
    body = [
        f'<p class="soft">{escape(head)}</p><h1>{escape(finding(posterior, lang))}</h1>',
        f'<p class="lead">{escape(targets_told(posterior, lang))}</p>',
        _facts(posterior, lang),
        _warnings(posterior, lang),
        *(chart_section(chart) for chart in charts),
        _untold(posterior, lang),
        _targets(posterior, lang),
        _checked(posterior, lang),
        _second(posterior, lang),
        _left_out(posterior, lang),
    ]
    return document(head, "".join(body), lang)


def _facts(posterior: Posterior, lang: str) -> str:
    _ = translator(lang)
    about = posterior.about
    effects = len(posterior.facilities) if posterior.effects else 0
    blocks = (
        (_("The history"), [
            " – ".join(month_name(month, lang) for month in posterior.history),
            _("simulated from the membership data of {month}").format(month=month_name(about["stock"], lang)),
            _("past decisions: {name}").format(name=about["past"]),
        ]),
        (_("The computation"), [settled_told(posterior, lang)]),
        (_("The result"), [
            _("{draws} sets of parameters, each as likely as any other").format(draws=posterior.draws),
            _("own effects of {count} facilities").format(count=effects) if effects
            else _("no facility reports, so facilities keep what is known elsewhere"),
        ]),
    )  # fmt: skip
    return (
        '<div class="facts">'
        + "".join(
            f"<div><h3>{escape(name)}</h3>{''.join(f'<div>{escape(line)}</div>' for line in lines)}</div>"
            for name, lines in blocks
        )
        + "</div>"
    )


def _section(title: str, words: str, inside: str) -> str:
    told = f"<p>{escape(words)}</p>" if words else ""
    return f"<section><h2>{escape(title)}</h2>{told}{inside}</section>"


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _warnings(posterior: Posterior, lang: str) -> str:
    _ = translator(lang)
    lines = warnings_told(posterior, lang)
    if not lines:
        return _section(_("Nothing stands out"), _("Every check below came out as it should."), "")
    return _section(_("Look at this first"), "", _list(lines))


def _untold(posterior: Posterior, lang: str) -> str:
    _ = translator(lang)
    names = [parameter_label(name, lang) for name in posterior.about["uninformed"]]
    if not names:
        return ""
    words = _("The history hardly narrows these: a forecast takes them about as wide as before. Monthly figures "
              "by facility of visits, referrals and Prolanis, and of people joining and leaving, would tell more."
              )  # fmt: skip
    return _section(_("What the history does not tell"), words, _list(names))


def _targets(posterior: Posterior, lang: str) -> str:
    """One row per observed series."""
    _ = translator(lang)
    heads = (_("series"), _("place"), _("months"), _("months in the range"), _("by facility"),
             _("observed against the model"))  # fmt: skip
    rows = [
        "<tr>"
        + f"<td>{escape(indicator_words(target['indicator'], lang))}</td>"
        + f"<td>{escape(place_words(target['place'], lang))}</td>"
        + "".join(f'<td class="n">{escape(cell)}</td>' for cell in _figures(target, lang))
        + f"<td>{escape(_verdict(target, lang))}</td></tr>"
        for target in sorted(posterior.about["diagnostics"]["targets"], key=lambda target: bool(target["met"]))
    ]
    words = _("The window simulated again with the calibrated parameters: the share of observed months in the "
              "range of 8 in 10. About 80 in 100 is right; more is no fault, for the range holds errors of counting."
              )  # fmt: skip
    return _section(_("Series by series"), words, html_table(heads, (2, 3, 4), rows))


def _figures(target: dict[str, Any], lang: str) -> tuple[str, str, str]:
    cells = "" if target["cells"] is None else covered_told(target["cells"], lang)
    return number(target["months"], lang), covered_told(target["inside"], lang), cells


def _verdict(target: dict[str, Any], lang: str) -> str:
    _ = translator(lang)
    if target["met"]:
        return _("agrees")
    if abs(target["z"]) < 1.0:
        return _("another course of the months")
    return _("observed is higher") if target["z"] > 0 else _("observed is lower")


def _checked(posterior: Posterior, lang: str) -> str:
    """Coverage on simulations whose truth is known."""
    _ = translator(lang)
    heads = (_("parameter"), _("range of 5 in 10"), _("range of 8 in 10"), _("range of 19 in 20"), _("verdict"))
    rows, counts = [], []
    for part in posterior.about["diagnostics"]["checked"].values():
        counts.append(part["rows"])
        for name, one in part["parameters"].items():
            cells = "".join(f'<td class="n">{escape(covered_told(share, lang))}</td>' for share in one["covered"])
            verdict = _("holds") if one["sound"] else _("does not quite hold")
            rows.append(f"<tr><td>{escape(parameter_label(name, lang))}</td>{cells}<td>{escape(verdict)}</td></tr>")
    words = _("{counts} simulations were calibrated to as if they were the history; their true parameters are known. "
              "How often the truth lay in the range: 50, 80 and 95 in 100 are right, within what so few allow."
              )  # fmt: skip
    told = words.format(counts=" + ".join(map(str, counts)))
    return _section(_("Do the ranges hold?"), told, html_table(heads, (1, 2, 3), rows))


def _second(posterior: Posterior, lang: str) -> str:
    """Agreement with the other method."""
    _ = translator(lang)
    second = posterior.about["diagnostics"]["second"]
    if second is None:
        return ""
    heads = (_("parameter"), _("shift of the middle, standard deviations"), _("width, times"), _("verdict"))
    rows = [
        f"<tr><td>{escape(parameter_label(name, lang))}</td>"
        f'<td class="n">{escape(number(one["shift"], lang, 2))}</td>'
        f'<td class="n">{escape(number(one["ratio"], lang, 2))}</td>'
        f"<td>{escape(_('agrees') if one['agree'] else _('differs'))}</td></tr>"
        for name, one in second["parameters"].items()
    ]
    words = _("The same simulations and history, another method with other assumptions. It agrees where the middle "
              "moves by less than half a standard deviation and the width by less than half.")  # fmt: skip
    return _section(_("A second opinion"), words, html_table(heads, (1, 2), rows))


def _left_out(posterior: Posterior, lang: str) -> str:
    _ = translator(lang)
    lines = left_out_told(posterior, lang)
    if not lines:
        return ""
    words = _("These rows of the history contradicted others and were left out.")
    return _section(_("Left out"), words, _list(lines))
