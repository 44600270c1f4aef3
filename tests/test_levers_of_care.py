"""Each lever of care does what its docstring says: to its indicator, in its months and at its places.

The same luck is met with and without a lever, so that what it does not touch is equal to the last bit.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from scenarios.levers import LEVERS, Context, Lever
from scenarios.levers.family_folders import FamilyFolders
from scenarios.levers.ilp import Ilp
from scenarios.levers.outreach_sessions import ACTIVITIES, OutreachSessions
from scenarios.levers.programme import Package
from scenarios.levers.referral_coordination import ReferralCoordination
from scenarios.levers.vbhc import Vbhc
from sim.indicators import INDEX
from sim.people.life_cycle import GROUPS
from sim.policy import Policy, baseline_policy
from sim.results import Results
from tests.engine import RULES, results, small
from tests.test_levers_same_until_start import EXAMPLES

#: What each lever moves in its first month, and which way: facility indicators at the second of three facilities.
MOVES: dict[str, dict[str, int]] = {
    "outreach_sessions": {"contacts": +1, "well_adults": +1, "bill_levers": +1},
    "home_visits": {"contacts": +1, "ht_controlled": +1, "bill_levers": +1},
    "screening": {"ht_diagnosed": +1, "dm_diagnosed": +1, "bill_levers": +1},
    "prolanis_clubs": {"prolanis_seen": +1, "ht_prolanis": +1, "levers_bpjs": +1},
    "laboratory": {"referrals": -1, "bill_levers": +1},
    "telemedicine": {"teleconsultations": +1, "contacts": +1, "wait_minutes": -1, "bill_levers": +1},
    "refer_back": {"bill_levers": +1},
    "verifiers": {"claims_paid": +1, "levers_bpjs": +1},
    "referral_coordination": {"referrals_nonspecialist": -1, "referrals": -1, "bill_levers": +1},
    "outcome_monitoring": {"ht_controlled": +1, "bill_levers": +1},
    "waste_reduction": {"claims_incurred": -1, "bill_levers": +1},
    "vbhc": {"referrals_nonspecialist": -1, "ht_controlled": +1, "claims_incurred": -1},
    "family_folders": {"contacts": +1, "cleansed": +1, "bill_levers": +1},
    "return_visits": {"prolanis_seen": +1, "contacts": +1, "bill_levers": +1},
    "ilp": {"contacts": +1, "cleansed": +1, "ht_diagnosed": +1, "prolanis_seen": +1},
}
START, MONTHS, HERE = 4, 8, 1
#: A clinic that is short of doctors, drugs and verifiers has something to gain.
STRAIN = {
    "clinic.service_minutes": 25.0, "referral.tacc": 0.5, "claims.verified_in_time": 0.4, "claims.closer_checks": 0.1,
    "claims.files_per_verifier_day": 20.0, "chronic.letter": 0.2,
}  # fmt: skip


def _district():  # type: ignore[no-untyped-def]
    """Three facilities of 4,000 residents each, without a laboratory."""
    district = small(12_000, 3)
    bare = tuple(facility.model_copy(update={"laboratory": 0}) for facility in district.facilities)
    return district.model_copy(update={"facilities": bare})


DISTRICT = _district()
CONTEXT = Context(DISTRICT, RULES, "2023-11", MONTHS)


def lever_of(kind: str, **more: Any) -> Lever:
    """The example of ``kind``, at the second facility if it has places."""
    lever = LEVERS[kind]
    places = {"facilities": ("P2",)} if "facilities" in lever.model_fields else {}
    return lever.model_validate({**EXAMPLES[kind].given, **places, **more})


def run(*levers: Lever) -> Results:
    """A run under strain with drawn shocks."""
    policy = baseline_policy(MONTHS, len(DISTRICT.facilities))
    for lever in levers:
        policy = lever.apply(policy, CONTEXT)
    return results(DISTRICT, policy, STRAIN, luck_only=False)


@cache
def plain() -> Results:
    """Without a lever."""
    return run()


@cache
def pulled(kind: str) -> Results:
    """With the lever's example."""
    return run(lever_of(kind))


def test_every_component_of_a_package_is_tested_by_itself() -> None:
    assert {part.kind for lever in (Vbhc(), Ilp()) for part in lever.components()} <= set(MOVES)


