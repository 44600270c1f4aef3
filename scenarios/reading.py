"""The form of a scenario file (YAML): ``name, title, explanation, question, district, extends, levers``.

Every fault of a file is told at once, with file and line and the nearest known name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from districts.faults import Fault, InputError
from districts.names import suggested
from scenarios.levers import LEVERS
from scenarios.levers.base import Lever
from scenarios.schedules import Wrong, links

Where = tuple[str | int, ...]
_NO_KEYS: Mapping[str, Any] = MappingProxyType({})


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Form(BaseModel):
    """The form of a scenario file; levers are checked one by one, each against its own class."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    title: _Texts
    explanation: _Texts
    question: _Texts | None = None
    district: str | None = Field(default=None, min_length=1)
    extends: str | None = None
    levers: list[dict[str, Any]] = []


#: pydantic's type of error -> (what was found, what is expected) as English message ids.
_SAID: dict[str, tuple[str, str]] = {
    "missing": ("{key} is missing", "a value for {key}"),
    "greater_than_equal": ("{key} is {value}", "{ge} or more"),
    "greater_than": ("{key} is {value}", "more than {gt}"),
    "less_than_equal": ("{key} is {value}", "{le} or less"),
    "literal_error": ("{key} is {value}", "one of {expected}"),
    "string_pattern_mismatch": ("{key} is {value}", "small letters, digits and hyphens"),
    "string_too_short": ("{key} is empty", "a text"),
    "string_too_long": ("{key} is {value}", "at most {max_length} characters"),
    "bool_type": ("{key} is {value}", "true or false"),
    "bool_parsing": ("{key} is {value}", "true or false"),
    "int_type": ("{key} is {value}", "a whole number"),
    "int_parsing": ("{key} is {value}", "a whole number"),
    "int_from_float": ("{key} is {value}", "a whole number"),
    "float_type": ("{key} is {value}", "a number"),
    "float_parsing": ("{key} is {value}", "a number"),
    "string_type": ("{key} is {value}", "a text"),
    "list_type": ("{key} is {value}", "a list"),
    "tuple_type": ("{key} is {value}", "a list"),
    "dict_type": ("{key} is {value}", "keys with values"),
    "model_type": ("{key} is {value}", "keys with values"),
}


@dataclass(frozen=True)
class Placed:
    """A lever and where it stands: ``file``, and the line of each of its fields (``()`` is the lever itself)."""

    lever: Lever
    file: str
    lines: dict[Where, int] = field(default_factory=dict)

    def place(self, where: Where = ()) -> str:
        """``file:line`` of a field, or of the nearest thing around it that has a line."""
        while where and where not in self.lines:
            where = where[:-1]
        line = self.lines.get(where)
        return self.file if line is None else f"{self.file}:{line}"


def checked(source: Traversable) -> tuple[Form | None, Any, list[Placed], list[Fault]]:
    """The file's form (None where it has none), its raw tree, its levers, and every fault of it. Raises ``InputError``
    where the file holds no keys at all."""
    raw = _parse(source)
    if not isinstance(raw, dict):
        raise InputError([fault(source, 1, "the file holds no keys", "name, title, explanation, levers")])
    faults: list[Fault] = []
    levers: list[Placed] = []
    form = None
    try:
        form = Form.model_validate(_plain(raw))
    except ValidationError as error:
        faults += [_told(source, raw, detail, Form) for detail in _merged(error)]
    entries = raw.get("levers")
    for position, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue  # told above, as a fault of the form
        kind = entry.get("kind")
        lever = LEVERS.get(kind) if isinstance(kind, str) else None
        if lever is None:
            line = line_of(entry, "kind") or line_of(entries, position)
            found = "unknown lever {kind}" if kind is not None else "a lever without kind"
            expected, more = suggested(str(kind), LEVERS, "kind: one of the levers, nearest: {near}",
                                       "kind: one of the levers that `prakira levers` lists")  # fmt: skip
            faults.append(fault(source, line, found, expected, kind=kind, **more))
            continue
        made, wrong = _made(source, entry, lever)
        lines = _lines(entry, line_of(entries, position))
        levers += [Placed(one, source.name, lines) for one in made]
        faults += wrong
    return form, raw, levers, faults


def tree(source: Traversable) -> Any:
    """What a file holds, as plain dictionaries, lists and values. Raises ``InputError`` where it is no YAML."""
    return _plain(_parse(source))


def _made(source: Traversable, entry: Any, lever: type[Lever]) -> tuple[list[Lever], list[Fault]]:
    """The levers of one entry, a chain where its numbers change by month, or its faults."""
    chain, wrong = links(lever, _plain(entry))
    faults = [_wrong(source, entry, found) for found in wrong]
    made = []
    for link in chain:
        try:
            made.append(lever.model_validate(link.entry))
        except ValidationError as error:
            for detail in _merged(error):
                told = _told(source, entry, detail, lever, link.keys)
                faults += [] if told in faults else [told]
    return made, faults


