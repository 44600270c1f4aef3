"""Numbers of a lever that change by month: ``share: {2027-01: 0.1, 2027-07: 0.3}``.

A lever with such a schedule is a chain of the same lever, one link for each step: every link lasts until the next
begins, the last until ``stop``. Levers themselves know of one number only.
"""

from __future__ import annotations

import types
import typing
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from scenarios.levers.base import NAMED, Lever, as_month
from scenarios.months import number_of


class Link(NamedTuple):
    """One step: the ``entry`` of a lever that holds in it, and for each scheduled field the ``key`` of its number."""

    entry: dict[str, Any]
    keys: dict[str, Any]


class Wrong(NamedTuple):
    """What is wrong with a schedule: ``where`` among the lever's fields, and what is ``expected`` (a message id)."""

    where: tuple[str | int, ...]
    expected: str
    params: dict[str, object] = {}


def changeable(lever: type[Lever]) -> tuple[str, ...]:
    """The fields of a lever whose number may change by month: those of a lever that lasts."""
    if not {"start", "stop"} <= set(lever.model_fields):
        return ()
    return tuple(name for name, info in lever.model_fields.items() if is_number(info) and name not in lever.once)


def is_number(info: FieldInfo) -> bool:
    """Whether a field holds a number, or may."""
    union = typing.get_origin(info.annotation) in (typing.Union, types.UnionType)
    parts = typing.get_args(info.annotation) if union else (info.annotation,)
    return int in parts or float in parts


def links(lever: type[Lever], entry: dict[str, Any]) -> tuple[list[Link], list[Wrong]]:
    """The steps of a lever's ``entry``, in order, and what is wrong with its schedules; without any, the entry alone.

    Numbers are not checked here: each link is an entry for the lever's own class. Where a schedule is wrong, the
    links are there to find what else is.
    """
    numbers = [name for name, info in lever.model_fields.items() if is_number(info)]
    schedules = {name: entry[name] for name in numbers if isinstance(entry.get(name), dict)}
    if not schedules:
        return [Link(entry, {})], []
    wrong = [_fixed(lever, name) for name in schedules if name not in changeable(lever)]
    wrong = wrong or [found for name, schedule in schedules.items() for found in _keys(name, schedule)]
    if not wrong:
        months = {name: {as_month(key): key for key in schedule} for name, schedule in schedules.items()}
        wrong = _order(entry, months)
    return (_one_by_one(entry, schedules), wrong) if wrong else (_chain(lever, entry, months), [])


def _one_by_one(entry: dict[str, Any], schedules: dict[str, dict[Any, Any]]) -> list[Link]:
    """The entry with every number of its schedules once, beside the first of the others (0 where there is none)."""
    keys = {name: next(iter(schedule), None) for name, schedule in schedules.items()}
    first = {**entry, **{name: schedules[name].get(key, 0) for name, key in keys.items()}}
    return [Link({**first, name: number}, {**keys, name: key})
            for name, schedule in schedules.items() for key, number in (schedule or {None: 0}).items()]  # fmt: skip


def _fixed(lever: type[Lever], name: str) -> Wrong:
    kind = lever.model_fields["kind"].default
    if name in lever.once:
        return Wrong((name,), "one number: it holds for the lever as a whole")
    return Wrong((name,), "one number: {kind} has no start and stop between which it could change", {"kind": kind})


def _keys(name: str, schedule: dict[Any, Any]) -> list[Wrong]:
    if not schedule:
        return [Wrong((name,), "a number for at least one month, such as 2027-01: 0.1")]
    wrong, seen = [], set()
    for key in schedule:
        try:
            month = as_month(key)
        except PydanticCustomError as error:
            context = error.context or {}
            wrong.append(Wrong((name, key), context["id"], context["params"]))
        else:
            if month in seen:
                wrong.append(Wrong((name, key), "every month once"))
            seen.add(month)
    return wrong


def _order(entry: dict[str, Any], months: dict[str, dict[str, Any]]) -> list[Wrong]:
    """What hinders that the steps follow each other: their months cannot be put in order, or do not fit."""
    if entry.get("start") is not None:
        return [Wrong(("start",), "no start beside numbers by month, whose first month is the start")]
    every = [month for steps in months.values() for month in steps]
    try:
        stop = None if entry.get("stop") is None else as_month(entry["stop"])
    except PydanticCustomError:
        stop = None  # told when the lever is checked
    name, *others = months
    dated = every if stop is None else [*every, stop]
    if any(month in NAMED for month in dated) or len({month.startswith("+") for month in dated}) > 1:
        return [Wrong((name,), "its months, and stop, all as YYYY-MM or all as +3")]
    first = min(months[name], key=_place)
    late = [other for other in others if min(months[other], key=_place) != first]
    if late:
        return [Wrong((other,), "a number from {month} on, like {field}", {"month": first, "field": name})
                for other in late]  # fmt: skip
    if stop is not None and _place(stop) <= max(map(_place, every)):
        return [Wrong(("stop",), "a month after the last one that has a number")]
    return []


def _place(month: str) -> int:
    return int(month[1:]) if month.startswith("+") else number_of(month)


def _chain(lever: type[Lever], entry: dict[str, Any], months: dict[str, dict[str, Any]]) -> list[Link]:
    starts = sorted({month for steps in months.values() for month in steps}, key=_place)
    chain = []
    for position, start in enumerate(starts):
        stop = starts[position + 1] if position + 1 < len(starts) else entry.get("stop")
        keys = {
            name: steps[max((month for month in steps if _place(month) <= _place(start)), key=_place)]
            for name, steps in months.items()
        }
        numbers = {name: entry[name][key] for name, key in keys.items()}
        kept = {key: value for key, value in entry.items() if position == 0 or key not in lever.once}
        chain.append(Link({**kept, **numbers, "start": start, "stop": stop}, keys))
    return chain
