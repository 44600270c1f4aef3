"""The state of one unit (one scenario, one replicate): everything that changes during a run, in one named place."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from districts.model import District, Facility, Stock
from sim import codes
from sim.behaviour import Behaviour
from sim.calendar import Calendar, next_month
from sim.facilities.drugs import DrugStore
from sim.facilities.exemption import is_exempt
from sim.facilities.fund import CapitationFund
from sim.indicators import DISTRICT, FACILITY, INDEX, SEGMENT, SEGMENTS
from sim.kbk import scheme
from sim.payers.claims import ClaimsOffice
from sim.payers.ledger import Ledger
from sim.payers.office import EnrolmentOffice
from sim.payers.pemda import Bill, BudgetLine
from sim.payers.uhc import Bars
from sim.people.arrays import Households, People, copy_arrays
from sim.people.care import well_curve
from sim.people.chronic import set_levels
from sim.people.demography import fertility_shape, mortality_shape
from sim.people.illness import emergency_curve, sick_curve
from sim.people.synthesis import drawn_cells, synthesise
from sim.policy import Policy
from sim.random import Key, Purpose, block_table, make_key
from sim.rules import Rules
from sim.shocks import Shocks, draw_shocks, shifted

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Room for newcomers beyond the expected births and arrivals.
_SPARE_FACTOR, _SPARE_LEAST = 1.8, 400
#: Claims beside referrals and emergencies (letters, complications), relative, for the verifiers' capacity (assumed).
_CLAIMS_BESIDES = 1.1
#: Share of a facility's register that is active, for the first guess of its drug use (assumed).
_ACTIVE_SHARE = 0.8


@dataclass
class Heads:
    """Counts of the register at one moment (see sim.people.register.count_heads)."""

    table: IntArray  # (facilities, segments, statuses, presences)
    paid_by: IntArray  # (payers, classes): active heads
    owed: IntArray  # (classes,): person-months in arrears
    diagnosed: IntArray  # (facilities, 2)

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
class Tables:
    """What stays the same all run long, prepared once: curves normalised to the starting population."""

    sick: FloatArray  # (2, ages in months): relative to the mean resident
    emergency: FloatArray  # (ages,)
    well: FloatArray  # (2, ages)
    death: FloatArray  # (ages,): monthly chance
    birth: FloatArray  # (ages,): monthly chance of women
    prolanis: FloatArray  # (facilities, 2): enrolment shares of diagnosed HT and DM


@dataclass
class Month:
    """Counters of the running month; made anew on day 1."""

    suspended: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    reactivated: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    paid: IntArray = field(default_factory=lambda: np.zeros((4, 2), np.int64))
    family_moves: IntArray = field(default_factory=lambda: np.zeros(3, np.int64))
    moves: IntArray = field(default_factory=lambda: np.zeros(6, np.int64))
    origin: IntArray = field(default_factory=lambda: np.zeros(6, np.int64))
    events: IntArray = field(default_factory=lambda: np.zeros(6, np.int64))
    hospital: FloatArray = field(default_factory=lambda: np.zeros(4))
    complications: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    activated: int = 0  # district heads that became active after the count of day 1
    applied: tuple[int, int] = (0, 0)  # heads applied for that were never registered, that were inactive
    dropped: int = 0
    bill: Bill | None = None


@dataclass
class World:
    """All state of a run. Steps (sim/month.py) read and change it; nothing else does."""

    district: District
    rules: Rules
    b: dict[str, float]
    policy: Policy
    key: Key
    calendar: Calendar
    stock: Stock
    shocks: Shocks
    env: simpy.Environment
    people: People
    households: Households
    used: int
    first: int
    lottery: NDArray[np.uint32]
    tables: Tables
    office: EnrolmentOffice
    claims: ClaimsOffice
    line: BudgetLine
    stores: list[DrugStore]
    funds: list[CapitationFund]
    heads: Heads
    shares: list[IntArray]  # per mille paid, by month of payment
    out_district: FloatArray
    out_facility: FloatArray
    out_segment: FloatArray
    ledger: Ledger = field(default_factory=Ledger)
    month: int = 0
    now: Month = field(default_factory=Month)
    non_cut_off: bool = False
    status_uhc: bool = False
    population_published: int = 0
    residents_at_end: list[int] = field(default_factory=list)
    to_drop: int = 0
    to_restore: int = 0
    pbi_carry: float = 0.0
    move_carry: float = 0.0
    wait: FloatArray = field(default_factory=lambda: np.zeros(0))  # last month's indices, per facility
    stockout: FloatArray = field(default_factory=lambda: np.zeros(0))
    ak_last: FloatArray = field(default_factory=lambda: np.zeros(0))
    counts: IntArray = field(default_factory=lambda: np.zeros((0, 6), np.int64))
    chronic: IntArray = field(default_factory=lambda: np.zeros((0, 5), np.int64))
    visits: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    visits_taken: int = 0
    notes: list[str] = field(default_factory=list)

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

    def note(self, text: str) -> None:
        """Remember a dated event."""
        self.notes.append(f"{self.on}: {text}")


@dataclass(frozen=True)
class Start:
    """What every scenario of a replicate starts from; read-only, its arrays are copied into a world."""

    people: People
    households: Households
    used: int
    shocks: Shocks
    tables: Tables
    lottery: NDArray[np.uint32]


@lru_cache(maxsize=1)
def make_start(
    district: District, stock: Stock, behaviour: Behaviour, seed: int, replicate: int, luck_only: bool, months: int
) -> Start:
    """The synthetic population and the shocks of one replicate; the last one is kept for the next scenario."""
    key = make_key(seed, replicate)
    b = behaviour.as_dict()
    cells = drawn_cells(stock, behaviour, key, central=luck_only)
    newcomers = (b["demo.births"] + b["demo.move_in"]) / 12 * months * stock.population
    spare = int(_SPARE_FACTOR * newcomers) + _SPARE_LEAST
    population = synthesise(district, stock, cells, behaviour, key, seed, spare)
    people, households, used = population.people, population.households, population.used
    shocks = draw_shocks(behaviour, key, months, len(district.facilities))
    prolanis = np.stack(
        [shifted(b["chronic.prolanis_ht"], shocks.prolanis), shifted(b["chronic.prolanis_dm"], shocks.prolanis)],
        axis=1,
    )
    set_levels(people, key.k0, key.k1, used, b["chronic.sbp_level"], b["chronic.fbg_level"], prolanis)
    lottery = block_table(key, households.name, 1, Purpose.SEGMENT)[:, 3].copy()
    return Start(people, households, used, shocks, _tables(people, used, b, prolanis), lottery)


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
) -> World:
    """The world at the end of the stock's month."""
    if luck_only:
        behaviour = behaviour.but({"shock.size": 0.0})
    b = behaviour.as_dict()
    count = len(district.facilities)
    start = make_start(district, stock, behaviour, seed, replicate, luck_only, policy.months)
    use = [
        max(1, round(b["care.sick"] * facility.registered * _ACTIVE_SHARE * b["drugs.cost_per_visit"]))
        for facility in district.facilities
    ]
    return World(
        district=district,
        rules=rules,
        b=b,
        policy=policy,
        key=make_key(seed, replicate),
        calendar=calendar,
        stock=stock,
        shocks=start.shocks,
        env=simpy.Environment(),
        people=copy_arrays(start.people),
        households=copy_arrays(start.households),
        used=start.used,
        first=start.used,
        lottery=start.lottery,
        tables=start.tables,
        office=EnrolmentOffice(int(b["office.capacity"]), b["segment.nik_invalid"], b["segment.nik_mended"]),
        claims=ClaimsOffice(_claims_capacity(stock, b), b["claims.returned"], 0.0),
        line=BudgetLine(policy),
        stores=[
            DrugStore(int(b["drugs.target_months"] * amount), b["drugs.target_months"], b["drugs.fill_rate"], amount)
            for amount in use
        ],
        funds=[CapitationFund(b["money.services_share"], 0, facility.drug_budget) for facility in district.facilities],
        heads=Heads(
            np.zeros((count, len(SEGMENTS), codes.STATUSES, codes.PRESENCES), np.int64),
            np.zeros((codes.PAYERS, 4), np.int64),
            np.zeros(4, np.int64),
            np.zeros((count, 2), np.int64),
        ),
        shares=[_first_shares(district, rules, calendar.first)],
        out_district=np.zeros((policy.months, len(DISTRICT))),
        out_facility=np.zeros((policy.months, count, len(FACILITY))),
        out_segment=np.zeros((policy.months, len(SEGMENTS), len(SEGMENT))),
        population_published=stock.population,
        wait=np.zeros(count),
        stockout=np.zeros(count),
        ak_last=np.full(count, np.nan),
        counts=np.zeros((count, 6), np.int64),
        chronic=np.zeros((count, 5), np.int64),
        visits=np.empty((int(b["care.sick"] * stock.population * 3) + 2000, 3)),
    )


