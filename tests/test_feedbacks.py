"""Each feedback at ten times its strength moves what it should, the way it should, and not before its delay."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.feedbacks import FEEDBACKS, measure
from scenarios.store import LEVELS
from sim.behaviour import PARAMETERS
from sim.policy import RuleChange
from tests.engine import BEHAVIOUR, policy_for, results, small

MONTHS = 12


@pytest.mark.parametrize("feedback", FEEDBACKS, ids=lambda feedback: feedback.name)
def test_sign_at_ten_times_the_strength(feedback) -> None:  # type: ignore[no-untyped-def]
    found = [measure(feedback, small(), strength=10.0, months=MONTHS, replicate=r) for r in range(3)]
    assert np.mean(found) * feedback.sign > 0, found


@pytest.mark.parametrize(
    ("switch", "indicator"),
    [
        ("feedback.kbk_to_contacts", "contacts"),
        ("feedback.wait_to_contacts", "contacts_lost"),
        ("feedback.drugs_to_referrals", "referrals_nonspecialist"),
        ("feedback.wait_to_referrals", "referrals_nonspecialist"),
        ("feedback.drugs_to_control", "ht_controlled"),
        ("feedback.drugs_to_control", "dm_controlled"),
    ],
)
def test_facility_indices_act_exactly_one_month_later(switch: str, indicator: str) -> None:
    policy = policy_for(small(), 4)
    strained = {
        "drugs.target_months": 0.3, "drugs.lead_days": 2.0, "clinic.service_minutes": 40.0, "care.well": 0.05,
        "referral.tacc": 0.2,
    }  # fmt: skip
    off, on = (results(small(), policy, {**strained, switch: s}).series(indicator, "facility") for s in (0.0, 10.0))
    assert np.array_equal(off[0], on[0])
    assert not np.array_equal(off[1], on[1])


def _first_difference(one: np.ndarray, other: np.ndarray) -> int:
    """The first month in which two series (months, ...) differ."""
    differs = (one != other).reshape(len(one), -1).any(axis=1)
    assert differs.any()
    return int(differs.argmax())


def test_a_score_is_paid_in_the_month_after_it() -> None:
    """Another scheme, from the first or from the fourth month on: rated in it, paid after the rule's lag of a month."""
    law = results(small(), policy_for(small(), 7))
    for first in (0, 3):
        other = policy_for(small(), 7, rule_changes=(RuleChange("kbk.scheme", law.months[first], "zones_2016"),))
        found = results(small(), other)
        for series, month in (("score_tenths", first), ("capitation_paid", first + 1)):
            assert _first_difference(*(run.series(series, "facility") for run in (law, found))) == month


def test_who_does_not_pay_is_capitated_no_more_from_the_next_month_on() -> None:
    """Many more miss from the third month on, since they wait for an amnesty: day 1 of the fourth has fewer heads. With
    the switch off the suspended are paid for as before."""
    waiting = {"premium.amnesty_miss": 15.0, "premium.amnesty_return": 1.0}
    for switch, first in ((1.0, 3), (0.0, None)):
        behaviour = BEHAVIOUR.but({**waiting, "premium.return": 0.0, "feedback.suspension_to_capitation": switch})
        paid = [
            results(small(), policy_for(small(), 5, amnesty_announced=np.arange(5) >= awaited), behaviour)
            for awaited in (2, 9)
        ]
        assert _first_difference(*(run.series("premium_self") for run in paid)) == 2
        heads = [run.series("capitation_full") for run in paid]
        if first is None:
            assert np.abs(heads[0] - heads[1]).max() < 0.002 * heads[0].max()
        else:
            assert _first_difference(*heads) == first
            assert (heads[0][first:] < 0.99 * heads[1][first:]).all()


def test_money_reaches_the_shelves_when_its_order_has_come() -> None:
    """A fund frozen from the fourth month on: what was ordered at the ends of the first three still comes, 40 days on;
    the first order that is missing, of the fourth month's last day, would have come in the sixth month."""
    frozen = np.zeros((9, len(small().facilities)), np.bool_)
    frozen[3:] = True
    strain = {"drugs.acute_per_visit": 20_000.0, "drugs.own_share": 0.9, "care.sick": 0.3, "referral.rate": 0.3}
    free, held = (
        results(small(), policy_for(small(), 9, fund_frozen=f), strain) for f in (np.zeros_like(frozen), frozen)
    )
    assert _first_difference(*(run.series("fund_services", "facility") for run in (free, held))) == 3
    assert _first_difference(*(run.series("stockout_acute", "facility") for run in (free, held))) == 5
    assert _first_difference(*(run.series("referrals", "facility") for run in (free, held))) == 6


