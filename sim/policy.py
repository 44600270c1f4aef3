"""What is decided: every lever's value in every month, and the named rules for decisions that react.

A :class:`Policy` is a table. Levers (``scenarios/levers``) are pure functions from a policy to a policy, and
the engine reads only the table: it never asks which scenario it is in.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.people.life_cycle import GROUPS

Regime = Literal["owe", "drop", "freeze", "grace_then_drop"]
IntakeTarget = Literal["quota", "hold_status", "cover_all_eligible"]
IntakeOrder = Literal["never_first", "lapsed_first", "arrears_first", "poorest_first"]
DropOrder = Literal["unused_first", "better_off_first", "newest_first"]
Clinician = Literal["doctors", "dentists", "nurses", "midwives"]
LineRule = Literal["unbounded", "amounts", "heads_at_start", "last_year_growth"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class NewPosts(NamedTuple):
    """``heads`` new posts of ``cadre`` at ``facility`` (index), for which people are sought from day 1 of ``month`` on;
    half of them are at work after ``months``."""

    month: int
    facility: int
    cadre: Clinician
    heads: int
    months: float


class RuleChange(NamedTuple):
    """From ``month`` ("YYYY-MM") on the rule ``key`` has ``value``.

    ``chance`` (0-1) below 1 makes it a *possible rule*: whether it comes is drawn once per replicate by the name
    ``rule``, so that changes of one name come together and scenarios meet the same draw (sim/possible.py).
    """

    key: str
    month: str
    value: object
    chance: float = 1.0
    rule: str = ""


class Crowd(NamedTuple):
    """``heads`` people who arrive (below 0: leave) at the end of ``month`` (index) at the ``facilities`` (indices).

    ``segment`` (a code of sim.codes) is what they belong to, -1: any.
    """

    month: int
    heads: int
    segment: int
    facilities: tuple[int, ...]


@dataclass(frozen=True)
class Policy:
    """A policy over ``months`` calendar months, month 0 being the first simulated month.

    Monthly arrays have shape (months,), those by class (months, 3); facility arrays (months, facilities). Units in each
    comment. Arrays are read-only by convention: levers use :meth:`but` and copy what they change.
    """

    months: int
    facilities: int
    # -- PBPU Pemda ------------------------------------------------------------------------------------
    intake_quota: IntArray  # heads applied for per month (used when intake_target is "quota")
    intake_target: IntakeTarget = "quota"
    intake_target_from: int = 0  # month index from which a reactive target is held
    intake_order: IntakeOrder = "never_first"
    hold_margin: float = 0.0  # share of the population kept above each bar under hold_status
    point_of_care: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))  # sick enrolled on the spot
    agreement: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))  # UHC agreement in force
    switch_off: FloatArray = field(
        default_factory=lambda: np.zeros(0)
    )  # share of district heads switched off that day 1
    # -- APBD line -------------------------------------------------------------------------------------
    line_rule: LineRule = "unbounded"
    line_amounts: dict[int, int] = field(default_factory=dict)  # rupiah by calendar year (rule "amounts")
    line_factor: float = 1.0  # share of a full year's money (rule "heads_at_start")
    line_growth: float = 0.0  # per year (rule "last_year_growth")
    regime: Regime = "grace_then_drop"
    grace_months: int = 3
    drop_order: DropOrder = "unused_first"
    restore_at_point_of_care: bool = False  # dropped heads may be switched on again where they seek care
    restore_in_january: bool = True  # dropped heads are applied for again when the new line opens
    line_holds_aid: bool = True  # the 2,800 aid of self-payers is paid from this line (else from another of the APBD)
    line_additions: dict[str, int] = field(default_factory=dict)  # rupiah that P-APBD adds, by month "YYYY-MM"
    line_cash: tuple[tuple[str, int], ...] | None = None  # cash of the line by month of arrival; None: never short
    top_up: float = 0.0  # share of what is missing until December that P-APBD adds (its dated first month)
    # -- rules -----------------------------------------------------------------------------------------
    rule_changes: tuple[RuleChange, ...] = ()  # certain ones and possible ones; of two on a key the last one counts
    # -- central government ----------------------------------------------------------------------------
    pbi_cut: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of active PBI-JK heads removed that month
    pbi_cut_takeover: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of those applied for by the Pemda
    added_central: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))  # heads added to PBI-JK that month
    added_province: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))  # heads the province adds
    added_only_new: bool = False  # the added heads come from the never registered alone
    # -- premiums of self-payers -----------------------------------------------------------------------
    collectors: FloatArray = field(
        default_factory=lambda: np.zeros((0, 3))
    )  # share of families in arrears visited, by class I to III
    reminders: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of paying families reminded
    autodebit: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of families put on autodebit besides
    rehab_promotion: FloatArray = field(default_factory=lambda: np.zeros(0))  # times the REHAB joining rate
    amnesty_announced: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))  # an amnesty is awaited
    amnesty: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of class III debts forgiven that month
    # -- what happens to the district --------------------------------------------------------------------
    laid_off: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of private workers' families out of work
    job_loss_factor: FloatArray = field(default_factory=lambda: np.ones(0))  # times job losses of private workers
    miss_factor: FloatArray = field(default_factory=lambda: np.ones(0))  # times the chance to miss a premium
    sick_factor: FloatArray = field(default_factory=lambda: np.ones((0, 0)))  # times the sick visits asked for
    emergency_factor: FloatArray = field(default_factory=lambda: np.ones((0, 0)))  # times the hospital emergencies
    crowds: tuple[Crowd, ...] = ()  # people who come or go together
    # -- register --------------------------------------------------------------------------------------
    cleansing: FloatArray = field(
        default_factory=lambda: np.zeros(0)
    )  # share of the register checked that month, in turn
    # -- facilities ------------------------------------------------------------------------------------
    outreach_hours: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # extra staff hours per month
    outreach_own_hours: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # of the facility's own staff
    recruits: tuple[NewPosts, ...] = ()  # posts opened
    referral_training: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of doctors trained, 0-1
    recorded_least: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of contacts entered in P-Care
    fund_frozen: BoolArray = field(default_factory=lambda: np.zeros((0, 0), np.bool_))  # capitation fund pays nothing
    drug_budget_factor: FloatArray = field(default_factory=lambda: np.ones((0, 0)))  # times the APBD drug budget
    drug_lead_factor: FloatArray = field(default_factory=lambda: np.ones((0, 0)))  # times the district store's lead
    drug_target_extra: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # months of use more aimed at
    # -- programmes of care, each (months, facilities) unless said ---------------------------------------
    met: FloatArray = field(
        default_factory=lambda: np.zeros((0, 0, len(GROUPS)))
    )  # persons met outside by life-cycle group
    home_visits: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # patients visited in the month
    follow_up: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of the diagnosed followed up
    screening: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of well contacts measured
    club_places: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # places in Prolanis clubs
    reminded: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of absent Prolanis members who come
    laboratory: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of days with a laboratory besides
    telemedicine: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of sick visits at a distance
    settled: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of non-specialist referrals avoided
    refer_back: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of the stable referred back
    prb_lacking: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))  # share of days without PRB drugs
    # -- hospitals and their claims, each (months,) ------------------------------------------------------
    verifiers: FloatArray = field(default_factory=lambda: np.zeros(0))  # full-time verifiers of claims besides
    admission_saving: FloatArray = field(default_factory=lambda: np.zeros(0))  # share less that an admission costs
    # -- money -----------------------------------------------------------------------------------------
    lever_cost: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))  # rupiah per month on the APBD
    bpjs_cost: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))  # rupiah per month that BPJS bears

    def but(self, **changes: object) -> Policy:
        """A copy with ``changes``; arrays not named are shared, since nobody writes into them."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def after(self, past: Policy, months: int) -> Policy:
        """This policy from month ``months`` on; in the tables the months before are those of ``past``. Raises
        ``ValueError`` for a past of another length."""
        if past.months != self.months:
            raise ValueError(f"a policy of {self.months} months after one of {past.months}")
        tables = {name: np.concatenate([getattr(past, name)[:months], value[months:]])
                  for name, value in vars(self).items() if isinstance(value, np.ndarray)}  # fmt: skip
        return self.but(**tables)

    def until(self, months: int) -> Policy:
        """The policy of the first ``months`` months. Raises ``ValueError`` when it has fewer."""
        if not 1 <= months <= self.months:
            raise ValueError(f"a policy of {self.months} months has no first {months}")
        tables = {name: value[:months] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return self.but(months=months, **tables)


def baseline_policy(months: int, facilities: int) -> Policy:
    """The policy in which nobody decides anything new: no intake, no agreement, an unbounded line.

    Raises ``ValueError`` for ``months < 1``.
    """
    if months < 1:
        raise ValueError(f"months must be at least 1, not {months}")
    return Policy(
        months=months,
        facilities=facilities,
        intake_quota=np.zeros(months, np.int64),
        point_of_care=np.zeros(months, np.bool_),
        agreement=np.zeros(months, np.bool_),
        switch_off=np.zeros(months),
        pbi_cut=np.zeros(months),
        pbi_cut_takeover=np.zeros(months),
        added_central=np.zeros(months, np.int64),
        added_province=np.zeros(months, np.int64),
        collectors=np.zeros((months, 3)),
        reminders=np.zeros(months),
        autodebit=np.zeros(months),
        rehab_promotion=np.ones(months),
        amnesty_announced=np.zeros(months, np.bool_),
        amnesty=np.zeros(months),
        laid_off=np.zeros(months),
        job_loss_factor=np.ones(months),
        miss_factor=np.ones(months),
        sick_factor=np.ones((months, facilities)),
        emergency_factor=np.ones((months, facilities)),
        cleansing=np.zeros(months),
        outreach_hours=np.zeros((months, facilities)),
        outreach_own_hours=np.zeros((months, facilities)),
        referral_training=np.zeros((months, facilities)),
        recorded_least=np.zeros((months, facilities)),
        fund_frozen=np.zeros((months, facilities), np.bool_),
        drug_budget_factor=np.ones((months, facilities)),
        drug_lead_factor=np.ones((months, facilities)),
        drug_target_extra=np.zeros((months, facilities)),
        met=np.zeros((months, facilities, len(GROUPS))),
        home_visits=np.zeros((months, facilities)),
        follow_up=np.zeros((months, facilities)),
        screening=np.zeros((months, facilities)),
        club_places=np.zeros((months, facilities)),
        reminded=np.zeros((months, facilities)),
        laboratory=np.zeros((months, facilities)),
        telemedicine=np.zeros((months, facilities)),
        settled=np.zeros((months, facilities)),
        refer_back=np.zeros((months, facilities)),
        prb_lacking=np.zeros((months, facilities)),
        verifiers=np.zeros(months),
        admission_saving=np.zeros(months),
        lever_cost=np.zeros(months, np.int64),
        bpjs_cost=np.zeros(months, np.int64),
    )
