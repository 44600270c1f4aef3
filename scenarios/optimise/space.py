"""The levers that an optimisation may move, as a lattice: each axis has a few values, a mix is one value of each.

An axis is a number of a lever between two bounds (``outreach.hours_per_month=0:160``), a yes or no of a lever
(``pemda_intake.point_of_care``), or all levers of a scenario, taken or left (``doctors-to-minimum``). What an axis does
not move (costs, dates, facilities) comes from the user's own scenario file, else from the library.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from districts.faults import Fault, InputError, UserError
from districts.names import suggested
from scenarios.levers import LEVERS, Lever
from scenarios.levers.documents import document
from scenarios.months import later
from scenarios.scenario import library, load_scenario

#: What is moved when the user names nothing: bounds are assumed, the rest is the library's.
DEFAULT_LEVERS = ("pemda_intake.hold_margin=0:0.01", "outreach.hours_per_month=0:160", "referral_training.share=0:1",
                  "reminders.share=0:1", "collectors.share=0:0.3")  # fmt: skip
DEFAULT_SWITCHES = ("doctors-to-minimum", "drug-budget")
#: Steps between the bounds of an axis: finer than what replicates can tell apart.
STEPS = 20
#: Scenarios asked first for what an axis does not move: the library's plain cases.
_PLAIN = ("uhc-non-cut-off", "outreach", "referral-training", "premium-compliance", "drug-budget")

#: One step of each axis, counted from its first value.
Candidate = tuple[int, ...]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """What is moved: ``field`` of the lever ``kind`` over ``values`` in ``unit``; or, with ``entries``, the levers of
    the scenario ``name``, left (value False) or taken (True)."""

    name: str
    values: tuple[float | int | bool, ...]
    kind: str = ""
    field: str = ""
    unit: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def switch(self) -> bool:
        """Whether it is a yes or no."""
        return isinstance(self.values[0], bool)


@dataclass(frozen=True)
class Space:
    """The axes, and by lever what they do not move (``templates``)."""

    axes: tuple[Axis, ...]
    templates: dict[str, Entry]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    def values(self, mix: Candidate) -> tuple[float | int | bool, ...]:
        """The value of each axis in ``mix``."""
        return tuple(axis.values[at] for axis, at in zip(self.axes, mix, strict=True))

    def entries(self, mix: Candidate) -> list[Entry]:
        """The levers of ``mix`` as in a scenario file: moved levers first, then the scenarios that are taken."""
        moved: dict[str, Entry] = {}
        taken: list[Entry] = []
        for axis, value in zip(self.axes, self.values(mix), strict=True):
            if axis.entries:
                taken += axis.entries if value else ()
            else:
                moved.setdefault(axis.kind, dict(self.templates[axis.kind]))[axis.field] = value
        return [*moved.values(), *taken]

    def levers(self, mix: Candidate) -> list[Lever]:
        """The levers of ``mix``. Raises pydantic's ``ValidationError`` where the values of a lever contradict."""
        return [LEVERS[entry["kind"]].model_validate(entry) for entry in self.entries(mix)]


def read_space(
    levers: Sequence[str], switches: Sequence[str], own: str | None, start: str
) -> tuple[Space, list[Fault]]:
    """The space that a user asked for (the default one when nothing is named), and every fault of the words.

    ``own`` is a scenario file or name whose levers are asked before the library's; dates relative to the run's start
    become months, counted from ``start`` ("YYYY-MM"). With faults the space holds only what could be read.
    """
    if not levers and not switches:
        levers, switches = DEFAULT_LEVERS, DEFAULT_SWITCHES
    faults: list[Fault] = []
    templates = _templates(own, start, faults)
    axes = [_number_axis(words, faults) for words in levers]
    axes += [_switch_axis(words, start, faults) for words in switches]
    found = [axis for axis in axes if axis is not None]
    names = [axis.name for axis in found]
    faults += [Fault(name, "named twice", "each lever once") for name in dict.fromkeys(names) if names.count(name) > 1]
    kinds = {axis.kind for axis in found if axis.kind}
    space = Space(tuple(found), {kind: templates.get(kind, {"kind": kind}) for kind in kinds})
    return space, faults or _contradictions(space)


def dated(entry: Entry, start: str) -> Entry:
    """``entry`` with months relative to the run's start ("+3") written as months."""
    return {key: later(start, int(value[1:])) if _relative(value) else value
            for key, value in entry.items()}  # fmt: skip


def entry_of(lever: Lever) -> Entry:
    """A lever as in a scenario file, without what is left at its default (but with its months)."""
    every, given = (lever.model_dump(mode="json", exclude_none=True, exclude_defaults=short) for short in (False, True))
    return {key: value for key, value in every.items() if key in given or key == "kind" or _relative(value)}


def _relative(value: object) -> bool:
    """Whether it is a month counted from the run's start."""
    return isinstance(value, str) and value[:1] == "+"


