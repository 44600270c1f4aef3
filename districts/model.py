"""What a district is: the validated, read-only input of the model.

Every reader (folder of CSV and YAML, full workbook, one-sheet workbook) ends in one :class:`District`.
Nothing here reads files; nothing in the program changes a district after it was made.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["high", "medium", "low", "assumed"]
FacilityType = Literal["puskesmas", "klinik_pratama", "rs_d_pratama", "dpm", "dokter_gigi"]
Location = Literal["urban", "rural", "remote", "very_remote"]
Segment = Literal["pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp"]
Payer = Literal["central", "district", "province", "third_party", "state", "private", "village", "self"]

#: Payers that a segment may have (Perpres 82/2018; the village government pays 4 % for its officials).
PAYERS_OF_SEGMENT: dict[str, tuple[str, ...]] = {
    "pbi_jk": ("central",),
    "pbpu_pemda": ("district", "province", "third_party"),
    "ppu": ("state", "private", "village"),
    "pbpu": ("self",),
    "bp": ("self", "state"),
}


class Frozen(BaseModel):
    """Base of all input models: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Frozen):
    """A figure with its source. ``confidence == "assumed"`` marks what nobody measured."""

    source: str = Field(min_length=1)
    confidence: Confidence
    note: str = ""


class AgeSexRow(Sourced):
    """Residents in an age band; ``age_to`` is None for the open last band. Unit: persons."""

    age_from: int = Field(ge=0, le=120)
    age_to: int | None = Field(default=None, ge=0, le=120)
    men: int = Field(ge=0)
    women: int = Field(ge=0)


class HouseholdSizeRow(Sourced):
    """Share of family cards with ``size`` members; the last size means "this or more". Unit: share 0-1."""

    size: int = Field(ge=1, le=12)
    share: float = Field(ge=0, le=1)


class SegmentRow(Sourced):
    """Members of one segment, payer and class on the register at the stock's date. Unit: persons.

    ``registered = active + arrears + lapsed``. ``klass`` is 1-3 for ``pbpu`` and ``bp`` with payer ``self``,
    0 elsewhere. ``joined`` counts recent joiners whose split over the rows is assumed: a replicate draws that
    split anew (Dirichlet), the registered total stays. ``split_assumed`` says that nobody counted how many are active,
    in arrears and lapsed: a replicate then draws the lapsed anew.
    """

    segment: Segment
    payer: Payer
    klass: int = Field(default=0, ge=0, le=3)
    registered: int = Field(ge=0)
    active: int = Field(ge=0)
    arrears: int = Field(default=0, ge=0)
    lapsed: int = Field(default=0, ge=0)
    joined: int = Field(default=0, ge=0)
    split_assumed: bool = True


class Stock(Frozen):
    """The membership of the district at the end of one month (``month`` = "YYYY-MM").

    ``pending``: of the lapsed heads whom the district pays for, those registered in the month who become active on the
    next 1st; known only of a stock that a history gives.
    """

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    population: int = Field(gt=0)
    population_source: str
    population_confidence: Confidence
    segments: tuple[SegmentRow, ...]
    arrears_rupiah: int | None = Field(default=None, ge=0)
    ghost_share: float = Field(default=0.03, ge=0, le=0.5)
    pending: int = Field(default=0, ge=0)
    note: str = ""

    @property
    def registered(self) -> int:
        """Persons on the register, active or not."""
        return sum(row.registered for row in self.segments)

    @property
    def active(self) -> int:
        """Persons who may use care."""
        return sum(row.active for row in self.segments)


class Facility(Sourced):
    """A first-level facility (FKTP). Staff in heads, hours per week, drug budget in rupiah per year."""

    code: str
    name: str = Field(min_length=1)
    type: FacilityType = "puskesmas"
    location: Location = "rural"
    kecamatan: str = ""
    inpatient: bool = False
    blud: bool = False
    network: bool = True
    special_capitation: bool = False
    registered: int = Field(ge=0)
    doctors: int = Field(ge=0)
    dentists: int = Field(default=0, ge=0)
    nurses: int = Field(default=0, ge=0)
    midwives: int = Field(default=0, ge=0)
    health_promotion: int = Field(default=0, ge=0)
    environmental_health: int = Field(default=0, ge=0)
    nutritionists: int = Field(default=0, ge=0)
    pharmacy: int = Field(default=0, ge=0)
    laboratory: int = Field(default=0, ge=0)
    administration: int = Field(default=0, ge=0)
    support: int = Field(default=0, ge=0)
    hours_per_week: float = Field(default=36.0, gt=0, le=168)
    drug_budget: int = Field(default=0, ge=0)
    assumed_fields: tuple[str, ...] = ()


