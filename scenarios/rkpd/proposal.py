"""What an RKPD proposal holds: frozen, plain, every figure whole. Money in rupiah, months as "YYYY-MM", chances 0-1.

Made by :func:`scenarios.rkpd.propose.propose`. The parts agree to the rupiah: ``rows`` − ``deductions`` = ``amount`` =
``sources`` = the withdrawals of ``cash``. Labels are not here: whoever shows a proposal names a ``kind``, a ``fund`` or
a stage's ``key`` in the reader's language.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

#: What a row pays for: premium and aid of the Pemda's heads, the same for the heads that lift the central estimate to
#: the chosen certainty, aid of active self-paying class III members, debt of years before, costs of programmes.
RowKind = Literal["premium", "aid", "premium_extra", "aid_extra", "aid_self", "debt", "levers"]
Regime = Literal["owe", "drop", "freeze", "grace_then_drop"]


@dataclass(frozen=True)
class Row:
    """One row of the RKA: ``heads`` × ``months`` × ``price`` rupiah, from month ``first`` to ``last`` (1-12) of the
    year. Lump sums (``debt``, ``levers``) are one "head" for one month at their whole price. ``account`` is a SIPD
    code, "" where none of the premium accounts fits (``levers``)."""

    kind: RowKind
    account: str
    first: int
    last: int
    heads: int
    months: int
    price: int

    @property
    def volume(self) -> int:
        """Person-months (1 for a lump sum)."""
        return self.heads * self.months

    @property
    def amount(self) -> int:
        """Rupiah."""
        return self.volume * self.price

    @property
    def lump(self) -> bool:
        """Whether this is a sum, not people."""
        return self.kind in ("debt", "levers")


@dataclass(frozen=True)
class Account:
    """An account of the sub-activity and the sum of its rows, before deductions; 0 where the dated rules give the
    district nothing to pay there (the contribution to PBI)."""

    code: str
    amount: int


@dataclass(frozen=True)
class Money:
    """Money of one source: ``fund`` as in the district's budget (``pad_dau``, ``dau_earmarked``, ``dbh_cht``,
    ``cigarette_tax``, ``province``, ``third_party``), ``withheld`` at source or not, usable from ``month`` (1-12).
    ``assumed``: not written for this year (carried over from the year before, or what is left for PAD/DAU)."""

    fund: str
    amount: int
    withheld: bool = False
    month: int = 1
    assumed: bool = False


@dataclass(frozen=True)
class CashMonth:
    """One month of the cash plan: its ``bill``, what is withdrawn for premiums, aid and other rows, after what others
    pay (``others``) has been taken off."""

    month: str
    bill: int
    premium: int
    aid: int
    other: int
    others: int

    @property
    def withdrawal(self) -> int:
        """Rupiah drawn from the line in this month."""
        return self.premium + self.aid + self.other


@dataclass(frozen=True)
class Point:
    """A point of the curve: ``amount`` suffices until December with ``chance``; ``low`` and ``high`` are the amount's
    95 % Monte Carlo interval (None where the replicates cannot bound it)."""

    chance: float
    amount: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class YearNeed:
    """The need of one year, less what others pay (``deductions``): ``amount`` at the certainty, in whole people and
    months; the central estimate, the range of 8 in 10. ``person_months`` of Pemda heads and ``person_months_self`` of
    self-paying class III members are those that the amount pays for."""

    year: int
    amount: int
    median: int
    low: int
    high: int
    person_months: int
    person_months_self: int
    deductions: int


@dataclass(frozen=True)
class Status:
    """Indicators of results in the year: the bars, the central estimates at its end (shares of the population), months
    of UHC status (mean, of the simulated months of the year, 12 unless it has begun) and the chance that it holds in
    all of them."""

    bar_registered: float
    bar_active: float
    registered: float
    active: float
    months: float
    chance_all_year: float


@dataclass(frozen=True)
class LineOutcome:
    """What a line of ``line`` rupiah (its own money, on top of what others pay) does under ``regime``, on the same luck
    as the need. ``cut`` is the share taken off the proposal, None where the line is a step of the ladder; ``change`` is
    line − proposal.

    Of ``replicates`` (all of the figure's, save where new members are stopped in time): ``enough``, the chance that no
    bill finds the line empty; ``empty``, how often it is first empty in each month ("YYYY-MM" → replicates);
    ``first_empty``, the central month of them, None when it lasts in at least half; ``months_covered``, months (0-12)
    before the line is empty, mean.
    From those run once more with the line binding: ``person_months``: Pemda
    person-months paid from it, mean. ``lose_cover``: people without active cover in the worst month, against no
    ceiling, central. ``debt``: owed to BPJS at the end of the year, central. ``status_months`` mean,
    ``status_all_year`` chance.
    """

    line: int
    change: int
    cut: float | None
    replicates: int
    enough: float
    empty: dict[str, int]
    first_empty: str | None
    months_covered: float
    person_months: int
    lose_cover: int
    debt: int
    status_months: float
    status_all_year: float
    regime: Regime = "grace_then_drop"


@dataclass(frozen=True)
class Stage:
    """A stage of the budget's year: ``key`` (``initial_draft``, ``musrenbang``, ``final_draft``, ``kua_ppas``,
    ``r_apbd``, ``p_apbd``), the budget year it is for, the last month of data it can use, and where that month comes
    from."""

    key: str
    year: int
    known_until: str
    instrument: str
    source: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class Change:
    """Why a figure moved between two stages, rupiah, under the same luck: ``stock`` (a later count of members and
    population, fewer months to simulate, bills of the year that are known by now), ``debt`` (to BPJS, known anew) or
    ``rates`` (the posterior's history ends after the earlier stage, which therefore had the priors)."""

    cause: Literal["stock", "debt", "rates"]
    rupiah: int


@dataclass(frozen=True)
class Restated:
    """The same figure as it would have been at a stage: from which stock, with the posterior or not, and what changed
    since the stage before (empty at the first, and where nothing new was known)."""

    stage: Stage
    stock: str
    with_posterior: bool
    amount: int
    median: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Variant:
    """The figure under another assumption, on the same luck: ``ratio`` is the need of the paired replicates over theirs
    as proposed (``low`` and ``high`` its range over them), ``amount`` and ``median`` are the proposal's times that
    ratio. ``chance`` of a possible rule (0-1), None for the levels of crowd-out (``off``, ``default``, ``high``).
    ``value`` is the premium or the parameter; ``source`` and ``confidence`` are of the chance and the size."""

    name: str
    value: float
    ratio: float
    low: float
    high: float
    amount: int
    median: int
    chance: float | None
    source: str
    confidence: str


@dataclass(frozen=True)
class Reserve:
    """What P-APBD must add so that the year is paid for at the certainty: when only the central estimate is budgeted
    (``over_median``), and on top of the line that is written for the year (``over_line``, None without one; never below
    0). ``chance_median`` and ``chance_line``: chance that something must be added at all."""

    over_median: int
    chance_median: float
    over_line: int | None
    chance_line: float | None


@dataclass(frozen=True)
class AccountChange:
    """One row of the RKAP: an account before and after the revision."""

    code: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """Rupiah more (less when negative)."""
        return self.after - self.before


@dataclass(frozen=True)
class Revision:
    """The RKAP: the line written for the year by account against the proposal. The accounts of "before" are as the
    district wrote them; ``deductions`` are what others pay, taken off the first account of "after" with money."""

    accounts: tuple[AccountChange, ...]

    @property
    def before(self) -> int:
        """The line now."""
        return sum(row.before for row in self.accounts)

    @property
    def after(self) -> int:
        """The line after the revision: the proposal."""
        return sum(row.after for row in self.accounts)


@dataclass(frozen=True)
class Basis:
    """What the figures were computed from: district, scenario, stock (``rebuilt`` from the history or given), the
    simulated months, months of the year whose bill was known already, replicates of the figure and of the side
    questions (paired, same luck), seed, posterior (first and last month of its history, None: priors). One whose
    history ends after the stage is left out (``posterior_later``), since it knows what was not known."""

    district: str
    title: str
    province: str
    kecamatan: int
    scenario: str
    scenario_title: dict[str, str]
    regime: Regime
    stage: Stage
    last_data: str
    stock: str
    rebuilt: bool
    first_month: str
    last_month: str
    known_months: int
    replicates: int
    side_replicates: int
    seed: int
    posterior: tuple[str, str] | None
    track_record: bool
    assumed: int
    inputs: int
    posterior_later: bool = False

    @property
    def data_until(self) -> str:
        """The last month of data that was used, YYYY-MM."""
        return min(self.stage.known_until, self.last_data)


@dataclass(frozen=True)
class Proposal:
    """The RKPD proposal of one year.

    ``amount`` is what is proposed: rows − deductions, the need at ``certainty`` rounded up to whole people and months
    (the central estimate when ``certainty`` is None, for want of replicates). ``exact`` is that need before rounding.
    ``forward`` is the year after, at the same certainty, and ``forward_rows`` its rows. ``before`` is the line written
    for the year before (None without one), ``line`` that of the year itself, ``debt`` what was owed to BPJS at the last
    known month and is taken over, ``outside`` what the district owes beside this line (``village``: 4 % for village
    officials, ``aid_outside``: aid of self-payers), central.
    ``before_short`` is what the line of the year before lacks (central; 0 when it lasts): unless its P-APBD adds that,
    it becomes debt and comes on top of the proposal. None without such a line, or where not all its bills are known.
    """

    year: int
    certainty: float | None
    amount: int
    exact: int
    need: YearNeed
    forward: YearNeed
    forward_rows: tuple[Row, ...]
    curve: tuple[Point, ...]
    rows: tuple[Row, ...]
    deductions: tuple[Money, ...]
    accounts: tuple[Account, ...]
    sources: tuple[Money, ...]
    cash: tuple[CashMonth, ...]
    status: Status
    reserve: Reserve
    before: int | None
    line: int | None
    debt: int
    outside: dict[str, int]
    lines: tuple[LineOutcome, ...]
    step: int
    restated: tuple[Restated, ...]
    possible: tuple[Variant, ...]
    crowd_out: tuple[Variant, ...]
    revision: Revision | None
    basis: Basis
    before_short: int | None = None

    @property
    def person_months(self) -> int:
        """Person-months of Pemda heads that the rows pay for (the output indicator)."""
        return sum(row.volume for row in self.rows if row.kind in ("premium", "premium_extra"))

    @property
    def central(self) -> int:
        """Rupiah of the rows without those that lift the central estimate to the certainty, less deductions."""
        lifted = sum(row.amount for row in self.rows if row.kind in ("premium_extra", "aid_extra"))
        return self.amount - lifted

    @property
    def extra_heads(self) -> int:
        """Heads over the (remaining) year that lift the central estimate to the certainty."""
        return next((row.heads for row in self.rows if row.kind == "premium_extra"), 0)

    def cuts(self, regime: Regime | None = None) -> tuple[LineOutcome, ...]:
        """What a cut does, the smallest first (a cut of 0 is the proposal itself): under the scenario's regime, or with
        ``drop`` where heads are dropped at once (cuts above 0 alone)."""
        wanted = regime or self.basis.regime
        found = [line for line in self.lines if line.cut is not None and line.regime == wanted]
        return tuple(sorted({line.cut: line for line in found}.values(), key=lambda line: line.cut or 0))

    def ladder(self) -> tuple[LineOutcome, ...]:
        """The proposal and steps of ``step`` rupiah below and above it, ascending: what each further step buys."""
        return tuple(sorted((line for line in self.lines if line.change % self.step == 0 and not line.cut),
                            key=lambda line: line.line))  # fmt: skip

    def record(self) -> dict[str, Any]:
        """All of it, ready for JSON; rows with their volume and amount, cash with its withdrawals."""
        plain = asdict(self)
        for record, row in zip(plain["rows"], self.rows, strict=True):
            record.update(volume=row.volume, amount=row.amount)
        for record, month in zip(plain["cash"], self.cash, strict=True):
            record.update(withdrawal=month.withdrawal)
        plain.update(person_months=self.person_months, central=self.central, extra_heads=self.extra_heads)
        return plain
