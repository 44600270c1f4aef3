"""The short answer of a calibration on a terminal, 80 columns, and the same as JSON."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.answer import WIDTH
from districts.text import number, translator

if TYPE_CHECKING:
    from sim.posterior import Posterior

_LABEL = 34  # columns of a parameter's words


def answer(
    posterior: Posterior, where: str, folder: Path, page: Path, seconds: float, elsewhere: bool, lang: str
) -> str:
    """What was found, what to look at, where it lies and what to type next. ``elsewhere``: the folder is not the one
    that a run of the district at ``where`` looks into."""
    from reports.calibration_words import finding, left_out_told, settled_told, targets_told, warnings_told
    from reports.parameters import parameter_label

    _ = translator(lang)
    about = posterior.about
    took = _("{seconds} seconds").format(seconds=number(seconds, lang))
    if seconds >= 120:
        took = _("{minutes} minutes").format(minutes=number(seconds / 60, lang))
    parts = [_filled(f"{about['title']}. {finding(posterior, lang)}. {settled_told(posterior, lang)} ({took})")]
    if posterior.informed:
        parts.append(_told(posterior, lang))
    if about["uninformed"]:
        names = "; ".join(parameter_label(name, lang) for name in about["uninformed"])
        parts.append(_filled(_("Hardly told by the history: {names}.").format(names=names)))
    parts.append(_filled(_("What was decided in those months: {past}.").format(past=about["past"])))
    if unused := about["outside_window"]:
        text = _("{count} rows of the history lie outside these months and were not used.")
        parts.append(_filled(text.format(count=number(unused, lang))))
    parts.append(_filled(targets_told(posterior, lang)))
    if rows := left_out_told(posterior, lang):
        parts.append("\n".join([_("Left out of the history:"), *(_filled(row, "  ") for row in rows)]))
    if warnings := warnings_told(posterior, lang):
        parts.append("\n".join([_("Look at this first"), *(_filled(line, "  ") for line in warnings)]))
    parts.append("\n".join([
        *_lines(_("Posterior in {folder}").format(folder=folder)),
        *_lines(_("Open first: {page}").format(page=page)),
        _("Next: {command}").format(command=_command(where, folder, elsewhere)),
    ]))  # fmt: skip
    return "\n\n".join(parts)


def as_json_object(posterior: Posterior, folder: Path, page: Path, seconds: float, lang: str) -> dict[str, Any]:
    """The same as plain JSON; parameters as [middle, 10 % point, 90 % point] before and after."""
    from reports.calibration_words import warnings_told
    from sim.behaviour import PARAMETERS

    about, ranges = posterior.about, posterior.ranges()
    told = about["diagnostics"]
    prior = {parameter.name: [parameter.default, parameter.low, parameter.high] for parameter in PARAMETERS}
    return {
        **{key: about[key] for key in ("district", "title", "history", "stock", "past", "rows", "effective")},
        "settled": told["settled"],
        "seconds": round(seconds, 1),
        "parameters": {
            name: {"before": prior[name], "after": list(ranges[name]), "informed": name in posterior.informed,
                   "width": told["width"][name]}
            for name in about["free"]
        },
        **{key: told[key] for key in ("targets", "outside", "second", "checked")},
        "warnings": warnings_told(posterior, lang),
        "left_out": about["left_out"],
        "folder": str(folder),
        "page": str(page),
    }  # fmt: skip


def _told(posterior: Posterior, lang: str) -> str:
    """A row per informed parameter: the middle before, the middle and range after."""
    from reports.parameters import parameter_label, parameter_value
    from sim.behaviour import PARAMETERS

    _ = translator(lang)
    ranges, before = posterior.ranges(), {parameter.name: parameter.default for parameter in PARAMETERS}
    head = [_("parameter"), _("before"), _("after (8 in 10)")]
    lines = []
    for name in posterior.informed:
        middle, low, high = (parameter_value(name, value, lang) for value in ranges[name])
        prior = parameter_value(name, before[name], lang)
        words = textwrap.wrap(parameter_label(name, lang), _LABEL)
        lines += [[words[0], prior, f"{middle} ({low}–{high})"], *([word, "", ""] for word in words[1:])]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(3)]
    return "\n".join(
        f"{label.ljust(widths[0])}  {prior.rjust(widths[1])}  {after.rjust(widths[2])}".rstrip()
        for label, prior, after in [head, *lines]
    )


def _command(where: str, folder: Path, elsewhere: bool) -> str:
    return f"prakira run {where}" + (f" --posterior {folder}" if elsewhere else "")


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def _lines(text: str) -> list[str]:
    return _filled(text).splitlines()
