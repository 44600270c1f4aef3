"""The reference of the levers, read from their classes: what they decide, their fields, units, bounds and evidence."""

from __future__ import annotations

import typing
from inspect import cleandoc
from typing import Any

from pydantic.fields import FieldInfo

from districts.text import translator
from scenarios.levers import LEVERS, Lever


def document_all(lang: str = "id") -> list[dict[str, Any]]:
    """The documents of all levers, in the order of ``LEVERS``."""
    return [document(lever, lang) for lever in LEVERS.values()]


def document(lever: type[Lever], lang: str = "id") -> dict[str, Any]:
    """One lever: ``kind``, ``title``, ``text``, ``evidence`` and ``fields`` (name, about, form, unit, least, most,
    choices, default), in ``lang``, ready for JSON."""
    _ = translator(lang)
    return {
        "kind": lever.model_fields["kind"].default,
        "title": lever.title_id if lang == "id" else lever.title_en,
        "text": _(text_of(lever)).replace("``", ""),
        "evidence": _(lever.evidence),
        "fields": [_field(name, info, lang) for name, info in lever.model_fields.items() if name != "kind"],
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


def choices_of(info: FieldInfo) -> list[str]:
    """The words a field may hold, [] where it is free."""
    parts = [info.annotation, *typing.get_args(info.annotation)]
    if bool in parts:
        return ["true", "false"]
    return [word for part in parts if typing.get_origin(part) is typing.Literal for word in typing.get_args(part)]


def _field(name: str, info: FieldInfo, lang: str) -> dict[str, Any]:
    _ = translator(lang)
    bounds = {word: getattr(limit, word) for limit in info.metadata for word in ("ge", "le") if hasattr(limit, word)}
    unit, choices = unit_of(info), choices_of(info)
    default = None if info.is_required() else info.default
    form = [_(unit)] if unit else []
    if bounds:
        form.append(f"{bounds.get('ge', '')}…{bounds.get('le', '')}")
    if choices:
        form.append(" | ".join(choices))
    if info.is_required():
        form.append(_("must be given"))
    elif default is not None:
        form.append(_("default {value}").format(value=default))
    return {
        "name": name,
        "about": _(info.description or ""),
        "form": "; ".join(form),
        "unit": unit,
        "least": bounds.get("ge"),
        "most": bounds.get("le"),
        "choices": choices,
        "required": info.is_required(),
        "default": default,
    }
