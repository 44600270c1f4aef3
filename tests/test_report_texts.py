"""The words of the report: every English id has its Indonesian text, once, with the same fields."""

from __future__ import annotations

from pathlib import Path

from texts import asked_in, catalogues, fields

import reports.report


def test_every_text_is_translated_one_way_and_none_is_left_over() -> None:
    ids, own = asked_in(Path(reports.report.__file__).parent.glob("*.py")), catalogues()["report"]
    others = {message: text for name, told in catalogues().items() if name != "report"
              for message, text in told.items()}  # fmt: skip
    assert len(ids) > 120
    assert ids <= set(own) | set(others)
    assert set(own) <= ids
    assert [name for name in own if others.get(name, own[name]) != own[name]] == []
    assert all(own.values())


def test_translations_have_the_same_fields() -> None:
    assert [message for message, text in catalogues()["report"].items() if fields(message) != fields(text)] == []
