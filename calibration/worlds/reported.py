"""What offices report of the compartment world: history rows and stocks, with the errors of reporting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from calibration.worlds.care import CARE
from calibration.worlds.members import KINDS, OWED_MONTHS, PBI, PEMDA, PREMIUM, SELF, MonthEnd, Register
from calibration.worlds.rates import Flow, IntArray, luck
from districts.model import PAYERS_OF_SEGMENT, District, HistoryRow, SegmentRow, Stock
from scenarios.months import later

#: Source of every figure: nothing here was measured.
SOURCE = "MADE UP by a compartment model, for trying out the commands"
_MARK: dict[str, Any] = {"source": SOURCE, "confidence": "assumed"}
#: Segments in the order of the tables, each with its kinds (the classes of PBPU are kinds of their own).
SEGMENT_KINDS: dict[str, tuple[int, ...]] = {
    "pbi_jk": (PBI,), "pbpu_pemda": (PEMDA,), "ppu": (2,), "pbpu": (SELF, SELF + 1, SELF + 2), "bp": (6,),
}  # fmt: skip
_PAYER = {"ppu": "private", "bp": "state"}
#: Chance that a segment's active members of a month are reported wrongly, and how wrongly (assumed).
_ERROR_CHANCE, _ERROR = 0.03, 0.005


def stock_of(register: Register, month: str) -> Stock:
    """The register as a stock dated ``month``: by segment, payer and class; those who wait count as lapsed."""
    rows, owed_rupiah = [], 0
    for number, kind in enumerate(KINDS):
        klass = number - SELF + 1 if SELF <= number < SELF + 3 else 0
        segment = kind.rstrip("123")
        active, lapsed, owed = register.active(number), register.lapsed(number), 0
        if klass:
            by_months = register.owed(klass - 1)
            owed = int(by_months.sum())
            owed_rupiah += int(by_months @ np.arange(1, OWED_MONTHS + 1)) * PREMIUM[klass - 1]
        payer = _PAYER.get(segment, PAYERS_OF_SEGMENT[segment][0])
        rows.append(
            SegmentRow.model_validate(
                {"segment": segment, "payer": payer, "klass": klass, "registered": active + lapsed + owed,
                 "active": active, "arrears": owed, "lapsed": lapsed, "split_assumed": False, **_MARK}
            )
        )  # fmt: skip
    return Stock(
        month=month,
        population=register.residents,
        population_source=SOURCE,
        population_confidence="assumed",
        segments=tuple(rows),
        arrears_rupiah=owed_rupiah,
    )


def history_rows(months: Sequence[MonthEnd], members: tuple[IntArray, IntArray], care: tuple[IntArray, np.ndarray],
                 start: str, district: District, seed: int) -> tuple[HistoryRow, ...]:  # fmt: skip
    """The reports of all months after ``start``.

    Places: "district", "segment:NAME" (registered, active, lapsed, arrears), "class:1" to "class:3" (arrears of
    self-payers in persons and rupiah) and facility codes. ``members`` and ``care`` as made by ``facility_weights`` and
    ``care_history``. The district's active members are the sum of the segments as reported: now and then one of them is
    off by a fraction of a percent and right again a month later.
    """
    rows: list[HistoryRow] = []

    def add(month: str, place: str, figures: Iterable[tuple[str, int]]) -> None:
        for indicator, value in figures:
            rows.append(HistoryRow(month=month, indicator=indicator, place=place, value=float(value), **_MARK))

    counts, reported = care
    for position, end in enumerate(months):
        month = later(start, position + 1)
        draw = luck(seed, position + 1, Flow.REPORT)
        active = total = 0
        segments: list[tuple[str, list[tuple[str, int]]]] = []
        for segment, kinds in SEGMENT_KINDS.items():
            heads, lapsed = (int(part[list(kinds)].sum()) for part in (end.active, end.lapsed))
            owed = int(end.arrears.sum()) if segment == "pbpu" else 0
            wrong = draw.random() < _ERROR_CHANCE
            error = round(heads * _ERROR * float(draw.standard_normal())) if wrong else 0
            told = min(max(heads + error, 0), heads + lapsed)  # who is not told as active is told as lapsed
            figures = [("registered", heads + lapsed + owed), ("active", told), ("lapsed", heads + lapsed - told)]
            segments.append((f"segment:{segment}", [*figures, ("arrears", owed)] if segment == "pbpu" else figures))
            active, total = active + told, total + heads + lapsed + owed
        add(month, "district", [
            ("population", end.residents), ("registered", total), ("active", active), ("capitated", end.capitated),
            ("arrears", int(end.arrears.sum())), ("arrears_rupiah", int(end.arrears_rupiah.sum())),
            ("billed", end.billed), ("bill_jkn", end.bill), ("never", end.never),
            ("lapsed", total - active - int(end.arrears.sum())),
            *end.flows.items(),
        ])  # fmt: skip
        for place, figures in segments:
            add(month, place, figures)
        for klass in range(3):
            owed, rupiah = int(end.arrears[klass]), int(end.arrears_rupiah[klass])
            add(month, f"class:{klass + 1}", [("arrears", owed), ("arrears_rupiah", rupiah)])
        for number, facility in enumerate(district.facilities):
            registered, capitated = (int(part[position, number]) for part in members)
            add(month, facility.code, [("registered", registered), ("capitated", capitated)])
            if reported[position, number]:
                add(month, facility.code, [(name, int(counts[position, number, i])) for i, name in enumerate(CARE)])
    return tuple(rows)
