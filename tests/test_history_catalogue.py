"""The list of what a history may hold, against what a run reports; the template and the page that tell it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from districts.history import BY_KEY, HISTORY, PLACES, derived, level_of
from districts.history_catalogue import INTAKE
from districts.inventory import HISTORY_GROUPS, HISTORY_INDICATORS, SEGMENT_NAMES
from districts.model import Facility
from districts.template import write_workbook
from districts.tiny import tiny_district
from sim.indicators import CATALOGUE, INDEX, SEGMENTS

PAGE = Path(__file__).parent.parent / "docs" / "history.md"
DERIVED = {"intake", "ak", "rrns", "rppt", "share_permille"}


def test_every_key_is_one_that_a_run_reports_or_is_made_of_such() -> None:
    for item in HISTORY:
        for level in set(item.levels) - {"class"}:  # a run reports no ward classes
            known = set(INDEX[level]) | (set(INDEX["facility"]) if level == "district" else set())
            assert (item.key in known) or (item.key in DERIVED and set(item.parts) <= known), (item.key, level)
    assert {item.key for item in HISTORY if item.parts} == DERIVED
    assert set(INTAKE) == {key for key in INDEX["district"] if key.startswith("intake_")} - {"intake_queue"}


def test_stocks_flows_and_units_are_those_of_a_run() -> None:
    reported = {item.key: item for level in ("district", "facility", "segment") for item in CATALOGUE[level]}
    for item in HISTORY:
        if item.key in reported and item.key != "share_permille":
            assert (item.stock, item.unit) == (reported[item.key].stock, reported[item.key].unit), item.key


def test_the_keys_of_before_are_all_there() -> None:
    before = (
        "population registered active capitated arrears arrears_rupiah billed bill_jkn paid_jkn debt_pemda ak contacts "
        "contacts_sick sick_visits rrns referrals referrals_nonspecialist rppt ht_diagnosed dm_diagnosed ht_prolanis "
        "dm_prolanis ht_controlled dm_controlled capitation_full capitation_paid claims_incurred claims_paid "
        "claims_backlog hospital_outpatient hospital_admissions"
    )
    assert set(before.split()) <= set(HISTORY_INDICATORS)


def test_every_key_has_one_subject() -> None:
    grouped = [key for *_, keys in HISTORY_GROUPS for key in keys]
    assert len(grouped) == len(set(grouped)) == len(HISTORY) - 1  # the population is an input of its own
    assert len(BY_KEY) == len(HISTORY)


def test_places_are_the_segments_and_classes_of_the_model() -> None:
    assert {place.partition(":")[2] for place in PLACES if level_of(place) == "segment"} == set(SEGMENT_NAMES)
    assert set(SEGMENT_NAMES) <= set(SEGMENTS)
    assert [level_of(place) for place in ("district", "segment:bp", "class:2", "P1")] == [
        "district", "segment", "class", "facility",
    ]  # fmt: skip
    assert "code" in Facility.model_fields


def test_ratios_by_hand() -> None:
    figures = {"contacts": 30.0, "capitated": 200.0, "referrals_nonspecialist": 1.0, "referrals": 40.0}
    figures |= {"dm_controlled": 1.0, "dm_diagnosed": 10.0, "ht_controlled": 2.0, "ht_diagnosed": 10.0}
    figures |= {"capitation_paid": 95.0, "capitation_full": 100.0} | dict.fromkeys(INTAKE, 2.0)
    found = {key: derived(key, figures.__getitem__) for key in DERIVED}
    assert found == {"ak": 150.0, "rrns": 2.5, "rppt": 15.0, "share_permille": 950.0, "intake": 12.0}
    nobody = figures | {"dm_diagnosed": 0.0, "capitated": 0.0}
    assert derived("rppt", nobody.__getitem__) == 20.0
    assert derived("ak", nobody.__getitem__) is None
    assert derived("rppt", (nobody | {"ht_diagnosed": 0.0}).__getitem__) is None
    with pytest.raises(KeyError):
        derived("active", figures.__getitem__)


def test_the_page_and_the_template_list_every_indicator(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for item in HISTORY:
        kind = "stock" if item.stock else "flow"
        assert f"| `{item.key}` | {item.label_en} | {', '.join(item.levels)} | {kind} | {item.unit} |" in page
    for lang in ("id", "en"):
        write_workbook(tiny_district(), tmp_path / f"{lang}.xlsx", lang)
        rows = list(load_workbook(tmp_path / f"{lang}.xlsx")["Petunjuk"].iter_rows(values_only=True))
        labels = {item.key if lang == "en" else item.label_id: getattr(item, f"label_{lang}") for item in HISTORY}
        assert labels.items() <= {row[0]: row[4] for row in rows}.items()
