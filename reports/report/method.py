"""Method and assumptions: which parts of the model carry the uncertainty, what the figures rest on, how it was made."""

from __future__ import annotations

from collections import Counter
from typing import Any

from districts.text import month_name, number, percent, translator
from reports.charts_blocks import blocks_chart
from reports.law import unsure_rules
from reports.origins import block_words, calibration_told, findings, kinds_told, share_told
from reports.report.blocks import Block, Cell, Facts, Figure, Note, Section, Table, Text
from reports.run import Run
from reports.wording import confidence_label, source_told, value_told
from scenarios.blocks import calibrated

#: The inputs from which heads, bill and capitation are reckoned first of all; the workbook has all.
_MAIN = (
    "population", "segments.pbi_jk.registered", "segments.pbpu_pemda.registered", "segments.ppu.registered",
    "segments.pbpu.registered", "segments.bp.registered", "segments.pbpu.arrears", "arrears_rupiah", "ghost_share",
    "uhc_agreement", "minimum_wage", "facilities.registered", "facilities.doctors", "facilities.drug_budget",
)  # fmt: skip
_LEVELS = ("high", "medium", "low", "assumed")
_WEAK = ("low", "assumed")


def method_section(run: Run, lang: str = "id") -> Section:
    """Shares of the variance, the main inputs with source and confidence, calibration, rules, and the making."""
    _ = translator(lang)
    inputs = run.manifest.get("inputs", [])
    assumed = sum(bool(entry["assumed"]) for entry in inputs)
    title = _("{assumed} of {count} inputs are assumed").format(assumed=assumed, count=len(inputs))
    blocks: list[Block] = _origins(run, lang)
    if inputs:
        blocks += [_inputs(inputs, lang), Note(_confidences(inputs, lang))]
    if changed := _changed(run, lang):
        blocks.append(Note(changed))
    blocks += [_rests(run, lang), _made(run, lang)]
    return Section("metode", _("Assumptions"), _("Method and assumptions"), title, tuple(blocks))


def _origins(run: Run, lang: str) -> list[Block]:
    """Which part of the model carries the uncertainty; or why it is not told."""
    _ = translator(lang)
    blocks: list[Block] = [Text(text) for text in findings(run, lang)]
    if (chart := blocks_chart(run, lang)) is not None:
        blocks.insert(0, Figure(chart))
    if (shares := run.shares) is None:
        return [Facts(_("Where the uncertainty comes from"), tuple(findings(run, lang)))]
    heads = (_("part of the model"), _("what it holds"), _("how its parameters are known"),
             _("of the uncertainty of the need"), _("of the uncertainty of capitation"))  # fmt: skip
    known = calibrated(run.manifest)
    rows = []
    for block in shares.need:
        words = block_words(block, lang)
        told = (share_told(found[block], lang) for found in (shares.need, shares.capitation))
        rows.append((Cell(words.name), Cell(words.holds), Cell(kinds_told(block, lang, known)), *map(Cell, told)))
    return [*blocks, Table(_("Where the uncertainty comes from"), heads, tuple(rows), frozenset({3, 4}))]


def _inputs(inputs: list[dict[str, Any]], lang: str) -> Table:
    """The main inputs with value, source and confidence."""
    _ = translator(lang)
    by_key = {entry["key"]: entry for entry in inputs}
    chosen = [by_key[key] for key in _MAIN if key in by_key]
    rows = []
    for entry in chosen:
        confidence = entry["confidence"]
        rows.append((
            Cell(entry[f"label_{lang}"]), Cell(value_told(str(entry["value"]), lang)),
            Cell(source_told(str(entry["source"]), lang)),
            Cell(confidence_label(confidence, lang), mark="warn" if confidence in _WEAK else ""),
        ))  # fmt: skip
    heads = (_("input"), _("value"), _("source"), _("confidence"))
    note = _("The inputs that weigh most; all {count}, every parameter and every unsure rule stand in the sheet "
             "“{sheet}”.").format(count=len(inputs), sheet=_("Assumptions"))  # fmt: skip
    note += " " + _("Sources stand as the district's files give them, in their language.")
    return Table(_("What heads, bill and capitation are reckoned from"), heads, tuple(rows), note=note)


def _confidences(inputs: list[dict[str, Any]], lang: str) -> str:
    """How many inputs there are of each confidence."""
    _ = translator(lang)
    counts = Counter(entry["confidence"] for entry in inputs)
    told = ", ".join(f"{confidence_label(level, lang)} {counts[level]}" for level in _LEVELS if counts[level])
    return _("Inputs by confidence of the source: {told}.").format(told=told)


def _changed(run: Run, lang: str) -> str:
    """The sums that had to give way so that the figures of different offices agree; empty without."""
    _ = translator(lang)
    sums = [entry for entry in run.manifest.get("changed", []) if entry["row"] == "total" and entry["given"]]
    if not sums:
        return ""
    told = "; ".join(
        _("{what}: given {given}, used {used} ({change})").format(
            what=entry[f"label_{lang}"], given=number(entry["given"], lang), used=number(entry["used"], lang),
            change=percent(entry["used"] / entry["given"] - 1, lang))
        for entry in sums
    )  # fmt: skip
    return _("Figures of different offices changed so that all agree: {told}.").format(told=told)


def _rests(run: Run, lang: str) -> Facts:
    """Calibration and law."""
    _ = translator(lang)
    counts = Counter(rule.confidence for rule in unsure_rules(run.months[0], run.rules))
    told = ", ".join(f"{confidence_label(level, lang)} {counts[level]}" for level in _LEVELS if counts[level])
    rules = _("Rules of {month} whose confidence is below high: {told}.").format(
        month=month_name(run.months[0], lang), told=told
    )
    return Facts(_("What it rests on"), (calibration_told(run.manifest, lang, commands=True), rules))


def _made(run: Run, lang: str) -> Facts:
    """What was computed, so that it can be computed again."""
    _ = translator(lang)
    manifest = run.manifest
    first, last = (month_name(run.months[at], lang) for at in (0, -1))
    how = _("Every resident, clinic and rupiah is simulated month by month, {first} to {last}, from the membership "
            "data of {stock}. A replicate is one computation with its own luck, behaviour and shocks; all scenarios "
            "meet the same luck.").format(first=first, last=last,
                                          stock=month_name(manifest["stock"], lang))  # fmt: skip
    lines = [how, _("{scenarios} scenarios, {replicates} replicates").format(
        scenarios=len(run.scenarios), replicates=min(run.replicates(name) for name in run.scenarios)) + "; "
        + _("random seed {seed}").format(seed=manifest["seed"]) + "."]  # fmt: skip
    if manifest["luck_only"]:
        lines.append(_("Only luck varies in this run, so that the ranges are too narrow."))
    lines.append(_("Computed by Prakira {version} with: {command}").format(
        version=manifest["program"]["prakira"], command=manifest["command"]))  # fmt: skip
    return Facts(_("How this was computed"), tuple(lines))
