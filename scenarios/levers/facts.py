"""The facts that levers rest on, read from ``facts.yaml``: what was found, where, by whom, and how sure that is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from districts.text import month_name, number, translator
from scenarios.months import MONTH

_Month = Annotated[str, Field(pattern=f"^({MONTH.pattern})?$")]


class Figure(BaseModel):
    """One number of a fact, or the two ends of a range, with its unit; without a number ``unit`` tells the finding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: int | float | tuple[int | float, int | float] | None = None
    unit: str

    def told(self, lang: str) -> str:
        """The figure in words: ``5–30 permil kontak tambahan per bulan``."""
        ends = self.value if isinstance(self.value, tuple) else () if self.value is None else (self.value,)
        return " ".join(filter(None, ("–".join(_written(end, lang) for end in ends), translator(lang)(self.unit))))


class Fact(BaseModel):
    """A fact: its ``figures``, the first and last month it is about or in force (``start`` and ``end``, "YYYY-MM" or
    ""), ``place``, ``study`` (or law, or speaker), ``source`` (an address or a title; "none"), ``confidence``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    figures: tuple[Figure, ...] = Field(min_length=1)
    start: _Month = Field(default="", alias="from")
    end: _Month = Field(default="", alias="to")
    place: str
    study: str
    source: str
    confidence: Literal["high", "medium", "low"]

    def told(self, lang: str) -> str:
        """The fact in one line, without source and confidence: figures; place, time; study."""
        _ = translator(lang)
        figures = "; ".join(figure.told(lang) for figure in self.figures)
        where = ", ".join(filter(None, (_(self.place), self._time(lang))))
        return f"{figures}; {where}; {_(self.study)}"

    def _time(self, lang: str) -> str:
        """From when until when, in years where they are whole."""
        _ = translator(lang)
        if not self.start:
            return ""
        if self.start.endswith("-01") and self.end.endswith("-12"):
            ends = [self.start[:4], self.end[:4]]
        else:
            ends = [month_name(month, lang, short=True) for month in (self.start, self.end) if month]
        return "–".join(dict.fromkeys(ends)) if self.end else _("since {month}").format(month=ends[0])

    def document(self, lang: str) -> dict[str, Any]:
        """All about the fact, ready for JSON, words in ``lang``; ``text`` is :meth:`told`."""
        _ = translator(lang)
        return {
            "id": self.id,
            "text": self.told(lang),
            "figures": [{"value": figure.value, "unit": _(figure.unit)} for figure in self.figures],
            "from": self.start,
            "to": self.end,
            "place": _(self.place),
            "study": _(self.study),
            "source": self.source,
            "confidence": self.confidence,
        }


@cache
def facts() -> dict[str, Fact]:
    """All facts by id. Raises ``pydantic.ValidationError`` for one that is incomplete."""
    from ruamel.yaml import YAML

    table = YAML(typ="safe").load(files("scenarios.levers").joinpath("facts.yaml").read_text(encoding="utf-8"))
    return {name: Fact(id=name, **fields) for name, fields in table.items()}


def _written(value: float, lang: str) -> str:
    """The number with the decimals it has."""
    decimals = next(places for places in range(4) if places == 3 or round(value, places) == value)
    return number(value, lang, decimals)
