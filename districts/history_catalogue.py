"""What a district's history may hold: one list of indicators, with the places and the periods each is known for.

The keys are those of a run's results, so that what was observed and what was simulated are compared by name. Four are
derived: a run reports the counts they are made of (:func:`derived`). At district level a run reports most figures of
facilities by facility only; there they are added up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Level = Literal["district", "segment", "class", "facility"]
Unit = Literal["persons", "visits", "rupiah", "permille", "percent"]


@dataclass(frozen=True)
class HistoryIndicator:
    """One indicator: ``key``, the ``levels`` it may be given for, ``stock`` (at the end of a month) or flow (within a
    month), ``unit``, labels, the subject (``group``) of the inventory, and for a derived one the keys it is made of
    (``parts``)."""

    key: str
    levels: tuple[Level, ...]
    stock: bool
    unit: Unit
    label_id: str
    label_en: str
    group: str
    parts: tuple[str, ...] = ()

    @property
    def yearly(self) -> bool:
        """Whether a year may stand for the month: the total of a flow, the December value of a stock. A ratio has no
        yearly figure."""
        return self.unit not in ("permille", "percent")


_D: tuple[Level, ...] = ("district",)
_DS: tuple[Level, ...] = ("district", "segment")
_DF: tuple[Level, ...] = ("district", "facility")

#: The ways into PBPU Pemda that a run reports one by one.
INTAKE = tuple(f"intake_{way}" for way in ("never", "lapsed", "arrears", "pbpu", "ppu", "point_of_care"))
_CONTROL = ("dm_controlled", "dm_diagnosed", "ht_controlled", "ht_diagnosed")


def _of(group: str, levels: tuple[Level, ...], stock: bool, unit: Unit, *rows: tuple[str, str, str]) -> tuple[
    HistoryIndicator, ...
]:  # fmt: skip
    return tuple(HistoryIndicator(key, levels, stock, unit, name, english, group) for key, name, english in rows)


HISTORY: tuple[HistoryIndicator, ...] = (
    *_of("", _D, True, "persons", ("population", "penduduk", "residents")),
    *_of("members", ("district", "segment", "facility"), True, "persons", ("registered", "terdaftar", "registered")),
    *_of("members", _DS, True, "persons", ("active", "aktif", "active")),
    *_of("members", _DF, True, "persons", ("capitated", "dikapitasi", "capitated")),
    *_of("members", _D, True, "persons", ("never", "belum pernah terdaftar", "never registered")),
    *_of("members", _DS, True, "persons", ("lapsed", "keluar dari segmen", "lapsed")),
    *_of(
        "members", _D, False, "persons",
        ("births", "lahir", "births"),
        ("deaths", "meninggal", "deaths"),
        ("pbi_in", "masuk PBI-JK", "joined PBI-JK"),
        ("pbi_out", "keluar PBI-JK", "left PBI-JK"),
        ("job_gain", "masuk PPU", "joined PPU"),
        ("job_loss", "keluar PPU", "left PPU"),
        ("pbpu_joined", "daftar mandiri", "joined PBPU"),
    ),
    HistoryIndicator(
        "intake", _D, False, "persons", "masuk PBPU Pemda, semua jalur", "Pemda intake, all ways", "members", INTAKE
    ),
    *_of(
        "members", _D, False, "persons",
        ("suspended", "berhenti aktif karena menunggak", "suspended for arrears"),
        ("reactivated", "aktif kembali", "reactivated"),
    ),
    *_of("arrears", ("district", "segment", "class"), True, "persons", ("arrears", "menunggak", "in arrears")),
    *_of(
        "arrears", ("district", "class"), True, "rupiah",
        ("arrears_rupiah", "tunggakan iuran mandiri", "arrears of self-payers"),
    ),
    *_of("pemda", _D, True, "persons", ("billed", "ditagihkan ke daerah", "billed to the district")),
    *_of(
        "pemda", _D, False, "rupiah",
        ("bill_jkn", "tagihan JKN daerah (baris APBD)", "district JKN bill (APBD line)"),
        ("paid_jkn", "dibayar dari pagu JKN", "paid from the JKN line"),
    ),
    *_of("pemda", _D, True, "rupiah", ("debt_pemda", "utang Pemda ke BPJS", "Pemda debt to BPJS")),
    HistoryIndicator(
        "ak", _DF, False, "permille", "angka kontak (AK)", "contact rate (AK)", "contacts", ("contacts", "capitated")
    ),
    *_of(
        "contacts", _DF, False, "persons",
        ("contacts", "peserta kontak tercatat (AK)", "members with a recorded contact (AK)"),
        ("contacts_sick", "peserta kontak sakit tercatat", "members with a recorded sick contact"),
    ),
    *_of("contacts", _DF, False, "visits", ("sick_visits", "kunjungan sakit", "sick visits")),
    HistoryIndicator(
        "rrns", _DF, False, "percent", "rasio rujukan nonspesialistik (RRNS)", "non-specialist referral ratio (RRNS)",
        "referrals", ("referrals_nonspecialist", "referrals"),
    ),
    *_of(
        "referrals", _DF, False, "visits",
        ("referrals", "rujukan", "referrals"),
        ("referrals_nonspecialist", "rujukan nonspesialistik", "non-specialist referrals"),
    ),
    HistoryIndicator(
        "rppt", _DF, False, "percent", "rasio peserta Prolanis terkendali (RPPT)",
        "ratio of Prolanis members under control (RPPT)", "prolanis", _CONTROL,
    ),
    *_of(
        "prolanis", _DF, True, "persons",
        ("ht_diagnosed", "HT terdiagnosis", "HT diagnosed"),
        ("dm_diagnosed", "DM terdiagnosis", "DM diagnosed"),
        ("ht_prolanis", "HT di Prolanis", "HT in Prolanis"),
        ("dm_prolanis", "DM di Prolanis", "DM in Prolanis"),
    ),
    *_of(
        "prolanis", _DF, False, "persons",
        ("ht_controlled", "HT terkendali", "HT under control"),
        ("dm_controlled", "DM terkendali", "DM under control"),
    ),
    *_of(
        "capitation", _DF, False, "rupiah",
        ("capitation_full", "kapitasi penuh", "full capitation"),
        ("capitation_paid", "kapitasi dibayar", "capitation paid"),
    ),
    HistoryIndicator(
        "share_permille", _DF, True, "permille", "bagian kapitasi dibayar (‰)", "share of capitation paid (‰)",
        "capitation", ("capitation_paid", "capitation_full"),
    ),
    *_of(
        "claims", _D, False, "rupiah",
        ("claims_incurred", "klaim rumah sakit terjadi", "hospital claims incurred"),
        ("claims_submitted", "klaim rumah sakit diajukan", "hospital claims submitted"),
        ("claims_paid", "klaim rumah sakit dibayar", "hospital claims paid"),
    ),
    *_of("claims", _D, True, "rupiah",
         ("claims_backlog", "klaim rumah sakit belum dibayar", "hospital claims not yet paid")),
    *_of(
        "claims", _D, False, "visits",
        ("hospital_outpatient", "rawat jalan rumah sakit (RJTL)", "hospital outpatient visits (RJTL)"),
        ("hospital_admissions", "rawat inap rumah sakit (RITL)", "hospital admissions (RITL)"),
    ),
)  # fmt: skip

BY_KEY: dict[str, HistoryIndicator] = {indicator.key: indicator for indicator in HISTORY}


def derived(key: str, figure: Callable[[str], float]) -> float | None:
    """The value of a derived indicator from the figures it is made of; None where a denominator is zero.

    ``intake`` in persons; ``ak`` and ``share_permille`` in per mille; ``rrns`` in percent; ``rppt`` in percent, the
    mean of DM and HT (one alone where the other has no patients). Raises ``KeyError`` for any other key.
    Source of the ratios: Peraturan BPJS Kesehatan 7/2019.
    """
    if key == "intake":
        return sum(figure(part) for part in INTAKE)
    if key == "rppt":
        pairs = [(figure(f"{name}_controlled"), figure(f"{name}_diagnosed")) for name in ("dm", "ht")]
        ratios = [100 * above / below for above, below in pairs if below]
        return sum(ratios) / len(ratios) if ratios else None
    scale = {"ak": 1000, "rrns": 100, "share_permille": 1000}[key]
    above, below = (figure(part) for part in BY_KEY[key].parts)
    return scale * above / below if below else None


def level_of(place: str) -> Level:
    """The level of a place: ``district``, ``segment:…``, ``class:…``, and every other word is a facility's code."""
    if place == "district":
        return "district"
    if place.startswith("segment:"):
        return "segment"
    return "class" if place.startswith("class:") else "facility"


#: The places of a history that are not facilities.
PLACES: tuple[str, ...] = (
    "district",
    *(f"segment:{name}" for name in ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")),
    *(f"class:{number}" for number in (1, 2, 3)),
)
