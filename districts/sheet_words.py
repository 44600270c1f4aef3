"""What the sheets, columns and fixed words of the full workbook are called in Indonesian.

A workbook in Indonesian is written with these words and may be read with either: every word is turned into the
program's own name before anything else looks at it. Names are compared without regard to capitals.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from districts.history_catalogue import HISTORY
from districts.raw import RawTable
from districts.tables import SCALARS, TABLES, Column, TableSpec

SHEETS: dict[str, str] = {
    "district": "Daerah", "age_sex": "Umur", "households": "Keluarga", "stocks": "Kepesertaan", "segments": "Segmen",
    "facilities": "Faskes", "hospitals": "Rumah sakit", "budget": "APBD", "history": "Riwayat",
}  # fmt: skip

#: Labels of columns and of the keys of the sheet ``district``; ``table.column`` where a name is told apart by table.
_LABELS: dict[str, str] = {
    "key": "isian", "value": "nilai", "source": "sumber", "confidence": "keyakinan", "note": "catatan",
    "district.name": "nama singkat", "title": "nama resmi", "province": "provinsi", "kind": "jenis daerah",
    "district.code": "kode wilayah", "default_stock": "bulan data", "rules_file": "berkas aturan",
    "minimum_wage": "upah minimum", "mean_wage": "upah rata-rata", "uhc_agreement": "perjanjian UHC",
    "aid_payer": "pembayar bantuan iuran", "wealth_shares": "bagian kuintil kesejahteraan",
    "age_from": "umur dari", "age_to": "umur sampai", "men": "laki-laki", "women": "perempuan",
    "size": "anggota keluarga", "households.share": "bagian",
    "month": "bulan", "population": "penduduk", "population_source": "sumber penduduk",
    "population_confidence": "keyakinan penduduk", "arrears_rupiah": "tunggakan (rupiah)",
    "ghost_share": "bagian meninggal atau pindah", "arrears_source": "sumber tunggakan",
    "arrears_confidence": "keyakinan tunggakan", "ghost_source": "sumber meninggal atau pindah",
    "ghost_confidence": "keyakinan meninggal atau pindah",
    "stock": "bulan data", "segment": "segmen", "payer": "pembayar", "klass": "kelas", "registered": "terdaftar",
    "active": "aktif", "arrears": "menunggak", "lapsed": "keluar dari segmen", "joined": "baru bergabung",
    "split_source": "sumber pembagian", "split_confidence": "keyakinan pembagian", "payer_source": "sumber pembayar",
    "payer_confidence": "keyakinan pembayar",
    "code": "kode", "name": "nama", "type": "jenis", "location": "letak", "kecamatan": "kecamatan",
    "inpatient": "rawat inap", "blud": "BLUD", "network": "jaringan data", "special_capitation": "kapitasi khusus",
    "doctors": "dokter", "dentists": "dokter gigi", "nurses": "perawat", "midwives": "bidan",
    "health_promotion": "tenaga promosi kesehatan", "environmental_health": "tenaga kesehatan lingkungan",
    "nutritionists": "tenaga gizi", "pharmacy": "tenaga farmasi", "laboratory": "tenaga laboratorium",
    "administration": "tenaga administrasi", "support": "tenaga pendukung", "hours_per_week": "jam buka per minggu",
    "drug_budget": "anggaran obat", "assumed_fields": "kolom yang diasumsikan",
    "hclass": "kelas rumah sakit", "beds": "tempat tidur", "share": "bagian pelayanan",
    "outside_district": "di luar daerah", "share_source": "sumber bagian", "share_confidence": "keyakinan bagian",
    "year": "tahun", "account": "rekening", "fund": "sumber dana", "withheld": "dipotong langsung",
    "amount": "jumlah (rupiah)", "month_available": "bulan tersedia",
    "indicator": "indikator", "place": "tempat",
}  # fmt: skip

#: Words of columns that take one of a few; a word stands for itself where none is given.
WORDS: dict[str, str] = {
    "high": "tinggi", "medium": "sedang", "low": "rendah", "assumed": "asumsi",
    "district": "daerah", "central": "pusat", "province": "provinsi", "third_party": "pihak ketiga", "state": "negara",
    "private": "swasta", "village": "desa", "self": "sendiri",
    "pbi_jk": "PBI-JK", "pbpu_pemda": "PBPU Pemda", "ppu": "PPU", "pbpu": "PBPU", "bp": "BP",
    "klinik_pratama": "klinik pratama", "rs_d_pratama": "RS D pratama", "dpm": "DPM", "dokter_gigi": "dokter gigi",
    "urban": "perkotaan", "rural": "perdesaan", "remote": "terpencil", "very_remote": "sangat terpencil",
    "D_pratama": "D pratama", "unknown": "tidak diketahui",
    "pad_dau": "PAD atau DAU", "dau_earmarked": "DAU ditentukan", "dbh_cht": "DBH CHT", "cigarette_tax": "pajak rokok",
    "yes": "ya", "no": "tidak",
}  # fmt: skip

#: Parts of the places of the history: "segment:pbi_jk" is "segmen:PBI-JK".
_PARTS = {"segment": "segmen", "class": "kelas"}
_INDICATORS = {item.key: item.label_id for item in HISTORY}


def label(table: str, column: str) -> str:
    """What a column of a table (or a key of the sheet ``district``) is called. Raises ``KeyError`` for one without a
    label."""
    return _LABELS.get(f"{table}.{column}") or _LABELS[column]


def labels(table: str) -> dict[str, str]:
    """The labels of a table's columns, by name; of ``district`` those of its columns and keys."""
    names = ["key", "value", "source", "confidence", "note", *SCALARS] if table == "district" else [
        column.name for spec in TABLES if spec.name == table for column in spec.columns]  # fmt: skip
    return {name: label(table, name) for name in names}


