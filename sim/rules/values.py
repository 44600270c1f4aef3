"""A rule value with its dates and its source, and the table that answers what held on a date."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from districts.faults import UserError
from districts.names import suggested

Origin = Literal["national", "local", "scenario"]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


class RuleDateError(UserError):
    """A date before the first known value of a rule, or text that is no date."""


@dataclass(frozen=True)
class RuleValue:
    """One value of a rule between two dates (both inclusive; ``effective_to`` None: still in force).

    ``value`` is a number, a string, a list or a mapping in ``unit``; lists and mappings are read-only by convention.
    ``instrument`` and ``article`` are the legal basis, ``source`` where the figure was seen, ``confidence`` one of
    high, medium, low, assumed. ``origin`` tells a national value from a local one and from a scenario's variant.
    """

    key: str
    value: Any
    unit: str
    effective_from: date
    effective_to: date | None
    instrument: str
    article: str
    source: str
    confidence: str
    note: str
    origin: Origin
    title: str


@lru_cache(maxsize=4096)
def as_date(on: date | str) -> date:
    """``on`` as a date; "YYYY-MM" means the first of the month. Raises :class:`RuleDateError` for other text."""
    if isinstance(on, date):
        return on
    if _DATE.fullmatch(on):
        try:
            return date.fromisoformat(on if len(on) == 10 else f"{on}-01")
        except ValueError:
            pass
    raise RuleDateError("{text} is not a date. Expected: a date like 2026-01-31, or a month like 2026-01", text=on)


class Rules:
    """Every rule with its history. Built by :func:`sim.rules.load_rules`; never changed, may be pickled.

    A question costs one dictionary look-up and one bisection. Unknown keys raise ``UserError`` with the nearest
    known name, dates before the first known value :class:`RuleDateError`.
    """

    def __init__(self, history: Mapping[str, tuple[RuleValue, ...]]) -> None:
        self._history = dict(history)
        self._starts = {key: [item.effective_from for item in items] for key, items in self._history.items()}

    def keys(self) -> tuple[str, ...]:
        """All keys, sorted."""
        return tuple(sorted(self._history))

    def history(self, key: str) -> tuple[RuleValue, ...]:
        """All values of ``key``, oldest first."""
        try:
            return self._history[key]
        except KeyError:
            message, more = suggested(key, self._history, "unknown rule {key}. The nearest name is {near}",
                                      "unknown rule {key}. `prakira rules` lists those there are")  # fmt: skip
            raise UserError(message, key=key, **more) from None

    def entry(self, key: str, on: date | str) -> RuleValue:
        """The value of ``key`` that held on ``on`` (a date, "YYYY-MM-DD" or "YYYY-MM"), with its source."""
        items = self.history(key)
        when = as_date(on)
        position = bisect_right(self._starts[key], when)
        if position == 0:
            raise RuleDateError(
                "{key} is not known on {on}; the first known value is of {first}",
                key=key,
                on=when.isoformat(),
                first=items[0].effective_from.isoformat(),
            )
        return items[position - 1]

    def value(self, key: str, on: date | str) -> Any:
        """The bare value of ``key`` on ``on``, in the unit of the rule."""
        return self.entry(key, on).value

    def but(self, changes: Mapping[str, Any]) -> Rules:
        """A copy in which each value of ``changes`` holds on every date (a scenario's rule variant)."""
        history = {key: (self._variant(key, value, date.min),) for key, value in changes.items()}
        return Rules({**self._history, **history})

    def from_month(self, changes: Iterable[tuple[str, str, Any]]) -> Rules:
        """A copy in which each (key, month "YYYY-MM", value) holds from that month on, and the law's before it."""
        history = dict(self._history)
        for key, month, value in changes:
            start = as_date(month)
            before = tuple(item for item in history.get(key, self.history(key)) if item.effective_from < start)
            history[key] = (*before, self._variant(key, value, start))
        return Rules(history)

    def _variant(self, key: str, value: Any, start: date) -> RuleValue:
        return dataclasses.replace(
            self.history(key)[-1],
            value=value,
            effective_from=start,
            effective_to=None,
            instrument="scenario variant",
            article="",
            source="scenario",
            confidence="assumed",
            note="",
            origin="scenario",
        )
