"""What the districts of a branch add up to, replicate by replicate: the same number is the same luck in all of them.

Shapes: R replicates, T months, F facilities. Rupiah and heads are whole numbers; nothing here is a quantile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.store import RunStore

FloatArray = NDArray[np.float64]

#: What BPJS pays out in a month, by the district indicators that say so, rupiah. Of the non-capitation payments a run
#: knows the drugs of those referred back (PRB) only.
CASH: dict[str, tuple[str, ...]] = {
    "capitation": ("capitation_paid",),
    "non_capitation": ("prb_drugs",),
    "claims": ("claims_paid",),
    "penalty": ("claims_penalty",),
}
#: A hospital's code in the national list: seven digits, a letter before them or not. Others are made up by a district.
_OFFICIAL = re.compile(r"[A-Z]?\d{7}")


@dataclass(frozen=True)
class Hospital:
    """One hospital of the branch: rupiah of claims ``incurred`` and ``paid`` in a month and ``owed`` at its end, each
    (R, T), added over the ``districts`` (titles) whose members it treats."""

    name: str
    districts: tuple[str, ...]
    incurred: FloatArray
    paid: FloatArray
    owed: FloatArray


def check_alike(stores: Sequence[RunStore], scenario: str) -> None:
    """Raises ``UserError`` unless all runs hold the same months, seed and replicates of ``scenario``."""
    made = {(store.manifest["start"], store.manifest["months"], store.manifest["seed"],
             store.manifest["luck_only"], tuple(store.replicates(scenario))) for store in stores}  # fmt: skip
    if len(made) != 1:
        raise UserError("the runs of a branch need the same months, seed and replicates")


def cash(stores: Sequence[RunStore], scenario: str) -> dict[str, FloatArray]:
    """Rupiah that BPJS pays out in each month by kind, (R, T), and ``total``."""
    found = {
        kind: np.sum([store.series(scenario, key) for store in stores for key in keys], axis=0)
        for kind, keys in CASH.items()
    }
    return {**found, "total": np.sum(list(found.values()), axis=0)}


def hospitals(stores: Sequence[RunStore], scenario: str) -> list[Hospital]:
    """The hospitals of the branch, those that treat members of several districts once, in the order in which the
    districts name them.

    Two entries are one hospital when their names agree (case and blanks apart), or their codes in the national list.
    """
    groups: list[tuple[set[str], list[tuple[int, int]]]] = []
    for number, store in enumerate(stores):
        codes = store.manifest.get("hospital_codes") or [""] * len(store.hospitals)
        for place, (name, code) in enumerate(zip(store.hospitals, codes, strict=True)):
            marks = {_plain(name)} | ({code.upper()[-7:]} if _OFFICIAL.fullmatch(code.upper()) else set())
            same = [group for group in groups if group[0] & marks]
            entries = sorted([(number, place), *(entry for group in same for entry in group[1])])
            groups = [group for group in groups if group not in same]
            groups.append((marks.union(*(group[0] for group in same)), entries))
    return [_hospital(stores, entries, scenario) for _marks, entries in sorted(groups, key=lambda group: group[1])]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _hospital(stores: Sequence[RunStore], entries: Sequence[tuple[int, int]], scenario: str) -> Hospital:
    def added(key: str) -> FloatArray:
        return np.sum([stores[number].series(scenario, key, "hospital", place) for number, place in entries], axis=0)

    number, place = entries[0]
    titles = dict.fromkeys(str(stores[number].manifest["district"]["title"]) for number, _place in entries)
    return Hospital(stores[number].hospitals[place], tuple(titles), added("claims_incurred"), added("claims_paid"),
                    added("claims_backlog"))  # fmt: skip
