"""The inventory of inputs: a fixed list of what the model wants to know, and for each whether it was given or assumed.

An input that is a table is *assumed* when at least half of its rows are; an input that is missing was filled by a
default and is assumed too. The count (*38 of 57 assumed*) is printed on every report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from districts.history_catalogue import HISTORY
from districts.model import Confidence, District, Facility, HistoryRow, InputStatus, SegmentRow, Sourced


class Figure(NamedTuple):
    """Where a figure comes from: source and confidence."""

    source: str
    confidence: Confidence


#: Stands for the source of what nobody gave.
NOT_GIVEN = Figure("not given; default of the program", "assumed")

#: Stands for the source of a facility's column that is assumed although the row itself has a source.
_BY_NOTE = Figure("assumed; see the notes of the facilities", "assumed")

Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Input:
    """One entry of the registry: stable ``key``, labels, and ``look``, which reads value and origin from a district; of
    a table the value is how many ``rows`` it has."""

    key: str
    label_id: str
    label_en: str
    look: Callable[[District, Figures], tuple[str, Figure]]
    rows: bool = False


SEGMENT_NAMES = {"pbi_jk": "PBI-JK", "pbpu_pemda": "PBPU Pemda", "ppu": "PPU", "pbpu": "PBPU", "bp": "BP"}

#: Segments whose members are divided over payers or ward classes: the column that divides them.
PARTED = {"pbpu_pemda": "payer", "ppu": "payer", "pbpu": "klass"}

#: Facility columns that are inputs of their own: Indonesian and English label.
FACILITY_INPUTS: dict[str, tuple[str, str]] = {
    "registered": ("peserta per FKTP", "members per facility"),
    "location": ("letak FKTP", "location of the facilities"),
    "inpatient": ("puskesmas rawat inap", "puskesmas with beds"),
    "blud": ("FKTP BLUD", "BLUD facilities"),
    "network": ("jaringan data FKTP", "data network of the facilities"),
    "special_capitation": ("kapitasi khusus", "special capitation"),
    "doctors": ("dokter", "doctors"),
    "dentists": ("dokter gigi", "dentists"),
    "nurses": ("perawat", "nurses"),
    "midwives": ("bidan", "midwives"),
    "health_promotion": ("tenaga promosi kesehatan", "health promotion staff"),
    "environmental_health": ("tenaga kesehatan lingkungan", "environmental health staff"),
    "nutritionists": ("tenaga gizi", "nutrition staff"),
    "pharmacy": ("tenaga farmasi", "pharmacy staff"),
    "laboratory": ("tenaga laboratorium", "laboratory staff"),
    "administration": ("tenaga administrasi", "administration staff"),
    "support": ("tenaga pendukung", "support staff"),
    "hours_per_week": ("jam buka per minggu", "opening hours per week"),
    "drug_budget": ("anggaran obat FKTP", "drug budget of the facilities"),
}

#: Subjects of the history: key and labels.
_HISTORY_SUBJECTS: tuple[tuple[str, str, str], ...] = (
    ("members", "riwayat peserta", "history of members"),
    ("arrears", "riwayat tunggakan", "history of arrears"),
    ("pemda", "riwayat tagihan Pemda", "history of Pemda bills"),
    ("contacts", "riwayat kontak", "history of contacts"),
    ("referrals", "riwayat rujukan", "history of referrals"),
    ("prolanis", "riwayat Prolanis", "history of Prolanis"),
    ("capitation", "riwayat kapitasi", "history of capitation"),
    ("claims", "riwayat klaim rumah sakit", "history of hospital claims"),
)

#: History by subject: key, labels and the indicators that belong to it (names as in the results of a run).
HISTORY_GROUPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = tuple(
    (key, label_id, label_en, tuple(item.key for item in HISTORY if item.group == key))
    for key, label_id, label_en in _HISTORY_SUBJECTS
)

HISTORY_INDICATORS: tuple[str, ...] = tuple(item.key for item in HISTORY)

_ORDER: tuple[Confidence, ...] = ("high", "medium", "low", "assumed")


def combine(figures: Iterable[Figure]) -> Figure:
    """One origin for many rows: assumed when at least half of them are (or there is none); otherwise the lowest
    confidence of the rows that are not. The source is the one that those rows name most often."""
    known = list(figures)
    if not known:
        return NOT_GIVEN
    measured = [figure for figure in known if figure.confidence != "assumed"]
    assumed = [figure for figure in known if figure.confidence == "assumed"]
    counted = assumed if 2 * len(assumed) >= len(known) else measured
    source = Counter(figure.source for figure in counted).most_common(1)[0][0]
    return Figure(source, max((figure.confidence for figure in counted), key=_ORDER.index))


def origin(row: Sourced) -> Figure:
    """Source and confidence of a row."""
    return Figure(row.source, row.confidence)


def facility_origin(facility: Facility, field: str) -> Figure:
    """Origin of one column of a facility: assumed when ``assumed_fields`` names it."""
    return _BY_NOTE if field in facility.assumed_fields else origin(facility)


def segment_rows(district: District, segment: str) -> list[SegmentRow]:
    """Rows of a segment in the default stock."""
    return [row for row in district.stock().segments if row.segment == segment]


def inventory(district: District, figures: Figures) -> tuple[InputStatus, ...]:
    """The status of every input of ``REGISTRY``, in that order.

    ``figures`` holds the origin of single figures by key (``minimum_wage``, ``segments.pbpu.split`` ...);
    a figure without an entry counts as not given.
    """
    statuses = []
    for item in REGISTRY:
        value, figure = item.look(district, figures)
        statuses.append(
            InputStatus(
                key=item.key,
                label_id=item.label_id,
                label_en=item.label_en,
                assumed=figure.confidence == "assumed",
                value=value,
                source=figure.source,
                confidence=figure.confidence,
            )
        )
    return tuple(statuses)


def with_inventory(district: District, figures: Figures) -> District:
    """The district with its inventory of inputs."""
    return district.model_copy(update={"inputs": inventory(district, figures)})


def figures_of(district: District) -> dict[str, Figure]:
    """The origins that the inventory of a district records, by key."""
    return {status.key: Figure(status.source, status.confidence) for status in district.inputs}


def _scalar(key: str, label_id: str, label_en: str, value: Callable[[District], object]) -> Input:
    return Input(key, label_id, label_en, lambda d, figures: (str(value(d)), figures.get(key, NOT_GIVEN)))


def _wealth(district: District) -> str:
    return "; ".join(f"{share:g}" for share in district.wealth_shares)


def _population(district: District, figures: Figures) -> tuple[str, Figure]:
    stock = district.stock()
    return str(stock.population), Figure(stock.population_source, stock.population_confidence)


def _registered(segment: str) -> Input:
    def look(district: District, figures: Figures) -> tuple[str, Figure]:
        rows = segment_rows(district, segment)
        return str(sum(row.registered for row in rows)), combine(origin(row) for row in rows)

    name = SEGMENT_NAMES[segment]
    return Input(f"segments.{segment}.registered", f"{name} terdaftar", f"{name} registered", look)


def _split(segment: str) -> Input:
    key, name = f"segments.{segment}.split", SEGMENT_NAMES[segment]

    def look(district: District, figures: Figures) -> tuple[str, Figure]:
        rows = segment_rows(district, segment)
        parts = [sum(getattr(row, part) for row in rows) for part in ("active", "arrears", "lapsed")]
        known = figures.get(key) or combine(origin(row) for row in rows)
        return " / ".join(map(str, parts)), known if rows else NOT_GIVEN

    return Input(key, f"{name} aktif/menunggak/keluar", f"{name} active/arrears/lapsed", look)


def _parted(segment: str, label_id: str, label_en: str) -> Input:
    """Registered members of a segment by payer or ward class."""
    column = PARTED[segment]
    key = f"segments.{segment}.{column}"

    def look(district: District, figures: Figures) -> tuple[str, Figure]:
        rows, heads = segment_rows(district, segment), Counter[str]()
        for row in rows:
            heads[str(getattr(row, column))] += row.registered
        known = figures.get(key) or combine(origin(row) for row in rows)
        return "; ".join(f"{name}: {count}" for name, count in heads.items()), known if rows else NOT_GIVEN

    return Input(key, label_id, label_en, look)


def _arrears(district: District, figures: Figures) -> tuple[str, Figure]:
    """Persons; without an origin of its own it has that of the split of PBPU."""
    rows = segment_rows(district, "pbpu")
    known = figures.get("segments.pbpu.arrears") or figures.get("segments.pbpu.split")
    known = known or combine(origin(row) for row in rows)
    return str(sum(row.arrears for row in rows)), known if rows else NOT_GIVEN


def _facility(field: str) -> Input:
    def look(district: District, figures: Figures) -> tuple[str, Figure]:
        values = [getattr(facility, field) for facility in district.facilities]
        if field == "location":
            value = ", ".join(f"{name} {count}" for name, count in sorted(Counter(values).items()))
        elif field == "hours_per_week":
            value = f"{sum(values) / max(len(values), 1):.1f}"
        else:
            value = str(sum(values))
        return value, combine(facility_origin(facility, field) for facility in district.facilities)

    label_id, label_en = FACILITY_INPUTS[field]
    return Input(f"facilities.{field}", label_id, label_en, look)


def _shares(district: District, figures: Figures) -> tuple[str, Figure]:
    known = figures.get("hospitals.share") or combine(origin(row) for row in district.hospitals)
    return "; ".join(f"{row.share:g}" for row in district.hospitals), known


def _beds(district: District, figures: Figures) -> tuple[str, Figure]:
    rows = [origin(row) if row.beds else Figure("beds unknown", "assumed") for row in district.hospitals]
    return str(sum(row.beds for row in district.hospitals)), combine(rows)


def _funds(district: District, figures: Figures) -> tuple[str, Figure]:
    """The origin of the funds is the confidence recorded for ``budget.funds`` and the source of the lines."""
    funds = ", ".join(sorted({row.fund for row in district.budget})) or "-"
    if not district.budget:
        return funds, NOT_GIVEN
    source = combine(origin(row) for row in district.budget).source
    return funds, Figure(source, figures.get("budget.funds", NOT_GIVEN).confidence)


def _history(key: str, label_id: str, label_en: str, names: tuple[str, ...]) -> Input:
    def look(district: District, figures: Figures) -> tuple[str, Figure]:
        rows: list[HistoryRow] = [row for row in district.history if row.indicator in names]
        return str(len(rows)), combine(origin(row) for row in rows)

    return Input(f"history.{key}", label_id, label_en, look, rows=True)


def _table(key: str, label_id: str, label_en: str, rows: Callable[[District], tuple[Sourced, ...]]) -> Input:
    return Input(key, label_id, label_en, lambda d, _: (str(len(rows(d))), combine(origin(row) for row in rows(d))),
                 rows=True)  # fmt: skip


REGISTRY: tuple[Input, ...] = (
    Input("population", "penduduk", "population", _population),
    _table("age_sex", "penduduk menurut umur dan jenis kelamin", "population by age and sex", lambda d: d.age_sex),
    _table("household_sizes", "ukuran keluarga", "household sizes", lambda d: d.household_sizes),
    _scalar("wealth_shares", "kuintil kesejahteraan", "wealth quintiles", _wealth),
    _scalar("minimum_wage", "upah minimum", "minimum wage", lambda d: d.minimum_wage),
    _scalar("mean_wage", "upah rata-rata", "mean wage", lambda d: d.mean_wage),
    _scalar("uhc_agreement", "perjanjian UHC", "UHC agreement", lambda d: d.uhc_agreement),
    _scalar("aid_payer", "pembayar bantuan iuran", "payer of the premium aid", lambda d: d.aid_payer),
    *(_registered(segment) for segment in SEGMENT_NAMES),
    *(_split(segment) for segment in SEGMENT_NAMES),
    _parted("pbpu_pemda", "pembayar PBPU Pemda", "payers of PBPU Pemda"),
    _parted("ppu", "pembayar PPU", "payers of PPU"),
    _parted("pbpu", "kelas rawat PBPU", "ward classes of PBPU"),
    Input("segments.pbpu.arrears", "PBPU menunggak", "PBPU in arrears", _arrears),
    _scalar("arrears_rupiah", "tunggakan (rupiah)", "arrears (rupiah)", lambda d: d.stock().arrears_rupiah),
    _scalar(
        "ghost_share", "peserta meninggal/pindah", "dead or moved on the register", lambda d: d.stock().ghost_share
    ),
    _table("facilities", "daftar FKTP", "list of facilities", lambda d: d.facilities),
    *(_facility(field) for field in FACILITY_INPUTS),
    _table("hospitals", "daftar rumah sakit", "list of hospitals", lambda d: d.hospitals),
    Input("hospitals.beds", "tempat tidur rumah sakit", "hospital beds", _beds),
    Input("hospitals.share", "bagian tiap rumah sakit", "share of each hospital", _shares),
    _table("budget.line", "pagu JKN APBD", "JKN line of the APBD", lambda d: d.budget),
    Input("budget.funds", "sumber dana pagu JKN", "funds of the JKN line", _funds),
    *(_history(*group) for group in HISTORY_GROUPS),
)
