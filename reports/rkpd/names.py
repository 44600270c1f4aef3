"""The names that forms must carry, as the national code lists write them: Indonesian, and never translated.

Codes and names of programmes and accounts: Permendagri 90/2019 and Kepmendagri 050-5889/2021 (later lists give the
sub-activity four digits: 1.02.02.2.02.0026). Which account holds which part is told by the proposal itself.
"""

from __future__ import annotations

from scenarios.rkpd.proposal import Money, Row

OFFICE = "Dinas Kesehatan"
AFFAIRS = ("1", "Urusan Pemerintahan Wajib yang Berkaitan dengan Pelayanan Dasar")
FIELD = ("1.02", "Urusan Pemerintahan Bidang Kesehatan")
PROGRAMME = ("1.02.02", "Program Pemenuhan Upaya Kesehatan Perorangan dan Upaya Kesehatan Masyarakat")
ACTIVITY = ("1.02.02.2.02", "Penyediaan Layanan Kesehatan untuk UKM dan UKP Rujukan Tingkat Daerah Kabupaten/Kota")
SUB_ACTIVITY = ("1.02.02.2.02.26", "Pengelolaan Jaminan Kesehatan Masyarakat")

#: The accounts above those that are paid from, the widest first; premiums are below all, other spending below two.
PARENTS = (
    ("5", "BELANJA DAERAH"),
    ("5.1", "BELANJA OPERASI"),
    ("5.1.02", "Belanja Barang dan Jasa"),
    ("5.1.02.02", "Belanja Jasa"),
    ("5.1.02.02.02", "Belanja Iuran Jaminan/Asuransi"),
)
ACCOUNTS = {
    "5.1.02.02.02.0002": "Belanja Kontribusi Jaminan Kesehatan bagi PBI",
    "5.1.02.02.02.0003": "Belanja Iuran Jaminan Kesehatan bagi Peserta PBPU dan BP Kelas 3",
    "5.1.02.02.02.0004": "Belanja Bantuan Iuran Jaminan Kesehatan bagi Peserta PBPU dan BP Kelas 3",
    "": "Biaya program pendukung (rekening dipilih menurut kegiatannya)",
}

#: Kind of a row -> the group it stands in.
GROUP_OF = {"premium_extra": "premium", "aid_extra": "aid"}
GROUPS = {
    "premium": "Iuran peserta PBPU yang didaftarkan Pemerintah Daerah",
    "aid": "Bantuan iuran peserta PBPU yang didaftarkan Pemerintah Daerah",
    "aid_self": "Bantuan iuran peserta mandiri kelas III yang aktif",
    "debt": "Utang iuran tahun sebelumnya kepada BPJS Kesehatan",
    "levers": "Biaya program pendukung",
}
#: The same where a line must be short.
SHORT_GROUPS = {
    "premium": "Iuran peserta PBPU Pemda",
    "aid": "Bantuan iuran peserta PBPU Pemda",
    "aid_self": "Bantuan iuran peserta mandiri kelas III aktif",
    "debt": "Utang iuran tahun sebelumnya",
    "levers": "Biaya program pendukung",
}
FUNDS = {
    "pad_dau": "DAU/PAD",
    "dau_earmarked": "DAU yang ditentukan penggunaannya",
    "dbh_cht": "DBH-CHT",
    "cigarette_tax": "Pajak rokok",
    "province": "Bantuan keuangan provinsi",
    "third_party": "Pihak ketiga",
}
STAGES = {
    "initial_draft": "Rancangan awal RKPD",
    "musrenbang": "Musrenbang RKPD",
    "final_draft": "Rancangan akhir RKPD",
    "kua_ppas": "KUA-PPAS",
    "r_apbd": "Rancangan APBD",
    "p_apbd": "Perubahan APBD",
}
MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
          "Desember")  # fmt: skip
_QUARTERS = {(1, 3): "I", (4, 6): "II", (7, 9): "III", (10, 12): "IV"}


def account_name(code: str) -> str:
    """The account's name; for a code that is not a JKN account, where its name is found."""
    return ACCOUNTS.get(code, "(nama menurut daftar rekening SIPD)")


def group_of(row: Row) -> str:
    """The group of a row: heads that lift the estimate stand with the others."""
    return GROUP_OF.get(row.kind, row.kind)


def period(first: int, last: int) -> str:
    """Months of a year: ``Januari–Maret``, or the one month."""
    return MONTHS[first - 1] if first == last else f"{MONTHS[first - 1]}–{MONTHS[last - 1]}"


def row_name(row: Row) -> str:
    """What a row of the RKA says it is."""
    months = period(row.first, row.last)
    if row.lump:
        return GROUPS[row.kind]
    if row.kind in ("premium_extra", "aid_extra"):
        return f"Tambahan peserta {months}, perkiraan atas\u00a0¹"
    if row.kind == "aid_self":
        return f"Peserta mandiri kelas III yang aktif, {months}"
    quarter = _QUARTERS.get((row.first, row.last))
    return f"Triwulan {quarter} ({months})" if quarter else months


def fund_name(money: Money) -> str:
    """A source of money, with what has to be known of it."""
    told = []
    if money.withheld:
        told.append("dipotong di sumber")
    if money.month > 1:
        told.append(f"tersedia mulai {MONTHS[money.month - 1]}")
    if money.assumed:
        told.append("belum tertulis untuk tahun ini")
    name = FUNDS.get(money.fund, money.fund)
    return f"{name} ({', '.join(told)})" if told else name
