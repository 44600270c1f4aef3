"""The claims office of BPJS: hospitals submit a month's files at once, some come back incomplete, verifiers work
through the complete ones, and what is verified is paid.

Days are those of the run's calendar, 0 = its first day; files and rupiah are whole numbers. Care is owed from the end
of its month (accrual) and paid on the day on which its files are verified (cash).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.calendar import Calendar, next_month
from sim.payers.ledger import Ledger

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Day of the next month on which hospitals submit (assumed).
SUBMISSION_DAY = 10
#: Days of a month of delay; every month begun costs the penalty once more (assumed reading of Perpres 82/2018).
MONTH_OF_DELAY = 30
#: Parts of a day: files arrive in the morning, verifiers work at noon, the steps of a month's last day come after.
_MORNING, _NOON = 0.25, 0.5

#: Columns of a month's flows in rupiah, and of what is owed at its end by where the files are.
SUBMITTED, RETURNED, PAID, LATE, PENALTY = range(5)
UNSUBMITTED, INCOMPLETE, WAITING = range(3)


@dataclass(order=True)
class Files:
    """Complete files of one hospital that wait for a verifier, in the order in which they are taken up: by the ``day``
    on which they were complete, then the hospital of which fewer ``parts`` were taken, so that hospitals share."""

    day: int
    parts: int
    hospital: int
    count: int = field(compare=False)
    rupiah: int = field(compare=False)


class Batch(NamedTuple):
    """Files of one hospital that reach the office on ``day``: of a whole month, or sent back and then complete."""

    hospital: int
    files: int
    rupiah: int
    day: int


@dataclass
class ClaimsOffice:
    """The office and what the district's hospitals wait for.

    ``hospitals`` are their accounts in ``ledger``; ``rule`` answers what a rule says on a date; ``returned`` is the
    share of files sent back, which are complete ``return_days`` later. ``flows`` (hospitals, 5) counts the running
    month, ``owed`` (hospitals, 3) is what has been incurred and not paid, ``fraction`` (hospitals) of a file to be sent
    back is kept for the next month. ``unsubmitted`` and ``incomplete`` batches are on their way, in the order in which
    they set out; each verifier has a speed (files a working day, by month) and keeps a part of a file of ``work``. In
    the ledger "claims payable" holds what is owed, against "bpjs accruals"; the balance of "bpjs" is cash.
    """

    env: simpy.Environment
    calendar: Calendar
    ledger: Ledger
    rule: Callable[[str, date], Any]
    hospitals: tuple[str, ...]
    returned: float
    return_days: int
    verifiers: int = 0
    waiting: list[Files] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flows: IntArray = np.zeros((len(self.hospitals), 5), np.int64)
        self.owed: IntArray = np.zeros((len(self.hospitals), 3), np.int64)
        self.fraction = [0.0] * len(self.hospitals)
        self.unsubmitted: list[Batch] = []
        self.incomplete: list[Batch] = []
        self.work: list[float] = []
        self._speeds: list[FloatArray] = []
        self._closer: FloatArray = np.zeros(self.calendar.count)  # relative rise of the share sent back, by month

    def hire(self, verifiers: int, files_per_day: float) -> None:
        """Put so many more verifiers to work, each clearing ``files_per_day`` on a working day (Monday to Saturday)."""
        self.verifiers += verifiers
        for _ in range(verifiers):
            self._employ(np.full(self.calendar.count, files_per_day))

    def reinforce(self, files_per_day: FloatArray, closer: FloatArray) -> None:
        """Verifiers besides, by month (months,): files that they clear on a working day, and by how much, relative, the
        share of files sent back rises since there is time to check them more closely."""
        self._employ(files_per_day)
        self._closer = closer

    def _employ(self, files_per_day: FloatArray) -> None:
        self._speeds.append(files_per_day)
        self.work.append(0.0)
        self.env.process(self._verify(len(self.work) - 1))

    def resume(self, env: simpy.Environment) -> None:
        """Go on in ``env`` at its time, as the office's fields stand: what is on its way arrives, verifiers work."""
        self.env = env
        for number in range(len(self.work)):
            env.process(self._verify(number))
        for batch in self.incomplete:
            env.process(self._complete(batch))
        for batch in self.unsubmitted:
            env.process(self._submit(batch))

    def open(self, files: IntArray, rupiah: IntArray) -> None:
        """Owe for months before the first, each with the ``files`` and ``rupiah`` (hospitals,) expected of a month.

        The last one is yet to be submitted; of those before it the files sent back are still out, and all others were
        paid (assumed).
        """
        self.incur(files, rupiah, SUBMISSION_DAY - 1)
        first, ahead = self.calendar.first_days[0], 1
        while (day := self._submission(next_month(self.calendar.first, -ahead), first) + self.return_days) >= 0:
            for hospital in range(len(self.hospitals)):
                count, amount = self._sent_back(hospital, int(files[hospital]), int(rupiah[hospital]), self.returned)
                self._owe(hospital, amount, INCOMPLETE)
                self.incomplete.append(Batch(hospital, count, amount, day))
                self.env.process(self._complete(self.incomplete[-1]))
            ahead += 1

    @staticmethod
    def _submission(month: str, first: date) -> int:
        return (Calendar(month, 1).first_days[0] - first).days + SUBMISSION_DAY - 1

    def incur(self, files: IntArray, rupiah: IntArray, submission: int) -> None:
        """Owe for the care of a month, ``files`` and ``rupiah`` (hospitals,), to be submitted on day ``submission``."""
        for hospital, (count, amount) in enumerate(zip(files.tolist(), rupiah.tolist(), strict=True)):
            self._owe(hospital, amount, UNSUBMITTED)
            self.unsubmitted.append(Batch(hospital, count, amount, submission))
            self.env.process(self._submit(self.unsubmitted[-1]))

    def _owe(self, hospital: int, amount: int, where: int) -> None:
        self.owed[hospital, where] += amount
        self.ledger.pay("bpjs accruals", "claims payable", amount, "hospital care")

    def _sent_back(self, hospital: int, count: int, amount: int, share: float) -> tuple[int, int]:
        """The ``share`` of the files that comes back for completion, and their rupiah."""
        wanted = self.fraction[hospital] + share * count
        back = int(wanted)
        self.fraction[hospital] = wanted - back
        return back, amount * back // count if count else 0

    def _submit(self, batch: Batch) -> Generator[Any, Any, None]:
        """SimPy process: the files of one hospital and month are submitted; part is sent back at once."""
        hospital, count, amount, day = batch
        yield self.env.timeout(day + _MORNING - self.env.now)
        self.unsubmitted.remove(batch)
        share = self.returned * (1.0 + float(self._closer[self.calendar.month_of(day)]))
        back, rupiah_back = self._sent_back(hospital, count, amount, min(share, 1.0))
        self.flows[hospital, SUBMITTED] += amount
        self.flows[hospital, RETURNED] += rupiah_back
        self.owed[hospital] += np.array([-amount, rupiah_back, amount - rupiah_back])
        self._line_up(hospital, count - back, amount - rupiah_back, day)
        self.incomplete.append(Batch(hospital, back, rupiah_back, day + self.return_days))
        yield from self._complete(self.incomplete[-1])

    def _complete(self, batch: Batch) -> Generator[Any, Any, None]:
        """SimPy process: files that were sent back are complete."""
        hospital, count, amount, day = batch
        yield self.env.timeout(day + _MORNING - self.env.now)
        self.incomplete.remove(batch)
        self.owed[hospital] += np.array([0, -amount, amount])
        self._line_up(hospital, count, amount, day)

    def _line_up(self, hospital: int, count: int, amount: int, day: int) -> None:
        if count:
            heappush(self.waiting, Files(day, 0, hospital, count, amount))

    def _verify(self, number: int) -> Generator[Any, Any, None]:
        """SimPy process: one verifier, who on each working day from now on takes parts of what waits, a day's work
        (files, by month)."""
        for month in range(self.calendar.count):
            for day in self.calendar.working_days(month):
                noon = self.calendar.start_day(month) + day - 1 + _NOON
                if noon < self.env.now:
                    continue  # hired later
                yield self.env.timeout(noon - self.env.now)
                # a fraction of a file is kept for the next day, idle time is not
                self.work[number] = self.work[number] % 1.0 + float(self._speeds[number][month])
                left = int(self.work[number])
                while left and self.waiting:
                    left -= self._clear(left, int(noon))

    def _clear(self, most: int, today: int) -> int:
        """Verify and pay at most so many of the files that are next; returns their number."""
        files = heappop(self.waiting)
        count = min(files.count, most)
        amount = files.rupiah * count // files.count
        self._pay(files.hospital, amount, files.day, today)
        if count < files.count:
            rest = replace(files, parts=files.parts + 1, count=files.count - count, rupiah=files.rupiah - amount)
            heappush(self.waiting, rest)
        return count

    def _pay(self, hospital: int, amount: int, complete: int, today: int) -> None:
        """Pay verified files: on time within the days of the rule after they were complete, else with the penalty."""
        on = self.calendar.first_days[0] + timedelta(today)
        late = today - complete - int(self.rule("claims.payment_days", on))
        account = self.hospitals[hospital]
        self.flows[hospital, PAID] += amount
        self.owed[hospital, WAITING] -= amount
        self.ledger.pay("claims payable", "bpjs accruals", amount, "hospital care")
        self.ledger.pay("bpjs", account, amount, "claims")
        if late > 0:
            rate = Fraction(str(self.rule("claims.late_penalty_month", on)))
            penalty = int(amount * rate * -(-late // MONTH_OF_DELAY))
            self.flows[hospital, LATE] += amount
            self.flows[hospital, PENALTY] += penalty
            self.ledger.pay("bpjs", account, penalty, "late-payment penalty")

    def close_month(self) -> IntArray:
        """The flows of the month that ends, (hospitals, 5) in rupiah; counting begins anew."""
        flows, self.flows = self.flows, np.zeros_like(self.flows)
        return flows
