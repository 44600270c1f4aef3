"""The state of one unit (one scenario, one replicate): everything that changes during a run, in one named place."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from districts.model import District, Facility, Stock
from sim import codes
from sim.behaviour import Behaviour
from sim.calendar import Calendar, next_month
from sim.facilities.drugs import GROUPS, DrugStore
from sim.facilities.fund import CapitationFund
from sim.facilities.hospitals import Hospitals, make_hospitals
from sim.facilities.purse import Purse
from sim.facilities.staff import Staff, StaffHours, make_staff
from sim.indicators import DISTRICT, FACILITY, HOSPITAL, INDEX, SEGMENT, SEGMENTS
from sim.institutions import first_shares, make_claims_office, make_desks, make_stores
from sim.payers.claims import ClaimsOffice
from sim.payers.ledger import Ledger
from sim.payers.office import EnrolmentOffice
from sim.payers.pemda import Bill, BudgetLine
from sim.payers.treasury import Arrival, Treasury, arrivals
from sim.payers.uhc import Bars
from sim.people import care, chronic, demography, premiums, segments
from sim.people.arrays import (
    Households,
    Patients,
    People,
    copy_arrays,
    empty_households,
    empty_patients,
    empty_people,
)
from sim.people.register import close_register
from sim.people.selection import FamilyOrders
from sim.people.team import Team, make_team
from sim.policy import Policy
from sim.possible import come_true
from sim.random import Key, make_key
from sim.rules import Rules
from sim.rules.premium import one_class
from sim.shocks import Shocks
from sim.start import Tables, make_start
from sim.trace import Trace

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Room for the visits of a month, relative to their mean.
_VISITS_ROOM = 1.8
#: Room for those who arrive together and for their children, relative to their number.
_CROWD_ROOM = 1.4


class Heads(NamedTuple):
    """Counts of the register at one moment (see sim.people.register.close_register)."""

    table: IntArray  # (facilities, segments, statuses, presences)
    paid_by: IntArray  # (payers, classes): active heads
    ghosts_paid: IntArray  # (payers,): active heads who are dead or gone
    owed: IntArray  # (classes,): person-months in arrears
    owing: IntArray  # (classes,): self-payers in arrears

    def on_register(self) -> IntArray:
        """(facilities, segments, statuses) of everyone the register believes to be there."""
        present: IntArray = self.table[:, :, :, codes.RESIDENT : codes.GONE].sum(axis=3)
        return present

    def with_status(self, status: int) -> int:
        """Heads with ``status`` on the register."""
        return int(self.on_register()[:, :, status].sum())

    def registered(self) -> int:
        """All on the register."""
        return int(self.on_register().sum()) - self.with_status(codes.NEVER)

    def residents(self) -> int:
        """Those who really live in the district."""
        return int(self.table[:, :, :, codes.RESIDENT].sum())


@dataclass
class Month:
    """Counters of the running month; made anew on day 1."""

    suspended: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    paid: IntArray = field(default_factory=lambda: np.zeros((4, 2), np.int64))
    family_moves: IntArray = field(default_factory=lambda: np.zeros(premiums.MOVES, np.int64))
    moves: IntArray = field(default_factory=lambda: np.zeros(segments.MOVES, np.int64))
    origin: IntArray = field(default_factory=lambda: np.zeros(6, np.int64))
    events: IntArray = field(default_factory=lambda: np.zeros(demography.EVENTS, np.int64))
    cash_visits: int = 0  # visits of people without cover
    complications: IntArray = field(default_factory=lambda: np.zeros(3, np.int64))
    activated: int = 0  # district heads that became active after the count of day 1
    applied: tuple[int, int] = (0, 0)  # heads applied for that were never registered, that were inactive
    dropped: int = 0
    bill: Bill | None = None


@dataclass
class World:
    """All state of a run. Steps (sim/month.py) read and change it; nothing else does."""

    district: District
    rules: Rules
    law: Rules  # the rules without what the policy changes
    b: dict[str, float]
    policy: Policy
    key: Key
    calendar: Calendar
    stock: Stock
    shocks: Shocks
    env: simpy.Environment
    people: People
    patients: Patients
    households: Households
    used: int
    patients_used: int
    first: int
    orders: FamilyOrders
    team: Team
    tables: Tables
    hospitals: Hospitals
    ledger: Ledger
    office: EnrolmentOffice
    claims: ClaimsOffice
    line: BudgetLine
    desks: IntArray  # registration desks of each facility
    stores: list[DrugStore]
    allotments: list[Purse]  # what each facility may still draw from the APBD drug line
    funds: list[CapitationFund]
    staff: list[Staff]
    heads: Heads
    shares: list[IntArray]  # per mille paid, by month of payment
    out_district: FloatArray
    out_facility: FloatArray
    out_segment: FloatArray
    out_hospital: FloatArray
    months_done: int = 0
    month: int = 0
    now: Month = field(default_factory=Month)
    non_cut_off: bool = False
    status_uhc: bool = False
    population_published: int = 0
    residents_at_end: list[int] = field(default_factory=list)
    struck_off: int = 0  # district-paid heads found dead or gone last month, credited on the next bill
    to_drop: int = 0
    to_restore: int = 0
    pbi_carry: float = 0.0
    move_carry: float = 0.0
    replace_carry: float = 0.0
    pemda_heads: int = 0  # on the Pemda's list at the end of last month, and how many left it by themselves in it
    pemda_left: int = 0
    at_work: IntArray = field(default_factory=lambda: np.zeros((0, 4), np.int64))  # staff of day 1, by facility, cadre
    hours: StaffHours = field(default_factory=lambda: StaffHours(*np.zeros((3, 0))))  # this month's
    wait: FloatArray = field(default_factory=lambda: np.zeros(0))  # last month's indices, per facility
    left: FloatArray = field(default_factory=lambda: np.zeros(0))  # share of the queue that left
    stockout: FloatArray = field(default_factory=lambda: np.zeros((0, len(GROUPS))))  # share of days, by group
    ak_last: FloatArray = field(default_factory=lambda: np.zeros(0))
    counts: IntArray = field(default_factory=lambda: np.zeros((0, care.PLACE_COUNTS), np.int64))
    chronic: IntArray = field(default_factory=lambda: np.zeros((0, chronic.COUNTS), np.int64))
    hospital: IntArray = field(default_factory=lambda: np.zeros((0, care.COUNTS), np.int64))  # this month's care
    turns: int = 0  # hospital visits and admissions so far that took turns among the hospitals
    recorded: FloatArray = field(default_factory=lambda: np.zeros(0))  # this month's chance of entry in P-Care
    well_place: FloatArray = field(default_factory=lambda: np.zeros(0))  # this month's well contacts per member
    visits: list[NDArray[np.float32]] = field(default_factory=list)  # room by slot of the team
    visits_made: list[NDArray[np.float32]] = field(default_factory=list)  # this month's, in the order of persons
    notes: list[str] = field(default_factory=list)
    trace: Trace | None = None  # watches one facility or household; changes nothing

    @property
    def facilities(self) -> tuple[Facility, ...]:
        """The district's first-level facilities."""
        return self.district.facilities

    @property
    def on(self) -> str:
        """The running month as "YYYY-MM": the date on which rules are asked."""
        return self.calendar.names[self.month]

    def rule(self, key: str) -> Any:
        """The rule's value in the running month."""
        return self.rules.value(key, self.on)

    def bars(self, months_ahead: int = 0) -> Bars:
        """The UHC bars of the running month, or of a later one, exact."""
        month = next_month(self.on, months_ahead)
        registered, active = (self.rules.value(f"uhc.bar.{name}", month) for name in ("registered", "active"))
        return Bars(Fraction(str(registered)), Fraction(str(active)))

    def record(self, **values: float) -> None:
        """Write district indicators of the running month."""
        for name, value in values.items():
            self.out_district[self.month, INDEX["district"][name]] = value

    def record_facilities(self, **values: Any) -> None:
        """Write facility indicators of the running month; each value has shape (facilities,) or is a scalar."""
        for name, value in values.items():
            self.out_facility[self.month, :, INDEX["facility"][name]] = value
        if self.trace:
            self.trace.recorded(self, values)

    def tell(self, place: int, message: str, **params: Any) -> None:
        """An event at the facility with index ``place``, for a trace that follows it: a translatable ``message``."""
        if self.trace:
            self.trace.tell(self, place, message, **params)

    def record_hospitals(self, **values: Any) -> None:
        """Write hospital indicators of the running month; each value has shape (hospitals,)."""
        for name, value in values.items():
            self.out_hospital[self.month, :, INDEX["hospital"][name]] = value

    def add_to_facility(self, place: int, **amounts: float) -> None:
        """Add to one facility's indicators of the running month: what happens on any of its days."""
        for name, amount in amounts.items():
            self.out_facility[self.month, place, INDEX["facility"][name]] += amount

    def count_heads(self) -> None:
        """Count everyone on the register and note what each family holds."""
        tallies = [self.team.tallies(*total.shape) for total in self.heads]
        self.households.payers[:] = 0
        self.households.holds[:] = 0

        def task(lo: int, hi: int, slot: int) -> None:
            close_register(self.people, self.households, lo, hi, *(tally[slot] for tally in tallies))

        self.team.over_people(task, self.used)
        for total, tally in zip(self.heads, tallies, strict=True):
            total[:] = np.sum(tally, axis=0)

    def aided_self_payers(self) -> int:
        """Active self-paying members with premium aid: those of class III, or all once there is one class only."""
        lowest = 1 if one_class(self.rules, self.on) else 3
        return int(self.heads.paid_by[codes.PAYER_SELF, lowest:].sum())

    def village_payroll(self) -> int:
        """Monthly wages of village officials in rupiah, at the minimum wage (assumed)."""
        members = int(self.heads.paid_by[codes.PAYER_VILLAGE].sum())
        return int(members / self.b["money.persons_per_worker"] * self.district.minimum_wage)

    def release(self) -> None:
        """Let the large arrays go when the run is over: the processes that still wait hold the world, and it them, so
        that it is found and removed late."""
        self.people, self.patients = empty_people(0), empty_patients(0)
        self.households = empty_households(0)
        self.visits, self.visits_made = [], []

    def note(self, text: str) -> None:
        """Remember a dated event."""
        self.notes.append(f"{self.on}: {text}")


