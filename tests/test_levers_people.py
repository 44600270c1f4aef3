"""The levers about members and money do what their docstrings say: to their indicator, in their months, where told.

Nothing before their start: tests/test_levers_same_until_start.py. How the arrays of a policy change: test_levers.py.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from command import prakira

from districts.faults import UserError
from districts.model import District
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.levers import LEVERS, Context
from scenarios.store import RunStore
from sim import codes
from sim.people.premiums import premium_rates
from sim.people.segment_rates import segment_rates
from sim.policy import Crowd, Policy, baseline_policy
from sim.results import Results
from sim.rules.tariff import capitation_tariff
from sim.simulate import results_of
from sim.world import World
from tests.chance import assert_share
from tests.engine import BEHAVIOUR, RULES, results, small, world

FIRST, MONTHS, START = "2023-11", 7, 3
DISTRICT = small()


def _pulled(kind: str, district: District = DISTRICT, over: int = MONTHS, **given: object) -> Policy:
    """The policy over ``over`` months with the lever alone."""
    lever = LEVERS[kind].model_validate({"kind": kind, **given})
    return lever.apply(_plain(district, over), Context(district, RULES, FIRST, over))


def _plain(district: District = DISTRICT, over: int = MONTHS) -> Policy:
    return baseline_policy(over, len(district.facilities))


def _pair(kind: str, **given: object) -> tuple[Results, Results]:
    """The run without and with the lever, all luck and shocks on."""
    return tuple(results(DISTRICT, policy, luck_only=False) for policy in (_plain(), _pulled(kind, **given)))  # type: ignore[return-value]


def _with_classes() -> District:
    """600 self-payers in each class, 500 of them active."""
    stock = DISTRICT.stock()
    rows = [row for row in stock.segments if row.segment != "pbpu"]
    paying = next(row for row in stock.segments if row.segment == "pbpu")
    heads = {"registered": 600, "active": 500, "arrears": 100, "lapsed": 0}
    rows += [paying.model_copy(update={"klass": klass, **heads}) for klass in (1, 2, 3)]
    return DISTRICT.model_copy(update={"stocks": (stock.model_copy(update={"segments": tuple(rows)}),)})


# -- premiums ---------------------------------------------------------------------------------------------------------
def test_other_premiums_are_billed_from_their_month_on() -> None:
    """Class III at 60,000 with aids of 5,000 and 4,000: 51,000 a Pemda head, and 4,000 of aid besides."""
    run = results(DISTRICT, _pulled("premium_change", start="+3", class3=60_000, aid_central=5_000, aid_regional=4_000,
                                    pbi_jk=60_000), luck_only=False)  # fmt: skip
    billed = run.series("billed")
    assert (run.series("bill_premium") == billed * np.where(np.arange(MONTHS) < START, 35_000, 51_000)).all()
    assert (run.series("bill_aid_pemda") == billed * np.where(np.arange(MONTHS) < START, 2_800, 4_000)).all()
    each = run.series("premium_pbi") / np.where(np.arange(MONTHS) < START, 42_000, 60_000)
    assert (each == np.round(each)).all()
    assert each[START] == pytest.approx(each[START - 1], rel=0.02)


def test_wage_premiums_follow_the_rates() -> None:
    """One more percent for the worker, 5 % before: six fifths of the premium of private and state workers."""
    plain, pulled = _pair("premium_change", start="+3", ppu_worker=0.02)
    ratio = pulled.series("premium_ppu") / plain.series("premium_ppu")
    assert ratio == pytest.approx([1] * START + [1.2] * (MONTHS - START), rel=1e-6)


def test_amounts_that_are_not_given_are_those_of_earlier_changes() -> None:
    aid = _pulled("premium_change", start="+3", aid_regional=7_000)
    both = (
        LEVERS["premium_change"]
        .model_validate({"start": "+4", "class3": 52_000})
        .apply(aid, Context(DISTRICT, RULES, FIRST, MONTHS))
    )
    found = {(change.key, change.month): change.value for change in both.rule_changes}
    assert found["premium.pbpu_pemda.premium", "2024-02"] == 42_000 - 4_200 - 7_000
    assert found["premium.pbpu_pemda.premium", "2024-03"] == 52_000 - 4_200 - 7_000
    assert found["premium.pbpu_pemda.district_cost", "2024-03"] == 52_000 - 4_200
    possible = LEVERS["premium_change"].model_validate({"start": "+4", "class3": 52_000})
    maybe = aid.but(rule_changes=tuple(change._replace(chance=0.5) for change in aid.rule_changes))
    found = {
        (c.key, c.month): c.value for c in possible.apply(maybe, Context(DISTRICT, RULES, FIRST, MONTHS)).rule_changes
    }
    assert found["premium.pbpu_pemda.premium", "2024-03"] == 52_000 - 7_000  # the law's aids: the change may not come


def _miss_by_class(policy: Policy) -> np.ndarray:
    b = {**BEHAVIOUR.as_dict(), "premium.burden": 0.5, "premium.class3": 1.2}
    rules = RULES.from_month(change[:3] for change in policy.rule_changes)
    rates = premium_rates(b, policy, rules, RULES, START, "2024-02", 0.05, 0.02)
    return np.array([rates.class1, rates.class2, rates.class3])


def test_the_miss_rate_rises_by_the_elasticity_of_the_burden() -> None:
    """With an elasticity of one half, four times the premium doubles the chance; what did not change stays exactly."""
    assert _miss_by_class(_plain()).tolist() == [1.0, 1.0, 1.2]
    dear = _pulled("premium_change", start="+0", class1=600_000, class3=4 * 35_000 + 7_000)
    assert _miss_by_class(dear) == pytest.approx([2.0, 1.0, 2.4])


def test_kris_weighs_on_each_family_by_what_it_paid_before() -> None:
    """60,000 less aids of 7,000 for all: 53,000 instead of 150,000, 100,000 and 35,000."""
    kris = _pulled("kris", start="+0", premium=60_000)
    before = np.array([150_000, 100_000, 35_000])
    assert _miss_by_class(kris) == pytest.approx(np.sqrt(53_000 / before) * [1, 1, 1.2])


def test_kris_makes_one_premium_and_aid_for_all() -> None:
    """Nobody moves, misses or joins: 500 active in each class. All 1,500 pay 53,000 and get the aid that 500 had."""
    district = _with_classes()
    run = results(district, _pulled("kris", district, 5, start="+3", premium=60_000), BEHAVIOUR.without_change())
    assert run.series("bill_aid_self").tolist() == [500 * 2_800] * 3 + [1_500 * 2_800] * 2
    assert run.series("premium_self").tolist() == [500 * (150_000 + 100_000 + 35_000)] * 3 + [1_500 * 53_000] * 2


def test_under_kris_nobody_moves_a_class_down() -> None:
    district = _with_classes()
    run = results(district, _pulled("kris", district, start="+3", premium=60_000), {"premium.class_down": 0.2})
    assert (run.series("class_down")[:START] > 0).all()
    assert not run.series("class_down")[START:].any()


# -- capitation -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["puskesmas", "all"])
def test_the_norm_is_multiplied_for_its_kind_and_no_other(kind: str) -> None:
    policy = _pulled("tariff_change", start="+3", factor=1.25, facility_type=kind)
    rules = RULES.from_month(change[:3] for change in policy.rule_changes)
    for facility, doctors, dentists, members in (
        ("puskesmas", 0, 0, 4_000), ("puskesmas", 2, 1, 9_000), ("klinik_pratama", 1, 1, 6_000), ("dpm", 1, 0, 3_000),
    ):  # fmt: skip
        law = capitation_tariff(RULES, "2024-02", facility, doctors, dentists, members)
        found = capitation_tariff(rules, "2024-02", facility, doctors, dentists, members)
        assert found == (round(1.25 * law) if kind in ("all", facility) else law)
        assert capitation_tariff(rules, "2024-01", facility, doctors, dentists, members) == law
    remote = [capitation_tariff(r, "2024-02", "puskesmas", 1, 0, 900, special=True) for r in (RULES, rules)]
    assert remote[1] == (1.25 * remote[0] if kind == "all" else remote[0])


def test_the_tariff_is_paid_from_its_month_on() -> None:
    plain, pulled = _pair("tariff_change", start="+3", factor=1.1)
    tariff = pulled.series("tariff", "facility") / plain.series("tariff", "facility")
    assert tariff == pytest.approx(np.where(np.arange(MONTHS)[:, None] < START, 1, 1.1) * np.ones_like(tariff))
    assert pulled.series("capitation_full")[START] == pytest.approx(1.1 * plain.series("capitation_full")[START])


# -- economy ----------------------------------------------------------------------------------------------------------
def test_lay_offs_of_several_months_are_the_share_together() -> None:
    twice = _pulled("economic_shock", start="+2", months=3, laid_off=0.4)
    assert twice.laid_off[[0, 1, 5, 6]].tolist() == [0] * 4
    assert 1 - np.prod(1 - twice.laid_off) == pytest.approx(0.4)
    begun = _pulled("economic_shock", start="2023-10", months=3, miss_factor=2, job_loss_factor=3)
    assert begun.miss_factor.tolist() == [2, 2, 1, 1, 1, 1, 1]
    assert begun.job_loss_factor.tolist() == [3, 3, 1, 1, 1, 1, 1]


def test_who_is_laid_off_comes_besides_the_usual_job_losses() -> None:
    b = {**BEHAVIOUR.as_dict(), "segment.job_loss": 0.1}
    assert segment_rates(b).job_loss == 0.1
    assert segment_rates(b, 3.0, 0.5).job_loss == pytest.approx(0.3 + 0.5 * 0.7)
    assert segment_rates(b, 20.0, 0.5).job_loss == 1.0


def test_a_share_of_private_families_loses_the_job_in_the_month() -> None:
    """No usual job loss, self-payment or lay-off cover: of the families with a private job three in ten fall out."""
    frozen = BEHAVIOUR.without_change()
    before, after = (world(DISTRICT, policy, frozen) for policy in
                     (_plain(), _pulled("economic_shock", start="+3", laid_off=0.3)))  # fmt: skip
    had, have = _families_at_work(before), _families_at_work(after)
    assert have < had
    assert_share(len(had - have), len(had), 0.3)
    assert np.flatnonzero(results_of(after).series("job_loss")).tolist() == [START]


def _families_at_work(final: World) -> set[int]:
    people = final.people
    works = (people.segment == codes.PPU) & (people.status == codes.ACTIVE) & (people.payer == codes.PAYER_PRIVATE)
    return set(people.household[works & (people.presence == codes.RESIDENT)].tolist())


def test_families_miss_more_often_while_it_lasts() -> None:
    hard = _pulled("economic_shock", start="+3", months=2, miss_factor=1.5)
    b = BEHAVIOUR.as_dict()
    rates = [premium_rates(b, hard, RULES, RULES, month, "2024-02", 0.05, 0.02).miss for month in range(MONTHS)]
    assert rates == pytest.approx([0.05] * 3 + [0.075] * 2 + [0.05] * 2)
    plain, pulled = _pair("economic_shock", start="+3", months=2, miss_factor=3)
    assert (pulled.series("suspended")[[4, 5]] > plain.series("suspended")[[4, 5]]).all()


# -- epidemic ---------------------------------------------------------------------------------------------------------
def test_an_epidemic_brings_visits_where_and_while_it_lasts() -> None:
    """Sick visits of month 3 at the two facilities are 1.5 times as many; those of the other two are the same ones."""
    plain, pulled = _pair("epidemic", start="+3", months=2, sick_factor=1.5, facilities=["P1", "P3"])
    one, other = (run.series("sick_visits", "facility") for run in (plain, pulled))
    assert other[START, [1, 3]].tolist() == one[START, [1, 3]].tolist()
    more = one[START, [0, 2]].sum()
    # Poisson visits added to the same ones: the added half within four standard deviations
    assert other[START, [0, 2]].sum() - more == pytest.approx(0.5 * more, abs=4 * np.sqrt(0.5 * more) + 10)
    assert (other[START + 2 :].sum(axis=1) < 1.1 * one[START + 2 :].sum(axis=1)).all()


def test_emergencies_fill_the_hospitals() -> None:
    plain, pulled = _pair("epidemic", start="+3", months=2, emergency_factor=3, cost_per_month=1_000_000)
    one, other = (run.series("emergencies", "hospital").sum(axis=1) for run in (plain, pulled))
    assert (other[[3, 4]] > 2 * one[[3, 4]]).all()
    assert other[5:] == pytest.approx(one[5:], rel=0.1)
    assert pulled.series("bill_levers").tolist() == [0] * 3 + [10**6] * 2 + [0] * 2


# -- people -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("segment", "row"), [("never", 0), ("ppu", 3), ("pbpu_pemda", 2)])
def test_newcomers_come_at_the_end_of_the_month_to_their_place_and_segment(segment: str, row: int) -> None:
    plain, pulled = _pair(
        "population_shock", month="+3", movement="arrive", heads=700, segment=segment, facilities=["P2"]
    )
    assert (pulled.series("moved_in") - plain.series("moved_in"))[START] == 700
    assert (pulled.series("population") - plain.series("population"))[START] == 700
    registered = np.zeros(len(codes.SEGMENT_CODE) + 1)
    registered[row] = 0 if segment == "never" else 700
    found = pulled.table("segment")[START, :, 0] - plain.table("segment")[START, :, 0]
    assert found.tolist() == registered.tolist()
    next_day = (pulled.series("registered", "facility") - plain.series("registered", "facility"))[START + 1]
    assert next_day.tolist() == [0, registered.sum(), 0, 0]


def test_a_crowd_larger_than_the_district_has_room() -> None:
    district = small(600, 1)
    pulled = _pulled("population_shock", district, 14, month="+1", movement="arrive", heads=2_000)
    run = results(district, pulled, luck_only=False)
    assert run.series("population")[1] > 2_500
    assert run.series("births")[2:].sum() > 2 * run.series("births")[:2].sum()


def test_families_leave_whole_until_the_number_is_reached() -> None:
    """Nobody is born, dies or moves alone. At most a family too many goes; part of its members stay on the register."""
    frozen = BEHAVIOUR.without_change()
    before = world(DISTRICT, _plain(), frozen)
    after = world(DISTRICT, _pulled("population_shock", month="+3", movement="leave", heads=3_000), frozen)
    there = before.people.presence == codes.RESIDENT
    left = there & (after.people.presence != codes.RESIDENT)
    assert results_of(after).series("moved_out").tolist() == [0, 0, 0, left.sum(), 0, 0, 0]
    assert 3_000 <= left.sum() < 3_000 + np.bincount(before.people.household[there]).max()
    families = np.unique(before.people.household[left])
    assert not (after.people.presence[np.isin(after.people.household, families)] == codes.RESIDENT).any()
    registered = left & (before.people.status != codes.NEVER)
    stay = int((after.people.presence[registered] == codes.MOVED_ON_REGISTER).sum())
    assert_share(stay, int(registered.sum()), BEHAVIOUR["register.move_unreported"])


def test_those_who_leave_are_of_the_segment_and_place() -> None:
    frozen = BEHAVIOUR.without_change()
    before = world(DISTRICT, _plain(), frozen)
    leaving = _pulled("population_shock", month="+3", movement="leave", heads=300, segment="ppu", facilities=["P4"])
    after = world(DISTRICT, leaving, frozen)
    left = (before.people.presence == codes.RESIDENT) & (after.people.presence != codes.RESIDENT)
    of_it = (
        (before.people.segment == codes.PPU) & (before.people.status == codes.ACTIVE) & (before.people.facility == 3)
    )
    assert left.sum() >= 300
    assert set(before.people.household[left]) <= set(before.people.household[of_it & left])


def test_newcomers_of_a_segment_that_nobody_has_where_they_settle_are_refused() -> None:
    """The lever asks the stock of the district; whether somebody is left at the place shows in the month itself."""
    alone = tiny_district(600, 1, segments={"pbi_jk": 270, "ppu": 84})
    crowd = Crowd(1, 10, codes.BP, (0,))
    with pytest.raises(UserError, match="no resident of the segment bp lives where the newcomers of 2023-12 settle"):
        results(alone, _plain(alone).but(crowds=(crowd,)))


# -- P-Care -----------------------------------------------------------------------------------------------------------
def test_contacts_are_entered_at_the_facilities_that_have_a_clerk() -> None:
    """In the first month nothing else has moved: more recorded where the clerk is, the same elsewhere."""
    over = START + 1
    pulled = _pulled("pcare_completeness", over=over, start="+3", share=1, cost_per_month=3_000_000,
                     facilities=["P1", "P2"])  # fmt: skip
    plain, full = (world(DISTRICT, policy, luck_only=False) for policy in (_plain(over=over), pulled))
    assert full.recorded[:2].tolist() == [1, 1]
    assert full.recorded[2:].tolist() == plain.recorded[2:].tolist()
    one, other = (results_of(final).series("contacts", "facility")[START] for final in (plain, full))
    assert (other[:2] > one[:2]).all()
    assert other[2:].tolist() == one[2:].tolist()
    assert results_of(full).series("bill_levers").tolist() == [0, 0, 0, 6_000_000]


def test_a_facility_that_enters_more_already_stays_as_it_is() -> None:
    held = world(DISTRICT, _pulled("pcare_completeness", share=0.05, cost_per_month=0), months=1)
    assert (held.recorded == world(DISTRICT, _plain()).recorded).all()


# -- levers that were there -------------------------------------------------------------------------------------------
def test_a_pbi_cut_takes_the_share_and_the_pemda_applies_for_its_part() -> None:
    """A tenth of the active PBI-JK on day 1 of the month; half of the residents among them are applied for."""
    plain, cut = _pair("pbi_cut", month="+3", share=0.1)
    _plain_again, taken = _pair("pbi_cut", month="+3", share=0.1, takeover=0.5)
    active = plain.table("segment")[START, 1, 5]  # day 1
    assert (cut.series("pbi_out") - plain.series("pbi_out"))[START] == pytest.approx(0.1 * active, rel=0.02)
    for run, part in ((cut, 0.0), (taken, 0.5)):
        pemda = run.table("segment")[START:, 2, 0].max() - plain.table("segment")[START, 2, 0]
        assert pemda == pytest.approx(part * 0.1 * active, rel=0.15, abs=15)


def test_intake_and_additions_last_from_their_start_until_their_stop() -> None:
    plain, quota = _pair("pemda_intake", start="+2", stop="+4", quota=100)
    _again, more = _pair("quota_addition", start="+2", stop="+4", heads_per_month=100)
    members = quota.table("segment")[:, 2, 0] - plain.table("segment")[:, 2, 0]
    active = more.table("segment")[:, 1, 1] - plain.table("segment")[:, 1, 1]
    assert active[:3].tolist() == [0, 0, 100]
    assert active[3:] == pytest.approx(200, abs=15)
    assert members[:2].tolist() == [0, 0]
    assert members[4:] == pytest.approx(200, abs=30)


# -- as a user meets them ---------------------------------------------------------------------------------------------
HEAD = "name: own\ntitle: {id: judul, en: title}\nexplanation: {id: teks, en: text}\nlevers:\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a district of 600 residents, none of them BP."""
    where = tmp_path_factory.mktemp("place")
    heads = {"pbi_jk": 270, "pbpu_pemda": 72, "ppu": 84, "pbpu": 90}
    write_folder(tiny_district(600, 1, segments=heads), where / "tiny")
    return where


