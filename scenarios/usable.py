"""Whether a district can be run: every fault of its files, and of its figures set against each other and the rules."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from districts.faults import Fault, InputError
from districts.history import data_faults
from districts.model import District
from districts.read import check_district
from sim.kbk_payable import payable_shares
from sim.people.margins import Change, reconcile
from sim.rules import load_rules


class Checked(NamedTuple):
    """What was found: the ``district`` (None where there is an error), its ``faults``, errors first, and by stock what
    was ``changed`` in its figures so that they agree."""

    district: District | None
    faults: list[Fault]
    changed: dict[str, tuple[Change, ...]]


def checked(where: str | Path) -> Checked:
    """The district kept at ``where`` (folder, workbook or example) with every fault.

    Raises ``UserError`` if there is no folder, file or example of this name.
    """
    found, faults = check_district(where)
    if found is None:
        return Checked(None, faults, {})
    faults = faults + _payment_faults(found, faults)
    try:
        return Checked(found, faults, {stock.month: reconcile(found, stock).changes for stock in found.stocks})
    except InputError as error:
        return Checked(None, error.faults + faults, {})


def _payment_faults(found: District, known: list[Fault]) -> list[Fault]:
    """Payments in the history that no rule can give, which the reader, without rules, could not see."""
    if not found.history:
        return []
    rules = load_rules(Path(found.rules_file) if found.rules_file else None)
    told = (item.fault for item in data_faults(found, payable_shares(rules)))
    return [fault for fault in told if fault not in known]
