"""What was typed for the levers of a scenario: read back into levers, with every fault told at its field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from districts.model import District
from districts.text import translator
from scenarios.levers import LEVERS, Lever
from scenarios.levers.base import NAMED, as_month
from scenarios.months import MONTH, later
from scenarios.scenario import Scenario
from web.fields import Field, LeverForm, lever_form, number_written, written
from web.words import month_read

Texts = Mapping[str, Sequence[str]]
#: Fields that count only while another one has a certain value; typed or not, they are left out otherwise.
NEEDS: dict[tuple[str, str], tuple[str, str]] = {
    ("apbd_line", "amounts"): ("rule", "amounts"),
    ("apbd_line", "months_short"): ("rule", "heads_at_start"),
    ("apbd_line", "growth"): ("rule", "last_year_growth"),
    ("apbd_line", "grace_months"): ("regime", "grace_then_drop"),
    ("pemda_intake", "quota"): ("target", "quota"),
    ("pemda_intake", "stop"): ("target", "quota"),
    ("pemda_intake", "hold_margin"): ("target", "hold_status"),
}


@dataclass(frozen=True)
class Entry:
    """One lever of a scenario in the form: what is asked, what was typed by field, the faults by field ("" for the
    lever as a whole), the lever that results (None where there is a fault), whether it differs from the library's, and
    which calendar month is meant by field ("2027-03") where a month is told by its name or as "+3"."""

    form: LeverForm
    texts: dict[str, list[str]]
    faults: dict[str, str] = field(default_factory=dict)
    lever: Lever | None = None
    changed: bool = False
    months: dict[str, str] = field(default_factory=dict)

    def needs(self, name: str) -> str:
        """``rule=amounts`` for a field that counts only then; "" for one that always counts."""
        return "=".join(NEEDS.get((self.form.kind, name), ()))


def entry_of(lever: Lever, form: LeverForm, lang: str) -> Entry:
    """A lever as the library has it."""
    texts: dict[str, list[str]] = {}
    for one in form.fields:
        owner, _, part = one.name.rpartition(".")
        holder = getattr(lever, owner) if owner else lever
        texts |= written(one, None if holder is None else getattr(holder, part), lang)
    return Entry(form, texts, {}, lever)


def read_entry(lever: Lever, form: LeverForm, typed: Texts, lang: str) -> Entry:
    """The lever that was typed, ``lever`` being the library's."""
    texts = {name: list(values) for name, values in typed.items()}
    values: dict[str, Any] = {"kind": form.kind}
    faults: dict[str, str] = {}
    certain = not any(texts.get(one.name, [""])[0].strip() for one in form.fields if one.name.startswith("effect."))
    for one in form.fields:
        if not _counts(form, one.name, texts) or (certain and one.name.startswith("effect.")):
            continue
        value, wrong = _read(one, texts, lever, lang)
        if wrong:
            faults[one.name] = wrong
        elif value is not None:
            owner, _, part = one.name.rpartition(".")
            (values.setdefault(owner, {}) if owner else values)[part] = value
    if faults:
        return Entry(form, texts, faults, None, True)
    try:
        made = LEVERS[form.kind].model_validate(values)
    except ValidationError as error:
        return Entry(form, texts, _told(error, form, lang), None, True)
    return Entry(form, texts, {}, made, made != lever)


def with_months(entry: Entry, start: str) -> Entry:
    """The entry with the calendar months that it means in a run from ``start`` on."""
    found = {}
    for one in entry.form.fields:
        text = next(iter(entry.texts.get(one.name, ())), "")
        if one.kind == "month" and text.strip() and one.name not in entry.faults:
            found[one.name] = meant(month_read(text), start)
    return replace(entry, months=found)


def meant(month: str, start: str) -> str:
    """The calendar month of ``month`` as a lever tells it, in a run from ``start`` on."""
    if month.startswith("+"):
        return later(start, int(month[1:]))
    if month in NAMED:
        return later(start, (NAMED.index(month) + 1 - int(start[5:])) % 12)
    return month


def forms_of(scenario: Scenario, district: District | None, years: Sequence[str], lang: str) -> list[LeverForm]:
    """The forms of the levers of a scenario, in their order."""
    return [lever_form(placed.lever.kind, district, years, lang) for placed in scenario.levers]


#: What a large number may end with, by language, and the power of ten that it means.
_LARGE: dict[str, dict[str, int]] = {
    "id": {"miliar": 9, "milyar": 9, "m": 9, "juta": 6, "jt": 6, "ribu": 3},
    "en": {"billion": 9, "bn": 9, "million": 6, "m": 6, "thousand": 3},
}


def parse_number(text: str, lang: str = "id") -> Decimal | None:
    """A number as people of the language type it, also as "2,5 miliar"; None for anything else. ``1.234`` is a thousand
    and more to an Indonesian, and ``0.5`` no number."""
    from babel.numbers import NumberFormatError, parse_decimal

    bare = re.sub(r"[\s\u00a0]|^Rp|^IDR|%$", "", text.strip()).replace("−", "-")
    found = re.fullmatch(r"(-?[\d.,]{1,30})([a-z]*)", bare, re.IGNORECASE)
    power = 0 if found is None or not found[2] else _LARGE[lang].get(found[2].casefold())
    if found is None or power is None:
        return None
    try:
        return parse_decimal(found[1], locale="id_ID" if lang == "id" else "en_GB", strict=True).scaleb(power)
    except (NumberFormatError, ValueError):
        return None


