"""The catalogue of what a run reports: one list per level, in the order in which results are stored.

A result holds three tables of float64: district (months, K), facility (months, F, K) and segment (months, S, K).
All counts and rupiah are whole numbers, exact in float64 up to 2**53. Shares are derived by the reader, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["district", "facility", "segment"]
Unit = Literal["persons", "families", "rupiah", "visits", "minutes", "share", "flag", "rating", "days"]


@dataclass(frozen=True)
class Indicator:
    """One reported quantity: ``key`` (stable name), unit, labels. ``stock`` tells a level from a monthly flow."""

    key: str
    unit: Unit
    label_id: str
    label_en: str
    stock: bool = False


#: Segments in the order of the segment table (index = code stored per person).
SEGMENTS: tuple[str, ...] = ("never", "pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")

DISTRICT: tuple[Indicator, ...] = (
    Indicator("population", "persons", "penduduk", "residents", True),
    Indicator("population_dukcapil", "persons", "penduduk Dukcapil (pembagi)", "Dukcapil count (denominator)", True),
    Indicator("registered", "persons", "terdaftar", "registered", True),
    Indicator("active", "persons", "aktif", "active", True),
    Indicator("capitated", "persons", "dikapitasi", "capitated", True),
    Indicator("billed", "persons", "ditagihkan ke kabupaten", "billed to the district", True),
    Indicator("billed_ghosts", "persons", "ditagihkan: meninggal atau pindah", "billed: dead or moved", True),
    Indicator("never", "persons", "belum pernah terdaftar", "never registered", True),
    Indicator("pending", "persons", "menunggu aktif", "pending activation", True),
    Indicator("arrears", "persons", "menunggak", "in arrears", True),
    Indicator("lapsed", "persons", "keluar dari segmen", "lapsed", True),
    Indicator("dead_on_register", "persons", "meninggal masih terdaftar", "dead on the register", True),
    Indicator("moved_on_register", "persons", "pindah masih terdaftar", "moved, still on the register", True),
    Indicator("arrears_rupiah", "rupiah", "tunggakan iuran mandiri", "arrears of self-payers", True),
    Indicator("births", "persons", "lahir", "births"),
    Indicator("deaths", "persons", "meninggal", "deaths"),
    Indicator("moved_in", "persons", "datang", "moved in"),
    Indicator("moved_out", "persons", "pindah", "moved out"),
    Indicator("cleansed", "persons", "dihapus dari daftar", "removed from the register"),
    Indicator("intake_never", "persons", "masuk PBPU Pemda: belum pernah terdaftar", "Pemda intake: never registered"),
    Indicator("intake_lapsed", "persons", "masuk PBPU Pemda: keluar dari PBI-JK, Pemda", "Pemda intake: lapsed"),
    Indicator("intake_arrears", "persons", "masuk PBPU Pemda: menunggak", "Pemda intake: in arrears"),
    Indicator("intake_pbpu", "persons", "masuk PBPU Pemda: mandiri yang membayar", "Pemda intake: paying PBPU"),
    Indicator("intake_ppu", "persons", "masuk PBPU Pemda: keluar dari PPU", "Pemda intake: fallen out of PPU"),
    Indicator("intake_point_of_care", "persons", "masuk PBPU Pemda saat sakit", "Pemda intake at the point of care"),
    Indicator("intake_queue", "persons", "antrean pendaftaran", "enrolment queue", True),
    Indicator("dropped", "persons", "dinonaktifkan karena anggaran", "switched off for lack of budget"),
    Indicator("pbi_out", "persons", "keluar PBI-JK", "left PBI-JK"),
    Indicator("pbi_in", "persons", "masuk PBI-JK", "joined PBI-JK"),
    Indicator("job_loss", "persons", "keluar PPU", "left PPU"),
    Indicator("job_gain", "persons", "masuk PPU", "joined PPU"),
    Indicator("pbpu_joined", "persons", "daftar mandiri", "joined PBPU"),
    Indicator("pbi_returned", "persons", "PBI-JK aktif kembali saat sakit", "PBI-JK reactivated when sick"),
    Indicator("asked_pemda", "persons", "menunggak dan minta ditanggung Pemda", "in arrears, asked the Pemda"),
    Indicator("aged_out", "persons", "usia 21, keluar dari kartu orang tua", "aged out of a parent's card at 21"),
    Indicator(
        "stopped_to_wait",
        "families",
        "keluarga berhenti membayar menunggu Pemda",
        "families that stopped paying to wait",
    ),
    Indicator("joined_rehab", "families", "keluarga ikut REHAB", "families that joined REHAB"),
    Indicator("class_down", "families", "keluarga turun kelas", "families that moved down a class"),
    Indicator("suspended", "persons", "berhenti aktif karena menunggak", "suspended for arrears"),
    Indicator("reactivated", "persons", "aktif kembali", "reactivated"),
    Indicator("status_uhc", "flag", "status UHC", "UHC status", True),
    Indicator("premium_pbi", "rupiah", "iuran PBI-JK", "PBI-JK premiums"),
    Indicator("premium_ppu", "rupiah", "iuran PPU", "PPU premiums"),
    Indicator("premium_self", "rupiah", "iuran mandiri dibayar", "self-paid premiums"),
    Indicator("aid_central", "rupiah", "bantuan iuran pusat", "central premium aid"),
    Indicator("bill_premium", "rupiah", "tagihan iuran Rp35.000", "bill: 35,000 premium"),
    Indicator("bill_aid_pemda", "rupiah", "tagihan bantuan iuran PBPU Pemda", "bill: 2,800 aid, Pemda heads"),
    Indicator("bill_aid_self", "rupiah", "tagihan bantuan iuran mandiri kelas III", "bill: aid, class III self-payers"),
    Indicator("bill_village", "rupiah", "tagihan iuran perangkat desa 4 %", "bill: 4 % for village officials"),
    Indicator("bill_levers", "rupiah", "biaya program", "bill: lever costs"),
    Indicator("bill_jkn", "rupiah", "tagihan JKN kabupaten (baris APBD)", "district JKN bill (APBD line)"),
    Indicator("bill_ghosts", "rupiah", "di antaranya untuk yang meninggal atau pindah", "of it for the dead or moved"),
    Indicator("bill_province", "rupiah", "tagihan JKN provinsi", "province JKN bill"),
    Indicator("line", "rupiah", "pagu JKN tahun berjalan", "JKN line of the year", True),
    Indicator("line_used", "rupiah", "pagu terpakai tahun berjalan", "line used this year", True),
    Indicator("paid_jkn", "rupiah", "dibayar dari pagu JKN", "paid from the JKN line"),
    Indicator("debt_pemda", "rupiah", "utang Pemda ke BPJS", "Pemda debt to BPJS", True),
    Indicator("unfunded", "rupiah", "tagihan tanpa anggaran", "bill without budget"),
    Indicator("capitation_full", "rupiah", "kapitasi penuh", "full capitation"),
    Indicator("capitation_paid", "rupiah", "kapitasi dibayar", "capitation paid"),
    Indicator("claims_incurred", "rupiah", "klaim rumah sakit terjadi", "hospital claims incurred"),
    Indicator("claims_paid", "rupiah", "klaim rumah sakit dibayar", "hospital claims paid"),
    Indicator("claims_backlog", "rupiah", "klaim menunggu verifikasi", "claims waiting for verification", True),
    Indicator("claims_penalty", "rupiah", "denda terlambat bayar klaim", "late-payment penalty on claims"),
    Indicator("service_fines", "rupiah", "denda pelayanan", "service fines"),
    Indicator("hospital_outpatient", "visits", "rawat jalan rumah sakit (RJTL)", "hospital outpatient visits (RJTL)"),
    Indicator("hospital_admissions", "visits", "rawat inap rumah sakit (RITL)", "hospital admissions (RITL)"),
    Indicator(
        "cash_visits", "visits", "kunjungan tanpa jaminan (bayar sendiri)", "visits without cover (paid in cash)"
    ),
    Indicator("complications", "persons", "komplikasi penyakit kronis", "complications of chronic illness"),
    Indicator("sick_children", "persons", "kontak sakit tercatat, 0-4 tahun", "recorded sick contacts, age 0-4"),
    Indicator("well_children", "persons", "kontak sehat tercatat, 0-4 tahun", "recorded well contacts, age 0-4"),
    Indicator("sick_school", "persons", "kontak sakit tercatat, 5-17 tahun", "recorded sick contacts, age 5-17"),
    Indicator("well_school", "persons", "kontak sehat tercatat, 5-17 tahun", "recorded well contacts, age 5-17"),
    Indicator("sick_adults", "persons", "kontak sakit tercatat, 18-59 tahun", "recorded sick contacts, age 18-59"),
    Indicator("well_adults", "persons", "kontak sehat tercatat, 18-59 tahun", "recorded well contacts, age 18-59"),
    Indicator("sick_elderly", "persons", "kontak sakit tercatat, 60+ tahun", "recorded sick contacts, age 60+"),
    Indicator("well_elderly", "persons", "kontak sehat tercatat, 60+ tahun", "recorded well contacts, age 60+"),
)

FACILITY: tuple[Indicator, ...] = (
    Indicator("registered", "persons", "terdaftar", "registered", True),
    Indicator("capitated", "persons", "dikapitasi", "capitated", True),
    Indicator("sick_visits", "visits", "kunjungan sakit", "sick visits"),
    Indicator("contacts_sick", "persons", "peserta kontak sakit tercatat", "members with a recorded sick contact"),
    Indicator("contacts", "persons", "peserta kontak tercatat (AK)", "members with a recorded contact (AK)"),
    Indicator("contacts_lost", "visits", "kunjungan hilang karena antrean", "visits lost to the queue"),
    Indicator("referrals", "visits", "rujukan", "referrals"),
    Indicator("referrals_nonspecialist", "visits", "rujukan nonspesialistik", "non-specialist referrals"),
    Indicator("ht_diagnosed", "persons", "HT terdiagnosis", "HT diagnosed", True),
    Indicator("dm_diagnosed", "persons", "DM terdiagnosis", "DM diagnosed", True),
    Indicator("ht_prolanis", "persons", "HT di Prolanis", "HT in Prolanis", True),
    Indicator("dm_prolanis", "persons", "DM di Prolanis", "DM in Prolanis", True),
    Indicator("ht_controlled", "persons", "HT terkendali", "HT under control"),
    Indicator("dm_controlled", "persons", "DM terkendali", "DM under control"),
    Indicator("ak_rating", "rating", "peringkat AK", "AK rating", True),
    Indicator("rrns_rating", "rating", "peringkat RRNS", "RRNS rating", True),
    Indicator("rppt_rating", "rating", "peringkat RPPT", "RPPT rating", True),
    Indicator("score_tenths", "rating", "nilai KBK (persepuluh)", "KBK score (tenths)", True),
    Indicator("share_permille", "share", "bagian dibayar bulan ini (‰)", "share paid this month (‰)", True),
    Indicator("zero_denominator", "flag", "pembagi nol", "zero denominator"),
    Indicator("tariff", "rupiah", "tarif kapitasi", "capitation tariff", True),
    Indicator("capitation_full", "rupiah", "kapitasi penuh", "full capitation"),
    Indicator("capitation_paid", "rupiah", "kapitasi dibayar", "capitation paid"),
    Indicator("fund_services", "rupiah", "jasa pelayanan", "service fees"),
    Indicator("fund_balance", "rupiah", "sisa dana kapitasi", "capitation fund balance", True),
    Indicator("drug_spending", "rupiah", "belanja obat", "drug spending"),
    Indicator("stockout_days", "days", "hari obat kosong", "stock-out days"),
    Indicator("wait_minutes", "minutes", "rata-rata menunggu", "mean wait"),
    Indicator("outreach_hours", "minutes", "jam luar gedung", "outreach staff hours"),
    Indicator("patients_left", "visits", "pasien pergi dari antrean bulan ini", "patients who left this month's queue"),
    Indicator("over_hour", "visits", "pasien menunggu lebih dari satu jam", "patients who waited more than an hour"),
    Indicator("room_days", "days", "hari ruang periksa buka", "days of consultation rooms open"),
    Indicator("room_minutes_open", "minutes", "menit ruang periksa buka", "minutes of consultation rooms open"),
    Indicator("room_minutes_used", "minutes", "menit ruang periksa terpakai", "minutes of consultation rooms in use"),
)

SEGMENT: tuple[Indicator, ...] = (
    Indicator("registered", "persons", "terdaftar", "registered", True),
    Indicator("active", "persons", "aktif", "active", True),
    Indicator("pending", "persons", "menunggu aktif", "pending", True),
    Indicator("arrears", "persons", "menunggak", "in arrears", True),
    Indicator("lapsed", "persons", "keluar dari segmen", "lapsed", True),
    Indicator("capitated", "persons", "dikapitasi", "capitated", True),
)

CATALOGUE: dict[str, tuple[Indicator, ...]] = {"district": DISTRICT, "facility": FACILITY, "segment": SEGMENT}
INDEX: dict[str, dict[str, int]] = {
    level: {indicator.key: i for i, indicator in enumerate(indicators)} for level, indicators in CATALOGUE.items()
}
