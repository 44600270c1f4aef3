"""One month, in order: the list of named steps that is executed, printed and documented from this one source."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from sim import (
    steps_care,
    steps_clinics,
    steps_crowds,
    steps_money,
    steps_pemda,
    steps_people,
    steps_staff,
    steps_supply,
)
from sim.world import World


@dataclass(frozen=True)
class Step:
    """One step: the ``day`` on which it happens (0: the last day of the month), what it does, and the function."""

    name: str
    day: int
    text_id: str
    text_en: str
    run: Callable[[World], None]


STEPS: tuple[Step, ...] = (
    Step("open_register", 1, "penangguhan, pengaktifan, dan penonaktifan mulai berlaku",
         "suspensions, activations and switch-offs take effect", steps_people.open_register),
    Step("count_heads", 1, "peserta dihitung per FKTP dan segmen (dasar kapitasi)",
         "heads are counted per facility and segment (they set capitation)", steps_people.count_day_one),
    Step("count_staff", 1, "rekrutmen dimulai; tenaga yang bekerja dihitung (dasar tarif, ruang periksa, luar gedung)",
         "recruitment begins; staff at work are counted (they set tariff, examination rooms, outreach)",
         steps_staff.count_staff),
    Step("open_budget", 1, "Januari: pagu APBD tahun baru dibuka", "January: the new year's APBD line opens",
         steps_pemda.open_budget),
    Step("apply_for_heads", 1, "Pemda mengajukan peserta; pemutakhiran PBI-JK",
         "the Pemda applies for heads; PBI-JK is updated", steps_pemda.apply_for_heads),
    Step("review_status", 1, "status UHC ditinjau", "UHC status is reviewed", steps_pemda.review_status),
    Step("fall_ill", 1, "siapa sakit atau ingin kontak sehat", "who falls ill or wants a well contact",
         steps_care.fall_ill),
    Step("pay_premiums", 10, "iuran jatuh tempo; keluarga membayar atau tidak; menunggak dan aktif kembali",
         "premiums fall due; families pay or not, return or not", steps_money.pay_premiums),
    Step("pay_capitation", 15, "kapitasi dibayar menurut nilai KBK terakhir",
         "capitation is paid by the last KBK score", steps_clinics.pay_capitation),
    Step("seek_care", 20, "kunjungan, kontak sehat, rujukan, rumah sakit", "visits, well contacts, referrals, hospital",
         steps_care.seek_care),
    Step("run_clinics", 20, "antrean hari demi hari di klinik", "the clinics' queues, day by day",
         steps_clinics.run_clinics),
    Step("change_segments", 25, "kerja, pendaftaran mandiri, menunggu Pemda, pengambilalihan saat sakit",
         "jobs, voluntary joining, waiting for the Pemda, take-over when sick", steps_people.change_segments),
    Step("treat_chronic", 25, "hipertensi dan diabetes: diagnosis, Prolanis, kendali, komplikasi",
         "hypertension and diabetes: diagnosis, Prolanis, control, complications", steps_care.treat_chronic),
    Step("supply_drugs", 0, "obat dikeluarkan, hari obat kosong diumumkan, kekurangan diminta",
         "drugs are issued, days without are published, what is missing is ordered", steps_supply.supply_drugs),
    Step("score_kbk", 0, "P-Care ditutup: AK, RRNS, RPPT, peringkat, nilai, bagian dibayar",
         "P-Care closes: AK, RRNS, RPPT, ratings, score, share", steps_clinics.score_kbk),
    Step("handle_claims", 0, "klaim rumah sakit bulan ini dibukukan (diajukan tanggal 10 bulan berikutnya; "
         "verifikator bekerja dan membayar tiap hari kerja)",
         "the month's hospital claims are booked (submitted on the 10th of the next month; verifiers work and pay on "
         "every working day)", steps_money.handle_claims),
    Step("bill_pemda", 0, "tagihan Pemda dibuat, dibebankan ke pagu, dibayar; utang dan penonaktifan",
         "the Pemda is billed and pays from its line; debt and switch-offs", steps_pemda.bill_pemda),
    Step("live_and_die", 0, "lahir, meninggal, pindah, sakit baru; pembersihan data; genap 21 tahun; keluar PBI-JK",
         "births, deaths, moves, new illness; register cleansing; coming of age; exits from PBI-JK",
         steps_people.live_and_die),
    Step("move_crowds", 0, "guncangan penduduk: yang datang atau pergi bersama-sama",
         "population shocks: those who come or go together", steps_crowds.move_crowds),
    Step("update_pbi", 0, "pengganti PBI-JK masuk", "replacements enter PBI-JK", steps_people.update_pbi),
    Step("end_contracts", 0, "kontrak dokter dan dokter gigi berakhir; formasinya diisi lagi",
         "contracts of doctors and dentists end; their posts are filled anew", steps_staff.end_contracts),
    Step("close_month", 0, "daftar peserta dan neraca ditutup", "registers and accounts are closed",
         steps_money.close_month),
)  # fmt: skip


#: Parts of a day: the office works at noon, the steps of a month's last day come after it.
_OFFICE_HOUR, _CLOSING_HOUR = 0.5, 0.75


def begin(world: World) -> None:
    """Let the calendar and the enrolment office begin, with the first month that has not happened yet."""
    world.env.process(run_calendar(world))
    world.env.process(work_office(world))


def run_calendar(world: World) -> Generator[Any, Any, None]:
    """SimPy process: every step of every month on its day."""
    for month in range(world.months_done, world.calendar.count):
        start, length = world.calendar.start_day(month), world.calendar.length(month)
        for step in STEPS:
            day = min(step.day or length, length)
            closing = 0.0 if step.day else _CLOSING_HOUR
            yield world.env.timeout(max(0.0, start + day - 1 + closing - world.env.now))
            world.month = month
            if world.trace:
                world.trace.step = step.name
            step.run(world)
            if world.trace:
                world.trace.after(world, step.name)
                world.trace.step = ""  # what happens until the next one happens between steps


def work_office(world: World) -> Generator[Any, Any, None]:
    """SimPy process: the enrolment office on its working days, after the steps of day 1."""
    for month in range(world.months_done, world.calendar.count):
        start = world.calendar.start_day(month)
        for day in world.calendar.working_days(month):
            yield world.env.timeout(max(0.0, start + day - 1 + _OFFICE_HOUR - world.env.now))
            steps_pemda.register_applications(world, day)
