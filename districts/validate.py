"""Checks that need more than one cell: sums, duplicates, gaps, contradictions. Each returns faults with their rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from districts.assemble import Draft, Row, rules_path
from districts.cells import Problem, problem, unknown_name
from districts.faults import Fault
from districts.history_catalogue import BY_KEY, PLACES, level_of
from districts.inventory import HISTORY_INDICATORS
from districts.model import PAYERS_OF_SEGMENT

#: How far sums may be off: shares absolutely, the others as a part of the figure they are compared with.
SHARE_TOLERANCE = 0.005
MEMBERS_ABOVE_POPULATION = 0.10
AGE_SEX_TOLERANCE = 0.20
FACILITY_TOLERANCE = 0.01

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class _Table:
    """Rows of one table of a draft, and faults placed in it."""

    def __init__(self, draft: Draft, name: str) -> None:
        self._rows, self._broken = draft.rows[name], name in draft.broken
        self._typed = draft.raw.tables.get(name)

    def having(self, *columns: str) -> list[Row]:
        """The rows of which these columns could be read."""
        return [row for row in self._rows if not row.wrong & set(columns)]

    def whole(self, *columns: str) -> list[Row]:
        """All rows, or none where these columns of a row, or a row, could not be read: what is said of the table as a
        whole would mislead."""
        rows = self.having(*columns)
        return [] if self._broken or len(rows) < len(self._rows) else rows

    def error(self, wrong: Problem, row: int | None = None, column: str = "") -> Fault:
        """A fault that stops a run."""
        assert self._typed is not None
        return self._typed.place.fault(wrong, row, column)

    def warning(self, wrong: Problem, row: int | None = None, column: str = "") -> Fault:
        """A fault that does not stop a run."""
        assert self._typed is not None
        return self._typed.place.fault(wrong, row, column, "warning")


def validate(draft: Draft) -> list[Fault]:
    """Every fault of the draft as a whole. A cell that could not be read hides only what depends on it."""
    checks = (_scalars, _age_sex, _households, _stocks, _segments, _members, _facilities, _hospitals, _budget, _history)
    by_row = [sorted(check(draft), key=lambda fault: math.inf if fault.row is None else fault.row) for check in checks]
    return [fault for faults in by_row for fault in faults]


def _scalars(draft: Draft) -> Iterator[Fault]:
    def at(key: str, wrong: Problem, warning: bool = False) -> Fault:
        typed = draft.raw.scalars[key]
        return typed.place.fault(wrong, typed.row, typed.column, "warning" if warning else "error")

    values = draft.scalars
    if "name" in values and not _NAME.fullmatch(values["name"]):
        yield at(
            "name",
            problem(
                '"{value}"',
                "lower-case letters, digits and hyphens, such as {near}",
                value=values["name"],
                near=_as_name(values["name"]),
            ),
        )
    months = _months(draft)
    if "default_stock" in values and months and values["default_stock"] not in months:
        yield at("default_stock", unknown_name(values["default_stock"], months))
    if values.get("mean_wage", 0) < values.get("minimum_wage", 0) and {"mean_wage", "minimum_wage"} <= set(values):
        wrong = problem(
            "a mean wage below the minimum wage of {wage}",
            "a mean wage of at least {wage}",
            wage=values["minimum_wage"],
        )
        yield at("mean_wage", wrong, warning=True)
    if (rules_file := values.get("rules_file")) and not rules_path(draft.raw.base, rules_file).is_file():
        yield at(
            "rules_file",
            problem(
                '"{value}", which is not there',
                "the name of a file beside the district's own, such as rules.yaml; empty: the law alone",
                value=rules_file,
            ),
        )


def _months(draft: Draft) -> tuple[str, ...]:
    """The months of the stocks; none where one could not be read."""
    return tuple(row.values["month"] for row in _Table(draft, "stocks").whole("month"))


def _age_sex(draft: Draft) -> Iterator[Fault]:
    table, expected = _Table(draft, "age_sex"), 0
    bands = sorted(table.whole("age_from", "age_to"), key=lambda row: row.values["age_from"])
    for position, row in enumerate(bands):
        low, high = row.values["age_from"], row.values["age_to"]
        if low > expected:
            wrong = problem(
                "no band for ages {low} to {high}",
                "bands without gaps from age 0: {low} here",
                low=expected,
                high=low - 1,
            )
            yield table.error(wrong, row.number, "age_from")
        elif low < expected:
            wrong = problem(
                "age {low} is already in another band",
                "bands that do not overlap: {first} here",
                low=low,
                first=expected,
            )
            yield table.error(wrong, row.number, "age_from")
        if high is not None and high < low:
            wrong = problem(
                "the last age {high} below the first age {low}", "a last age of at least {low}", high=high, low=low
            )
            yield table.error(wrong, row.number, "age_to")
        if high is None and position < len(bands) - 1:
            yield table.error(
                problem(
                    "an open band that is not the last",
                    "a last age, such as {age}",
                    age=bands[position + 1].values["age_from"] - 1,
                ),
                row.number,
                "age_to",
            )
        expected = (low if high is None else high) + 1
    if bands and bands[-1].values["age_to"] is not None:
        wrong = problem("the last band ends at age {high}", "an empty last age in the last band", high=expected - 1)
        yield table.error(wrong, bands[-1].number, "age_to")
    persons = table.whole("men", "women")
    total = sum(row.values["men"] + row.values["women"] for row in persons)
    stock = _default_stock(draft)
    if not persons or stock is None:
        return
    population = stock.values["population"]
    if not total:
        yield table.error(problem("no persons in any band", "persons by age and sex"))
    elif abs(total - population) > AGE_SEX_TOLERANCE * population:
        wrong = problem(
            "{total} persons, against a population of {population}; the table is scaled",
            "a total within 20 % of the population: {least} to {most}",
            total=total,
            least=round((1 - AGE_SEX_TOLERANCE) * population),
            most=round((1 + AGE_SEX_TOLERANCE) * population),
            population=population,
        )
        yield table.warning(wrong, column="men, women")


def _default_stock(draft: Draft) -> Row | None:
    month = draft.scalars.get("default_stock")
    found = _Table(draft, "stocks").having("month", "population")
    return next((row for row in found if row.values["month"] == month), None)


def _duplicates(table: _Table, columns: tuple[str, ...]) -> Iterator[Fault]:
    """Rows that repeat the values of ``columns`` of an earlier row."""
    first: dict[tuple[Any, ...], int] = {}
    for row in table.having(*columns):
        key = tuple(row.values[column] for column in columns)
        if key in first:
            wrong = problem(
                '"{value}" a second time (first in row {first})',
                "each only once",
                value=", ".join("-" if part is None else str(part) for part in key),
                first=first[key],
            )
            yield table.error(wrong, row.number, ", ".join(columns))
        first.setdefault(key, row.number)


def _shares(table: _Table) -> Iterator[Fault]:
    rows = table.whole("share")
    total = sum(row.values["share"] for row in rows)
    if rows and abs(total - 1) > SHARE_TOLERANCE:
        wrong = problem("shares that add to {total}", "shares that add to 1", total=round(total, 4))
        yield table.error(wrong, column="share")


def _households(draft: Draft) -> Iterator[Fault]:
    table = _Table(draft, "households")
    yield from _duplicates(table, ("size",))
    yield from _shares(table)


def _stocks(draft: Draft) -> Iterator[Fault]:
    yield from _duplicates(_Table(draft, "stocks"), ("month",))


def _segments(draft: Draft) -> Iterator[Fault]:
    """Rows of the segment table one by one."""
    table = _Table(draft, "segments")
    months = _months(draft)
    for row in table.having("stock"):
        if months and row.values["stock"] not in months:
            yield table.error(unknown_name(row.values["stock"], months), row.number, "stock")
    for row in table.having("segment", "payer"):
        segment, payer, klass = (row.values[name] for name in ("segment", "payer", "klass"))
        payers = PAYERS_OF_SEGMENT[segment]
        if payer not in payers:
            expected = "one of {choices} for the segment {segment}"
            wrong = problem('"{value}"', expected, value=payer, choices=", ".join(payers), segment=segment)
            yield table.error(wrong, row.number, "payer")
        elif "klass" not in row.wrong and (payer == "self") != (klass > 0):
            expected = "1, 2 or 3 for members who pay for themselves, 0 for others"
            yield table.error(problem("the class {klass}", expected, klass=klass), row.number, "klass")
    for row in table.having("registered", "active", "arrears", "lapsed"):
        parts = [row.values[name] for name in ("active", "arrears", "lapsed")]
        if sum(parts) != row.values["registered"]:
            wrong = problem(
                "{registered} registered, but active {active} + arrears {arrears} + lapsed {lapsed} = {total}",
                "parts that add up to {registered}, or {total} registered",
                registered=row.values["registered"],
                active=parts[0],
                arrears=parts[1],
                lapsed=parts[2],
                total=sum(parts),
            )
            yield table.error(wrong, row.number, "registered")
    for row in table.having("registered", "joined"):
        if row.values["joined"] > row.values["registered"]:
            wrong = problem("more joiners than members", "at most {registered}", registered=row.values["registered"])
            yield table.error(wrong, row.number, "joined")
    yield from _duplicates(table, ("stock", "segment", "payer", "klass"))


def _members(draft: Draft) -> Iterator[Fault]:
    """Members of each stock against its population."""
    table, segments = _Table(draft, "stocks"), _Table(draft, "segments")
    if not (lines := segments.whole("stock")):
        return
    for row in table.having("month"):
        month = row.values["month"]
        rows = [line for line in lines if line.values["stock"] == month]
        own = [line.values["registered"] for line in rows if "registered" not in line.wrong]
        if "population" in row.wrong or len(own) < len(rows):
            continue
        if not own:
            wrong = problem("no members for the stock {month}", "rows with stock {month} in segments", month=month)
            yield table.error(wrong, row.number, "month")
        elif sum(own) > (population := row.values["population"]):
            wrong = problem(
                "{registered} registered members in a population of {population}",
                "at most {population} (up to 10 % more is taken as dead or moved members)",
                registered=sum(own),
                population=population,
            )
            too_many = sum(own) > (1 + MEMBERS_ABOVE_POPULATION) * population
            yield (table.error if too_many else table.warning)(wrong, row.number, "population")


def _facilities(draft: Draft) -> Iterator[Fault]:
    table = _Table(draft, "facilities")
    yield from _duplicates(table, ("code",))
    yield from _duplicates(table, ("name",))
    for row in table.having("type", "doctors", "name"):
        if row.values["type"] == "puskesmas" and not row.values["doctors"]:
            wrong = problem(
                "no doctor at {name}, so its capitation tariff is lower",
                "at least one doctor",
                name=row.values["name"],
            )
            yield table.warning(wrong, row.number, "doctors")
    month = draft.scalars.get("default_stock")
    lines = [row for row in _Table(draft, "segments").whole("stock", "registered") if row.values["stock"] == month]
    registered = sum(row.values["registered"] for row in lines)
    listed = table.whole("registered")
    total = sum(row.values["registered"] for row in listed)
    if not listed or not registered:
        return
    if not total:
        yield table.error(
            problem("no members at any facility", "members of each facility, such as 12500"), column="registered"
        )
    elif abs(total - registered) > FACILITY_TOLERANCE * registered:
        wrong = problem(
            "{total} members at the facilities, {registered} in the stock; the facilities are scaled",
            "a total within 1 % of the stock: {least} to {most}",
            total=total,
            least=round((1 - FACILITY_TOLERANCE) * registered),
            most=round((1 + FACILITY_TOLERANCE) * registered),
            registered=registered,
        )
        yield table.warning(wrong, column="registered")


def _hospitals(draft: Draft) -> Iterator[Fault]:
    table = _Table(draft, "hospitals")
    yield from _duplicates(table, ("code",))
    yield from _duplicates(table, ("name",))
    yield from _shares(table)


def _budget(draft: Draft) -> Iterator[Fault]:
    table = _Table(draft, "budget")
    if "budget" not in draft.broken and not table.having():
        yield table.warning(problem("no budget line", "the JKN line of the APBD of at least one year"))


def _history(draft: Draft) -> Iterator[Fault]:
    """What cannot be read; figures that contradict each other are :func:`districts.history.data_faults`."""
    table = _Table(draft, "history")
    codes = tuple(row.values["code"] for row in _Table(draft, "facilities").whole("code"))
    for row in table.having("indicator"):
        name, month, place = (row.values.get(column) for column in ("indicator", "month", "place"))
        indicator = BY_KEY.get(str(name))
        if indicator is None:
            yield table.error(unknown_name(str(name), HISTORY_INDICATORS), row.number, "indicator")
            continue
        if "month" not in row.wrong and not indicator.yearly and len(str(month)) == 4:
            wrong = problem(
                "{name} for the year {year}", "a month written YYYY-MM, such as {year}-12", name=name, year=month
            )
            yield table.error(wrong, row.number, "month")
        if "place" not in row.wrong and level_of(str(place)) not in indicator.levels:
            wrong = problem(
                "{name} for {place}", "a place of the kind {levels}, such as {example}",
                name=name, place=place, levels=", ".join(indicator.levels), example=_place_of(indicator.levels, codes),
            )  # fmt: skip
            if not _unknown_place(str(place), codes):
                yield table.error(wrong, row.number, "place")
    for row in table.having("place"):
        if _unknown_place(row.values["place"], codes):
            yield table.error(unknown_name(row.values["place"], (*PLACES, *codes)), row.number, "place")
    for row in table.having("value"):
        if (value := row.values["value"]) < 0:
            wrong = problem("the negative number {value}", "a number of at least {low}", value=value, low=0)
            yield table.error(wrong, row.number, "value")
    yield from _duplicates(table, ("month", "indicator", "place"))


def _unknown_place(place: str, codes: tuple[str, ...]) -> bool:
    """Whether a place of the history is none there is; without ``codes`` any may be that of a facility."""
    return place not in PLACES and (bool(codes) or level_of(place) != "facility") and place not in codes


def _place_of(levels: Sequence[str], codes: Sequence[str]) -> str:
    """A place that the history may name at the first of these levels."""
    return next((place for place in (*PLACES, *codes) if level_of(place) == levels[0]), "P1703010101")


def _as_name(text: str) -> str:
    """``text`` as the name of a district may be written."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "kabupaten-contoh"
