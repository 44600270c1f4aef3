"""The words of reports: every English id has its Indonesian text, and Indonesian reports use no statistician's word."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from test_reports_made_up import reported_run
from texts import CALLS, asked_in, catalogues, fields

import reports
from reports.answer import certainty_words
from reports.wording import chance_told, chance_words, filled

ROOT = Path(reports.__file__).parent.parent
SOURCES = sorted(Path(reports.__file__).parent.glob("*.py"))


def message_ids() -> set[str]:
    """The English ids that the sources ask a translator for."""
    return asked_in(SOURCES, CALLS | {"UserError": 1})


def catalogue() -> dict[str, str]:
    own = [catalogues()[name] for name in ("reports", "charts")]
    assert not own[0].keys() & own[1].keys()
    return own[0] | own[1]


def test_every_id_has_an_indonesian_text_and_no_text_is_left_over() -> None:
    ids = message_ids()
    assert len(ids) > 150
    assert set(catalogue()) == ids
    assert all(catalogue().values())


@pytest.mark.parametrize("message", sorted(message_ids()))
def test_translations_have_the_same_fields(message: str) -> None:
    assert fields(catalogue()[message]) == fields(message)


@pytest.mark.parametrize("replicates", [20, 100])
def test_indonesian_reports_use_plain_words(replicates: int) -> None:
    folder = reported_run(replicates, "id")
    book = openpyxl.load_workbook(folder / "tables.xlsx", data_only=True)
    sheets = [sheet for sheet in book if sheet.title != "Asumsi"]  # the program's own names and sources stand there
    texts = [str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    html = re.sub(r"<style.*?</style>", "", (folder / "report.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    texts.append(re.sub(r"<[^>]+>", " ", html))
    for word in (r"\bp[15]0\b", r"\bp90\b", r"\bCI\b", "Monte Carlo", "persentil", "quantile", r"\bnan\b", r"\binf\b"):
        assert not [text for text in texts if re.search(word, text)], word


def test_chances_say_no_more_than_the_count_allows() -> None:
    def hits(count: int, of: int) -> np.ndarray:
        return np.arange(of) < count

    assert chance_words(hits(16, 20)) == "16 dari 20 ulangan"
    assert chance_told(hits(16, 20)) == "16 dari 20 ulangan"
    assert chance_words(hits(80, 100)) == "8 dari 10"
    assert chance_told(hits(80, 100), "id") == "kemungkinan 8 dari 10"
    assert chance_words(hits(80, 100), "en") == "8 in 10"
    assert chance_words(hits(95, 100)) == "19 dari 20"
    # none of 100: by Wilson's interval up to 3.7 in 100, so "less than 1 in 100" would be too much
    assert chance_words(hits(0, 100)) == "hampir tidak mungkin"
    assert chance_words(hits(2, 100)) == "di bawah 1 dari 10"
    assert chance_words(hits(0, 1000)) == "kurang dari 1 dari 100"
    assert chance_words(hits(100, 100)) == "lebih dari 19 dari 20"
    assert chance_words(hits(1000, 1000)) == "lebih dari 99 dari 100"
    with pytest.raises(ValueError, match="at least one"):
        chance_words(hits(0, 0))


def test_squares_are_all_filled_only_where_it_is_certain() -> None:
    assert [filled(share) for share in (0, 0.001, 0.04, 0.25, 0.8, 0.95, 0.999, 1)] == [0, 0, 0, 2, 8, 9, 9, 10]


def test_certainty_is_told_in_the_smallest_whole_parts() -> None:
    assert [certainty_words(c) for c in (0.8, 0.95, 0.99, 0.5)] == [
        "8 dari 10", "19 dari 20", "99 dari 100", "5 dari 10"]  # fmt: skip
