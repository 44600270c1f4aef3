"""The state of a world at the end of a month, as plain tables: numbers, names and arrays, never an object.

:func:`take` writes down everything that changes during a run; :func:`go_on` lets another world, made for another policy
perhaps, go on from there. What waits for its day (files, orders, searches for staff) is written down with that day, so
that its SimPy processes begin anew. All else is made from district, rules, behaviour and policy.
"""

from __future__ import annotations

import io
import json
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.facilities.drugs import DrugStore, Order
from sim.facilities.fund import CapitationFund
from sim.facilities.purse import Purse
from sim.facilities.staff import Search, Staff
from sim.month import begin
from sim.payers.claims import Batch, ClaimsOffice, Files
from sim.payers.ledger import Ledger
from sim.payers.office import EnrolmentOffice
from sim.payers.pemda import BudgetLine
from sim.payers.treasury import Treasury
from sim.people.arrays import Patients, People
from sim.steps_staff import await_staff
from sim.steps_supply import await_orders
from sim.world import World

#: Version of the stored form.
FORMAT = 1

#: What changes during a run, by the class that holds it. A test demands that every other field is in :data:`FIXED`.
CHANGING: dict[type, tuple[str, ...]] = {
    World: (
        "used", "patients_used", "people", "patients", "households", "ledger", "office", "claims", "line", "stores",
        "allotments", "funds", "staff", "heads", "shares", "out_district", "out_facility", "out_segment",
        "out_hospital", "months_done", "month", "non_cut_off", "status_uhc", "population_published",
        "residents_at_end", "struck_off", "to_drop", "to_restore", "pbi_carry", "move_carry", "replace_carry",
        "pemda_heads", "pemda_left", "at_work", "hours", "wait", "left", "stockout", "ak_last", "counts", "chronic",
        "hospital", "turns", "recorded", "well_place", "notes",
    ),
    EnrolmentOffice: ("waiting", "unclear"),
    ClaimsOffice: ("waiting", "flows", "owed", "fraction", "unsubmitted", "incomplete", "work"),
    BudgetLine: (
        "treasury", "line", "credits", "committed", "debt", "debt_age", "unfunded_months", "frozen", "dropped",
        "last_bills",
    ),
    Treasury: ("payable", "credit_left", "cash_left"),
    DrugStore: ("stock", "use", "on_order", "arrived", "orders"),
    Purse: ("free", "promised"),
    CapitationFund: ("services", "operations", "bills"),
    Staff: ("posts", "searches"),
}  # fmt: skip
#: What a world has from the start, from its policy, or for the running month only.
FIXED: dict[type, tuple[str, ...]] = {
    World: (
        "district", "rules", "law", "b", "policy", "key", "calendar", "stock", "shocks", "env", "first", "orders",
        "team", "tables", "hospitals", "desks", "now", "visits", "visits_made", "trace",
    ),
    EnrolmentOffice: ("per_day", "invalid", "mended"),
    ClaimsOffice: (
        "env", "calendar", "ledger", "rule", "hospitals", "returned", "return_days", "verifiers", "_speeds", "_closer",
    ),
    BudgetLine: ("policy",),
    Treasury: ("credits", "cash"),
    DrugStore: (),
    Purse: (),
    CapitationFund: (),
    Staff: ("place", "contracts"),
}  # fmt: skip
#: What the lists hold that hold more than numbers and arrays.
_RECORDS: dict[tuple[type, str], Any] = {
    (ClaimsOffice, "waiting"): Files,
    (ClaimsOffice, "unsubmitted"): Batch,
    (ClaimsOffice, "incomplete"): Batch,
    (DrugStore, "orders"): Order,
    (DrugStore, "arrived"): lambda *pair: pair,
    (Staff, "searches"): Search,
    (Treasury, "payable"): lambda *pair: pair,
    (CapitationFund, "bills"): lambda *pair: pair,
}
_ARRAY = "array"