def test_complications_are_owed_at_once_and_paid_from_the_next_month_on() -> None:
    strain = {"chronic.complication": 0.05, "chronic.sbp_level": 128.0}
    off, on = (
        results(small(), policy_for(small(), 4), {**strain, "feedback.control_to_claims": s}) for s in (0.0, 1.0)
    )
    assert _first_difference(off.series("claims_incurred"), on.series("claims_incurred")) == 0
    assert _first_difference(off.series("claims_paid"), on.series("claims_paid")) == 1


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_every_parameter_moves_something(parameter) -> None:  # type: ignore[no-untyped-def]
    """Moved far, each parameter changes the results of a district under strain with every lever in use."""
    base, moved = _strained({}), _strained({parameter.name: _far(parameter)})
    same = all(np.array_equal(base.table(level), moved.table(level), equal_nan=True)
               for level in LEVELS)  # fmt: skip
    assert not same


def _far(parameter) -> float:  # type: ignore[no-untyped-def]
    if parameter.scale == "share":
        return 0.9 if parameter.default < 0.5 else 0.1
    return 0.0 if parameter.scale == "fixed" else float(parameter.default) * 3


#: Every programme of care in use, so that the parameters of their effects have something to act on.
_PROGRAMMES = {"home_visits": 50.0, "follow_up": 0.5, "screening": 0.5, "club_places": 400.0, "telemedicine": 0.3}


def _strained(changes: dict[str, float]):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from sim.rules import load_rules

    rules = load_rules().but({"uhc.bar.registered": 0.5, "uhc.bar.active": 0.5})
    district = _with_joiners()
    quota = np.full(9, 60, np.int64)
    quota[0] = 3000
    policy = policy_for(district, 9, intake_quota=quota, agreement=True, point_of_care=True,
                        line_rule="amounts", line_amounts={2024: 0}, regime="owe")  # fmt: skip
    policy = replace(
        policy,
        referral_training=np.full((9, len(district.facilities)), 0.5),
        collectors=np.full((9, 3), 0.5),
        reminders=np.full(9, 0.5),
        cleansing=np.full(9, 0.1),
        amnesty_announced=np.arange(9) < 4,
        rule_changes=(RuleChange("premium.pbpu.class3.member_share", "2024-01", 70_000),),
        verifiers=np.full(9, 0.5),
        **{name: np.full((9, len(district.facilities)), level) for name, level in _PROGRAMMES.items()},
    )
    strain = {
        "clinic.service_minutes": 25.0, "clinic.visits_per_desk": 5.0, "drugs.target_months": 0.5,
        "care.emergency": 0.03, "segment.join": 0.01,
        "chronic.complication": 0.02, "office.capacity": 100.0, "premium.rehab_join": 0.2, "chronic.diagnosis": 0.3,
        "staff.turnover": 0.3, "staff.recruit_months": 1.0,
        "claims.verified_in_time": 0.4, "claims.files_per_verifier_day": 5.0,
    }  # fmt: skip
    return results(district, policy, BEHAVIOUR.but({**strain, **changes}), luck_only=False, rules=rules)


def _with_joiners():  # type: ignore[no-untyped-def]
    """The small district with class I-III self-payers, state and village workers, assumed joiners, three doctors."""
    from districts.tiny import tiny_district

    district = tiny_district(12_000, 2)
    stock = district.stock()
    rows = []
    for row in stock.segments:
        if row.segment == "pbpu":
            third = {"registered": 600, "active": 500, "arrears": 100, "lapsed": 0}
            rows += [row.model_copy(update={"klass": k, "joined": 200, **third}) for k in (1, 2, 3)]
        elif row.segment == "ppu":
            rows.append(row.model_copy(update={"registered": 800, "active": 760, "arrears": 0, "lapsed": 40}))
            heads = {"registered": 400, "active": 380, "arrears": 0, "lapsed": 20}
            rows += [row.model_copy(update={"payer": payer, **heads}) for payer in ("state", "village")]
        else:
            rows.append(row.model_copy(update={"joined": row.registered // 10}))
    stock = stock.model_copy(update={"segments": tuple(rows)})
    first, *others = (facility.model_copy(update={"doctors": 3}) for facility in district.facilities)
    bare = first.model_copy(update={"laboratory": 0})
    return district.model_copy(update={"stocks": (stock,), "facilities": (bare, *others)})
