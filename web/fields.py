"""The fields of a form for one lever, made from the lever's class: label, unit, bounds, and how a value is written.

A field is written the way people of the language write numbers; shares between 0 and 1 are told in percent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from districts.model import District
from districts.text import number, translator
from scenarios.levers import LEVERS
from scenarios.levers.documents import document
from web.words import choice_words, is_share, month_word, unit_words

Kind = Literal["number", "choice", "month", "years", "months", "classes", "places", "text"]
#: A slider stands beside a number of which one step is still felt: not beside rupiah.
_SLIDER_STEPS = 1_000
#: A remark in brackets that only those who write scenario files need: (rule heads_at_start).
_CODE = re.compile(r" *\((?:(?:\w+ )?\w+_\w+|rule \w+)\)")


@dataclass(frozen=True)
class Field:
    """One field: ``name`` in the form and in the lever, what it is, and how it is asked for.

    It is ``required``, or may stay ``empty``, or has a default. ``kind``: "number" (``whole`` or not, told in percent
    where it is a ``share``), "choice" (of ``options``: value and words), "month", "years" and "months" (an amount for
    each of ``keys``), "classes" (any of ``options``), "places" (facilities: ``options``, and by name ``places``).
    ``least`` and ``most`` are as written in the form.
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    least: float | None = None
    most: float | None = None
    whole: bool = False
    share: bool = False
    required: bool = False
    empty: bool = True
    options: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()

    @property
    def slider(self) -> tuple[float, float, float] | None:
        """(least, most, step) of a slider beside the field, where one helps."""
        if self.kind != "number" or self.least is None or self.most is None or self.unit.startswith("rupiah"):
            return None
        span = self.most - self.least
        return (
            (self.least, self.most, 1 if self.whole else 0.5 if span > 20 else 0.1) if span <= _SLIDER_STEPS else None
        )


@dataclass(frozen=True)
class LeverForm:
    """What is shown of one lever: title, text, evidence, the facts it rests on (in words, with how sure they are, and
    their source), how well it is known, cost, and its fields."""

    kind: str
    title: str
    text: str
    evidence: str
    facts: tuple[tuple[str, str], ...]
    known: Literal["decision", "assumed", "source"]
    cost: str
    fields: tuple[Field, ...]


def lever_form(kind: str, district: District | None, years: Sequence[str], lang: str = "id") -> LeverForm:
    """The form of the lever ``kind``. ``years`` are the calendar years of the run, for amounts by year; the facilities
    are those of ``district``."""
    told, lever = _document(kind, lang), LEVERS[kind]
    made: list[Field] = []
    for field in told["fields"]:
        info = lever.model_fields[field["name"]]
        if field["parts"] and field["name"] == "effect":
            made += [_field(f"effect.{part['name']}", part, float, district, years, lang) for part in field["parts"]]
        else:
            made.append(_field(field["name"], field, info.annotation, district, years, lang))
    evidence = lever.evidence
    known: Literal["decision", "assumed", "source"] = "source"
    if evidence.startswith(("a decision", "a rule", "an event", "none needed")):
        known = "decision"
    elif "assumed" in evidence:
        known = "assumed"
    title = str(told["title"])
    text, cost = (_without_words(_CODE.sub("", words), made, lang) for words in (told["text"], told["cost"]))
    fields = tuple(replace(one, label=_without_words(one.label, made, lang)) for one in made)
    _ = translator(lang)
    facts = tuple(
        (f"{fact['text']}; {_('confidence {text}').format(text=_(fact['confidence']))}", fact["source"])
        for fact in told["facts"]
    )
    return LeverForm(kind, title[:1].upper() + title[1:], text, str(told["evidence"]), facts, known, cost, fields)


