"""Nobody vanishes, nobody stands twice, every rupiah paid is received: over random districts and policies."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.tiny import tiny_district
from sim import codes
from sim.payers.treasury import is_credit
from sim.policy import NewPosts, baseline_policy
from sim.simulate import simulate
from tests.engine import BEHAVIOUR, RULES, policy_for, results, small, world

MONTHS = 10


@st.composite
def cases(draw):  # type: ignore[no-untyped-def]
    """A small district, a policy with several levers, a replicate."""
    district = tiny_district(draw(st.integers(600, 4000)), draw(st.integers(1, 4)))
    district = district.model_copy(update={"budget": (*district.budget, *(
        district.budget[0].model_copy(update={
            "year": 2024, "fund": fund, "withheld": fund == "cigarette_tax", "amount": draw(st.integers(0, 10**7)),
            "month_available": draw(st.integers(1, 8)),
        })
        for fund in ("cigarette_tax", "province", "dau_earmarked")
    ))})  # fmt: skip
    places = len(district.facilities)
    quota = np.zeros(MONTHS, np.int64)
    quota[draw(st.integers(0, MONTHS - 1))] = draw(st.integers(0, 800))
    cut = np.zeros(MONTHS)
    cut[draw(st.integers(0, MONTHS - 1))] = draw(st.floats(0, 0.5))
    policy = baseline_policy(MONTHS, places).but(
        intake_quota=quota,
        intake_target=draw(st.sampled_from(["quota", "hold_status", "cover_all_eligible"])),
        intake_order=draw(st.sampled_from(["never_first", "lapsed_first", "arrears_first", "poorest_first"])),
        point_of_care=np.full(MONTHS, draw(st.booleans())),
        agreement=np.full(MONTHS, draw(st.booleans())),
        line_rule=draw(st.sampled_from(["unbounded", "amounts", "heads_at_start", "last_year_growth"])),
        line_amounts={2023: draw(st.integers(0, 10**8)), 2024: draw(st.integers(0, 10**9))},
        line_factor=draw(st.floats(0, 1)),
        line_additions={"2024-04": draw(st.integers(0, 10**8))},
        line_cash=draw(st.none() | st.just((("2023-11", 10**7), ("2024-03", 10**8)))),
        top_up=draw(st.floats(0, 1)),
        regime=draw(st.sampled_from(["owe", "drop", "freeze", "grace_then_drop"])),
        drop_order=draw(st.sampled_from(["unused_first", "better_off_first", "newest_first"])),
        restore_at_point_of_care=draw(st.booleans()),
        pbi_cut=cut,
        pbi_cut_takeover=np.full(MONTHS, draw(st.floats(0, 1))),
        outreach_hours=np.full((MONTHS, places), draw(st.floats(0, 2000))),
        outreach_own_hours=np.full((MONTHS, places), draw(st.floats(0, 3000))),
        recruits=(
            NewPosts(draw(st.integers(0, 12)), places - 1, "doctors", draw(st.integers(1, 3)), draw(st.floats(0, 9))),
        ),
        fund_frozen=_some(draw, places, draw(st.booleans()), False),
        drug_budget_factor=_some(draw, places, draw(st.floats(0, 5)), 1.0),
        drug_lead_factor=np.full((MONTHS, places), draw(st.floats(0.1, 5))),
        drug_target_extra=np.full((MONTHS, places), draw(st.floats(0, 3))),
        lever_cost=np.full(MONTHS, draw(st.integers(0, 10**7))),
    )
    return district, policy, draw(st.integers(0, 50))


def _some(draw, places: int, inside: float, outside: float) -> np.ndarray:  # type: ignore[no-untyped-def]
    """A policy table of (months, facilities): ``inside`` for some months of one facility, ``outside`` elsewhere."""
    first, last, place = draw(st.integers(0, MONTHS)), draw(st.integers(0, MONTHS)), draw(st.integers(0, places - 1))
    table = np.full((MONTHS, places), outside)
    table[first:last, place] = inside
    return table


@given(cases())
@settings(max_examples=25, deadline=None)
def test_people_membership_and_money_are_conserved(case) -> None:  # type: ignore[no-untyped-def]
    district, policy, replicate = case
    final = world(district, policy, BEHAVIOUR.draw(1, replicate), replicate, luck_only=False)
    get = {name: final.out_district[:, i] for i, name in enumerate(_names())}
    residents = np.concatenate([[district.stock().population], get["population"]])
    change = get["births"] - get["deaths"] + get["moved_in"] - get["moved_out"]
    assert np.array_equal(np.diff(residents), change)
    statuses = get["active"] + get["pending"] + get["arrears"] + get["lapsed"]
    assert np.array_equal(statuses, get["registered"])
    ghosts = get["dead_on_register"] + get["moved_on_register"]
    assert np.array_equal(get["never"] + get["registered"] - ghosts, get["population"])
    segments = final.out_segment
    assert np.array_equal(segments[:, :, 0].sum(axis=1), get["registered"])
    assert np.array_equal(segments[:, :, 1:5].sum(axis=(1, 2)), get["registered"])
    assert np.array_equal(segments[:, :, 5].sum(axis=1), get["capitated"])
    assert np.array_equal(final.out_facility[:, :, 1].sum(axis=1), get["capitated"])
    intake = sum(get[f"intake_{name}"] for name in ("never", "lapsed", "arrears", "pbpu", "ppu"))
    assert (intake >= get["intake_point_of_care"]).all()
    assert final.ledger.total() == 0
    assert sum(final.ledger.flows.values()) > 0
    bill = get["bill_premium"] + get["bill_aid_pemda"] + get["bill_aid_self"] + get["bill_levers"]
    assert np.array_equal(bill + get["bill_correction"], get["bill_jkn"])
    unpaid = get["bill_jkn"].sum() - get["paid_jkn"].sum() - get["paid_others"].sum() - get["debt_pemda"][-1]
    assert unpaid == final.line.treasury.waiting()
    assert get["paid_others"].sum() <= sum(row.amount for row in district.budget if is_credit(row))
    alive = final.people.presence[: final.used]
    valid = (final.people.segment[: final.used] == codes.NEVER_SEGMENT) == (
        final.people.status[: final.used] == codes.NEVER
    )
    assert valid[(alive != codes.FREE) & (alive != codes.GONE)].all()


def _names() -> list[str]:
    from sim.indicators import DISTRICT

    return [indicator.key for indicator in DISTRICT]


def test_ten_thousand_lapsed_taken_in_leave_the_registered_share_unchanged() -> None:
    segments = {"pbi_jk": 20_000, "pbpu_pemda": 2_000, "ppu": 6_000, "pbpu": 4_000, "bp": 400}
    district = tiny_district(40_000, 3, segments)
    rows = tuple(
        row.model_copy(update={"active": row.active - 10_400, "lapsed": row.lapsed + 10_400})
        if row.segment == "pbi_jk"
        else row
        for row in district.stock().segments
    )
    stock = district.stock().model_copy(update={"segments": rows})
    district = district.model_copy(update={"stocks": (stock,)})
    still = BEHAVIOUR.without_change().but({"segment.nik_invalid": 0.0, "office.capacity": 20_000.0})
    quota = np.zeros(3, np.int64)
    quota[0] = 10_000
    policy = policy_for(district, 3, intake_quota=quota, intake_order="lapsed_first", agreement=True)
    before = results(district, policy_for(district, 3), still)
    after = results(district, policy, still)
    assert after.series("intake_lapsed").sum() + after.series("intake_ppu").sum() == 10_000
    assert np.array_equal(after.series("registered"), before.series("registered"))
    assert after.series("active")[-1] - before.series("active")[-1] == 10_000


def test_every_rate_at_zero_changes_nothing() -> None:
    final = results(behaviour=BEHAVIOUR.without_change(), months=8)
    stock = small().stock()
    for key, value in (
        ("population", stock.population),
        ("registered", stock.registered),
        ("active", stock.active),
        ("arrears", sum(row.arrears for row in stock.segments)),
        ("lapsed", sum(row.lapsed for row in stock.segments)),
        ("capitated", stock.active),
    ):
        assert (final.series(key) == value).all(), key
    for key in (
        "births",
        "deaths",
        "moved_in",
        "moved_out",
        "suspended",
        "reactivated",
        "pbi_out",
        "pbi_in",
        "job_loss",
    ):
        assert not final.series(key).any(), key


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not() -> None:
    district = small()
    policy = policy_for(district, 6)
    one, two = (simulate(district, RULES, BEHAVIOUR, policy, 7, replicate=2).to_bytes() for _ in range(2))
    assert one == two
    assert one != simulate(district, RULES, BEHAVIOUR, policy, 8, replicate=2).to_bytes()


def test_a_lever_that_starts_late_leaves_the_months_before_untouched() -> None:
    district = small()
    quota = np.zeros(12, np.int64)
    quota[9] = 500
    late = results(district, policy_for(district, 12, intake_quota=quota), luck_only=False)
    base = results(district, policy_for(district, 12), luck_only=False)
    assert np.array_equal(late.district[:9], base.district[:9], equal_nan=True)
    assert np.array_equal(late.facility[:9], base.facility[:9], equal_nan=True)
    assert not np.array_equal(late.district[9:], base.district[9:], equal_nan=True)


def test_the_unit_record_round_trips() -> None:
    from sim.results import Results

    found = results(months=3)
    again = Results.from_bytes(found.to_bytes())
    assert again.to_bytes() == found.to_bytes()
    assert again.months == found.months
