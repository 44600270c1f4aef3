"""A history that contradicts itself is not calibrated to, unless its owner says to leave the rows out."""

from __future__ import annotations

from collections import Counter

from districts.faults import InputError
from districts.history import DataFault, data_faults, row_numbers, without
from districts.model import District
from districts.text import translator
from sim.kbk_payable import payable_shares
from sim.rules import Rules


class HistoryFaults(InputError):
    """A history that contradicts itself; the message ends with how to go on without the rows."""

    def describe(self, lang: str = "id") -> str:
        """All contradictions, one per line, and what to do."""
        _ = translator(lang)
        told = _("Figures of the history contradict each other. Mend them, or add --drop-faulty to calibrate without "
                 "as few of them as it takes; they are then listed.")  # fmt: skip
        return f"{super().describe(lang)}\n{told}"


def refuse_faults(district: District, rules: Rules, drop: bool) -> tuple[District, tuple[int, ...]]:
    """The district and, with ``drop``, the rows that were left out of its history.

    As few rows are left out as it takes: first the row that stands in most contradictions (a total that lost a digit
    is above by itself and below all its parts), of those in equally many the one that a contradiction names first: the
    figure that is held against others. Then the history is checked anew until nothing in it contradicts itself.

    Raises ``HistoryFaults`` with every contradiction (active above registered, AK above 1000 ‰, payments that no rule
    can give), its file and its rows, when there are any and they are not to be left out.
    """
    payable = payable_shares(rules)
    found = data_faults(district, payable)
    if not found:
        return district, ()
    if not drop:
        raise HistoryFaults([each.fault for each in found])
    whole, gone = _numbered(district), set[int]()
    while found:
        gone |= _least(found)
        district = without(whole, gone)
        found = data_faults(district, payable)
    return district, tuple(sorted(gone))


def _least(faults: list[DataFault]) -> set[int]:
    """Rows without which each of the ``faults`` is gone."""
    gone, left = set[int](), faults
    while left:
        named = Counter(row for fault in left for row in fault.rows)
        first = Counter(fault.rows[0] for fault in left)
        worst = max(named, key=lambda row: (named[row], first[row], -row))
        gone.add(worst)
        left = [fault for fault in left if worst not in fault.rows]
    return gone


def _numbered(district: District) -> District:
    """The district with a number in every row of its history, so that leaving some out renames none."""
    numbered = zip(row_numbers(district.history), district.history, strict=True)
    history = tuple(row.model_copy(update={"row": number}) for number, row in numbered)
    return district.model_copy(update={"history": history})
