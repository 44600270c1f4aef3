"""The chance that a sick visit ends in a referral: diagnosis class, request, laboratory, stock-outs and waiting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Limits that keep chances below 1 whatever the parameters: a visit referred, a visit of one diagnosis class referred.
_MOST_REFERRED, _MOST_OF_CLASS = 0.6, 0.95
#: Share of patients who ask and their odds, where the share of visits referred was fitted (assumed): the default of
#: ``referral.request`` and ``referral.request_odds``.
_USUAL_REQUEST, _USUAL_ODDS = 0.05, 3.0


class ReferralEffects(NamedTuple):
    """What moves a referral; all are combined on the logit scale of the visits of one diagnosis class.

    ``share_4a``: share of referrals with a competence-4A diagnosis, ``visits_4a``: of sick visits. ``request``: share
    of patients who ask for a referral, with ``request_odds`` times the odds. ``laboratory``, ``stockout`` and ``wait``
    are relative rises: without a laboratory, while drugs for acute illness are out of stock, per hour of mean wait.
    """

    share_4a: float
    visits_4a: float
    request: float
    request_odds: float
    laboratory: float
    stockout: float
    wait: float


def referral_chances(
    rate: FloatArray, effects: ReferralEffects, without_laboratory: FloatArray, stockout: FloatArray,
    wait_hours: FloatArray, members: FloatArray, opened: FloatArray,
) -> FloatArray:  # fmt: skip
    """Chances per sick visit of a specialist and of a 4A referral, shape (facilities, 2).

    ``rate`` (facilities,) is the share of visits referred where drugs are in stock, nobody waits and as many ask for a
    referral as usual. More requests raise it; a facility without a laboratory refers more than the district's mean
    weighted by ``members``, one with it less; on the share of days ``opened`` a programme runs one where there was
    none. ``without_laboratory`` is 0 or 1, ``stockout`` the share of days, ``wait_hours`` the mean wait, each
    (facilities,). Stock-outs and waiting (hasty referrals) act on competence-4A diagnoses, which the clinic should
    settle itself; the others act on both classes.
    """
    rate = np.minimum(rate, _MOST_REFERRED)
    lacking = without_laboratory * (1.0 - opened) - np.average(without_laboratory, weights=np.maximum(members, 1e-9))
    laboratory = np.log1p(effects.laboratory) * lacking
    hasty = np.log1p(effects.stockout) * stockout + np.log1p(effects.wait) * wait_hours
    chances = []
    for referred, visits, push in (
        (1.0 - effects.share_4a, 1.0 - effects.visits_4a, laboratory),
        (effects.share_4a, effects.visits_4a, laboratory + hasty),
    ):
        of_class = np.minimum(rate * referred / visits, _MOST_OF_CLASS)
        unasked = unasked_odds(of_class, _USUAL_REQUEST, _USUAL_ODDS) * np.exp(push)
        asked = unasked * effects.request_odds
        mixed = (1.0 - effects.request) * unasked / (1.0 + unasked) + effects.request * asked / (1.0 + asked)
        chances.append(visits * mixed)
    return np.stack(chances, axis=1)


def unasked_odds(chance: FloatArray, request: float, ratio: float) -> FloatArray:
    """Odds of a referral of those who do not ask, such that all together have ``chance``: the root of the quadratic
    (1 - q) o / (1 + o) + q r o / (1 + r o) = p with q = ``request`` and r = ``ratio`` (0 stays 0)."""
    a = ratio * (1.0 - chance)
    b = (1.0 - request) + request * ratio - chance * (1.0 + ratio)
    return np.asarray(2.0 * chance / (b + np.sqrt(b * b + 4.0 * a * chance)))
