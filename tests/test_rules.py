"""The rules as dated data: questions, refusals, local files, tariffs and staff."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

from districts.faults import InputError, UserError
from sim.rules import RuleDateError, load_rules
from sim.rules.staffing import minimum_staff
from sim.rules.tariff import capitation_tariff

#: What the engine asks for; each must be answered in every month of a run from 2022 on (the UHC award is of 2026).
ENGINE_KEYS = """
premium.pbi_jk premium.pbpu.class1 premium.pbpu.class2 premium.pbpu.class3 premium.pbpu.class3.member_share
premium.pbpu.class3.aid_central premium.pbpu.class3.aid_regional premium.pbpu_pemda.premium premium.pbpu_pemda.aid
premium.pbpu_pemda.district_cost premium.ppu.rate_employer premium.ppu.rate_worker premium.ppu.wage_cap
premium.pbpu_pemda.correction_months premium.village.rate_employer payment.due_day payment.arrears_cap_months
fine.rate fine.max_months fine.cap
fine.window_days rehab.min_arrears_months rehab.max_instalments
rehab.includes_running_premium activation.pbpu_days activation.cut_off_day activation.non_cut_off_days
activation.newborn_days capitation.tariff capitation.special_remote capitation.payment_day
capitation.range.puskesmas capitation.services_min_share capitation.headcount_basis kbk.scheme kbk.bands
kbk.weights_tenths kbk.payment kbk.lag_months kbk.zero_denominator kbk.ak_denominator kbk.exempt kbk.zones_2016
kbk.zones_2017 uhc.bar.registered uhc.bar.active uhc.review_months uhc.budget_condition uhc.status_arrears_months
uhc.population_lag_months
uhc.other_conditions apbd.subactivity.jkn apbd.account.premium apbd.account.aid apbd.account.pbi apbd.calendar
apbd.first_cash_month apbd.cigarette_tax_share apbd.revision_month prolanis.control.ht prolanis.control.dm
claims.payment_days claims.late_penalty_month staff.minimum
staff.pay_month.doctor staff.pay_month.dentist staff.pay_month.nurse staff.pay_month.midwife
""".split()  # noqa: SIM905 (a list of 60 lines reads worse)

LOCAL = """\
uhc.bar.registered:
  values:
    - {from: 2023-07-01, value: 0.98, instrument: local agreement, source: letter, confidence: medium}
