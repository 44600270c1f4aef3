"""The forecast of a branch as plain JSON (``branch.json``): the one source of its workbook, page and terminal answer.

A band is ``{"middle": […], "low": […], "high": […]}`` by month, a point the same of one figure: the middle of the
replicates and the range that holds 8 in 10 of them, null where the replicates are too few. Sums are formed within each
replicate, which is the same luck in every district, and only then told; rupiah and heads are whole numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from reports.numbers import FloatArray, Spread, exempt, most_frequent, spread, years
from scenarios.branch.actual import WHOLE, Figure
from scenarios.branch.skill import Forecast, Pair, Told, misses
from scenarios.branch.totals import CASH, cash, check_alike, hospitals
from scenarios.store import RunStore

FILE = "branch.json"
FORMAT = 1
#: Keys of a record and the indicators of a history that they forecast: of a facility, and of a whole district.
_FACILITY = {"heads": "capitated", "paid": "capitation_paid"}
_DISTRICT = {**_FACILITY, "claims_incurred": "claims_incurred", "claims_paid": "claims_paid"}

Record = dict[str, Any]


def record_of(name: str, stores: Sequence[RunStore], scenario: str, command: str) -> Record:
    """The forecast of branch ``name`` in ``scenario``, without its error. Raises ``UserError`` when the runs differ in
    months, seed or replicates."""
    check_alike(stores, scenario)
    first = stores[0]
    money = cash(stores, scenario)
    entry = next(one for one in first.manifest["scenarios"] if one["name"] == scenario)
    return {
        "format": FORMAT,
        "branch": name,
        "command": command,
        "program": first.manifest["program"]["prakira"],
        "scenario": {"name": scenario, "title": entry["title"]},
        "replicates": len(first.replicates(scenario)),
        "seed": first.manifest["seed"],
        "months": list(first.months),
        "cash": {kind: _band(sample) for kind, sample in money.items()},
        "years": {
            str(year.year): {"months": len(year.months), **{kind: _point(sample[:, year.months].sum(axis=1))
                                                            for kind, sample in money.items()}}
            for year in years(first.months)
        },
        "districts": [_district(store, scenario) for store in stores],
        "hospitals": [
            {"name": one.name, "districts": list(one.districts), "incurred": _band(one.incurred),
             "paid": _band(one.paid), "owed": _band(one.owed),
             "years": _yearly(first.months, {"incurred": one.incurred, "paid": one.paid})}
            for one in hospitals(stores, scenario)
        ],
    }  # fmt: skip


def _district(store: RunStore, scenario: str) -> Record:
    manifest = store.manifest
    posterior = manifest["posterior"]
    known = max(manifest["stock"], posterior["history"][-1]) if posterior else manifest["stock"]
    heads, full, paid = (store.series(scenario, key, "facility")
                         for key in ("capitated", "capitation_full", "capitation_paid"))  # fmt: skip
    money = cash([store], scenario)
    claims = {key: store.series(scenario, key) for key in ("claims_incurred", "claims_paid")}
    tariff = spread(store.series(scenario, "tariff", "facility")).middle
    share = most_frequent(store.series(scenario, "share_permille", "facility"))[0]
    skip, codes = exempt(store), manifest["facility_codes"]
    facilities = [
        {
            "code": codes[place], "name": facility, "type": manifest["facility_types"][place],
            "exempt": bool(skip[place]), "tariff": _whole(tariff[:, place]), "share_permille": _whole(share[:, place]),
            "heads": _band(heads[:, :, place]), "full": _band(full[:, :, place]), "paid": _band(paid[:, :, place]),
            "years": _yearly(store.months, {"full": full[:, :, place], "paid": paid[:, :, place]}),
        }
        for place, facility in enumerate(store.facilities)
    ]  # fmt: skip
    return {
        "name": manifest["district"]["name"], "title": manifest["district"]["title"], "stock": manifest["stock"],
        "known": known, "calibrated": posterior is not None, "assumed": manifest["assumed"],
        "inputs": manifest["inputs_total"], "heads": _band(heads.sum(axis=2)), "full": _band(full.sum(axis=2)),
        "paid": _band(paid.sum(axis=2)), **{key: _band(sample) for key, sample in claims.items()},
        "cash": _band(money["total"]),
        "years": _yearly(store.months, {"full": full.sum(axis=2), "paid": paid.sum(axis=2), **claims,
                                        **{kind: money[kind] for kind in (*CASH, "total")}}),
        "facilities": facilities,
    }  # fmt: skip


def _yearly(months: Sequence[str], samples: dict[str, FloatArray]) -> Record:
    return {str(year.year): {key: _point(sample[:, year.months].sum(axis=1)) for key, sample in samples.items()}
            for year in years(list(months))}  # fmt: skip


def _band(sample: FloatArray) -> Record:
    found = spread(sample)
    return {name: _whole(getattr(found, name)) for name in ("middle", "low", "high")}


def _point(sample: FloatArray) -> Record:
    found: Spread = spread(sample)
    return {name: _whole(np.atleast_1d(getattr(found, name)))[0] for name in ("middle", "low", "high")}


def _whole(values: FloatArray) -> list[int | None]:
    return [round(float(value)) if np.isfinite(value) else None for value in values]


# -- the error of past forecasts -------------------------------------------------------------------------------------
def with_error(record: Record, found: Sequence[Pair], reported: str | None, earlier: int) -> Record:
    """``record`` with the error of past forecasts: of the last month that has any, and of all months. ``reported`` is
    the last month with an actual figure (None: there is none), ``earlier`` the number of earlier runs."""
    last = max((pair.figure.month for pair in found), default=None)
    newest = [pair for pair in found if pair.figure.month == last]
    return {
        **record,
        "error": {
            "earlier_runs": earlier, "reported": reported, "months": len({pair.figure.month for pair in found}),
            "first": min((pair.figure.month for pair in found), default=None), "last": last,
            "last_month": [asdict(miss) for miss in misses(newest)],
            "all_months": [asdict(miss) for miss in misses(found)],
            "pairs": [{**pair.figure._asdict(), "actual": pair.actual, **pair.told._asdict(), "run": pair.folder,
                       "ahead": pair.ahead} for pair in found],
        },
    }  # fmt: skip


def earlier_forecasts(folder: Path, name: str) -> list[Forecast]:
    """What earlier runs of branch ``name`` told, the oldest first: those in folders beside ``folder``. Records that
    this program cannot read are passed over."""
    records = sorted(folder.parent.glob(f"*/{FILE}"), key=lambda path: path.stat().st_mtime)
    found = []
    for path in records:
        if path.parent.resolve() == folder.resolve():
            continue
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["format"] == FORMAT and record["branch"] == name:
                found.append(forecast_of(record, path.parent.name))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def forecast_of(record: Record, folder: str) -> Forecast:
    """What a record told of every figure that may be reported."""
    told: dict[Figure, Told] = {}
    for district in record["districts"]:
        places = [(WHOLE, district, _DISTRICT), *((one["code"], one, _FACILITY) for one in district["facilities"])]
        for place, figures, keys in places:
            for key, indicator in keys.items():
                band = figures[key]
                for month, *values in zip(record["months"], band["middle"], band["low"], band["high"], strict=True):
                    told[Figure(district["name"], month, indicator, place)] = Told(*values)
    return Forecast(folder, {one["name"]: one["known"] for one in record["districts"]}, told)


def summary(record: Record) -> Record:
    """The record without the months of single facilities: what a terminal prints as JSON."""

    def short(one: Record) -> Record:
        return {key: value for key, value in one.items() if key not in ("tariff", "share_permille", "heads", "full",
                                                                        "paid")}  # fmt: skip

    districts = [{**one, "facilities": [short(facility) for facility in one["facilities"]]}
                 for one in record["districts"]]  # fmt: skip
    error = {key: value for key, value in record["error"].items() if key != "pairs"}
    return {**record, "districts": districts, "error": error}
