"""The loop KBK → cash → drugs → referrals and control → KBK: how much of a cut in the paid share comes back as a lower
earned share.

The loop is opened where it pays: everyone gets one share whatever the score, once more and once less. The gain is the
difference in the share that the ratings would have earned over the difference in the share paid. Below 1 the closed
loop settles, and every point lost costs 1 / (1 - gain) points in the end.
"""

from __future__ import annotations

import numpy as np

from districts.model import District
from sim.behaviour import Behaviour, default_behaviour
from sim.facilities.exemption import is_exempt
from sim.indicators import INDEX
from sim.kbk import scheme
from sim.policy import baseline_policy
from sim.results import Results
from sim.rules import Rules, load_rules
from sim.simulate import simulate

#: The two shares paid, per mille: full, and the least of a puskesmas.
SHARES = (1000, 850)
#: Months before stocks and funds have felt the share.
_SETTLING = 6
#: Switches of the loop, and what makes it visible in a test of its sign.
LOOP = ("feedback.money_to_drugs", "feedback.drugs_to_referrals", "feedback.drugs_to_control")


def loop_gain(
    district: District, strength: float = 1.0, months: int = 24, replicate: int = 0, seed: int = 1, drawn: bool = False,
    strain: dict[str, float] | None = None, shares: tuple[int, int] = SHARES,
) -> float:  # fmt: skip
    """The gain of the loop in one replicate, by the mean over months after the first six and facilities that KBK cuts.

    ``strength`` multiplies the effects of stock-outs; ``drawn``: the replicate's own parameters and shocks; ``strain``
    are parameters set besides, ``shares`` what is paid in the two runs (per mille). Raises ``ValueError`` where no
    facility is cut, or for a run of six months or less.
    """
    if months <= _SETTLING:
        raise ValueError(f"the loop needs more than {_SETTLING} months, not {months}")
    rules = load_rules()
    behaviour = default_behaviour().draw(seed, replicate) if drawn else default_behaviour()
    behaviour = behaviour.but({**(strain or {}), LOOP[1]: strength, LOOP[2]: strength})
    earned = [
        _earned(district, rules, _run(district, rules, behaviour, share, months, replicate, seed, drawn))
        for share in shares
    ]
    return (earned[0] - earned[1]) / (shares[0] - shares[1])


def _run(
    district: District, rules: Rules, behaviour: Behaviour, share: int, months: int, replicate: int, seed: int,
    drawn: bool,
) -> Results:  # fmt: skip
    """A run in which every score pays ``share``."""
    open_loop = {column: [{"score_tenths": 10, "permille": share}] for column in ("puskesmas", "klinik_pratama")}
    policy = baseline_policy(months, len(district.facilities))
    return simulate(
        district, rules.but({"kbk.payment": open_loop}), behaviour, policy, seed, replicate=replicate,
        luck_only=not drawn,
    )  # fmt: skip


def _earned(district: District, rules: Rules, results: Results) -> float:
    """Mean share in per mille that the ratings earn under the law's payment."""
    columns = [INDEX["facility"][key] for key in ("ak_rating", "rrns_rating", "rppt_rating")]
    earned = []
    for at, month in list(enumerate(results.months))[_SETTLING:]:
        rule = scheme(rules, month)
        for place, facility in enumerate(district.facilities):
            if not is_exempt(facility, rules, month):
                ak, rrns, rppt = map(int, results.facility[at, place, columns])
                earned.append(rule.pays(ak, rrns, rppt, facility.type)[1])
    if not earned:
        raise ValueError("KBK cuts none of the district's facilities")
    return float(np.mean(earned))
