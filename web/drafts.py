"""The form of a run: scenarios chosen from the library, their levers, and how much is computed.

A draft is read from what was typed, every time anew: nothing of it is kept until the run starts. Then the form lies in
the run's folder, so that it can be opened again, changed and run once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from districts.model import District
from districts.text import LANGUAGES, translator
from scenarios.months import MONTH, later, span
from scenarios.plan import MAIN_SCENARIOS, OWN_LINE, usual_scenarios
from scenarios.scenario import Scenario, library, load_scenario
from web.changes import moved
from web.levers import Entry, Texts, entry_of, forms_of, parse_number, read_entry, with_months

#: Certainties that may be chosen, as parts of a whole.
CERTAINTIES: tuple[tuple[int, int], ...] = ((5, 10), (6, 10), (7, 10), (8, 10), (9, 10), (19, 20))
#: What is chosen when nobody chose anything; the scenario of the district's own line takes the place of the last where
#: it is a usual one.
CHOSEN_FIRST = ("baseline", "uhc-non-cut-off", "uhc-drop")
DEFAULTS: dict[str, str] = {"months": "24", "replicates": "100", "start": "", "seed": "1", "certainty": "8/10"}
_LIMITS = {"months": (1, 600), "replicates": (1, 100_000), "seed": (0, 2**32 - 1)}
_MOST_COPIES = 9
_KEY = re.compile(r"([a-z0-9-]+)(?:~([2-9]))?")


@dataclass(frozen=True)
class Chosen:
    """One scenario of the run: ``key`` in the form, the library's scenario, the levers, and a title of its own; with
    levers changed an ``explanation`` of its own, by language."""

    key: str
    scenario: Scenario
    entries: tuple[Entry, ...]
    title: str = ""
    fault: str = ""
    explanation: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """How many levers differ from the library's."""
        return sum(entry.changed for entry in self.entries)

    @property
    def faults(self) -> int:
        """How many fields are to be mended."""
        return sum(len(entry.faults) for entry in self.entries) + bool(self.fault)

    @property
    def name(self) -> str:
        """The name in the run: the library's, with a number where a lever is changed."""
        if not self.changed:
            return self.scenario.name
        return f"{self.scenario.name[:56]}-{self.key.partition('~')[2] or '1'}"

    def shown_title(self, lang: str) -> str:
        """The title in the run."""
        if self.title:
            return self.title
        _, own = translator(lang), self.scenario.title[lang]
        rules = [getattr(entry.lever, "rule", "district") for entry in self.entries]
        if self.scenario.name == OWN_LINE and rules.count("district") < len(rules):
            own = _("UHC with a ceiling set here, drop")  # no longer the one that the district filled in
        return _("{title} (levers changed)").format(title=own) if self.changed else own

    def file(self) -> dict[str, Any]:
        """The scenario file of what was changed, ready for YAML."""
        levers = [entry.lever.model_dump(mode="json", exclude_none=True) for entry in self.entries if entry.lever]
        return {
            "name": self.name,
            "title": {lang: self.shown_title(lang) for lang in ("id", "en")},
            "explanation": self.explanation or self.scenario.explanation,
            **({"question": self.scenario.question} if self.scenario.question else {}),
            "levers": levers,
        }


@dataclass(frozen=True)
class Draft:
    """The whole form as it was typed; ``faults`` are those of the settings by field, ``values`` what they mean."""

    chosen: tuple[Chosen, ...]
    settings: dict[str, str]
    values: dict[str, Any]
    faults: dict[str, str]

    @property
    def fault_count(self) -> int:
        """How many fields are to be mended."""
        return len(self.faults) + sum(one.faults for one in self.chosen)


@dataclass(frozen=True)
class Shelf:
    """The scenarios to choose from: the main ones, and the rest of the library."""

    main: tuple[Scenario, ...]
    more: tuple[Scenario, ...]


def shelf(district: District | None = None) -> Shelf:
    """The library as the page offers it for a district, or for several (None): without the scenarios that are about
    another one; that of its own line among the main ones where it has one."""
    name = "" if district is None else district.name
    fits = [one for one in _library() if one.district in ("", name)]
    first = MAIN_SCENARIOS if district is None else _usual(district)
    main = sorted((one for one in fits if one.name in first), key=lambda one: first.index(one.name))
    return Shelf(tuple(main), tuple(one for one in fits if one.name not in first))


@cache
def _library() -> tuple[Scenario, ...]:
    return tuple(map(load_scenario, library()))


def _usual(district: District) -> tuple[str, ...]:
    """The usual scenarios in a run of the usual length."""
    return usual_scenarios(district, span(later(district.default_stock, 1), int(DEFAULTS["months"])))


