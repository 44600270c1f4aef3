"""The answer of a run as plain JSON: what the terminal tells, scenario by scenario."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.store import RunStore


def run_record(store: RunStore, folder: Path, written: list[Path]) -> dict[str, Any]:
    """The record. Shares 0-1 and whole rupiah, middles of the replicates; a chance is a count of replicates."""
    from scenarios.comparison.differences import paired
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY

    manifest = store.manifest
    second = manifest["binding"] if manifest["replicates"] >= MIN_REPLICATES_FOR_CERTAINTY else None
    others = [name for name in store.scenarios if "baseline" in store.scenarios and name != "baseline"]
    return {
        "folder": str(folder),
        "district": manifest["district"],
        "months": [store.months[0], store.months[-1]],
        "replicates": manifest["replicates"],
        "seed": manifest["seed"],
        "scenarios": [_scenario(store, name) for name in store.scenarios],
        "proposal": None if second is None else _need(store, second["scenario"], second["year"], second["certainty"]),
        "differences": [asdict(one) for name in others for one in paired(store, name, "baseline")],
        "assumed": manifest["assumed"],
        "inputs_total": manifest["inputs_total"],
        "calibrated": manifest["posterior"] is not None,
        "files": [str(path) for path in written],
    }


def _scenario(store: RunStore, name: str) -> dict[str, Any]:
    from scenarios.comparison.differences import SHARES
    from scenarios.need import exhaustion, held_status, unbounded, years
    from scenarios.quantiles import quantile

    shares = {}
    for share, (upper, lower) in SHARES.items():
        series = store.series(name, upper) / store.series(name, lower)
        shares[share] = {end: quantile(series[:, at], 0.5).value for end, at in (("first", 0), ("last", -1))}
    free = unbounded(store, name)
    return {
        "name": name,
        "title": next(entry["title"] for entry in store.manifest["scenarios"] if entry["name"] == name),
        **shares,
        "status_held": {str(year): int(held.sum()) for year, held in held_status(store, name).items()},
        "need": [_need(store, name, year, None) for year in years(store)] if free else None,
        "exhaustion": None if free else [
            {"year": one.year, "has_line": one.has_line, "months": one.months, "never": one.never}
            for one in exhaustion(store, name)
        ],
    }  # fmt: skip


def _need(store: RunStore, scenario: str, year: int, certainty: float | None) -> dict[str, Any]:
    from scenarios.need import need

    found = asdict(need(store, scenario, year, certainty))
    return {key: value for key, value in found.items() if key != "sample"}
