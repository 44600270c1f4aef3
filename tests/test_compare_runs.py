"""``prakira compare``: what it tells is what the stores hold, by year, month and facility, of one run or of several."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import prakira, typed

from cli.main import main
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.comparison.costs import changes
from scenarios.comparison.differences import paired
from scenarios.comparison.runs import EVENTS, decisions, opened
from scenarios.levers import LEVERS
from scenarios.plan import RunPlan
from scenarios.quantiles import quantile
from scenarios.run import execute
from scenarios.store import RunStore

ROOT = Path(__file__).parent.parent
NAMES = ("baseline", "uhc-non-cut-off", "pbi-cut")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of one district over 4 months in two years: ``whole`` holds all scenarios, ``first`` and ``second`` two
    each, ``other`` has another seed."""
    where = tmp_path_factory.mktemp("compared")
    write_folder(tiny_district(600, facilities=2, month="2024-10"), where / "tiny")
    for name, scenarios, seed, replicates in (
        ("whole", NAMES, 1, 10),
        ("first", ("baseline", "pbi-cut"), 1, 10),
        ("second", ("baseline", "uhc-non-cut-off"), 1, 12),
        ("other", ("uhc-non-cut-off",), 2, 2),
    ):
        plan = RunPlan(str(where / "tiny"), scenarios, months=4, replicates=replicates, seed=seed)
        execute(plan, where / name).close()
    return where


@pytest.fixture(scope="module")
def whole(place: Path) -> dict[str, Any]:
    done = typed("compare", "whole", "--worth", 37_800, "--json", at=place)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _sorted(record: dict[str, Any]) -> dict[str, Any]:
    """Without the order in which scenarios were asked for."""
    key = lambda one: json.dumps(one, sort_keys=True)  # noqa: E731
    return {
        "differences": sorted(record["differences"], key=key),
        "costs": sorted(record["costs"], key=key),
        "options": sorted(record["frontier"]["options"], key=key),
        "information": record["information"],
    }


def test_runs_made_apart_compare_like_one_run(place: Path, whole: dict[str, Any]) -> None:
    """Equal to the last digit; the two replicates that only one of the runs has are left out."""
    done = prakira("compare", "first", "second", "--worth", 37_800, "--json", at=place)
    assert done.returncode == 0, done.stderr
    assert _sorted(json.loads(done.stdout)) == _sorted(whole)


