"""The shipped example for trying calibration: one district of the compartment world, with the gaps of real offices.

``python -m calibration.worlds.example FOLDER`` writes it anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from calibration.worlds.care import CARE
from calibration.worlds.compartments import START, Archetype, make_district
from calibration.worlds.members import PEMDA_HEAD
from calibration.worlds.reported import SOURCE
from districts.folder import SCALAR_FILE
from districts.inventory import Figure, with_inventory
from districts.model import Confidence, District, HistoryRow
from districts.tables import FIGURE_KEYS
from districts.write import write_folder

NAME = "kabupaten-contoh"
#: Its register at the start, and the part of active heads that the Pemda takes in during a year.
EXAMPLE = Archetype(
    NAME, 20_000, (0.38, 0.08, 0.12, 0.010, 0.016, 0.12, 0.010), (0.90, 0.86, 0.92, 0.62, 0.57, 0.45, 0.95),
    (5, 4, 3, 3, 2, 2),
)  # fmt: skip
INTAKE, SEED = 0.04, 3
#: What is missing: (places, indicators, months); empty means all of them.
GAPS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (("P3",), CARE, ("2024-05", "2024-06")),
    (("P6",), CARE, tuple(f"2024-{month:02d}" for month in range(1, 11))),  # its P-Care starts in November
    (("district", "class:1", "class:2", "class:3"), ("arrears", "arrears_rupiah"), ("2024-08", "2025-02")),
    ((), ("active", "lapsed"), ("2025-03",)),
    (("district",), ("bill_jkn",), ("2024-02",)),
)
_ASSUMED: Confidence = "assumed"


def example_district() -> District:
    """Stocks at the start and the end of 24 months, six facilities, and the history between them with its gaps."""
    made = make_district(EXAMPLE, SEED, breaks=(), intake=INTAKE)
    mark = {"source": SOURCE, "confidence": _ASSUMED}
    history = tuple(row for row in made.history if not _missing(row))
    last = made.stock_at_end.month
    members = {row.place: int(row.value) for row in made.history if (row.month, row.indicator) == (last, "registered")}
    base = made.district
    bills = made.bill.reshape(-1, 12).sum(axis=1)
    amounts = [*(1.02 * bills), 12 * PEMDA_HEAD * 1.1 * made.months[-1].billed]
    budget = tuple(
        line.model_copy(update=mark | {"amount": int(np.ceil(amount / 1e6)) * 10**6})
        for line, amount in zip(base.budget, amounts, strict=True)
    )
    facilities = tuple(
        place.model_copy(
            update=mark | {"registered": members[place.code], "doctors": 2 - number % 2, "assumed_fields": ()}
        )
        for number, place in enumerate(base.facilities)
    )
    changes = {
        "name": NAME,
        "title": "Kabupaten Contoh (data rekaan)",
        "default_stock": last,
        "stocks": (base.stock(START), made.stock_at_end),
        "facilities": facilities,
        "budget": budget,
        "history": history,
        "age_sex": tuple(row.model_copy(update=mark) for row in base.age_sex),
        "household_sizes": tuple(row.model_copy(update=mark) for row in base.household_sizes),
        "hospitals": tuple(row.model_copy(update=mark) for row in base.hospitals),
        "inputs": (),
    }
    keys = (*FIGURE_KEYS, "arrears_rupiah", "ghost_share", "hospitals.share")
    return with_inventory(base.model_copy(update=changes), dict.fromkeys(keys, Figure(SOURCE, _ASSUMED)))


def past_scenario() -> str:
    """The scenario file of what was decided during the history, as text."""
    lever = make_district(EXAMPLE, SEED, breaks=(), intake=INTAKE).past[0]
    return f"""\
# MADE UP: what this made-up district decided during its history; for `prakira calibrate kabupaten-contoh --past`.
name: past
title:
  id: Kebijakan 2024-2025 kabupaten contoh (rekaan)
  en: Policy of 2024-2025 of the example district (made up)
explanation:
  id: Sejak Januari 2024 Pemda mendaftarkan {lever["quota"]} jiwa per bulan sebagai PBPU Pemda.
  en: Since January 2024 the Pemda has registered {lever["quota"]} heads a month as PBPU Pemda.
extends: baseline
levers:
  - {{kind: pemda_intake, start: {lever["start"]}, quota: {lever["quota"]}}}
"""


def _missing(row: HistoryRow) -> bool:
    return any(
        (not places or row.place in places) and row.indicator in keys and row.month in months
        for places, keys, months in GAPS
    )


def write_example(folder: Path) -> None:
    """Write the district and ``past.yaml`` into a new ``folder``. Raises ``UserError`` if it holds anything."""
    write_folder(example_district(), folder)
    scalars = folder / SCALAR_FILE
    scalars.write_text(f"# {SOURCE}. See README.md.\n{scalars.read_text(encoding='utf-8')}", encoding="utf-8")
    (folder / "past.yaml").write_text(past_scenario(), encoding="utf-8")


if __name__ == "__main__":
    write_example(Path(sys.argv[1]))
