"""The stages at which the JKN figure of a budget year is stated, and the one that comes next.

The months are dated rules (``apbd.calendar``, ``apbd.planning_calendar``): a district may have its own. A stage can use
the data up to its own month.
"""

from __future__ import annotations

import dataclasses

from districts.faults import UserError
from districts.model import District
from scenarios.months import MONTH
from scenarios.rkpd.proposal import Stage
from sim.rules import Rules

#: Stage, the rule with its month, the path to the month in the rule's value, and the year it lies in, from the budget
#: year.
_STAGES: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("initial_draft", "apbd.planning_calendar", ("initial_draft_month",), -1),
    ("musrenbang", "apbd.planning_calendar", ("musrenbang_month",), -1),
    ("final_draft", "apbd.calendar", ("rkpd", "data_month"), -1),
    ("kua_ppas", "apbd.calendar", ("kua_ppas", "submitted_month"), -1),
    ("r_apbd", "apbd.calendar", ("approval", "submitted_month"), -1),
    ("p_apbd", "apbd.calendar", ("revision", "kua_month"), 0),
)


def stages_of(rules: Rules, year: int) -> tuple[Stage, ...]:
    """The six stages of a budget year, in order. Raises ``RuleDateError`` for a year before the calendar is known."""
    found = []
    for key, rule, path, shift in _STAGES:
        entry = rules.entry(rule, f"{year + shift}-12")
        month = entry.value
        for name in path:
            month = month[name]
        found.append(Stage(key, year, f"{year + shift}-{int(month):02d}", entry.instrument, entry.source,
                           entry.confidence, entry.note))  # fmt: skip
    return tuple(found)


def last_data(district: District) -> str:
    """The last month of which the district has a stock or a figure in its history (a year counts as its December)."""
    history = (row.month if len(row.month) == 7 else f"{row.month}-12" for row in district.history)
    return max([*(stock.month for stock in district.stocks), *history])


def chosen_stage(rules: Rules, data: str, year: int | None = None, known_until: str | None = None) -> Stage:
    """The stage of a proposal: the next one whose month is not before ``known_until`` (default: ``data``, the last
    month of data), of ``year`` where one is named; the year's last stage when all have passed.

    Where ``known_until`` is named it is the stage's last month. Raises ``UserError`` for a month of another form, or
    that leaves none of the year to be computed.
    """
    if known_until is not None and not MONTH.fullmatch(known_until):
        raise UserError("{month} is not a month; write YYYY-MM", month=known_until)
    if year is not None and not 2020 <= year <= 2100:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="year", value=year, least=2020, most=2100)  # fmt: skip
    if year is not None and known_until is not None and known_until > f"{year}-11":
        raise UserError("a proposal for {year} cannot know {month}; --known-until is at most {last}",
                        year=year, month=known_until, last=f"{year}-11")  # fmt: skip
    at = known_until or data
    first = int(at[:4])
    years = (first, first + 1, first + 2) if year is None else (year,)
    stages = [stage for each in years for stage in stages_of(rules, each)]
    coming = [stage for stage in stages if stage.known_until >= at]
    stage = min(coming, key=lambda stage: (stage.known_until, stage.year)) if coming else stages[-1]
    return stage if known_until is None else dataclasses.replace(stage, known_until=known_until)
