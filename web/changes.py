"""What a scenario decides whose levers were moved on the page: every moved field, its value now and before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from districts.model import District
from districts.text import month_name, translator
from scenarios.levers import Lever
from scenarios.scenario import Scenario
from web.fields import Field, number_written
from web.levers import Entry, forms_of, meant
from web.words import choice_words


def moved(
    scenario: Scenario, entries: Sequence[Entry], district: District, start: str, years: Sequence[str], lang: str
) -> str:
    """The explanation of ``scenario`` with the levers of ``entries``, which have no faults, in a run from ``start`` on:
    the library's own would no longer be true. It says which fields were moved, to what, and what they were."""
    _ = translator(lang)
    told = [_("The library's scenario “{title}” with levers changed.").format(title=scenario.title[lang])]
    several = sum(entry.changed for entry in entries) > 1
    forms = forms_of(scenario, district, years, lang)
    for placed, entry, form in zip(scenario.levers, entries, forms, strict=True):
        for field in form.fields if entry.changed and entry.lever is not None else ():
            assert entry.lever is not None
            value, before = _value(entry.lever, field), _value(placed.lever, field)
            if value == before or not _counts(entry, field):
                continue
            label = field.label.partition(";")[0]  # without what its choices mean
            told.append(_("{name}: {value} (was {before}).").format(
                name=f"{form.title}, {label}" if several else label,
                value=_words(field, value, start, lang, unit=field.unit),
                before=_words(field, before, start, lang, unit="%" if field.share else ""),
            ))  # fmt: skip
    return " ".join(told)


def _value(lever: Lever, field: Field) -> Any:
    owner, _dot, part = field.name.rpartition(".")
    holder = getattr(lever, owner) if owner else lever
    return None if holder is None else getattr(holder, part)


def _counts(entry: Entry, field: Field) -> bool:
    """Whether the field counts by what the lever is set to."""
    other, _equal, value = entry.needs(field.name).partition("=")
    return not other or str(getattr(entry.lever, other)) == value


def _words(field: Field, value: Any, start: str, lang: str, unit: str) -> str:
    """A value of a lever as people read it."""
    _ = translator(lang)
    if value is None:
        return _("not given")
    if field.kind == "number":
        return f"{number_written(float(value) * (100 if field.share else 1), lang)} {unit}".rstrip()
    if field.kind == "month":
        return month_name(meant(str(value), start), lang)
    if field.kind in ("years", "months"):
        return f"{'; '.join(f'{key}: {number_written(one, lang)}' for key, one in value.items())} {unit}".rstrip()
    if isinstance(value, Mapping):
        return _("the group of the library's scenario")
    if field.kind == "places" and not isinstance(value, str):
        names = dict(field.places)
        return "; ".join(names.get(code, code) for code in value)
    if isinstance(value, tuple | list):
        return "; ".join(choice_words(one, lang) for one in value)
    return choice_words(str(value).lower() if isinstance(value, bool) else value, lang)