def first_draft(district: District, lang: str) -> Draft:
    """The form as it is first shown."""
    names = (*CHOSEN_FIRST[:-1], OWN_LINE) if OWN_LINE in _usual(district) else CHOSEN_FIRST
    return read_draft([("s", name) for name in names], district, lang)


def read_draft(pairs: Iterable[tuple[str, str]], district: District, lang: str) -> Draft:
    """The form that was typed, as (name, value) in order. ``s`` names the scenarios, ``KEY|lever|field`` a field."""
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        typed.setdefault(name, []).append(value)
    settings = {name: typed.get(name, [default])[0].strip() for name, default in DEFAULTS.items()}
    values, faults = read_settings(settings, lang)
    start = values["start"] or later(district.default_stock, 1)
    years = sorted({month[:4] for month in span(start, min(values["months"], 120))})
    keys = _with_copy(_known(typed.get("s", ())), typed.get("copy", [""])[0])
    chosen = tuple(_chosen(key, typed, district, start, years, lang) for key in keys)
    if not chosen:
        faults["s"] = translator(lang)("Choose at least one scenario.")
    return Draft(_told_twice(chosen, lang), settings, values, faults)


def _known(keys: Sequence[str]) -> list[str]:
    names = library()
    return [key for key in dict.fromkeys(keys) if (found := _KEY.fullmatch(key)) and found[1] in names]


def _with_copy(keys: list[str], copied: str) -> list[str]:
    """The keys, with one more of a scenario that is to be there twice."""
    base = copied.partition("~")[0]
    free = (f"{base}~{number}" for number in range(2, _MOST_COPIES + 1))
    if copied not in keys or (new := next((key for key in free if key not in keys), None)) is None:
        return keys
    at = max(position for position, key in enumerate(keys) if key.partition("~")[0] == base)
    return [*keys[: at + 1], new, *keys[at + 1 :]]


def _chosen(key: str, typed: Texts, district: District, start: str, years: Sequence[str], lang: str) -> Chosen:
    scenario = load_scenario(key.partition("~")[0])
    of = [name for name in typed if name.startswith(f"{key}|")]
    entries = []
    for position, (placed, form) in enumerate(
        zip(scenario.levers, forms_of(scenario, district, years, lang), strict=True)
    ):
        prefix = f"{key}|{position}|"
        mine = {name.removeprefix(prefix): typed[name] for name in of if name.startswith(prefix)}
        entry = read_entry(placed.lever, form, mine, lang) if mine else entry_of(placed.lever, form, lang)
        entries.append(with_months(entry, start))
    title = typed.get(f"{key}|title", [""])[0].strip()[:120]
    lacks = "" if any(entry.changed for entry in entries) else "; ".join(
        _lack(fault.found, fault.params, lang) for fault in scenario.faults(district))  # fmt: skip
    told = {}
    if any(entry.changed for entry in entries) and not any(entry.faults for entry in entries):
        told = {each: moved(scenario, entries, district, start, years, each) for each in LANGUAGES}
    return Chosen(key, scenario, tuple(entries), title, lacks, told)


def _lack(found: str, params: Iterable[tuple[str, object]], lang: str) -> str:
    return translator(lang)(found).format(**dict(params))


def _told_twice(chosen: tuple[Chosen, ...], lang: str) -> tuple[Chosen, ...]:
    """The chosen ones, with a fault for a copy whose levers are as they were: it would be the same scenario again."""
    made: list[Chosen] = []
    for one in chosen:
        if "~" in one.key and not one.changed and not one.fault:
            text = translator(lang)("This copy is the same as the library's scenario; change a lever or leave it out.")
            one = replace(one, fault=text)
        made.append(one)
    return tuple(made)


def read_settings(settings: Mapping[str, str], lang: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the settings mean, and the faults by field; a faulty one has its default."""
    _ = translator(lang)
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, (least, most) in _LIMITS.items():
        found = parse_number(settings[name], lang)
        if found is None or found != found.to_integral_value() or not least <= found <= most:
            faults[name] = _("A whole number from {least} to {most}.").format(least=least, most=f"{most:d}")
            found = parse_number(DEFAULTS[name], lang)
        values[name] = int(found or 0)
    values["start"] = settings["start"] or None
    if settings["start"] and not MONTH.fullmatch(settings["start"]):
        faults["start"], values["start"] = _("A month as YYYY-MM, such as 2027-01."), None
    known = {f"{part}/{whole}": part / whole for part, whole in CERTAINTIES}
    values["certainty"] = known.get(settings["certainty"], known[DEFAULTS["certainty"]])
    return values, faults
