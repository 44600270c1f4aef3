"""Writes a proposal in the forms of the office."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from districts.whole import write_whole
from reports.rkpd.cash import cash_form
from reports.rkpd.grid import Form
from reports.rkpd.pages import forms_page, note_page
from reports.rkpd.plan_row import plan_form
from reports.rkpd.request import request_form
from reports.rkpd.revision import revision_form
from reports.rkpd.workbook import write_book
from scenarios.rkpd.proposal import Proposal

FORMS, NOTE, BOOK = "usulan.html", "nota.html", "rka.xlsx"


def forms_of(proposal: Proposal, lang: str = "id") -> tuple[Form, ...]:
    """The four forms in their order: row of the RKPD, RKA, RKAP, cash plan. The forms are Indonesian in every ``lang``;
    what explains them is in ``lang``."""
    return tuple(form(proposal, lang) for form in (plan_form, request_form, revision_form, cash_form))


def write(proposal: Proposal, folder: Path, lang: str = "id") -> list[Path]:
    """Writes ``usulan.html``, ``nota.html`` and ``rka.xlsx`` into ``folder``, which it makes, and returns their paths.

    All three are made before the first is put in its place, and each is put there whole.
    """
    folder = Path(folder)
    forms = forms_of(proposal, lang)
    pages = {FORMS: forms_page(proposal, forms, lang), NOTE: note_page(proposal, lang)}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write_book(proposal, forms, Path(scratch) / BOOK)
        os.replace(Path(scratch) / BOOK, folder / BOOK)
    return [*(write_whole(folder / name, text) for name, text in pages.items()), folder / BOOK]