def _wrong(source: Traversable, entry: Any, wrong: Wrong) -> Fault:
    """A fault of a schedule: of a field, or of one of its months."""
    field, *months = wrong.where
    found = "{key} has the key {value}" if months else "{key} is {value}"
    value = _shown(months[0] if months else entry[field])
    return fault(source, _at(entry, wrong.where), found, wrong.expected, key=field, value=value, **wrong.params)


def _parse(source: Traversable) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        return YAML(typ="rt", pure=True).load(source.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise InputError([fault(source, None, "the file is not UTF-8 text", "a YAML file")]) from error
    except MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        problem = str(error.problem or error.context).splitlines()[0]
        raise InputError([fault(source, line, "not readable as YAML: {problem}", "valid YAML",
                                 problem=problem)]) from error  # fmt: skip


def _told(
    source: Traversable, raw: Any, detail: ErrorDetails, model: type[BaseModel], keys: Mapping[str, Any] = _NO_KEYS
) -> Fault:
    """A fault of pydantic in the words of this program, at its line. ``keys`` are those of the numbers that change by
    month, by field."""
    where: Where = tuple(detail["loc"])
    context = detail.get("ctx", {})
    place = (where[0], keys[str(where[0])], *where[1:]) if where and where[0] in keys else where
    key = ".".join(str(part) for part in place)
    line = _at(raw, place)
    if detail["type"] == "lever":
        found = "{key} is {value}" if where else "the lever contradicts itself"
        params = {"key": key, "value": _shown(detail["input"]), **context["params"]}
        return fault(source, line, found, context["id"], **params)
    if detail["type"] == "extra_forbidden":
        known = _keys_of(model, where[:-1])
        expected, more = suggested(str(where[-1]), known, "nearest known: {near}", "one of {known}")
        return fault(source, line, "unknown key {key}", expected, key=key, **more)
    found, expected = _SAID.get(detail["type"], ("{key} is {value}", "{message}"))
    params = {**context, "key": key, "value": _shown(detail["input"]), "message": detail["msg"]}
    if "expected" in params:  # "one of a, b or c", in English
        params["expected"] = str(params["expected"]).replace(" or ", ", ")
    return fault(source, line, found, expected, **params)


def _merged(error: ValidationError) -> list[ErrorDetails]:
    """The errors, those of the alternatives of one field as one. A part of a place in angle brackets, or a list of
    words, names an alternative, none that the file has."""
    found: list[ErrorDetails] = []
    for detail in error.errors():
        where = tuple(part for part in detail["loc"] if not str(part).startswith(("<", "literal[")))
        before = next((one for one in found if (one["loc"], one["type"]) == (where, "literal_error")), None)
        if before is not None and detail["type"] == "literal_error":
            before["ctx"] = {"expected": f"{before['ctx']['expected']}, {detail['ctx']['expected']}"}
        else:
            found.append({**detail, "loc": where})
    return found


def _keys_of(model: type[BaseModel], where: Where) -> list[str]:
    """The known keys of the part ``where`` of a form."""
    for part in where:
        model = next(_forms(model.model_fields[str(part)].annotation))
    return list(model.model_fields)


def _forms(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _forms(part)


def _shown(value: Any) -> str:
    """A value as the file writes it, on one line."""
    return repr(_plain(value))


def fault(source: Traversable, line: int | None, found: str, expected: str, /, **params: object) -> Fault:
    """A fault of the file ``source`` at ``line``, with ``params`` for both messages."""
    place = source.name if line is None else f"{source.name}:{line}"
    return Fault(place, found, expected, params=tuple(params.items()))


def line_of(raw: Any, key: str | int) -> int | None:
    """The 1-based line of ``key`` in a mapping or list read by ruamel."""
    keyed = isinstance(raw, dict)
    try:
        return int((raw.lc.key(key) if keyed else raw.lc.item(key))[0]) + 1
    except (AttributeError, KeyError, IndexError, TypeError):
        return None


def _at(raw: Any, where: Where) -> int | None:
    """The line of the deepest part of ``where`` that the file has."""
    line = None if not hasattr(raw, "lc") else raw.lc.line + 1
    for part in where:
        here = line_of(raw, part)
        if here is None:
            break
        line, raw = here, raw[part]
    return line


def _lines(entry: Any, first: int | None) -> dict[Where, int]:
    """The line of an entry, of each of its fields, and of what these hold."""
    lines: dict[Where, int] = {} if first is None else {(): first}
    for key, value in entry.items():
        parts = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
        for raw, part, where in [(entry, key, (key,)), *((value, part, (key, part)) for part in parts)]:
            if (line := line_of(raw, part)) is not None:
                lines[where] = line
    return lines


def _plain(value: Any) -> Any:
    """The tree without ruamel's own types."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)
