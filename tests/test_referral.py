"""The chance of a referral: what each influence does to the odds, and that nothing else moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviour import default_behaviour
from sim.facilities import referral
from sim.facilities.referral import ReferralEffects, referral_chances, unasked_odds

USUAL = ReferralEffects(
    share_4a=0.14, visits_4a=0.7, request=0.05, request_odds=3.0, laboratory=0.15, stockout=0.2, wait=0.1
)
RATE = np.array([0.05, 0.124, 0.3])
NONE, SAME = np.zeros(3), np.ones(3)


def _chances(effects: ReferralEffects = USUAL, laboratory=NONE, stockout=NONE, wait=NONE, members=SAME, opened=NONE):  # type: ignore[no-untyped-def]
    return referral_chances(RATE, effects, laboratory, stockout, wait, members, opened)


def _odds(chance: np.ndarray) -> np.ndarray:
    return chance / (1 - chance)


def test_without_push_the_rate_is_the_rate() -> None:
    found = _chances()
    assert found.sum(axis=1) == pytest.approx(RATE)
    assert found[:, 1] == pytest.approx(0.14 * RATE)


def test_the_usual_requests_are_the_defaults_of_the_parameters() -> None:
    b = default_behaviour().as_dict()
    assert (b["referral.request"], b["referral.request_odds"]) == (referral._USUAL_REQUEST, referral._USUAL_ODDS)


@given(st.floats(1e-6, 0.95), st.floats(0, 0.9), st.floats(1, 10))
def test_the_odds_of_those_who_do_not_ask_solve_the_mixture(chance: float, request: float, ratio: float) -> None:
    odds = float(unasked_odds(np.array(chance), request, ratio))
    mixed = (1 - request) * odds / (1 + odds) + request * ratio * odds / (1 + ratio * odds)
    assert mixed == pytest.approx(chance, rel=1e-9)


def test_stockouts_and_waiting_multiply_the_odds_of_4a_visits_alone() -> None:
    """Where nobody asks the odds of a 4A visit rise by 1.2 for days without drugs, and by 1.1 for an hour's wait."""
    silent = USUAL._replace(request=0.0)
    plain, empty = _chances(silent), _chances(silent, stockout=SAME, wait=2 * SAME)
    assert empty[:, 0] == pytest.approx(plain[:, 0])
    rise = _odds(empty[:, 1] / 0.7) / _odds(plain[:, 1] / 0.7)
    assert rise == pytest.approx(1.2 * 1.1**2)


def test_a_facility_without_laboratory_refers_more_and_the_others_less() -> None:
    lacking = np.array([1.0, 0.0, 0.0])
    silent = USUAL._replace(request=0.0)
    plain, found = _chances(silent), _chances(silent, laboratory=lacking, members=np.array([1.0, 1.0, 2.0]))
    for column, visits in enumerate((0.3, 0.7)):
        rise = _odds(found[:, column] / visits) / _odds(plain[:, column] / visits)
        assert rise == pytest.approx(1.15 ** (lacking - 0.25))


def test_a_programme_s_laboratory_acts_where_there_was_none_and_nowhere_else() -> None:
    lacking, half = np.array([1.0, 0.0, 1.0]), np.array([0.5, 0.5, 0.0])
    silent = USUAL._replace(request=0.0)
    plain, found = _chances(silent, laboratory=lacking), _chances(silent, laboratory=lacking, opened=half)
    assert np.array_equal(found[1:], plain[1:])
    assert _odds(found[0] / [0.3, 0.7]) / _odds(plain[0] / [0.3, 0.7]) == pytest.approx(1.15**-0.5)


def test_more_requests_mean_more_referrals_of_both_classes() -> None:
    more = _chances(USUAL._replace(request=0.2))
    assert (more > _chances()).all()
    assert (_chances(USUAL._replace(request_odds=6.0)) > _chances()).all()


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 4), st.floats(0, 20))
def test_chances_stay_chances_whatever_pushes(rate: float, stockout: float, wait: float, effect: float) -> None:
    pushed = USUAL._replace(stockout=effect, wait=effect, laboratory=effect, request=0.9, request_odds=10.0)
    found = referral_chances(
        np.full(2, rate),
        pushed,
        np.array([0.0, 1.0]),
        np.full(2, stockout),
        np.full(2, wait),
        np.ones(2),
        np.zeros(2),
    )
    assert (found >= 0).all()
    assert (found.sum(axis=1) <= 1).all()
