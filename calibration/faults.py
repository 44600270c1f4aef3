"""A history that contradicts itself is not calibrated to, unless its owner says to leave the rows out."""

from __future__ import annotations

from districts.faults import InputError
from districts.history import data_faults, without
from districts.model import District
from sim.kbk_payable import payable_shares
from sim.rules import Rules


def refuse_faults(district: District, rules: Rules, drop: bool) -> tuple[District, tuple[int, ...]]:
    """The district and, with ``drop``, the rows that were left out of its history.

    Raises ``InputError`` with every contradiction (active above registered, AK above 1000 ‰, payments that no rule can
    give), its file and its rows, when there are any and they are not to be left out.
    """
    found = data_faults(district, payable_shares(rules))
    if not found:
        return district, ()
    if not drop:
        raise InputError([each.fault for each in found])
    rows = tuple(sorted({row for each in found for row in each.rows}))
    return without(district, rows), rows