"""


@pytest.fixture
def local(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(LOCAL, encoding="utf-8")
    return file


@pytest.mark.parametrize("key", ENGINE_KEYS)
def test_the_engine_gets_an_answer_from_2022_on(key: str) -> None:
    rules = load_rules()
    assert rules.entry(key, "2022-01").key == key
    assert rules.entry(key, "2035-12").effective_to is None


def test_every_value_has_its_papers() -> None:
    rules = load_rules()
    for key in rules.keys():  # noqa: SIM118 (not a dict)
        for entry in rules.history(key):
            assert all((entry.unit, entry.title, entry.instrument, entry.source)), key
            assert entry.origin == "national"


def test_class_three_is_paid_in_full_by_its_three_payers() -> None:
    """Gross premium = member share + central aid + regional aid, on every date on which one of them changes."""
    rules = load_rules()
    parts = [f"premium.pbpu.class3.{name}" for name in ("member_share", "aid_central", "aid_regional")]
    dates = {entry.effective_from for key in (*parts, "premium.pbpu.class3") for entry in rules.history(key)}
    assert len(dates) >= 5
    for day in dates:
        assert sum(rules.value(key, day) for key in parts) == rules.value("premium.pbpu.class3", day), day


def test_a_pemda_head_costs_premium_and_aid_and_the_centre_adds_the_rest() -> None:
    rules = load_rules()
    pemda = {name: rules.value(f"premium.pbpu_pemda.{name}", "2026-01") for name in ("premium", "aid", "district_cost")}
    assert pemda["district_cost"] == pemda["premium"] + pemda["aid"]
    assert pemda["district_cost"] + rules.value("premium.pbpu.class3.aid_central", "2026-01") == 42000


def test_dates_may_be_given_in_three_forms() -> None:
    rules = load_rules()
    forms = [date(2020, 7, 1), "2020-07-01", "2020-07"]
    assert [rules.value("premium.pbpu.class2", form) for form in forms] == [100000] * 3
    assert rules.value("premium.pbpu.class2", "2020-06-30") == 51000


def test_an_entry_ends_the_day_before_the_next() -> None:
    entry = load_rules().entry("premium.pbpu.class1", "2020-02")
    assert (entry.effective_from, entry.effective_to) == (date(2020, 1, 1), date(2020, 3, 31))


def test_a_date_before_the_first_value_is_refused_with_that_date() -> None:
    with pytest.raises(RuleDateError, match=r"premium\.pbi_jk .* 2013-12-31.* 2014-01-01"):
        load_rules().value("premium.pbi_jk", "2013-12-31")


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-02-30", "45292", "2026", "Jan 2026", "20260101", "2026-W1", "2026-W01-1", ""]
)
def test_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(RuleDateError, match="is not a date"):
        load_rules().value("premium.pbi_jk", text)


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(UserError, match=r"premium\.pbi_jk$"):
        load_rules().value("premium.pbijk", "2026-01")


def test_a_variant_holds_on_every_date_and_leaves_the_original_alone() -> None:
    rules = load_rules()
    variant = rules.but({"premium.pbi_jk": 60000})
    assert {variant.value("premium.pbi_jk", on) for on in ("1990-01", "2016-01", "2040-01")} == {60000}
    assert variant.entry("premium.pbi_jk", "2026-01").origin == "scenario"
    assert rules.value("premium.pbi_jk", "2026-01") == 42000
    with pytest.raises(UserError, match="nearest"):
        rules.but({"premium.pbi": 1})


def test_rules_survive_pickling() -> None:
    rules = load_rules().but({"kbk.lag_months": 2})
    copy = pickle.loads(pickle.dumps(rules))
    assert copy.keys() == rules.keys()
    assert all(copy.history(key) == rules.history(key) for key in rules.keys())  # noqa: SIM118 (not a dict)


def test_a_local_rule_holds_from_its_date_on_even_past_a_later_national_one(local: Path) -> None:
    rules, national = load_rules(local), load_rules()
    assert rules.value("uhc.bar.registered", "2023-06") == 0.95
    assert rules.entry("uhc.bar.registered", "2023-06").effective_to == date(2023, 6, 30)
    assert rules.value("uhc.bar.registered", "2023-07") == 0.98
    assert rules.entry("uhc.bar.registered", "2026-01").origin == "local"
    assert rules.entry("uhc.bar.registered", "2026-01").unit == "share of population"
    assert rules.history("uhc.bar.active") == national.history("uhc.bar.active")
    assert national.value("uhc.bar.registered", "2023-07") == 0.95


FAULTY = [
    (
        "unknown rule",
        LOCAL.replace("registered:", "registred:"),
        "row 1: unknown rule uhc.bar.registred",
        "uhc.bar.registered",
    ),
    ("unknown field", LOCAL.replace("source:", "sauce:"), "row 3: unknown field sauce", "source"),
    ("rule field", LOCAL.replace("  values", "  colour: red\n  values"), "row 2: unknown field colour", "unit"),
    ("missing field", LOCAL.replace(", source: letter", ""), "row 3: uhc.bar.registered without source", "confidence"),
    ("empty values", "uhc.bar.registered: {values: []}\n", "row 1: uhc.bar.registered has no values", "at least one"),
    ("values no list", "uhc.bar.registered: {values: 3}\n", "row 1: not a list", "dated values"),
    ("twice", LOCAL + LOCAL, "row 4: uhc.bar.registered is given twice", "once"),
    ("field twice", LOCAL.replace("value: 0.98", "value: 0.98, value: 1"), "row 3: value is given twice", "once"),
    ("date", LOCAL.replace("2023-07-01", "July"), "row 3: July is not a date", "2026-01-31"),
    ("impossible date", LOCAL.replace("2023-07-01", "2023-02-30"), "row 3: 2023-02-30 is not a value", "a date"),
    ("confidence", LOCAL.replace("medium", "sure"), "row 3: confidence sure", "assumed"),
    ("kind", LOCAL.replace("0.98", "98 percent"), "row 3: 98 percent is of another kind", "0.98"),
    ("unit", LOCAL.replace("  values", "  unit: percent\n  values"), "row 2: unit percent", "share of population"),
    (
        "same date",
        LOCAL + LOCAL.splitlines()[2] + "\n",
        "two values of uhc.bar.registered from 2023-07-01",
        "one value",
    ),
    ("not YAML", "a: [1\n", "not readable as YAML", "YAML"),
    ("no mapping", "- a\n", "row 1: not a mapping", "name: value"),
    ("empty", "# nothing\n", "an empty file", "at least one rule"),
]


@pytest.mark.parametrize(("text", "found", "expected"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY])
def test_a_faulty_local_file_is_refused_with_file_and_line(
    tmp_path: Path, text: str, found: str, expected: str
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules(file)
    told = caught.value.describe("en")
    assert str(file) in told
    assert found in told
    assert expected in told.split("Expected: ")[1]


def test_all_faults_of_a_local_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(LOCAL.replace("medium", "sure") + LOCAL.replace("bar.registered", "bar.aktive"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules(file)
    assert [fault.row for fault in caught.value.faults] == [3, 4]


def test_a_local_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        load_rules(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(UserError, match="not UTF-8"):
        load_rules(tmp_path / "latin.yaml")


@pytest.mark.parametrize("on", ["2021-06", "2026-01"])
@pytest.mark.parametrize("kind", ["puskesmas", "klinik_pratama", "rs_d_pratama", "dpm", "dokter_gigi"])
def test_every_tariff_lies_in_its_statutory_range(on: str, kind: str) -> None:
    rules = load_rules()
    lowest, highest = rules.value(f"capitation.range.{kind}", on)
    for doctors in (0, 1, 2, 3):
        for dentists in (0, 1):
            for members in (0, 5000, 5001, 15000, 15001):
                assert lowest <= capitation_tariff(rules, on, kind, doctors, dentists, members) <= highest


def test_an_unknown_facility_type_names_the_nearest() -> None:
    with pytest.raises(UserError, match="nearest type is klinik_pratama"):
        capitation_tariff(load_rules(), "2026-01", "klinik", 1, 0, 100)


@pytest.mark.parametrize(
    ("location", "inpatient", "posts", "doctors"),
    [
        ("rural", False, 20, 1),
        ("rural", True, 28, 2),
        ("remote", False, 20, 1),
        ("very_remote", True, 28, 2),
        ("urban", False, 22, 1),  # printed total 23: one post is lost in the scan
        ("urban", True, 26, 2),  # 31 posts less three administrative and two support workers
    ],
)
def test_minimum_staff_adds_up_to_the_printed_total(location: str, inpatient: bool, posts: int, doctors: int) -> None:
    staff = minimum_staff(load_rules(), "2026-01", location, inpatient)
    assert (sum(staff.values()), staff["doctor"]) == (posts, doctors)


def test_minimum_staff_of_an_unknown_location() -> None:
    with pytest.raises(UserError, match="moon"):
        minimum_staff(load_rules(), "2026-01", "moon", False)