def test_runs_of_other_luck_are_not_compared(place: Path) -> None:
    done = prakira("compare", "first", "other", at=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert "first dan other tidak dapat dibandingkan; ini berbeda: seed" in done.stderr


def test_costs_and_effects_are_sums_of_the_store(place: Path, whole: dict[str, Any]) -> None:
    with RunStore.open(place / "whole") as store:

        def total(scenario: str, *keys: str, level: Any = "district") -> np.ndarray:
            return sum(store.series(scenario, key, level).reshape(10, -1).sum(axis=1) for key in keys)

        def change(*keys: str, level: Any = "district") -> np.ndarray:
            return total("uhc-non-cut-off", *keys, level=level) - total("baseline", *keys, level=level)

        expected = {
            "pemda": change("bill_jkn"), "bpjs": change("capitation_paid", "claims_incurred", "prb_drugs"),
            "active_months": change("active"), "contacts": change("contacts", level="facility"),
            "averted_referrals": -change("referrals_nonspecialist", level="facility"),
            "controlled_months": change("dm_controlled", "ht_controlled", level="facility"),
        }  # fmt: skip
        found = changes(store, NAMES)
        at = found.names.index("uhc-non-cut-off")
        for key, values in {**found.cost, **found.effect}.items():
            assert (values[:, at] == expected[key]).all(), key
            assert not values[:, 0].any()
    mine = {(one["payer"], one["effect"]): one for one in whole["costs"] if one["scenario"] == "uhc-non-cut-off"}
    one = mine["pemda", "active_months"]
    assert one["value"] == pytest.approx(expected["pemda"].mean() / expected["active_months"].mean())
    assert one["low"] < one["value"] < one["high"]
    option = next(one for one in whole["frontier"]["options"] if one["name"] == "uhc-non-cut-off")
    assert (option["cost"], option["effect"]) == (expected["pemda"].mean(), expected["active_months"].mean())


def test_what_no_district_decides_is_no_choice_unless_named(place: Path, whole: dict[str, Any]) -> None:
    assert [one["name"] for one in whole["frontier"]["options"]] == ["baseline", "uhc-non-cut-off"]
    named = prakira("compare", "whole", "--scenario", "pbi-cut", "--json", at=place)
    assert [one["name"] for one in json.loads(named.stdout)["frontier"]["options"]] == ["baseline", "pbi-cut"]


def test_differences_by_month_year_and_facility(place: Path) -> None:
    with RunStore.open(place / "whole") as store:
        bill = store.series("uhc-non-cut-off", "bill_jkn") - store.series("baseline", "bill_jkn")
        by_month = paired(store, "uhc-non-cut-off", by="month", indicators=["bill_jkn", "active"])
        assert [one.period for one in by_month] == list(store.months) * 2
        assert {one.kind for one in by_month[:4]} == {"month"}
        assert {one.kind for one in by_month[4:]} == {"end"}
        assert [one.median for one in by_month[:4]] == [quantile(column, 0.5).value for column in bill.T]
        by_year = paired(store, "uhc-non-cut-off", by="year", indicators=["active", "bill_jkn"])
        assert [one.period for one in by_year] == ["2024-12", "2025-02", "2024", "2025"]
        assert by_year[2].low == quantile(bill[:, :2].sum(axis=1), 0.1).value
        paid = [store.series(name, "capitation_paid", "facility") for name in ("uhc-non-cut-off", "baseline")]
        places = paired(store, "uhc-non-cut-off", by="facility", indicators=["capitation_paid", "registered"])
        assert [one.place for one in places] == ["Puskesmas 1", "Puskesmas 2"] * 2
        assert [one.period for one in places] == ["2024-11/2025-02"] * 2 + ["2025-02"] * 2
        expected = [quantile(column, 0.9).value for column in (paid[0] - paid[1]).sum(axis=1).T]
        assert [one.high for one in places[:2]] == expected


def test_it_prints_80_columns_and_says_whose_money(place: Path) -> None:
    said = prakira("compare", "whole", "--worth", 37_800, at=place).stdout
    assert max(map(len, said.splitlines())) <= 80
    assert said.startswith("Skenario\n  baseline: Tanpa keputusan baru\n")
    assert "Biaya per hasil, uhc-non-cut-off, Nov 2024–Feb 2025" in said
    assert "uang Pemda (tagihan JKN daerah, termasuk biaya program)" in said
    assert "uang BPJS (kapitasi, klaim rumah sakit, obat PRB, programnya)" in said
    assert "Jika satu orang-bulan aktif dinilai Rp37.800 uang Pemda" in said
    only = prakira("compare", "whole", "--by", "facility", "--scenario", "pbi-cut", "--lang", "en", at=place).stdout
    assert "Puskesmas 2:" in only
    assert "Efficiency" not in only


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--by", "week"], "--by week tidak dikenal; yang dikenal: year, month, facility"),
        (["--effect", "contact"], "yang terdekat: contacts"),
        (["--payer", "bpj"], "yang terdekat: bpjs"),
        (["--by", "month", "--indicator", "activ"], "yang terdekat: active"),
    ],
)
def test_mistakes_are_named(
    place: Path, words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["prakira", "compare", str(place / "whole"), *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert told in said.err


def test_one_name_must_be_one_scenario(place: Path) -> None:
    with RunStore.open(place / "second") as store:
        entries = [{**entry, "sha256": "changed"} for entry in store.manifest["scenarios"]]
        before = store.manifest["scenarios"]
        store.update(scenarios=entries)
    done = prakira("compare", "first", "second", at=place)
    with RunStore.open(place / "second") as store:
        store.update(scenarios=before)
    assert done.returncode == 2
    assert "skenario baseline di first tidak sama dengan yang di second" in done.stderr


def test_every_event_is_a_lever() -> None:
    assert set(EVENTS) <= set(LEVERS)


def test_second_runs_are_no_choices(place: Path) -> None:
    with opened([place / "whole"]) as source:
        source.manifest["scenarios"].append({"name": "uhc-non-cut-off@80", "levers": []})
        assert decisions(source) == ["baseline", "uhc-non-cut-off"]