def shown(table: str, column: Column, value: Any) -> Any:
    """A value of a column as a workbook in Indonesian shows it."""
    if isinstance(value, bool):
        return WORDS["yes" if value else "no"]
    if column.kind == "list" and isinstance(value, tuple | list):
        return ";".join(label(table, part) for part in value)
    if not isinstance(value, str):
        return value
    if column.kind == "choice":
        return WORDS.get(value, value)
    if table == "history" and column.name == "indicator":
        return _INDICATORS.get(value, value)
    if table == "history" and column.name == "place":
        kind, mark, rest = value.partition(":")
        return f"{_PARTS[kind]}{mark}{WORDS.get(rest, rest)}" if mark and kind in _PARTS else WORDS.get(value, value)
    return value


def spoken(text: str, lang: str = "id") -> str:
    """A value in a line of text, as "private: 3152; rural 6", with the program's words in the language."""
    return text if lang != "id" else re.sub(r"[a-z_]+", lambda match: WORDS.get(match[0], match[0]), text)


def choices(column: Column, lang: str = "id") -> tuple[str, ...]:
    """The words that a column takes; none where it takes any."""
    codes = ("yes", "no") if column.kind == "yes_no" else column.choices if column.kind == "choice" else ()
    return tuple(WORDS.get(code, code) for code in codes) if lang == "id" else codes


def sheet_of(name: str, sheets: dict[str, str]) -> str | None:
    """The sheet of a table among ``sheets`` (by name without capitals), under either of its names; None without."""
    return next((sheets[own] for own in (name.casefold(), SHEETS[name].casefold()) if own in sheets), None)


def named(name: str, found: RawTable) -> RawTable:
    """The table with the program's names for its columns and words. Where it speaks Indonesian its place does so too,
    so that a fault is told with the words on the sheet."""
    own = {told.casefold(): column for column, told in labels(name).items()}
    known = set(labels(name))
    header = tuple(word if word in known else own.get(word.casefold(), word) for word in found.header)
    place = found.place
    if header != found.header:
        told = {**{word: word for word in found.header if word not in known}, **labels(name)}
        place = replace(place, labels=tuple(told.items()), words=tuple(WORDS.items()))
    spec = next((one for one in TABLES if one.name == name), None)
    columns = [None if spec is None else spec.column(column) for column in header]
    rows = tuple((number, tuple(_code(spec, name, column, cell) for column, cell in zip(columns, cells, strict=True)))
                 for number, cells in found.rows)  # fmt: skip
    if spec is None:
        rows = tuple((number, _scalar(header, cells)) for number, cells in rows)
    return RawTable(place, header, rows)


def _scalar(header: tuple[str, ...], cells: tuple[object, ...]) -> tuple[object, ...]:
    """A row of the sheet ``district`` with the program's key, and its words."""
    typed = dict(zip(header, cells, strict=True))
    own = {told.casefold(): key for key, told in labels("district").items() if key in SCALARS}
    key = own.get(str(typed.get("key", "")).strip().casefold(), typed.get("key"))
    column = SCALARS.get(str(key))
    changed = {"key": key, "confidence": _word(typed.get("confidence"))}
    if column is not None and column.kind == "choice":
        changed["value"] = _word(typed.get("value"))
    return tuple(changed.get(name, cell) for name, cell in zip(header, cells, strict=True))


def _code(spec: TableSpec | None, table: str, column: Column | None, cell: object) -> object:
    """A cell with the program's own word where it holds one of Indonesian."""
    if spec is None or column is None or not isinstance(cell, str):
        return cell
    if column.kind == "choice":
        return _word(cell)
    if column.kind == "list" and column.choices:
        own = {told.casefold(): name for name, told in labels(table).items()}
        return ";".join(own.get(part.strip().casefold(), part.strip()) for part in cell.split(";"))
    if table == "history" and column.name == "indicator":
        return _KEYS.get(cell.strip().casefold(), cell)
    if table == "history" and column.name == "place":
        kind, mark, rest = cell.partition(":")
        kind = _KINDS.get(kind.strip().casefold(), kind.strip().casefold())
        if mark and kind in _PARTS:
            return f"{kind}:{_word(rest)}"
        return "district" if _plain(cell) == WORDS["district"] else cell
    return cell


_KEYS = {told.casefold(): key for key, told in _INDICATORS.items()}
_KINDS = {told: part for part, told in _PARTS.items()}
_CODES = {re.sub(r"[\s_-]+", " ", told.casefold()): code for code, told in WORDS.items()}


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word.strip().casefold())


def _word(cell: object) -> object:
    """The program's word for one of Indonesian, anything else as it is."""
    return _CODES.get(_plain(cell), cell) if isinstance(cell, str) else cell
