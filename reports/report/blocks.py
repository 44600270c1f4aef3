"""What a report is made of: the answer, and sections of texts, charts, tables, notes and facts; no form of any file.

Every text is already in the report's language; numbers in it are already told. The faces (:mod:`reports.report.html`,
:mod:`reports.report.word`) only lay it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reports.canvas import Chart

Mark = Literal["", "bold", "warn"]
_SHORT = 6  # rows


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, a softer line ``beneath``, how it is marked ("warn": a shortage, a breached bar),
    and of a chance how many of ten squares are filled (None: no squares)."""

    text: str
    beneath: str = ""
    mark: Mark = ""
    tenths: int | None = None


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Note:
    """A small remark beneath a chart or table."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A chart: its title (the finding), what is drawn, and the picture."""

    chart: Chart


@dataclass(frozen=True)
class Table:
    """A table: ``title`` above it, ``heads``, ``rows`` of as many cells (the first names the row), which columns hold
    ``numbers``, which row is picked out (``own``), whether the last row is a ``total``, a ``note`` beneath."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    own: int | None = None
    total: bool = False
    note: str = ""

    @property
    def short(self) -> bool:
        """Whether the table is so short that it should not be split between two pages."""
        return len(self.rows) <= _SHORT


@dataclass(frozen=True)
class Facts:
    """A short list under a name."""

    name: str
    lines: tuple[str, ...]


Block = Text | Note | Figure | Table | Facts


@dataclass(frozen=True)
class Section:
    """A part of the report: ``key`` (its anchor), ``short`` (in the contents), ``name``, ``title`` (what it finds)."""

    key: str
    short: str
    name: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def brief(self) -> bool:
        """Whether the section has only words, so that it needs no page of its own."""
        return not any(isinstance(block, Figure | Table) for block in self.blocks)


@dataclass(frozen=True)
class Head:
    """The first screen: how much, how sure, what if less (each may be empty but the first); the words in them that
    are ``stressed``; of ten squares how many are filled, with the words beside them; whether less money does harm."""

    first: str
    second: str
    third: str
    stressed: tuple[str, ...] = ()
    tenths: int | None = None
    tenths_told: str = ""
    harm: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences that have something to say."""
        return tuple(text for text in (self.first, self.second, self.third) if text)


@dataclass(frozen=True)
class Report:
    """A whole report in one language: whose (``title``), about what (``subject``), made from what (``made``), the
    answer, what it rests on, the sections in the order in which they are read, and how it was computed (``end``)."""

    lang: str
    title: str
    subject: str
    made: str
    head: Head
    facts: tuple[Facts, ...]
    sections: tuple[Section, ...]
    end: tuple[str, ...] = field(default=())

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts in the order in which they are shown."""
        return tuple(block.chart for section in self.sections for block in section.blocks if isinstance(block, Figure))
