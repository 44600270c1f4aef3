"""The first month in which two policies differ: until then they have one past, and it need not be simulated twice.

A difference counts from the first month in which the engine can act on it. That of a monthly table is its first row
that differs; named rules, which react to what happens, have a function below. What is not named there counts at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Calendar
from sim.policy import Policy

#: Rules that are known, and acted on, a month before they hold (:func:`sim.steps_pemda.apply_for_heads`).
_KNOWN_BEFORE = "uhc.bar."


def first_difference(one: Policy, other: Policy, calendar: Calendar) -> int:
    """The index of the first month in which what happens under ``one`` can differ from what happens under ``other``,
    all else being equal; the number of months when it cannot. Never later than the true one; both policies begin with
    the first month of ``calendar``. Policies for other numbers of months or facilities differ at once."""
    if (one.months, one.facilities) != (other.months, other.facilities):
        return 0
    found = one.months
    for field in fields(Policy):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if mine is theirs:
            continue
        if isinstance(mine, np.ndarray):
            found = min(found, _first_row(mine, theirs))
        elif mine != theirs:
            found = min(found, _ACTS.get(field.name, _at_once)(one, other, calendar))
    return found


def _first_row(mine: NDArray[np.generic], theirs: NDArray[np.generic]) -> int:
    """The first row in which two monthly tables differ; their number when none does."""
    differs = (mine != theirs).reshape(len(mine), -1).any(axis=1)
    return int(differs.argmax()) if differs.any() else len(mine)


def _at_once(one: Policy, other: Policy, calendar: Calendar) -> int:
    return 0


def _first(months: Iterable[str], calendar: Calendar) -> int:
    """The index of the earliest of ``months`` ("YYYY-MM"), held within the calendar."""
    return min((bisect_left(calendar.names, month) for month in months), default=calendar.count)


def _first_with(used: NDArray[np.bool_]) -> int:
    return int(used.argmax()) if used.any() else len(used)


def _januaries(calendar: Calendar) -> list[int]:
    return [month for month in range(calendar.count) if calendar.month_of_year(month) == 1]


# -- the APBD line ---------------------------------------------------------------------------------------------------
def _openings(calendar: Calendar) -> list[int]:
    """Months in which a line opens: the first of the run, and every January."""
    return sorted({0, *_januaries(calendar)})


def _bound(policy: Policy, calendar: Calendar) -> int:
    """The first month in which the line of ``policy`` can have an end: rules for its use matter from then on only."""
    if policy.line_rule == "unbounded":
        return calendar.count
    if policy.line_rule == "amounts":
        openings = [month for month in _openings(calendar) if calendar.year(month) in policy.line_amounts]
    else:
        openings = _januaries(calendar)
    return min(openings, default=calendar.count)


def _either_bound(one: Policy, other: Policy, calendar: Calendar) -> int:
    return min(_bound(one, calendar), _bound(other, calendar))


def _line(one: Policy, other: Policy, calendar: Calendar) -> int:
    """Two lines by written amounts differ in the first year whose amounts do."""
    if {one.line_rule, other.line_rule} != {"amounts"}:
        return _either_bound(one, other, calendar)
    years = {month: calendar.year(month) for month in _openings(calendar)}
    return min((month for month, year in years.items() if one.line_amounts.get(year) != other.line_amounts.get(year)),
               default=calendar.count)  # fmt: skip


def _additions(one: Policy, other: Policy, calendar: Calendar) -> int:
    months = {month for month, _ in one.line_additions.items() ^ other.line_additions.items()}
    return max(_first(months, calendar), _either_bound(one, other, calendar))


def _cash(one: Policy, other: Policy, calendar: Calendar) -> int:
    if one.line_cash is None or other.line_cash is None:
        return 0
    mine, theirs = Counter(one.line_cash), Counter(other.line_cash)
    return _first((month for month, _ in (mine - theirs) + (theirs - mine)), calendar)


def _dropping(one: Policy, other: Policy, calendar: Calendar) -> int:
    """Whom a switch-off takes first: where the line has an end, or where heads are switched off by decision."""
    decided = min(_first_with(one.switch_off > 0), _first_with(other.switch_off > 0))
    return min(decided, _either_bound(one, other, calendar))


# -- intake, rules, places and people ---------------------------------------------------------------------------------
def _reacts(policy: Policy, targets: tuple[str, ...] = ("hold_status", "cover_all_eligible")) -> int:
    return max(policy.intake_target_from, 0) if policy.intake_target in targets else policy.months


def _target(one: Policy, other: Policy, calendar: Calendar) -> int:
    return min(_reacts(one), _reacts(other))


def _margin(one: Policy, other: Policy, calendar: Calendar) -> int:
    return min(_reacts(one, ("hold_status",)), _reacts(other, ("hold_status",)))


def _rules(one: Policy, other: Policy, calendar: Calendar) -> int:
    """Rule by rule the first change that is not in both, after those that they begin with in common."""
    found = calendar.count
    for key in {change.key for change in (*one.rule_changes, *other.rule_changes)}:
        mine, theirs = ([change for change in policy.rule_changes if change.key == key] for policy in (one, other))
        common = 0
        while common < min(len(mine), len(theirs)) and mine[common] == theirs[common]:
            common += 1
        first = _first((change.month for change in (*mine[common:], *theirs[common:])), calendar)
        found = min(found, max(0, first - 1) if key.startswith(_KNOWN_BEFORE) else first)
    return found


def _added(one: Policy, other: Policy, calendar: Calendar) -> int:
    added = (policy.added_central + policy.added_province > 0 for policy in (one, other))
    return min(map(_first_with, added))


def _by_month(name: str) -> Callable[[Policy, Policy, Calendar], int]:
    """The first month whose events in the tuple ``name`` differ."""

    def first(one: Policy, other: Policy, calendar: Calendar) -> int:
        mine, theirs = ([getattr(policy, name)] for policy in (one, other))
        months = sorted({event.month for event in (*mine[0], *theirs[0])})
        for month in months:
            if [e for e in mine[0] if e.month == month] != [e for e in theirs[0] if e.month == month]:
                return max(month, 0)
        return calendar.count

    return first


_ACTS: dict[str, Callable[[Policy, Policy, Calendar], int]] = {
    "intake_target": _target, "intake_target_from": _target, "hold_margin": _margin, "line_rule": _line,
    "line_amounts": _line, "line_factor": _line, "line_growth": _line, "regime": _either_bound,
    "grace_months": _either_bound, "restore_at_point_of_care": _either_bound, "restore_in_january": _either_bound,
    "top_up": _either_bound, "drop_order": _dropping, "line_additions": _additions, "line_cash": _cash,
    "rule_changes": _rules, "added_only_new": _added, "recruits": _by_month("recruits"), "crowds": _by_month("crowds"),
}  # fmt: skip
