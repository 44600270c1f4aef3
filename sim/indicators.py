"""The catalogue of what a run reports: one list per level, in the order in which results are stored.

A result holds four tables of float64: district (months, K), facility (months, F, K), segment (months, S, K) and
hospital (months, H, K).
All counts and rupiah are whole numbers, exact in float64 up to 2**53. Shares are derived by the reader, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["district", "facility", "segment", "hospital"]
Unit = Literal["persons", "families", "rupiah", "visits", "minutes", "hours", "share", "flag", "rating", "days"]


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
    Indicator("billed", "persons", "ditagihkan ke daerah", "billed to the district", True),
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
    Indicator("bill_premium", "rupiah", "tagihan iuran PBPU Pemda", "bill: premium of Pemda heads"),
    Indicator("bill_aid_pemda", "rupiah", "tagihan bantuan iuran PBPU Pemda", "bill: 2,800 aid, Pemda heads"),
    Indicator("bill_aid_self", "rupiah", "tagihan bantuan iuran mandiri kelas III", "bill: aid, class III self-payers"),
    Indicator("bill_village", "rupiah", "tagihan iuran perangkat desa 4 %", "bill: 4 % for village officials"),
    Indicator(
        "bill_correction",
        "rupiah",
        "koreksi (pengurang): peserta ternyata meninggal atau pindah",
        "correction (deducted): members found dead or moved",
    ),
    Indicator("bill_levers", "rupiah", "biaya program", "bill: lever costs"),
    Indicator(
        "bill_aid_outside",
        "rupiah",
        "bantuan iuran mandiri kelas III di luar pagu ini",
        "aid of class III self-payers outside this line",
    ),
    Indicator("bill_jkn", "rupiah", "tagihan JKN daerah (baris APBD)", "district JKN bill (APBD line)"),
    Indicator("bill_ghosts", "rupiah", "di antaranya untuk yang meninggal atau pindah", "of it for the dead or moved"),
    Indicator("bill_province", "rupiah", "tagihan JKN provinsi", "province JKN bill"),
    Indicator("line", "rupiah", "pagu JKN tahun berjalan", "JKN line of the year", True),
    Indicator("line_used", "rupiah", "pagu terpakai tahun berjalan", "line used this year", True),
    Indicator("line_added", "rupiah", "tambahan pagu JKN (P-APBD)", "added to the JKN line (P-APBD)"),
    Indicator("paid_jkn", "rupiah", "dibayar dari pagu JKN", "paid from the JKN line"),
    Indicator(
        "paid_others",
        "rupiah",
        "dibayar pihak lain (pajak rokok dipotong, provinsi, pihak ketiga)",
        "paid by others (tax withheld at source, province, third parties)",
    ),
    Indicator("due_unpaid", "rupiah", "jatuh tempo, menunggu kas", "due, waiting for cash", True),
    Indicator("debt_pemda", "rupiah", "utang Pemda ke BPJS", "Pemda debt to BPJS", True),
    Indicator("unfunded", "rupiah", "tagihan tanpa anggaran", "bill without budget"),
    Indicator("capitation_full", "rupiah", "kapitasi penuh", "full capitation"),
    Indicator("capitation_paid", "rupiah", "kapitasi dibayar", "capitation paid"),
    Indicator("claims_incurred", "rupiah", "klaim rumah sakit terjadi", "hospital claims incurred"),
    Indicator("claims_paid", "rupiah", "klaim rumah sakit dibayar", "hospital claims paid"),
    Indicator("claims_backlog", "rupiah", "klaim rumah sakit belum dibayar", "hospital claims not yet paid", True),
    Indicator("claims_penalty", "rupiah", "denda terlambat bayar klaim", "late-payment penalty on claims"),
    Indicator("service_fines", "rupiah", "denda pelayanan", "service fines"),
    Indicator("hospital_outpatient", "visits", "rawat jalan rumah sakit (RJTL)", "hospital outpatient visits (RJTL)"),
    Indicator("hospital_admissions", "visits", "rawat inap rumah sakit (RITL)", "hospital admissions (RITL)"),
    Indicator(
        "cash_visits", "visits", "kunjungan tanpa jaminan (bayar sendiri)", "visits without cover (paid in cash)"
    ),
    Indicator("prb_patients", "persons", "peserta rujuk balik (PRB)", "patients referred back (PRB)", True),
    Indicator("prb_drugs", "rupiah", "obat PRB dibayar BPJS", "PRB drugs paid by BPJS"),
    Indicator("complications", "persons", "komplikasi penyakit kronis", "complications of chronic illness"),
    Indicator("sick_children", "persons", "kontak sakit tercatat, 0-4 tahun", "recorded sick contacts, age 0-4"),
    Indicator("well_children", "persons", "kontak sehat tercatat, 0-4 tahun", "recorded well contacts, age 0-4"),
    Indicator("sick_school", "persons", "kontak sakit tercatat, 5-17 tahun", "recorded sick contacts, age 5-17"),
    Indicator("well_school", "persons", "kontak sehat tercatat, 5-17 tahun", "recorded well contacts, age 5-17"),
    Indicator("sick_adults", "persons", "kontak sakit tercatat, 18-59 tahun", "recorded sick contacts, age 18-59"),
    Indicator("well_adults", "persons", "kontak sehat tercatat, 18-59 tahun", "recorded well contacts, age 18-59"),
    Indicator("sick_elderly", "persons", "kontak sakit tercatat, 60+ tahun", "recorded sick contacts, age 60+"),
    Indicator("well_elderly", "persons", "kontak sehat tercatat, 60+ tahun", "recorded well contacts, age 60+"),
    Indicator("claims_submitted", "rupiah", "klaim rumah sakit diajukan", "hospital claims submitted"),
    Indicator("claims_returned", "rupiah", "klaim dikembalikan untuk dilengkapi", "claims sent back for completion"),
    Indicator("claims_late", "rupiah", "klaim dibayar terlambat", "claims paid late"),
    Indicator("hospital_severe", "visits", "rawat inap tingkat keparahan 3", "hospital admissions of severity level 3"),
    Indicator("arrears_class1", "persons", "menunggak: mandiri kelas I", "in arrears: self-payers, class I", True),
    Indicator("arrears_class2", "persons", "menunggak: mandiri kelas II", "in arrears: self-payers, class II", True),
    Indicator("arrears_class3", "persons", "menunggak: mandiri kelas III", "in arrears: self-payers, class III", True),
    Indicator("arrears_rupiah_class1", "rupiah", "tunggakan iuran: kelas I", "arrears in rupiah: class I", True),
    Indicator("arrears_rupiah_class2", "rupiah", "tunggakan iuran: kelas II", "arrears in rupiah: class II", True),
    Indicator("arrears_rupiah_class3", "rupiah", "tunggakan iuran: kelas III", "arrears in rupiah: class III", True),
    Indicator("pemda_out", "persons", "dicoret dari daftar PBPU Pemda", "taken off the Pemda's list"),
    Indicator("levers_bpjs", "rupiah", "biaya program yang ditanggung BPJS", "lever costs borne by BPJS"),
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
    Indicator("fund_services", "rupiah", "jasa pelayanan dibayar", "service fees paid"),
    Indicator("fund_balance", "rupiah", "sisa dana kapitasi dan pesanan", "capitation fund left and on order", True),
    Indicator("drug_spending", "rupiah", "belanja obat", "drug spending"),
    Indicator("stockout_days", "days", "hari obat kosong (kelompok terlama)", "stock-out days (longest group)"),
    Indicator("wait_minutes", "minutes", "rata-rata menunggu", "mean wait"),
    Indicator("prolanis_seen", "persons", "peserta Prolanis hadir", "Prolanis members seen"),
    Indicator("outreach_hours", "hours", "jam luar gedung", "outreach staff hours"),
    Indicator("doctors", "persons", "dokter yang bekerja (tanggal 1)", "doctors at work (day 1)", True),
    Indicator("dentists", "persons", "dokter gigi yang bekerja (tanggal 1)", "dentists at work (day 1)", True),
    Indicator("vacancies", "persons", "formasi tenaga yang sedang diisi", "staff posts being filled", True),
    Indicator("clinic_hours", "hours", "jam perawat dan bidan di dalam gedung", "nurses' and midwives' clinic hours"),
    Indicator("stockout_acute", "days", "hari obat kosong: kunjungan sakit", "stock-out days: sick visits"),
    Indicator("stockout_chronic", "days", "hari obat kosong: penyakit kronis", "stock-out days: chronic illness"),
    Indicator("stockout_consumables", "days", "hari kosong: bahan habis pakai", "stock-out days: consumables"),
    Indicator("drug_spending_apbd", "rupiah", "belanja obat dari APBD", "drug spending from the APBD"),
    Indicator("drug_spending_own", "rupiah", "belanja obat dari kapitasi", "drug spending from capitation"),
    Indicator("fund_services_held", "rupiah", "jasa pelayanan tertahan", "service fees held back", True),
    Indicator("fee_doctor", "rupiah", "jasa pelayanan per dokter", "service fee per doctor"),
    Indicator("fee_nurse", "rupiah", "jasa pelayanan per perawat", "service fee per nurse"),
    Indicator("patients_left", "visits", "pasien pergi dari antrean bulan ini", "patients who left this month's queue"),
    Indicator("over_hour", "visits", "pasien menunggu lebih dari satu jam", "patients who waited more than an hour"),
    Indicator("room_days", "days", "hari ruang periksa buka", "days of consultation rooms open"),
    Indicator("room_minutes_open", "minutes", "menit ruang periksa buka", "minutes of consultation rooms open"),
    Indicator("room_minutes_used", "minutes", "menit ruang periksa terpakai", "minutes of consultation rooms in use"),
    Indicator("teleconsultations", "visits", "telekonsultasi", "teleconsultations"),
)

SEGMENT: tuple[Indicator, ...] = (
    Indicator("registered", "persons", "terdaftar", "registered", True),
    Indicator("active", "persons", "aktif", "active", True),
    Indicator("pending", "persons", "menunggu aktif", "pending", True),
    Indicator("arrears", "persons", "menunggak", "in arrears", True),
    Indicator("lapsed", "persons", "keluar dari segmen", "lapsed", True),
    Indicator("capitated", "persons", "dikapitasi", "capitated", True),
)

HOSPITAL: tuple[Indicator, ...] = (
    Indicator("outpatient", "visits", "rawat jalan (RJTL)", "outpatient visits (RJTL)"),
    Indicator("admissions", "visits", "rawat inap (RITL)", "admissions (RITL)"),
    Indicator("emergencies", "visits", "rawat inap gawat darurat, tanpa rujukan", "emergency admissions, not referred"),
    Indicator("severe", "visits", "rawat inap tingkat keparahan 3", "admissions of severity level 3"),
    Indicator("claims_outpatient", "rupiah", "klaim rawat jalan terjadi", "outpatient claims incurred"),
    Indicator("claims_admissions", "rupiah", "klaim rawat inap terjadi", "admission claims incurred"),
    Indicator("claims_incurred", "rupiah", "klaim terjadi", "claims incurred"),
    Indicator("claims_submitted", "rupiah", "klaim diajukan", "claims submitted"),
    Indicator("claims_returned", "rupiah", "klaim dikembalikan untuk dilengkapi", "claims sent back for completion"),
    Indicator("claims_paid", "rupiah", "klaim dibayar", "claims paid"),
    Indicator("claims_late", "rupiah", "klaim dibayar terlambat", "claims paid late"),
    Indicator("claims_penalty", "rupiah", "denda terlambat bayar klaim", "late-payment penalty on claims"),
    Indicator("claims_backlog", "rupiah", "klaim belum dibayar", "claims not yet paid", True),
    Indicator("claims_unsubmitted", "rupiah", "di antaranya belum diajukan", "of it not yet submitted", True),
    Indicator("claims_incomplete", "rupiah", "di antaranya sedang dilengkapi", "of it being completed", True),
    Indicator("claims_waiting", "rupiah", "di antaranya menunggu verifikator", "of it waiting for a verifier", True),
    Indicator("service_fines", "rupiah", "denda pelayanan", "service fines"),
)

CATALOGUE: dict[str, tuple[Indicator, ...]] = {
    "district": DISTRICT,
    "facility": FACILITY,
    "segment": SEGMENT,
    "hospital": HOSPITAL,
}
INDEX: dict[str, dict[str, int]] = {
    level: {indicator.key: i for i, indicator in enumerate(indicators)} for level, indicators in CATALOGUE.items()
}
