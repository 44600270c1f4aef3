"""Which facilities KBK does not cut: those that the dated rule ``kbk.exempt`` names (low confidence)."""

from __future__ import annotations

from districts.model import Facility
from sim.rules import Rules


def is_exempt(facility: Facility, rules: Rules, on: str) -> bool:
    """Whether the facility is paid in full whatever its score: special capitation or no data network.

    The age of a contract is not among the inputs, so the rule's third condition is not asked.
    """
    conditions = rules.value("kbk.exempt", on)
    special = bool(conditions["special_capitation"]) and facility.special_capitation
    return special or (bool(conditions["no_network"]) and not facility.network)
