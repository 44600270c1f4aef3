"""Reading the rules: the national files beside this one, and a district's own file on top of them.

One form for both, strictly read: a rule is a dotted key with ``title``, ``unit`` and ``values``, each value dated by
``from`` with ``value``, ``instrument``, ``article``, ``source``, ``confidence`` and ``note``.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from districts.faults import Fault, InputError, UserError
from districts.names import suggested
from sim.rules import nodes
from sim.rules.values import Origin, Rules, RuleValue

CONFIDENCES = ("high", "medium", "low", "assumed")
_RULE_FIELDS = ("title", "unit", "values")
_VALUE_FIELDS = ("from", "value", "instrument", "article", "source", "confidence", "note")
_OPTIONAL = ("article", "note")

History = dict[str, tuple[RuleValue, ...]]


def load_rules(override: Path | None = None) -> Rules:
    """The national rules, with the values of a district's ``override`` file where it has any.

    From the first date of a local rule on, only the local values hold: a later national change does not silently undo
    what was agreed locally. Raises ``InputError`` with every fault of the file (an unknown or repeated name, a missing
    field, a value of another kind than the national one), ``UserError`` when the file cannot be read.
    """
    national = _national()
    if override is None:
        return national
    try:
        text = Path(override).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("{file} cannot be read: {reason}", file=override, reason=_reason(error)) from None
    faults: list[Fault] = []
    local = _parse(text, str(override), "local", faults, national)
    if faults:
        raise InputError(faults)
    merged: History = {key: national.history(key) for key in national.keys()}  # noqa: SIM118 (not a dict)
    for key, values in local.items():
        kept = [item for item in merged[key] if item.effective_from < values[0].effective_from]
        merged[key] = _closed([*kept, *values])
    return Rules(merged)


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "not UTF-8"


@cache
def _national() -> Rules:
    """The rules of ``data/*.yaml``; a file holds the keys that begin with its name."""
    faults: list[Fault] = []
    history: History = {}
    for file in sorted(files("sim.rules").joinpath("data").iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".yaml"):
            continue
        subject = file.name.removesuffix(".yaml")
        for key, values in _parse(file.read_text(encoding="utf-8"), file.name, "national", faults, None).items():
            if key.split(".")[0] != subject:
                faults.append(
                    _fault(file.name, None, "unknown rule {key}", "a rule of {subject}", key=key, subject=subject)
                )
            history[key] = values
    if faults:
        raise InputError(faults)
    return Rules(history)


def _parse(text: str, file: str, origin: Origin, faults: list[Fault], national: Rules | None) -> History:
    """The rules of one file; ``national`` is given for a local file, whose keys, units and kinds must be national."""
    node = nodes.root(text, file, faults)
    history: History = {}
    for key, entry in ({} if node is None else nodes.mapping(node, file, faults)).items():
        if national is not None and key not in national.keys():  # noqa: SIM118 (not a dict)
            expected, more = suggested(key, national.keys(), "a known rule, such as {near}",
                                       "a rule that `prakira rules` lists")  # fmt: skip
            faults.append(_fault(file, entry.line, "unknown rule {key}", expected, key=key, **more))
            continue
        fields = nodes.mapping(entry.node, file, faults)
        needed = _RULE_FIELDS if national is None else ("values",)
        if not _fields_are_known(fields, _RULE_FIELDS, needed, file, entry.line, key, faults):
            continue
        last = None if national is None else national.history(key)[-1]
        heads = {
            name: nodes.plain(fields[name].node, file, faults) if name in fields else getattr(last, name)
            for name in ("title", "unit")
        }
        if last is not None and heads["unit"] != last.unit:
            faults.append(
                _fault(file, fields["unit"].line, "unit {given}", "unit {unit}", given=heads["unit"], unit=last.unit)
            )
        values = [
            _value(key, heads, item, file, origin, faults, last)
            for item in nodes.sequence(fields["values"].node, file, faults)
        ]
        dated = sorted((item for item in values if item is not None), key=lambda item: item.effective_from)
        for before, after in zip(dated, dated[1:], strict=False):
            if before.effective_from == after.effective_from:
                day = after.effective_from.isoformat()
                faults.append(
                    _fault(file, entry.line, "two values of {key} from {day}", "one value a date", key=key, day=day)
                )
        if dated:
            history[key] = _closed(dated)
        elif not values:
            faults.append(_fault(file, entry.line, "{key} has no values", "at least one dated value", key=key))
    return history


def _value(
    key: str, heads: dict[str, Any], node: Any, file: str, origin: Origin, faults: list[Fault], last: RuleValue | None
) -> RuleValue | None:
    """One dated value, or None after a fault. ``last`` is the national value whose kind it must share."""
    fields = nodes.mapping(node, file, faults)
    line = node.start_mark.line + 1
    needed = tuple(name for name in _VALUE_FIELDS if name not in _OPTIONAL)
    if not _fields_are_known(fields, _VALUE_FIELDS, needed, file, line, key, faults):
        return None
    count = len(faults)
    content = {name: nodes.plain(entry.node, file, faults) for name, entry in fields.items()}
    if len(faults) > count:
        return None
    start, confidence = content["from"], content["confidence"]
    if not isinstance(start, date):
        faults.append(_fault(file, fields["from"].line, "{text} is not a date", "a date like 2026-01-31", text=start))
        return None
    if confidence not in CONFIDENCES:
        expected = "high, medium, low or assumed"
        faults.append(_fault(file, fields["confidence"].line, "confidence {text}", expected, text=confidence))
        return None
    if last is not None and _kind(content["value"]) != _kind(last.value):
        faults.append(
            _fault(
                file,
                fields["value"].line,
                "{text} is of another kind than the national value",
                "a value like {example}",
                text=content["value"],
                example=last.value,
            )
        )
        return None
    return RuleValue(
        key=key,
        value=content["value"],
        unit=str(heads["unit"]),
        effective_from=start,
        effective_to=None,
        instrument=str(content["instrument"]),
        article=str(content.get("article", "")),
        source=str(content["source"]),
        confidence=confidence,
        note=str(content.get("note", "")),
        origin=origin,
        title=str(heads["title"]),
    )


def _fields_are_known(
    fields: dict[str, nodes.Line],
    known: tuple[str, ...],
    needed: tuple[str, ...],
    file: str,
    line: int,
    key: str,
    faults: list[Fault],
) -> bool:
    """Whether ``fields`` are among ``known`` and hold all of ``needed``; each breach is a fault."""
    names = ", ".join(known)
    unknown = [entry for name, entry in fields.items() if name not in known]
    for entry in unknown:
        faults.append(_fault(file, entry.line, "unknown field {name}", "one of {names}", name=entry.name, names=names))
    missing = [name for name in needed if name not in fields]
    if fields and missing:
        faults.append(
            _fault(
                file,
                line,
                "{key} without {missing}",
                "all of {names}",
                key=key,
                missing=", ".join(missing),
                names=names,
            )
        )
    return not unknown and not missing


def _kind(value: Any) -> str:
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def _closed(values: list[RuleValue]) -> tuple[RuleValue, ...]:
    """``values`` in order of date, each ending the day before the next."""
    ends = [item.effective_from - timedelta(days=1) for item in values[1:]]
    return tuple(dataclasses.replace(item, effective_to=end) for item, end in zip(values, [*ends, None], strict=True))


def _fault(file: str, line: int | None, found: str, expected: str, /, **params: object) -> Fault:
    return Fault(file, found, expected, row=line, params=tuple(params.items()))