@pytest.mark.parametrize(("kind", "key", "sign"), [(k, key, s) for k, rows in MOVES.items() for key, s in rows.items()])
def test_it_moves_its_indicator_in_its_first_month(kind: str, key: str, sign: int) -> None:
    level = "facility" if key in INDEX["facility"] else "district"
    before, after = (run.series(key, level)[START] for run in (plain(), pulled(kind)))
    if level == "facility":
        before, after = before[HERE], after[HERE]
    assert (after - before) * sign > 0


@pytest.mark.parametrize("kind", [kind for kind in MOVES if kind not in ("family_folders", "ilp")])
def test_other_places_are_left_alone_in_its_first_month(kind: str) -> None:
    """Of the facilities' figures; the register, which family folders check, is the whole district's."""
    before, after = (run.table("facility")[START] for run in (plain(), pulled(kind)))
    for place in range(len(DISTRICT.facilities)):
        if place != HERE:
            assert np.array_equal(before[place], after[place], equal_nan=True)


def test_it_ends_at_its_stop() -> None:
    short = run(lever_of("telemedicine", stop="+6"), lever_of("prolanis_clubs", stop="+6"))
    remote, borne = short.series("teleconsultations", "facility"), short.series("levers_bpjs")
    assert (remote > 0).tolist() == [[False, START <= month < 6, False] for month in range(MONTHS)]
    assert borne.tolist() == [0] * 4 + [500 * 25_000] * 2 + [0] * 2


def test_sessions_reach_their_age_group_alone() -> None:
    """In the first month the well contacts of one group of the life cycle rise, and no other's."""
    for activity, (group, _) in zip(ACTIVITIES, GROUPS, strict=True):
        met = run(lever_of("outreach_sessions", activity=activity))
        for name, _ in GROUPS:
            rise = met.series(f"well_{name}")[START] - plain().series(f"well_{name}")[START]
            assert (rise > 0) == (name == group), (activity, name)
            assert rise >= 0


def test_patients_referred_back_leave_the_hospital_and_cost_drugs() -> None:
    """The month after, there are more of them, and fewer letters; half of their drugs are lacking and not paid."""
    back, full = pulled("refer_back"), run(lever_of("refer_back", drugs_available=1))
    for found in (back, full):
        assert found.series("prb_patients")[START + 1] > plain().series("prb_patients")[START + 1]
        assert found.series("hospital_outpatient")[-1] < plain().series("hospital_outpatient")[-1]
    assert full.series("prb_drugs")[START + 1] > plain().series("prb_drugs")[START + 1]
    assert back.series("prb_drugs")[START] < plain().series("prb_drugs")[START]


def test_more_verifiers_pay_sooner_and_send_back_more() -> None:
    """What is submitted is the same; two more, of 20 files a day each, clear what waited."""
    more = pulled("verifiers")
    assert np.array_equal(more.series("claims_submitted"), plain().series("claims_submitted"))
    assert (more.series("claims_returned")[START:] > plain().series("claims_returned")[START:]).all()
    assert more.series("claims_backlog")[-1] < plain().series("claims_backlog")[-1]
    assert more.series("claims_penalty")[START:].sum() < plain().series("claims_penalty")[START:].sum()


def test_an_admission_costs_what_is_left() -> None:
    """0.3 less of every admission; cost is cut to whole rupiah, one at most for each admission."""
    key = INDEX["hospital"]["claims_admissions"]
    before, after = (run.table("hospital")[START:, :, key] for run in (plain(), pulled("waste_reduction")))
    admissions = plain().table("hospital")[START:, :, INDEX["hospital"]["admissions"]]
    assert (np.abs(after - 0.7 * before) <= admissions).all()


def test_folders_reach_families_in_proportion_to_members_and_check_that_share_of_the_register() -> None:
    """Half the families of one of three facilities are a sixth of the register; 0.5 of half the members are met."""
    lever = lever_of("family_folders")
    assert isinstance(lever, FamilyFolders)
    policy = lever.apply(baseline_policy(MONTHS, 3), CONTEXT)
    members = DISTRICT.facilities[HERE].registered
    register = sum(facility.registered for facility in DISTRICT.facilities)
    assert policy.cleansing[START:] == pytest.approx(0.5 * members / register)
    assert policy.met[START:, HERE].sum(axis=1) == pytest.approx(0.25 * members)
    assert not policy.met[START:, [0, 2]].any()
    assert policy.lever_cost[START:].tolist() == [round(0.5 * members * 2_000)] * (MONTHS - START)