def _run(place: Path, out: str, *levers: str) -> subprocess.CompletedProcess[str]:
    (place / "own.yaml").write_text(HEAD + "".join(f"  - {lever}\n" for lever in levers), encoding="utf-8")
    words = ["run", "tiny", "--scenario", "baseline", "--scenario", "own.yaml", "--months", "4", "--replicates", "12"]
    return prakira(*words, "--jobs", "1", "--lang", "en", "--out", out, at=place, reports=False)


def test_a_possible_rule_comes_in_some_replicates_of_a_run(place: Path) -> None:
    """The last month is billed at 35,000 or 45,000 a head; all of twelve alike once in 2,048 seeds, and it is fixed."""
    told = _run(place, "out", "{kind: premium_change, start: +2, class3: 52000, chance: 0.5, rule: rise}")
    assert told.returncode == 0, told.stderr
    with RunStore.open(place / "out") as store:
        each = {name: store.series(name, "bill_premium") / store.series(name, "billed") for name in ("baseline", "own")}
    assert (each["baseline"] == 35_000).all()
    assert (each["own"][:, :2] == 35_000).all()
    assert set(each["own"][:, 3]) == {35_000, 45_000}


#: What is mistyped, and what is said of it.
MISTAKES = {
    "{kind: premium_change, chance: 0.5}": "own.yaml:5: the lever contradicts itself. Expected: at least one premium",
    "{kind: kris, premium: 5000, aid_central: 6000}": "Expected: aids that are together no more than the premium",
    "{kind: premium_change, class3: 9000, aid_regional: 9500}": "own.yaml:7: the lever contradicts itself. Expected: "
    "aids that are together no more than the premium of class III",
    "{kind: premium_change, class4: 9000}": "own.yaml:8: unknown key class4. Expected: nearest known: class",
    "{kind: tariff_change, factor: 1.1, facility_type: puskemas}": "own.yaml:9: facility_type is 'puskemas'",
    "{kind: economic_shock, laid_off: 15}": "own.yaml:10: laid_off is 15",
}


def test_mistakes_are_told_all_at_once(place: Path) -> None:
    told = _run(place, "none", *MISTAKES)
    assert told.returncode == 2
    for said in MISTAKES.values():
        assert said in " ".join(told.stderr.split())
    assert not (place / "none").exists()


def test_newcomers_of_a_segment_that_the_district_lacks_are_refused_before_the_run(place: Path) -> None:
    told = _run(place, "none", "{kind: population_shock, month: +1, movement: arrive, heads: 9, segment: bp}")
    assert told.returncode == 2
    assert "newcomers of the segment bp resemble its members, and Kabupaten Contoh has none" in told.stderr
    assert not (place / "none").exists()
