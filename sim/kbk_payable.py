"""Which shares of capitation the dated KBK rule can pay at all: what a payment of the past is held against."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from districts.model import FacilityType
from sim.kbk import scheme
from sim.rules import RuleDateError, Rules


def payable_shares(rules: Rules) -> Callable[[str, FacilityType], frozenset[int] | None]:
    """The shares of capitation, per mille, that can be paid in a month ("YYYY-MM") to a facility of a type.

    The payment of a month was earned in the one before, so the rules of both count; facilities that KBK does not score
    are paid in full. The function made gives None for months before KBK began (2016).
    """

    @cache
    def shares(month: str, facility_type: FacilityType) -> frozenset[int] | None:
        before = int(month[:4]) * 12 + int(month[5:]) - 2
        found: set[int] = set()
        for on in (f"{month}-01", f"{before // 12:04d}-{before % 12 + 1:02d}-01"):
            try:
                rule = scheme(rules, on)
            except RuleDateError:
                continue
            found |= set(rule.zone_payment.values()) | {rule.exempt_permille}
            found |= {permille for _, permille in rule.payment.get(facility_type, ())}
        return frozenset(found) or None

    return shares
