"""``tables.xlsx``: the sheets in the order in which they are read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from reports.answer import answer
from reports.book import Book
from reports.run import Run
from reports.sheets_budget import budget_sheet, differences_sheet
from reports.sheets_claims import claims_sheet
from reports.sheets_clinics import clinics_sheet
from reports.sheets_comparison import comparison_sheet
from reports.sheets_cover import intake_sheet, membership_sheet, movements_sheet, segment_sheet, status_sheet
from reports.sheets_kbk import capitation_sheet, contacts_sheet, kbk_sheet
from reports.sheets_kbk_plan import kbk_plan_sheet
from reports.sheets_notes import assumptions_sheet, notes_sheet
from reports.sheets_origins import origins_sheet
from reports.sheets_reliability import reliability_sheet
from reports.sheets_staff import staff_sheet
from reports.sheets_summary import summary_sheet
from reports.tables.capitation import district_capitation_sheet
from reports.tables.front import contents, cover_sheet
from reports.tables.kbk_map import kbk_map_sheet
from reports.tables.own import own_sheets


def write_workbook(run: Run, path: Path, lang: str = "id") -> None:
    """Writes the workbook to ``path``. Its date is the run's first month: equal runs give equal files."""
    year, month = (int(part) for part in run.months[0].split("-"))
    with Book(path, str(run.manifest["district"]["title"]), datetime(year, month, 1), lang) as book:
        told = answer(run, lang)
        cover = cover_sheet(book, run, told, lang)
        summary_sheet(book, run, told, lang)
        own_sheets(book, run, lang)
        membership_sheet(book, run, lang)
        status_sheet(book, run, lang)
        segment_sheet(book, run, lang)
        movements_sheet(book, run, lang)
        kbk_map_sheet(book, run, lang)
        kbk_sheet(book, run, lang)
        kbk_plan_sheet(book, run, lang)
        contacts_sheet(book, run, lang)
        district_capitation_sheet(book, run, lang)
        capitation_sheet(book, run, lang)
        clinics_sheet(book, run, lang)
        staff_sheet(book, run, lang)
        claims_sheet(book, run, lang)
        budget_sheet(book, run, lang)
        intake_sheet(book, run, lang)
        differences_sheet(book, run, lang)
        comparison_sheet(book, run, lang)
        reliability_sheet(book, run, lang)
        origins_sheet(book, run, lang)
        assumptions_sheet(book, run, lang)
        notes_sheet(book, run, lang)
        contents(cover, lang)