def _counts(form: LeverForm, name: str, texts: Texts) -> bool:
    other, value = NEEDS.get((form.kind, name), ("", ""))
    return not other or list(texts.get(other, ())) == [value]


def _read(one: Field, texts: Texts, lever: Lever, lang: str) -> tuple[Any, str]:
    """(the value, "") or (None, what is wrong) of one field; (None, "") where nothing was typed."""
    _ = translator(lang)
    if one.kind in ("years", "months"):
        return _read_amounts(one, texts, lang)
    given = [text for text in texts.get(one.name, ()) if text.strip()]
    if not given:
        return None, _("Fill in this field.") if one.required else ""
    if one.kind == "number":
        return _read_number(one, given[0], lang)
    if one.kind == "month":
        return _read_month(given[0], lang)
    if one.kind == "places":
        return _read_places(one, given[0], texts, lever, lang)
    known = {value for value, _words in one.options}
    if one.options and not set(given) <= known:
        return None, _("Choose one of the list.")
    if one.kind == "classes":
        return [int(value) for value in given], ""
    return ({"true": True, "false": False}.get(given[0], given[0]) if one.kind == "choice" else given[0]), ""


def _read_number(one: Field, text: str, lang: str) -> tuple[Any, str]:
    _ = translator(lang)
    found = parse_number(text, lang)
    example = number_written(12_500 if one.whole else 12.5, lang)
    if found is None:
        return None, _("“{text}” is not a number; write it like {example}.").format(text=text, example=example)
    if one.whole and found != found.to_integral_value():
        return None, _("A whole number; write it like {example}.").format(example=example)
    least, most = (None if bound is None else number_written(bound, lang) for bound in (one.least, one.most))
    if one.most is not None and found > Decimal(str(one.most)):
        return None, _("At most {most}. Fill in {least} to {most}.").format(least=least or "…", most=most)
    if one.least is not None and found < Decimal(str(one.least)):
        return None, _("At least {least}. Fill in {least} to {most}.").format(least=least, most=most or "…")
    if one.share:
        found /= 100
    return (int(found) if one.whole else float(found)), ""


def _read_month(text: str, lang: str) -> tuple[Any, str]:
    from pydantic_core import PydanticCustomError

    try:
        return as_month(month_read(text)), ""
    except PydanticCustomError:
        wrong = translator(lang)("“{text}” is not a month; write 2027-01, january, or from the start.")
        return None, wrong.format(text=text)


def _read_places(one: Field, word: str, texts: Texts, lever: Lever, lang: str) -> tuple[Any, str]:
    if word == "group":  # is shown, not typed: it stays as the library has it
        return getattr(lever, one.name), ""
    if word != "some":
        return word, ""
    codes = [code for code in texts.get(f"{one.name}.some", ()) if code]
    return (codes, "") if codes else (None, translator(lang)("Mark at least one facility."))


def _read_amounts(one: Field, texts: Texts, lang: str) -> tuple[Any, str]:
    """Amounts by year, each in a field of its own, or by month, a line each: ``2027-09: 500.000.000``."""
    _ = translator(lang)
    typed = {key: texts[name][0] for key in one.keys if (name := f"{one.name}.{key}") in texts and texts[name]}
    if one.kind == "months":
        lines = [line for line in "\n".join(texts.get(one.name, ())).splitlines() if line.strip()]
        pairs = [line.partition(":") for line in lines]
        wrong = [line for line, (key, _colon, _rest) in zip(lines, pairs, strict=True)
                 if not MONTH.fullmatch(key.strip())]  # fmt: skip
        if wrong:
            return None, _("“{text}” is no line of a month and an amount; write it like {example}.").format(
                text=wrong[0], example=f"2027-09: {number_written(500_000_000, lang)}")  # fmt: skip
        typed = {key.strip(): rest for key, _colon, rest in pairs}
    amounts: dict[Any, int] = {}
    faults = []
    for key, text in typed.items():
        if not text.strip():
            continue
        found = parse_number(text, lang)
        if found is None or found < 0 or found != found.to_integral_value():
            faults.append(_("{key}: “{text}” is no amount; write whole rupiah like {example} or {short}.").format(
                key=key, text=text, example=number_written(15_000_000_000, lang), short=_("15 bn")))  # fmt: skip
        else:
            amounts[int(key) if one.kind == "years" else key] = int(found)
    return (None, " ".join(faults)) if faults else (amounts or None, "")


def _told(error: ValidationError, form: LeverForm, lang: str) -> dict[str, str]:
    """What the lever's own class finds wrong, by field."""
    _ = translator(lang)
    names = {one.name for one in form.fields}
    faults: dict[str, str] = {}
    for detail in error.errors():
        parts = [str(part) for part in detail["loc"] if not str(part).startswith("<")]
        name = next((".".join(parts[:count]) for count in (2, 1) if ".".join(parts[:count]) in names), "")
        if detail["type"] == "lever":
            context = detail.get("ctx", {})
            told = _("Expected: {expected}").format(expected=_(context["id"]).format(**context["params"])) + "."
        elif detail["type"] == "missing":
            told = _("Fill in this field.")
        else:
            told = _("This value is not allowed here.")
        faults.setdefault(name, told)
    return faults
