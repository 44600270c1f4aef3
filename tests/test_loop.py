"""The loop KBK → cash → drugs → referrals and control → KBK: its gain, its sign, and that it settles."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.loop import LOOP, SHARES, loop_gain
from tests.engine import BEHAVIOUR, policy_for, results, small

#: Dear drugs that are bought from capitation: what makes the loop visible in a small district.
_STRAIN = {
    "drugs.acute_per_visit": 15_000.0, "drugs.chronic_per_patient": 18_000.0,
    "drugs.consumables_per_contact": 3_600.0, "drugs.own_share": 0.9, "referral.tacc": 0.86,
}  # fmt: skip


def test_without_its_effects_the_loop_has_no_gain() -> None:
    assert loop_gain(small(), strength=0.0, months=14, strain=_STRAIN) == 0.0


def test_at_ten_times_its_strength_less_cash_costs_points_and_not_more_than_were_cut() -> None:
    """Full capitation against two fifths of it, over facilities that differ, so that some stand near an edge."""
    gains = [
        loop_gain(small(40_000, 8), 10.0, 18, replicate=replicate, drawn=True, strain=_STRAIN, shares=(1000, 400))
        for replicate in range(4)
    ]
    assert np.mean(gains) > 0, gains
    assert max(gains) < 1, gains


def test_the_gain_at_default_strength_is_a_number_below_one() -> None:
    gains = [loop_gain(small(), 1.0, 14, replicate=replicate, drawn=True) for replicate in range(3)]
    assert all(abs(gain) < 1 for gain in gains), gains


def test_the_closed_loop_settles_at_ten_times_its_strength() -> None:
    """Three years under strain: the share paid neither falls through the least of the rule nor drifts between the
    second and the third year by as much as one band (50 per mille)."""
    behaviour = BEHAVIOUR.but({**_STRAIN, LOOP[1]: 10.0, LOOP[2]: 10.0})
    found = results(small(), policy_for(small(), 36), behaviour)
    share = found.series("share_permille", "facility")
    assert share.min() >= min(SHARES)
    second, third = share[12:24].mean(), share[24:].mean()
    assert abs(second - third) < 50


def test_a_run_too_short_to_feel_the_share_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 6"):
        loop_gain(small(), months=6)