def _without_words(text: str, fields: Sequence[Field], lang: str) -> str:
    """``text`` with the words of scenario files put as the form puts them: names of fields by their labels, and what a
    field may be set to."""
    words = {one.name: one.label for one in fields if "_" in one.name}
    for one in fields:
        words |= {value: choice_words(value, lang) for value, _told in one.options if "_" in value}
        words |= {f"{value}:": f"{choice_words(value, lang)}:" for value, _told in one.options}

    def put(found: re.Match[str]) -> str:
        told = words.get(found[0])
        if told is None:
            return found[0]
        return f"“{told[:-1]}”:" if told.endswith(":") else f"“{told}”"

    return re.sub(r"\b[a-z0-9_]+\b:?", put, text)


@cache
def _document(kind: str, lang: str) -> dict[str, Any]:
    return document(LEVERS[kind], lang)


def _field(
    name: str, told: dict[str, Any], annotation: Any, district: District | None, years: Sequence[str], lang: str
) -> Field:
    about = _CODE.sub("", told["about"])
    unit, label = told["unit"], about[:1].upper() + about[1:]
    common = {"name": name, "label": label, "required": told["required"],
              "empty": not told["required"] and told["default"] is None}  # fmt: skip
    text = str(annotation)
    if "dict[int, int]" in text:
        return Field(**common, kind="years", unit=unit_words(unit, lang), whole=True, keys=tuple(years))
    if "dict[str, int]" in text:
        return Field(**common, kind="months", unit=unit_words(unit, lang), whole=True)
    if "Group" in text:
        options = tuple((word, choice_words(word, lang)) for word in ("all", "blud", "some"))
        places = tuple((place.code, place.name) for place in (district.facilities if district else ()))
        return Field(**common, kind="places", options=options, places=places)
    if told["choices"]:
        kind: Kind = "classes" if "tuple" in text else "choice"
        return Field(
            **common, kind=kind, options=tuple((str(word), choice_words(word, lang)) for word in told["choices"])
        )
    if "as_month" in text or unit.startswith("YYYY-MM"):
        return Field(**common, kind="month", unit=_month_hint(lang))
    if "float" in text or "int" in text:
        share, times = is_share(unit), 100 if is_share(unit) else 1
        bounds = [None if bound is None else round(bound * times, 9) for bound in (told["least"], told["most"])]
        return Field(**common, kind="number", unit=unit_words(unit, lang), least=bounds[0], most=bounds[1],
                     whole="float" not in text, share=share)  # fmt: skip
    return Field(**common, kind="text")


def _month_hint(lang: str) -> str:
    _ = translator(lang)
    return _("choose a month of the list, or write one: 2027-01, january, 3 months after the start")


def written(field: Field, value: Any, lang: str = "id") -> dict[str, list[str]]:
    """What the form holds where the lever holds ``value``: texts by name, that of the field and of what hangs on it."""
    if value is None:
        return {}
    if field.kind == "number":
        return {field.name: [number_written(float(value) * (100 if field.share else 1), lang)]}
    if field.kind in ("years", "months"):
        keys = [key for key in map(str, value) if key not in field.keys]
        rest = "\n".join(f"{key}: {number_written(value[key], lang)}" for key in keys) if field.kind == "months" else ""
        told = {f"{field.name}.{key}": [number_written(amount, lang)] for key, amount in value.items()}
        return {field.name: [rest]} if field.kind == "months" else told
    if field.kind == "classes":
        return {field.name: [str(one) for one in value]}
    if field.kind == "places":
        if isinstance(value, str):
            return {field.name: [value]}
        if isinstance(value, Mapping):
            return {field.name: ["group"]}
        return {field.name: ["some"], f"{field.name}.some": list(value)}
    if field.kind == "month":
        return {field.name: [month_word(str(value), lang)]}
    return {field.name: [str(value).lower() if isinstance(value, bool) else str(value)]}


def number_written(value: float, lang: str = "id") -> str:
    """A number as it is typed in the language, no more decimals than it has: ``40.000``, ``0,3``, ``-5``."""
    decimals = next(places for places in range(10) if places == 9 or abs(round(value, places) - value) < 1e-9)
    return number(value, lang, decimals).replace("−", "-")
