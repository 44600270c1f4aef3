"""What ``prakira optimise`` prints: the answer, the targets and what was reached, the mix, the front, what is near."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.answer import WIDTH, table
from districts.text import month_name, number, percent, rupiah_short, translator
from reports.optimum_words import Record, axis_label, axis_value, finding, period
from reports.wording import chance_words
from scenarios.optimise.record import YAML

Form = Callable[[float, str], str]
#: Mixes of the front that are printed; the file holds all.
_SHOWN = 8
_LABEL = 46


def answer(
    record: Record, manifest: dict[str, Any], folder: Path, written: list[Path], seconds: float, lang: str = "id"
) -> str:
    """The whole answer, in lines of at most 80 characters."""
    parts = (_heading(record, lang), _targets(record, lang), _mix(record, lang), _nearest(record, lang),
             _front(record, lang), _effort(record, seconds, lang), _honesty(manifest, lang),
             _files(record, folder, written, lang))  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _heading(record: Record, lang: str) -> str:
    return f"{record['district']['title']}\n{_filled(finding(record, lang) + '.')}"


def _targets(record: Record, lang: str) -> str:
    """Each target, and what the check found, with the precision of the calculation."""
    _ = translator(lang)
    targets, found, ceiling = record["targets"], record["confirmed"], record["targets"]["ceiling"]
    certainty = percent(targets["certainty"], lang, 0)
    status, kbk, money = (found[key] for key in ("status_chance", "kbk_share", "cost"))
    lines: list[tuple[str, str, list[float | None], Form, bool]] = [
        (_("UHC status in every month"), f"≥ {percent(targets['status_chance'], lang, 0)}", status, percent,
         status[0] < targets["status_chance"]),
        (_("capitation paid (KBK), in {certainty}").format(certainty=certainty),
         f"≥ {percent(targets['kbk_share'], lang)}", kbk, percent, kbk[0] < targets["kbk_share"]),
        (_("money that is enough in {certainty}").format(certainty=certainty),
         "–" if ceiling is None else f"≤ {rupiah_short(ceiling, lang)}", money, rupiah_short,
         ceiling is not None and money[0] > ceiling),
        (_("all three together"), "–", found["all_chance"], percent, False),
    ]  # fmt: skip
    told = [
        ["…" if part is None else form(part, lang) for part in figure] for _name, _asked, figure, form, _lacks in lines
    ]
    rows = [[name, asked, f"✗ {told[at][0]}" if lacks else told[at][0]]
            for at, (name, asked, _figure, _form, lacks) in enumerate(lines)]  # fmt: skip
    note = _("{period}. Reached: {replicates} replicates of fresh luck and parameters.").format(
        period=period(record, lang), replicates=number(found["replicates"], lang))  # fmt: skip
    exact = _("Precision of the calculation: status {status}, KBK {kbk}, money {money}, all three {together}.").format(
        **{name: _between(ends[1:]) for name, ends in zip(("status", "kbk", "money", "together"), told, strict=True)}
    )
    middle, programmes = (rupiah_short(found[key], lang) for key in ("cost_middle", "programmes_middle"))
    split = _("In the middle {cost}, of it {programmes} for programmes.").format(cost=middle, programmes=programmes)
    head = [_("target"), _("asked"), _("reached")]
    return "\n".join([_filled(note), table(head, rows), _filled(exact), _filled(split)])


def _between(ends: list[str]) -> str:
    return f"{ends[0]} – {ends[1]}"


def _mix(record: Record, lang: str) -> str:
    """The value of every lever, and between which values it could move."""
    _ = translator(lang)
    rows = []
    for axis in record["axes"]:
        name, values = axis["name"], axis["values"]
        words = textwrap.wrap(axis_label(name, lang), _LABEL)
        told = [axis_value(name, value, record, lang) for value in (record["mix"][name], values[0], values[-1])]
        between = "" if isinstance(values[0], bool) else _between([told[1].split(" ")[0], told[2].split(" ")[0]])
        rows += [[words[0], told[0], between], *([word, "", ""] for word in words[1:])]
    return table([_("lever"), _("chosen"), _("could be")], rows)


def _nearest(record: Record, lang: str) -> str:
    """What becomes possible when one target is loosened; nothing where all are met."""
    _ = translator(lang)
    if record["feasible"]:
        return ""
    words = {
        "ceiling": _("with a ceiling of {cost} the other targets can be met"),
        "status": _("under the other targets the best for UHC status is {chance}, for {cost}"),
        "kbk": _("under the other targets the largest KBK share is {kbk}, for {cost}"),
    }
    lines = [
        words[target].format(cost=rupiah_short(mix["cost"], lang), kbk=percent(mix["kbk_share"], lang),
                             chance=_counted(mix, lang))
        for target, mix in record["nearest"].items()
    ]  # fmt: skip
    lines = lines or [_("no single one: two or more would have to be loosened together, as in the mix above")]
    return "\n".join(
        [_filled(_("The nearest targets that can be met:")), *(_filled(f"- {line}", "  ") for line in lines)]
    )


def _counted(mix: dict[str, Any], lang: str) -> str:
    hits = round(mix["status_chance"] * mix["replicates"])
    return chance_words([True] * hits + [False] * (mix["replicates"] - hits), lang)


def _front(record: Record, lang: str) -> str:
    """Mixes than which none seen is better in cost, chance and KBK share; the cheapest first."""
    _ = translator(lang)
    mixes = record["front"]
    step = max(1, -(-len(mixes) // _SHOWN))
    rows = [[rupiah_short(mix["cost"], lang), _counted(mix, lang), percent(mix["kbk_share"], lang)]
            for mix in mixes[::step]]  # fmt: skip
    note = _("What more money buys, as the search saw it ({shown} of {count} mixes than which none is better)").format(
        shown=len(rows), count=len(mixes))  # fmt: skip
    return f"{_filled(note)}\n{table([_('money'), _('UHC status'), _('KBK share')], rows)}"


def _effort(record: Record, seconds: float, lang: str) -> str:
    _ = translator(lang)
    effort, checks = record["effort"], record["checks"]
    text = _("{mixes} mixes were looked at in {replicates} replicates each, the best in {longer}; {checks} checked, in "
             "{minutes} minutes.").format(mixes=record["looked_at"], replicates=effort["replicates"],
                                          longer=effort["longer"], checks=len(checks),
                                          minutes=number(seconds / 60, lang, 1))  # fmt: skip
    failed = sum(not check["meets"] for check in checks)
    if record["feasible"] and failed:
        text += " " + _("Cheaper mixes that did not keep the targets under fresh luck: {failed}.").format(failed=failed)
    if record["start"] != f"{record['targets']['year']}-01":
        text += " " + _("Decisions begin in {month}.").format(month=month_name(record["start"], lang))
    return _filled(text)


def _honesty(manifest: dict[str, Any], lang: str) -> str:
    from reports.origins import calibration_told

    _ = translator(lang)
    assumed = _("{assumed} of {total} inputs are assumed.").format(assumed=manifest["assumed"],
                                                                   total=manifest["inputs_total"])  # fmt: skip
    return f"{assumed}\n{_filled(calibration_told(manifest, lang, commands=True))}"


def _files(record: Record, folder: Path, written: list[Path], lang: str) -> str:
    _ = translator(lang)
    names = sorted({path.relative_to(folder).parts[0] for path in written})
    files = _filled(_("Files in {folder}: {names}").format(folder=folder, names=", ".join(names)))
    # the record names the scenario file alone, for a folder that is moved; here it is typed as it lies
    typed = record["again"].replace(f" {YAML} ", f" {shlex.quote(str(folder / YAML))} ")
    return f"{files}\n{_filled(_('The check again: {command}').format(command=typed))}"


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