@dataclass(frozen=True)
class State:
    """A world after ``months`` months: ``table`` holds numbers, names, lists and dictionaries, with the name of one of
    ``arrays`` wherever an array stands. Read-only."""

    months: int
    table: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    def to_bytes(self) -> bytes:
        """The state as a compressed ``.npz`` file (never a pickle): its arrays, and ``head``, a JSON text."""
        head = json.dumps({"format": FORMAT, "months": self.months, "table": self.table})
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, head=np.frombuffer(head.encode(), np.uint8), **self.arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> State:
        """What :meth:`to_bytes` wrote. Raises ``ValueError`` for another format or a damaged file."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as found:
                arrays = {name: found[name] for name in found.files}
            head = json.loads(arrays.pop("head").tobytes())
        except Exception as error:  # zip, zlib, NumPy and JSON each have their own
            raise ValueError(f"damaged state: {error}") from error
        if head["format"] != FORMAT:
            raise ValueError(f"a state of format {head['format']}; this program reads format {FORMAT}")
        return cls(head["months"], head["table"], arrays)


def take(world: World) -> State:
    """The state of ``world`` at the end of the last month that happened; the world itself stays as it is."""
    arrays: dict[str, NDArray[Any]] = {}
    return State(world.months_done, _written(world, "world", arrays), arrays)


def _written(value: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """``value`` in plain numbers, names, lists and dictionaries; its arrays go to ``arrays`` by their path."""
    if isinstance(value, np.ndarray):
        arrays[path] = value.copy()
        return {_ARRAY: path}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Ledger):
        return [[*names, amount] for names, amount in value.flows.items()]
    if isinstance(value, Files):
        return list(astuple(value))
    if type(value) in CHANGING:
        return {name: _written(getattr(value, name), f"{path}.{name}", arrays) for name in CHANGING[type(value)]}
    if isinstance(value, dict):
        return {name: _written(item, f"{path}.{name}", arrays) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item, f"{path}.{position}", arrays) for position, item in enumerate(value)]
    return value


def go_on(world: World, state: State) -> World:
    """``world``, as it was made, goes on from ``state``; returns it. Both are of one district, behaviour, seed and
    replicate, and have as many months; their policies need not be the same."""
    _read(world, state.table, state.arrays)
    world.env = simpy.Environment(world.calendar.end_of(state.months))
    world.claims.resume(world.env)
    await_orders(world)
    await_staff(world)
    begin(world)
    return world


def _read(owner: Any, table: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Set what changes in ``owner`` to what ``table`` says."""
    for name in CHANGING[type(owner)]:
        found, kind = getattr(owner, name), _RECORDS.get((type(owner), name))
        setattr(owner, name, _value(found, table[name], arrays, kind))


def _value(found: Any, written: Any, arrays: dict[str, NDArray[Any]], kind: Any = None) -> Any:
    """What ``written`` stands for, in the place of ``found``; the items of a list are of ``kind``."""
    if isinstance(written, dict) and _ARRAY in written:
        return arrays[written[_ARRAY]].copy()
    if type(found) in CHANGING:
        _read(found, written, arrays)
        return found
    if isinstance(found, Ledger):
        found.balance.clear()
        found.flows.clear()
        for payer, receiver, purpose, amount in written:
            found.pay(payer, receiver, amount, purpose)
        return found
    if isinstance(found, tuple):
        columns = (_value(None, item, arrays) for item in written)
        roomy = isinstance(found, People | Patients)
        return type(found)(*map(_roomier, found, columns) if roomy else columns)
    if isinstance(written, dict):
        return {name: _value(None, item, arrays) for name, item in written.items()}
    if not isinstance(written, list):
        return written
    if found and type(found[0]) in CHANGING:
        return [_value(part, item, arrays) for part, item in zip(found, written, strict=True)]
    items = [_value(None, item, arrays) for item in written]
    return [kind(*item) for item in items] if kind else items


def _roomier(made: NDArray[Any], written: NDArray[Any]) -> NDArray[Any]:
    """A column as ``written``, with the free slots of the one that was ``made`` where that has more."""
    return written if len(written) >= len(made) else np.concatenate([written, made[len(written) :]])
