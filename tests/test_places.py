"""Which facilities a lever reaches: groups by what the district's files say of them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from districts.model import District, HistoryRow
from districts.tiny import tiny_district
from scenarios.levers import Context
from scenarios.levers.places import Facilities, contact_rate, unknown
from sim.rules import load_rules

RULES = load_rules()
FORM: TypeAdapter[Any] = TypeAdapter(Facilities)


def row(place: str, month: str, indicator: str, value: float) -> HistoryRow:
    return HistoryRow(month=month, indicator=indicator, place=place, value=value, source="made up",
                      confidence="assumed")  # fmt: skip


def made(**history: list[tuple[str, str, float]]) -> District:
    """Four facilities: P1 with beds, BLUD, rural; P2 remote; P3 very remote, in P2's kecamatan; K a private clinic."""
    district = tiny_district(facilities=4)
    one, two, three, four = district.facilities
    places = (
        one.model_copy(update={"confidence": "medium", "nurses": 8}),
        two.model_copy(update={"confidence": "medium", "location": "remote", "doctors": 0}),
        three.model_copy(update={"location": "very_remote", "kecamatan": "Kecamatan 2", "doctors": 0}),
        four.model_copy(update={"code": "K", "type": "klinik_pratama"}),
    )
    rows = tuple(row(place, *told) for place, entries in history.items() for told in entries)
    return district.model_copy(update={"facilities": places, "history": rows})


def reached(district: District, facilities: object) -> list[int]:
    return Context(district, RULES, "2023-11", 12).chosen(FORM.validate_python(facilities))


@pytest.mark.parametrize(
    ("facilities", "expected"),
    [
        ("all", [0, 1, 2, 3]),
        ("blud", [0]),
        (["p3", "Puskesmas 1"], [0, 2]),
        ({"kecamatan": "kecamatan 2"}, [1, 2]),
        ({"kecamatan": ["Kecamatan 1", "Kecamatan 4"]}, [0, 3]),
        ({"type": "klinik_pratama"}, [3]),
        ({"type": ["puskesmas"], "location": ["remote", "very_remote"]}, [1, 2]),
        ({"location": "remote"}, [1]),
        ({"blud": True}, [0]),
        ({"blud": False, "type": "puskesmas"}, [1, 2]),
        ({"inpatient": True}, [0]),
        # Permenkes 43/2019: every puskesmas needs a doctor; P3 has none either, but its staff is only assumed
        ({"below_minimum": "doctors"}, [0, 1]),  # with beds two are needed, and P1 has one
        ({"below_minimum": "nurses"}, []),  # 8 with beds, 5 without
        ({"below_minimum": ["nurses", "dentists"], "blud": False}, [1]),
    ],
)
def test_groups(facilities: object, expected: list[int]) -> None:
    assert reached(made(), facilities) == expected


def test_a_contact_rate_is_the_mean_of_the_last_twelve_known_months() -> None:
    months = [f"2022-{month:02d}" for month in range(1, 13)] + ["2023-01", "2023-02"]
    district = made(
        P1=[(month, "ak", 1.0 if month < "2022-03" else 120.0) for month in months],
        P2=[("2023-01", "contacts", 30.0), ("2023-01", "capitated", 150.0), ("2023-02", "contacts", 40.0)],
        K=[("2022", "ak", 90.0)],
    )
    assert contact_rate(district, "P1") == 120.0  # the two months before the last twelve are left out
    assert contact_rate(district, "P2") == 200.0  # 30 of 150; no members are known in the second month
    assert contact_rate(district, "P3") is None
    assert contact_rate(district, "K") is None  # a year has no month
    assert reached(district, {"ak_below": 150}) == [0]
    assert reached(district, {"ak_below": 120}) == []
    assert reached(district, {"ak_below": 500}) == [0, 1]


@pytest.mark.parametrize(
    ("facilities", "found"),
    [
        ({"kecamatan": ["Kecamatan 1", "Kecamatn 2"]},
         ["no facility of Kabupaten Contoh lies in kecamatan Kecamatn 2"]),
        ({"type": "dpm", "blud": False}, ["no facility of Kabupaten Contoh fits type: dpm, blud: no"]),
        ({"ak_below": 150}, ["the history of Kabupaten Contoh tells the contact rate of no facility"]),
        ({"below_minimum": "nurses"}, []),
        (["P1", "P9", "P8"], ["unknown facility P9", "unknown facility P8"]),
        ("all", []),
        ("blud", []),
    ],
)  # fmt: skip
def test_what_the_district_does_not_have_is_said(facilities: object, found: list[str]) -> None:
    told = unknown(FORM.validate_python(facilities), made())
    assert [lack.found.format(**lack.params) for lack in told] == found


@pytest.mark.parametrize("facilities", [[], "some", 7, {}, {"kecamatan": []}, {"ak_below": 0}, {"type": "rs"},
                                        {"near": "x"}, [1]])  # fmt: skip
def test_other_forms_are_refused(facilities: object) -> None:
    with pytest.raises(ValidationError):
        FORM.validate_python(facilities)
