"""The reference of the levers, read from their classes: what they decide, cost, evidence, and each field in full."""

from __future__ import annotations

import typing
from inspect import cleandoc
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from districts.text import translator
from scenarios.examples import example
from scenarios.levers import LEVERS, Lever
from scenarios.levers.facts import facts
from scenarios.levers.places import Group
from scenarios.schedules import changeable


def document_all(lang: str = "id") -> list[dict[str, Any]]:
    """The documents of all levers, in the order of ``LEVERS``."""
    return [document(lever, lang) for lever in LEVERS.values()]


def document(lever: type[Lever], lang: str = "id") -> dict[str, Any]:
    """One lever, in ``lang``, ready for JSON: ``kind``, ``title``, ``text``, ``evidence``, ``cost``; ``facts``, those
    the evidence rests on, as of :meth:`Fact.document`; ``strength``, the fields that an uncertain effect moves;
    ``example``, lines of YAML and the scenario they are from; ``fields``, each with name, about, form, unit, least,
    most, choices, by_month, required, default and the ``parts`` it may have."""
    _ = translator(lang)
    taken_from, lines = example(lever.model_fields["kind"].default)
    fields = {name: info for name, info in lever.model_fields.items() if name not in ("kind", "effect")}
    if lever.strength:
        fields["effect"] = lever.model_fields["effect"]
    return {
        "kind": lever.model_fields["kind"].default,
        "title": lever.title_id if lang == "id" else lever.title_en,
        "text": _(text_of(lever)).replace("``", ""),
        "evidence": _(lever.evidence),
        "facts": [facts()[one].document(lang) for one in lever.facts],
        "cost": _(lever.cost),
        "strength": list(lever.strength),
        "example": {"scenario": taken_from, "yaml": lines},
        "fields": [_field(name, info, name in changeable(lever), lang) for name, info in fields.items()],
    }


def text_of(lever: type[Lever]) -> str:
    """The docstring of a lever on one line: its message id."""
    return " ".join(cleandoc(lever.__doc__ or "").split())


def unit_of(info: FieldInfo) -> str:
    """The unit of a field, "" where it has none."""
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "unit" in extra:
        return str(extra["unit"])
    # a month that may be left out keeps its unit inside the union
    inner = [piece for part in typing.get_args(info.annotation) for piece in typing.get_args(part)]
    return next((unit_of(piece) for piece in inner if isinstance(piece, FieldInfo)), "")


def choices_of(info: FieldInfo) -> list[str | int]:
    """The words, or whole numbers, a field may hold, [] where it is free."""
    parts = [info.annotation, *parts_of(info)]
    if bool in parts:
        return ["true", "false"]
    parts += [word for part in parts if typing.get_origin(part) is tuple for word in typing.get_args(part)]
    return [word for part in parts if typing.get_origin(part) is typing.Literal for word in typing.get_args(part)]


def parts_of(info: FieldInfo) -> list[Any]:
    """The alternatives of a field's type, without what is said about them."""
    parts = typing.get_args(info.annotation)
    return [typing.get_args(part)[0] if typing.get_origin(part) is Annotated else part for part in parts]


def bounds_of(info: FieldInfo) -> tuple[float | None, float | None]:
    """The least and the most that a number may be, each as far as it is bounded; a bound that is excluded counts."""

    def found(*words: str) -> float | None:
        return next((getattr(limit, word) for limit in info.metadata for word in words if hasattr(limit, word)), None)

    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    least = extra.get("least")  # of the numbers in a table
    return least if isinstance(least, int) else found("ge", "gt"), found("le", "lt")


def _field(name: str, info: FieldInfo, by_month: bool, lang: str) -> dict[str, Any]:
    _ = translator(lang)
    unit, choices, (least, most) = unit_of(info), choices_of(info), bounds_of(info)
    default = None if info.is_required() else info.default
    form = [_(unit)] if unit else []
    if least is not None or most is not None:
        form.append(f"{'' if least is None else least}…{'' if most is None else most}")
    if choices:
        form.append(" | ".join(map(str, choices)))
    if Group in parts_of(info):
        form.append(_("a list of names or codes"))
        form.append(_("or a group, by"))
    if by_month:
        form.append(_("may change by month"))
    if info.is_required():
        form.append(_("must be given"))
    elif default is not None:
        value = str(default).lower() if isinstance(default, bool) else default
        form.append(_("default {value}").format(value=value))
    return {
        "name": name,
        "about": _(info.description or ""),
        "form": "; ".join(form),
        "unit": unit,
        "least": least,
        "most": most,
        "choices": choices,
        "by_month": by_month,
        "required": info.is_required(),
        "default": default,
        "parts": [
            _field(part, inner, False, lang)
            for kind in parts_of(info)
            if isinstance(kind, type) and issubclass(kind, BaseModel)
            for part, inner in kind.model_fields.items()
        ],
    }