def make_world(
    district: District,
    rules: Rules,
    behaviour: Behaviour,
    policy: Policy,
    seed: int,
    replicate: int,
    stock: Stock,
    luck_only: bool,
    calendar: Calendar,
    threads: int = 1,
) -> World:
    """The world at the end of the stock's month; its kernels run on ``threads`` threads, with the same result."""
    if luck_only:
        behaviour = behaviour.but({"shock.size": 0.0})
    b = behaviour.as_dict()
    count = len(district.facilities)
    key = make_key(seed, replicate)
    law, rules = rules, rules.from_month(change[:3] for change in come_true(policy.rule_changes, key, luck_only))
    arriving = sum(max(crowd.heads, 0) for crowd in policy.crowds)
    start = make_start(district, stock, behaviour, seed, replicate, luck_only, policy.months)
    team = make_team(threads, start.people.household, start.residents)
    env, ledger, hospitals = simpy.Environment(), Ledger(), make_hospitals(district)
    world = World(
        district=district,
        rules=rules,
        law=law,
        b=b,
        policy=policy,
        key=key,
        calendar=calendar,
        stock=stock,
        shocks=start.shocks,
        env=env,
        people=copy_arrays(start.people, int(_CROWD_ROOM * arriving)),
        patients=copy_arrays(start.patients, int(_CROWD_ROOM * arriving)),
        households=copy_arrays(start.households),
        used=start.used,
        patients_used=start.patients_used,
        first=start.residents,
        orders=start.orders,
        team=team,
        tables=start.tables,
        hospitals=hospitals,
        ledger=ledger,
        office=EnrolmentOffice(int(b["office.capacity"]), b["segment.nik_invalid"], b["segment.nik_mended"]),
        claims=make_claims_office(env, calendar, ledger, district, hospitals, stock, b, rules, policy),
        line=BudgetLine(policy, _make_treasury(district, policy)),
        staff=make_staff(district.facilities),
        desks=make_desks(district, stock, b),
        stores=make_stores(district, stock, start.people, b),
        allotments=[Purse() for _ in district.facilities],
        funds=[CapitationFund() for _ in district.facilities],
        heads=Heads(
            np.zeros((count, len(SEGMENTS), codes.STATUSES, codes.PRESENCES), np.int64),
            np.zeros((codes.PAYERS, 4), np.int64),
            np.zeros(codes.PAYERS, np.int64),
            np.zeros(4, np.int64),
            np.zeros(4, np.int64),
        ),
        shares=[first_shares(district, law, calendar.first)],
        out_district=np.zeros((policy.months, len(DISTRICT))),
        out_facility=np.zeros((policy.months, count, len(FACILITY))),
        out_segment=np.zeros((policy.months, len(SEGMENTS), len(SEGMENT))),
        out_hospital=np.zeros((policy.months, len(hospitals.share), len(HOSPITAL))),
        population_published=stock.population,
        wait=np.zeros(count),
        left=np.zeros(count),
        stockout=np.zeros((count, len(GROUPS))),
        ak_last=np.full(count, np.nan),
        counts=np.zeros((count, care.PLACE_COUNTS), np.int64),
        chronic=np.zeros((count, chronic.COUNTS), np.int64),
        hospital=np.zeros((len(hospitals.share), care.COUNTS), np.int64),
        visits=[
            np.empty(
                (
                    _visit_room(b, stock.population + arriving, policy) // (1 if slot == 0 else team.slots - 1),
                    care.VISIT_COLUMNS,
                ),
                np.float32,
            )
            for slot in range(team.slots)
        ],
    )
    world.count_heads()
    world.pemda_heads = pemda_heads(world)
    return world


def pemda_heads(world: World) -> int:
    """Heads the district pays for or will pay for from the next month on."""
    waiting = int(world.heads.on_register()[:, codes.PEMDA, codes.PENDING].sum())
    return int(world.heads.paid_by[codes.PAYER_DISTRICT].sum()) + waiting


def _make_treasury(district: District, policy: Policy) -> Treasury:
    """What others pay towards the bill, and the cash of the line where the policy names its months."""
    cash = None if policy.line_cash is None else tuple(Arrival(*entry) for entry in policy.line_cash)
    return Treasury(arrivals(district.budget, credits=True), cash)


def _visit_room(b: dict[str, float], population: int, policy: Policy) -> int:
    """Visits a month may bring: more than a population that is active throughout asks for in a bad January."""
    return int(_VISITS_ROOM * b["care.sick"] * population * max(1.0, float(policy.sick_factor.max()))) + 2000