def _templates(own: str | None, start: str, faults: list[Fault]) -> dict[str, Entry]:
    """By lever, the first entry of the user's file, the plain cases, and the rest of the library."""
    found: dict[str, Entry] = {}
    for name in ((own,) if own else ()) + _PLAIN + tuple(library()):
        for entry in _entries(name, "--levers-from" if name == own else "", start, faults):
            found.setdefault(entry["kind"], entry)
    return found


def _entries(name: str, option: str, start: str, faults: list[Fault]) -> tuple[Entry, ...]:
    """All levers of a scenario, ready for another file; none, and its faults, when it cannot be read."""
    try:
        return tuple(dated(entry_of(placed.lever), start) for placed in load_scenario(name).levers)
    except InputError as error:
        faults += error.faults
    except UserError as error:
        faults.append(Fault(f"{option} {name}", error.message, "a scenario", params=tuple(error.params.items())))
    return ()


def _number_axis(words: str, faults: list[Fault]) -> Axis | None:
    """``kind.field=low:high``."""
    place, (name, _, bounds) = f"--lever {words}", words.partition("=")
    low, high = map(_number, bounds.partition(":")[::2])
    field = _field(name, place, faults)
    if low is None or high is None:
        faults.append(Fault(place, "the bounds are not two numbers", "LEVER.FIELD=LOW:HIGH, for example {near}",
                            params=(("near", DEFAULT_LEVERS[1]),)))  # fmt: skip
        return None
    if low >= high:
        faults.append(Fault(place, "the bounds are reversed or equal", "the smaller one first"))
        return None
    if field is None:
        return None
    kind, key = name.split(".", 1)
    if not field["number"]:
        faults.append(Fault(place, "{name} is no number", "a field that is one, or --switch for a yes or no",
                            params=(("name", key),)))  # fmt: skip
        return None
    least = -math.inf if field["least"] is None else field["least"]
    most = math.inf if field["most"] is None else field["most"]
    if low < least or high > most:
        faults.append(Fault(place, "the bounds leave what the lever allows", "{least} to {most}",
                            params=(("least", least), ("most", most))))  # fmt: skip
        return None
    steps = min(STEPS, int(high - low)) if field["whole"] else STEPS
    lattice = [low + (high - low) * step / max(steps, 1) for step in range(steps + 1)]
    values = tuple(dict.fromkeys(round(value) if field["whole"] else float(f"{value:.6g}") for value in lattice))
    if len(values) < 2:
        faults.append(Fault(place, "the bounds hold no two whole numbers", "bounds farther apart"))
        return None
    return Axis(name, values, kind, key, field["unit"])


def _switch_axis(words: str, start: str, faults: list[Fault]) -> Axis | None:
    """A scenario, or ``kind.field`` of a yes or no."""
    kind, _, key = words.partition(".")
    if kind in LEVERS and key:
        place = f"--switch {words}"
        field = _field(words, place, faults)
        if field is not None and field["choices"] != ["true", "false"]:
            faults.append(Fault(place, "{name} is no yes or no", "--lever for a number", params=(("name", key),)))
            return None
        return None if field is None else Axis(words, (False, True), kind, key)
    entries = _entries(words, "--switch", start, faults)
    return Axis(Path(words).stem if words.endswith((".yaml", ".yml")) else words, (False, True), entries=entries)


def _field(name: str, place: str, faults: list[Fault]) -> dict[str, Any] | None:
    """What is known of the field ``kind.field``; None, and a fault, for an unknown one."""
    kind, _, key = name.partition(".")
    if kind not in LEVERS:
        expected, more = suggested(kind, LEVERS, "one of the levers, nearest: {near}",
                                   "one of the levers that `prakira levers` lists")  # fmt: skip
        faults.append(Fault(place, "unknown lever {kind}", expected, params=(("kind", kind), *more.items())))
        return None
    fields = {field["name"]: field for field in document(LEVERS[kind], "en")["fields"]}
    if key not in fields:
        expected, more = suggested(key, fields, "one of its fields, nearest: {near}", "one of {known}")
        faults.append(Fault(place, "the lever {kind} has no field {key}", expected,
                            params=(("kind", kind), ("key", key), *more.items())))  # fmt: skip
        return None
    annotation = LEVERS[kind].model_fields[key].annotation
    types = {annotation, *typing.get_args(annotation)}
    return {**fields[key], "number": bool(types & {int, float}), "whole": float not in types}


def _contradictions(space: Space) -> list[Fault]:
    """Faults of the levers at both ends of the axes, one for each message."""
    faults: dict[str, Fault] = {}
    for mix in ((0,) * len(space.axes), tuple(size - 1 for size in space.sizes)):
        for entry in space.entries(mix):
            try:
                LEVERS[entry["kind"]].model_validate(entry)
            except ValidationError as error:
                for detail in error.errors():
                    told = detail.get("ctx", {}) if detail["type"] == "lever" else {}
                    key = ".".join(str(part) for part in (entry["kind"], *detail["loc"]))
                    fault = Fault(key, "what moves does not fit the rest of the lever", told.get("id", "{message}"),
                                  params=(*told.get("params", {}).items(), ("message", detail["msg"])))  # fmt: skip
                    faults.setdefault(fault.describe("en"), fault)
    return list(faults.values())


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
