"""The last two sheets: what was put in and how sure it is, and how the run was made."""

from __future__ import annotations

import re
from typing import Any

from districts.inventory import REGISTRY
from districts.text import month_name, number, percent, translator
from reports.book import Book, Cell, Sheet, label, whole
from reports.law import unsure_rules
from reports.numbers import HEADS
from reports.numbers import label as indicator_label
from reports.origins import calibration_told, history_told
from reports.parameters import parameter_label
from reports.run import Run
from reports.wording import confidence_label, source_told, value_told
from scenarios.blocks import calibrated
from sim.behaviour import PARAMETERS

#: Inputs that are tables: their value is how many rows they have.
_TABLES = frozenset(entry.key for entry in REGISTRY if entry.rows)


def assumptions_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Every input, behaviour parameter and uncertain rule with value, source and confidence; assumed ones marked."""
    _ = translator(lang)
    sheet = book.sheet(_("Assumptions"), [44, 26, 12, 12, 70])
    inputs = run.manifest.get("inputs", [])
    assumed = sum(bool(entry["assumed"]) for entry in inputs)
    sheet.title(
        _("What the figures rest on"),
        _("{assumed} of {count} inputs are assumed. Confidence is that of the source.").format(
            assumed=assumed, count=len(inputs)
        ),
    )
    sheet.heading(_("Inputs of the district"))
    sheet.note(_("Sources stand as the district's files give them, in their language."))
    sheet.header([_("input"), _("value"), _("assumed"), _("confidence"), _("source")], numbers_from=9)
    for entry in inputs:
        sheet.row([
            label(entry[f"label_{lang}"], "wrap"), _given(entry, lang),
            label(_("yes"), "warn") if entry["assumed"] else label(_("no")),
            _confidence(entry["confidence"], lang), label(source_told(entry["source"], lang), "wrap"),
        ])  # fmt: skip
    _changed(sheet, run, lang)
    _behaviour(sheet, run, lang)
    _rules(sheet, run, lang)


def _given(entry: dict[str, Any], lang: str) -> Cell:
    """The value of an input: a number as one, of a table how many rows it has."""
    if re.fullmatch(r"-?\d+", str(entry["value"])) and entry["key"] not in _TABLES:
        return whole(int(entry["value"]))
    told = value_told(str(entry["value"]), lang)
    return label(translator(lang)("{count} rows").format(count=told) if entry["key"] in _TABLES else told, "right")


def _changed(sheet: Sheet, run: Run, lang: str) -> None:
    """Inputs that had to give way so that the figures of different offices agree."""
    _ = translator(lang)
    sheet.heading(_("Figures changed so that all agree"))
    changes = run.manifest.get("changed", [])
    if not changes:
        sheet.note(_("No figure was changed by more than 1 %."))
        return
    sheet.note(
        _("Offices and dates differ: the register is trusted first, then age and sex, household sizes, members of the "
          "facilities, wealth. Rows that only moved with the sum of their table are told by the sum.")
    )  # fmt: skip
    sheet.header([_("input"), _("given"), _("used"), _("change"), _("row")], numbers_from=9)
    for entry in changes:
        given, used = entry["given"], entry["used"]
        sheet.row([
            label(entry[f"label_{lang}"], "wrap"), label(number(given, lang)), label(number(used, lang)),
            label(percent(used / given - 1, lang) if given else ""),
            label(_("sum") if entry["row"] == "total" else entry["row"]),
        ])  # fmt: skip


def _behaviour(sheet: Sheet, run: Run, lang: str) -> None:
    """Every parameter; of a calibrated run those of the posterior with what the run drew them from."""
    _ = translator(lang)
    sheet.heading(_("Behaviour of people and clinics"))
    sheet.note(
        _("In brackets the program's name of a parameter; sources as they stand in the program. Range: 8 of 10 draws "
          "lie within it; every replicate draws its own values. No parameter was fitted to this district unless its "
          "kind says so.")
    )  # fmt: skip
    sheet.note(calibration_told(run.manifest, lang, commands=True))
    kinds = {"calibrated": _("calibrated"), "published": _("published"), "assumed": _("assumed")}
    sheet.header([_("parameter and unit"), _("value (range)"), _("kind"), _("confidence"), _("source")], numbers_from=9)
    found = (run.manifest.get("posterior") or {}).get("parameters", {})
    informed = calibrated(run.manifest)
    for entry in PARAMETERS:
        points = found.get(entry.name)
        middle, low, high = map(_four, points) if points else (entry.default, entry.low, entry.high)
        told = (entry.kind, entry.confidence, entry.source)
        if entry.name in informed:
            told = ("calibrated", "medium", history_told(run.manifest, lang))
        elif points:
            told = (*told[:2], "; ".join([entry.source, _("the history of the district says little of it")]))
        kind, confidence, source = told
        span = f"{_plain(middle, lang)} ({_plain(low, lang)}–{_plain(high, lang)})"
        sheet.row([
            label(f"{parameter_label(entry.name, lang)} ({entry.name})", "wrap"), label(span, "wrap"),
            label(kinds[kind]), _confidence(confidence, lang), label(source, "wrap"),
        ])  # fmt: skip


def _rules(sheet: Sheet, run: Run, lang: str) -> None:
    _ = translator(lang)
    sheet.heading(_("Rules whose confidence is below high"))
    sheet.note(_("As in force in {month}. Check these before relying on them; some are shown for reference only and "
                 "move no figure.").format(month=month_name(run.months[0], lang)))  # fmt: skip
    sheet.header([_("rule"), _("value"), _("since"), _("confidence"), _("instrument, source, note")], numbers_from=9)
    for rule in unsure_rules(run.months[0], run.rules):
        about = ". ".join(text for text in (rule.instrument, rule.article, rule.source, rule.note) if text)
        sheet.row([
            label(f"{rule.key}: {rule.title}", "wrap"), label(f"{_value(rule.value)} ({rule.unit})", "wrap"),
            label(rule.effective_from.isoformat()), _confidence(rule.confidence, lang), label(about, "wrap"),
        ])  # fmt: skip


def notes_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """What was asked for, with which program, and what the words mean."""
    _ = translator(lang)
    sheet = book.sheet(_("Notes"), [34, 100])
    manifest = run.manifest
    sheet.title(_("How this was computed"))
    first, last = (month_name(run.months[at], lang) for at in (0, -1))
    facts = [
        (_("district"), manifest["district"]["title"]),
        (_("reported months"), f"{first} – {last}"),
        (_("membership data of"), month_name(manifest["stock"], lang)),
        (_("replicates"), str(manifest["replicates"])),
        (_("random seed"), str(manifest["seed"])),
        (_("only luck varies"), _("yes") if manifest["luck_only"] else _("no")),
        (_("program"), ", ".join(f"{name} {version}" for name, version in manifest["program"].items())),
        (_("command"), manifest["command"]),
        *(
            (_("scenario {name}").format(name=entry["name"]), entry.get("explanation", {}).get(lang, ""))
            for entry in manifest["scenarios"]
        ),
    ]
    for name, value in facts:
        sheet.row([label(name), label(str(value), "wrap")])
    sheet.heading(_("The four head counts"))
    meanings = {
        "registered": _("On the JKN register, whether active or not."),
        "active": _("May use the cover today."),
        "capitated": _("Counted for capitation on the first of the month."),
        "billed": _("Counted on the bill to the district government."),
    }
    for key in HEADS:
        sheet.row([label(indicator_label(key, lang)), label(meanings[key], "wrap")])
    sheet.heading(_("Words"))
    for word, meaning in _words(lang):
        sheet.row([label(word), label(meaning, "wrap")])


def _words(lang: str) -> list[tuple[str, str]]:
    _ = translator(lang)
    return [
        (_("replicate"), _("One computation with its own luck, behaviour and shocks.")),
        (
            _("middle"),
            _(
                "Half of the replicates lie above, half below. Of an even number it is the lower of the two in the "
                "middle, a value that was computed: MEDIAN of a spreadsheet, their mean, differs slightly."
            ),
        ),
        (_("lower, upper"), _("8 of 10 replicates lie between them.")),
        (_("calculation precision"), _("How far a figure would move if it were computed anew with other luck.")),
        (_("registered share"), _("Registered members over the Dukcapil population of the half-year before.")),
        (_("active share"), _("Active members over that population, not over the registered.")),
        ("AK", _("Members with a recorded contact in the month over members of the facility, per mille.")),
        ("RRNS", _("Non-specialist referrals over all referrals, percent.")),
        ("RPPT", _("Mean of the shares of diagnosed DM and HT members under control, percent.")),
        (
            _("need"),
            _("The bill when the target is held and no ceiling binds, plus debt carried in, less what others pay."),
        ),
    ]


def _confidence(confidence: str, lang: str) -> Cell:
    return label(confidence_label(confidence, lang), "warn" if confidence in ("low", "assumed") else "text")


def _four(value: float) -> float:
    """Four significant digits: an estimate has no more."""
    return float(f"{value:.4g}")


def _plain(value: float, lang: str) -> str:
    """A number with as many decimals as it has, at most six."""
    decimals = next((places for places in range(7) if abs(round(value, places) - value) < 1e-9), 6)
    return number(value, lang, decimals)


def _value(value: object) -> str:
    """A rule's value in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_value(item) for item in value)
    return str(value)