def _first_shares(district: District, rules: Rules, month: str) -> IntArray:
    """Per mille paid before a score of the run is known: as for a score from 3 to under 4 (assumed), full if exempt."""
    rule = scheme(rules, month)
    middling = (2, 2, 2) if rule.zone_payment else (3, 4, 3)
    shares = [
        1000 if is_exempt(facility, rules, month) else rule.pays(*middling, facility.type)[1]
        for facility in district.facilities
    ]
    return np.array(shares, np.int64)


def _claims_capacity(stock: Stock, b: dict[str, float]) -> int:
    """Rupiah that the verifiers clear in a month: their capacity over the claims expected of the active members."""
    referrals = b["care.sick"] * b["referral.rate"]
    per_head = referrals * b["referral.outpatient_visits"] * b["claims.outpatient"]
    per_head += (referrals * b["referral.admission"] + b["care.emergency"]) * b["claims.admission"]
    return int(b["claims.verified_per_month"] * per_head * stock.active * _CLAIMS_BESIDES)


def _tables(people: People, used: int, b: dict[str, float], prolanis: FloatArray) -> Tables:
    """Curves by age scaled so that the mean resident has the rate that ``b`` names."""
    resident = people.presence[:used] == codes.RESIDENT
    age = np.minimum(-people.birth[:used][resident].astype(np.int64), codes.MAX_AGE_MONTHS)
    sex = people.female[:used][resident].astype(np.int64)
    sick, emergency, well = sick_curve(), emergency_curve(), well_curve()
    death, birth = mortality_shape(), fertility_shape()
    mothers = birth[age[sex == 1]].sum() / len(age)
    return Tables(
        sick=sick / sick[sex, age].mean(),
        emergency=emergency / emergency[age].mean(),
        well=well / well[sex, age].mean(),
        death=np.minimum(death / death[age].mean() * b["demo.deaths"] / 12, 0.5),
        birth=birth / mothers * b["demo.births"] / 12 if mothers > 0 else birth * 0.0,
        prolanis=prolanis,
    )