class Hospital(Sourced):
    """A referral hospital (FKRTL). ``share`` is its share of the district's JKN hospital care, 0-1."""

    code: str
    name: str = Field(min_length=1)
    hclass: Literal["A", "B", "C", "D", "D_pratama", "unknown"] = "unknown"
    beds: int = Field(default=0, ge=0)
    share: float = Field(ge=0, le=1)
    outside_district: bool = False


class BudgetLine(Sourced):
    """One source of the JKN line of the APBD in one year. Unit: rupiah per year; ``month_available`` 1-12."""

    year: int = Field(ge=2014, le=2100)
    account: str
    fund: Literal["pad_dau", "dau_earmarked", "dbh_cht", "cigarette_tax", "province", "third_party"] = "pad_dau"
    withheld: bool = False
    amount: int = Field(ge=0)
    month_available: int = Field(default=1, ge=1, le=12)


class HistoryRow(Sourced):
    """One observed figure of a month ("YYYY-MM") or a year ("YYYY": total of a flow, December value of a stock).

    ``place`` is "district", a facility's code, "segment:pbi_jk" and so on, or "class:1" to "class:3" of self-payers;
    indicators and units are in :mod:`districts.history`. ``row``, ``file`` and ``sheet`` tell where the figure was
    read (0 and "" when it was not); they are no part of it: neither compared, hashed nor written.
    """

    month: str = Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")
    indicator: str
    place: str = "district"
    value: float
    row: int = Field(default=0, ge=0, exclude=True, repr=False)
    file: str = Field(default="", exclude=True, repr=False)
    sheet: str = Field(default="", exclude=True, repr=False)

    def _figure(self) -> tuple[object, ...]:
        return self.month, self.indicator, self.place, self.value, self.source, self.confidence, self.note

    def __eq__(self, other: object) -> bool:
        return self._figure() == other._figure() if isinstance(other, HistoryRow) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._figure())


class InputStatus(Frozen):
    """One entry of the input inventory: which figure was given, which was assumed, and why."""

    key: str
    label_id: str
    label_en: str
    assumed: bool
    value: str
    source: str
    confidence: Confidence


class District(Frozen):
    """Everything the model needs to know of a district. Read from files, validated, never changed."""

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    province: str
    kind: Literal["kabupaten", "kota"] = "kabupaten"
    code: str = ""
    default_stock: str
    minimum_wage: int = Field(gt=0, description="rupiah per month; the wage floor of PPU premiums")
    mean_wage: int = Field(gt=0, description="rupiah per month; mean wage base of PPU premiums")
    uhc_agreement: bool = False
    aid_payer: Literal["district", "province"] = "district"
    age_sex: tuple[AgeSexRow, ...]
    household_sizes: tuple[HouseholdSizeRow, ...]
    wealth_shares: tuple[float, float, float, float, float] = (0.2, 0.2, 0.2, 0.2, 0.2)
    stocks: tuple[Stock, ...]
    facilities: tuple[Facility, ...]
    hospitals: tuple[Hospital, ...]
    budget: tuple[BudgetLine, ...]
    history: tuple[HistoryRow, ...] = ()
    rules_file: str | None = None
    inputs: tuple[InputStatus, ...] = ()

    def stock(self, month: str | None = None) -> Stock:
        """The stock dated ``month`` (default: ``default_stock``). Raises ``KeyError`` naming the known months."""
        wanted = month or self.default_stock
        for stock in self.stocks:
            if stock.month == wanted:
                return stock
        raise KeyError(f"{self.name}: no stock dated {wanted}; known: {', '.join(s.month for s in self.stocks)}")

    def assumed_count(self) -> tuple[int, int]:
        """(number of assumed inputs, number of inputs)."""
        return sum(status.assumed for status in self.inputs), len(self.inputs)
