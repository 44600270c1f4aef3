"""The event log of one facility or one household: what happened to it, when, so that anyone can follow why.

A trace only watches. It changes nothing, draws nothing, and a run with it gives the same bytes as one without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from districts.faults import UserError
from sim import codes
from sim.indicators import FACILITY, INDEX

if TYPE_CHECKING:
    from sim.world import World

_STATUS = ("not registered", "active", "waiting for activation", "in arrears", "lapsed")
_PRESENCE = ("", "resident", "dead, still on the register", "moved, still on the register", "gone")
_PAYERS = ("nobody", "the centre", "the district", "the province", "a third party", "the state", "a private employer",
           "the village", "the family")  # fmt: skip
_CHRONIC = {
    codes.HT_DIAGNOSED: "hypertension diagnosed", codes.DM_DIAGNOSED: "diabetes diagnosed",
    codes.HT_PROLANIS: "in Prolanis for hypertension", codes.DM_PROLANIS: "in Prolanis for diabetes",
    codes.LETTER: "under hospital care with a letter", codes.PRB: "referred back (PRB)",
}  # fmt: skip
#: Fields of a household that are told when they change, and how.
_FAMILY = {"debt": "months owed", "klass": "class", "rehab": "REHAB instalments left", "waiting": "waits for the Pemda"}
_SEGMENTS = ("no segment", "PBI-JK", "PBPU Pemda", "PPU", "independent members (PBPU)", "BP")


@dataclass(frozen=True)
class Event:
    """One line: the ``day``, the ``step`` of the month (a key of sim.month.STEPS, or "" between steps), and a
    ``message`` in English with ``params``. A param that is a tuple of messages is translated word by word."""

    day: date
    step: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Trace:
    """Follows the facility at index ``facility``, or the family card named ``household``; exactly one is given."""

    facility: int | None = None
    household: int | None = None
    events: list[Event] = field(default_factory=list)
    step: str = ""
    _seen: dict[Any, Any] = field(default_factory=dict)

    def tell(self, world: World, place: int, message: str, **params: Any) -> None:
        """An event at the facility with index ``place``; told if that is the one that is followed."""
        if place == self.facility:
            self._add(world, message, params)

    def recorded(self, world: World, values: Mapping[str, Any]) -> None:
        """Facility indicators of the running month as they are recorded (key: shape (facilities,) or scalar)."""
        if self.facility is None:
            return
        for key, value in values.items():
            here = float(np.broadcast_to(np.asarray(value, float), len(world.facilities))[self.facility])
            indicator = FACILITY[INDEX["facility"][key]]
            self._add(world, "{indicator}: {value}", {"indicator": indicator, "value": here})

    def after(self, world: World, step: str) -> None:
        """Look at the household after ``step``, and tell what has changed since it was last looked at."""
        self.step = step
        if self.household is None:
            return
        now = self._look(world)
        for key in now:
            if key not in self._seen:
                self._add(world, *_introduced(key, now[key]))
            elif self._seen[key] != now[key]:
                for message, params in _changed(key, self._seen[key], now[key]):
                    self._add(world, message, params)
        self._seen = now

    def begin(self, world: World) -> None:
        """Tell what the household is at the start. Raises ``UserError`` when there is no card of that name."""
        if self.household is None:
            return
        if not 0 <= self.household < len(world.households.name):
            raise UserError("family cards have the numbers 0 to {last}", last=len(world.households.name) - 1)
        self._seen = self._look(world)
        for key, state in self._seen.items():
            self._add(world, *_introduced(key, state))

    def _look(self, world: World) -> dict[Any, Any]:
        """State of the family and its members, by "family" or the member's index."""
        card, people, households = self.household, world.people, world.households
        assert card is not None  # asked only of a household
        found: dict[Any, Any] = {"family": {name: int(getattr(households, name)[card]) for name in _FAMILY}}
        member = int(households.first[card])
        while member >= 0:
            found[member] = {
                "age": (world.month - int(people.birth[member])) // 12,
                "female": int(people.female[member]),
                "presence": int(people.presence[member]),
                "segment": int(people.segment[member]),
                "payer": int(people.payer[member]),
                "status": int(people.status[member]),
                "chronic": int(people.chronic[member]),
                "facility": world.facilities[int(people.facility[member])].name,
                "wish": int(people.wish[member]),
            }
            member = int(people.next[member])
        return found

    def _add(self, world: World, message: str, params: Mapping[str, Any]) -> None:
        day = world.calendar.first_days[0] + timedelta(days=int(world.env.now))
        self.events.append(Event(day, self.step, message, params))


def _introduced(key: Any, state: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """How a family or a member is told the first time."""
    if key == "family":
        if not state["klass"]:
            return "no class, {debt} months owed", {"debt": state["debt"]}
        return "class {klass}, {debt} months owed", {"klass": state["klass"], "debt": state["debt"]}
    return "member {member}: {sex}, {age} years, {segment}, paid by {payer}, {status}, at {facility}", {
        "member": key, "sex": ("woman" if state["female"] else "man",), "age": state["age"],
        "segment": (_SEGMENTS[state["segment"]],), "payer": (_PAYERS[state["payer"]],),
        "status": (_STATUS[state["status"]],), "facility": state["facility"],
    }  # fmt: skip


def _changed(key: Any, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What is told of a family or a member that is not as it was."""
    if key == "family":
        return [
            ("{what}: {before} → {now}", {"what": (_FAMILY[name],), "before": before[name], "now": now[name]})
            for name in _FAMILY
            if before[name] != now[name]
        ]
    told: list[tuple[str, dict[str, Any]]] = []
    member = {"member": key}
    for name, words in (("presence", _PRESENCE), ("status", _STATUS), ("payer", _PAYERS), ("segment", _SEGMENTS)):
        if before[name] != now[name]:
            told.append(("member {member}: {before} → {now}",
                         {**member, "before": (words[before[name]],), "now": (words[now[name]],)}))  # fmt: skip
    for bit, condition in _CHRONIC.items():
        if (before["chronic"] ^ now["chronic"]) & bit:
            message = "member {member}: {what}" if now["chronic"] & bit else "member {member}: no longer {what}"
            told.append((message, {**member, "what": (condition,)}))
    if before["wish"] != now["wish"]:
        told += [(message, member) for message in _care(before["wish"], now["wish"])]
    return told


def _care(before: int, now: int) -> list[str]:
    """What a member asks for, and what became of it."""
    told = []
    new = now & ~before
    if (now & codes.VISITS) and (before & codes.VISITS) != (now & codes.VISITS):
        told.append("member {member}: is sick and wants to see the clinic")
    if new & codes.EMERGENCY:
        told.append("member {member}: an emergency")
    if new & codes.WELL:
        told.append("member {member}: a well contact is offered")
    if new & codes.TREATED:
        told.append("member {member}: seen at the clinic")
    if new & codes.SEEN:
        told.append("member {member}: the contact is entered in P-Care")
    return told