def _same(one: Policy, other: Policy) -> bool:
    return all(np.array_equal(value, getattr(other, name)) for name, value in vars(one).items())


@pytest.mark.parametrize("kind", ["vbhc", "ilp"])
def test_a_package_is_its_components_and_without_them_nothing(kind: str) -> None:
    package = lever_of(kind)
    assert isinstance(package, Package)
    policy = baseline_policy(MONTHS, 3)
    one_by_one = policy
    for part in package.components():
        one_by_one = part.apply(one_by_one, CONTEXT)
    assert _same(package.apply(policy, CONTEXT), one_by_one)
    switches = [name for name, info in LEVERS[kind].model_fields.items() if info.annotation is bool]
    assert len(switches) == 3
    assert _same(lever_of(kind, **dict.fromkeys(switches, False)).apply(policy, CONTEXT), policy)
    for name in switches:  # each component alone differs from nothing, and from the whole
        alone = lever_of(kind, **{other: other == name for other in switches}).apply(policy, CONTEXT)
        assert not _same(alone, policy)
        assert not _same(alone, package.apply(policy, CONTEXT))


def test_costs_of_the_packages() -> None:
    """At one facility a month: 1.0 + 1.5 million and 10 million for the district; and 5 % of the members at 2,000, four
    times two sessions at 500,000, 1.5 and 0.5 million."""
    policy = baseline_policy(MONTHS, 3)
    members = DISTRICT.facilities[HERE].registered
    for lever, rupiah in (
        (Vbhc(start="+4", facilities=("P2",)), 12_500_000),
        (Ilp(start="+4", facilities=("P2",)), round(0.05 * members * 2_000) + 8 * 500_000 + 2_000_000),
    ):
        assert lever.apply(policy, CONTEXT).lever_cost.tolist() == [0] * 4 + [rupiah] * 4


def test_coordination_refers_back_as_the_lever_refer_back_does() -> None:
    coordination = ReferralCoordination(start="+4", referred_back=0.3, settled=0.0, cost_per_month=7)
    back = LEVERS["refer_back"].model_validate({"start": "+4", "share": 0.3, "cost_per_month": 7})
    policy = baseline_policy(MONTHS, 3)
    assert _same(coordination.apply(policy, CONTEXT), back.apply(policy, CONTEXT))


def test_two_programmes_reach_of_what_the_first_leaves() -> None:
    policy = baseline_policy(MONTHS, 3)
    half = LEVERS["screening"].model_validate({"share": 0.5, "cost_per_month": 3})
    twice = half.apply(half.apply(policy, CONTEXT), CONTEXT)
    assert set(twice.screening.ravel()) == {0.75}
    assert set(twice.lever_cost) == {2 * 3 * 3}
    sessions = OutreachSessions(activity="elderly", sessions_per_month=2, persons_per_session=10, cost_per_session=1)
    met = sessions.apply(sessions.apply(policy, CONTEXT), CONTEXT).met
    assert set(met[:, :, 3].ravel()) == {40}
    assert not met[:, :, :3].any()


def test_an_uncertain_strength_leaves_the_cost_as_written() -> None:
    """Half as strong: half the places and half the verifiers, at the whole price, whoever bears it."""
    policy = baseline_policy(MONTHS, 3)
    for kind, table, rupiah in (
        ("prolanis_clubs", "club_places", 500 * 25_000),
        ("verifiers", "verifiers", 16_000_000),
    ):
        lever = lever_of(kind)
        written, half = lever.apply(policy, CONTEXT), lever.pulled(policy, CONTEXT, 0.5)
        assert getattr(half, table).sum() == getattr(written, table).sum() / 2
        assert half.bpjs_cost.tolist() == [0] * START + [rupiah] * (MONTHS - START)


def test_the_components_of_a_package_reach_the_group_that_it_names() -> None:
    package = Vbhc.model_validate({"start": "+4", "facilities": {"blud": True}})  # the first facility alone
    found = package.apply(baseline_policy(MONTHS, 3), CONTEXT)
    assert (found.settled[START:] > 0).tolist() == [[True, False, False]] * (MONTHS - START)
    assert (found.follow_up[START:] > 0).tolist() == [[True, False, False]] * (MONTHS - START)
