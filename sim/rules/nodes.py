"""YAML as plain values that remember their lines, so that a fault can name the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from districts.faults import Fault

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Line:
    """One entry of a mapping: its name, its plain value or its YAML node, and its line (1-based)."""

    name: str
    node: Any
    line: int


def root(text: str, file: str, faults: list[Fault]) -> Any:
    """The root node of ``text``, or None after a fault when it is not YAML or empty."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        faults.append(
            Fault(file, "not readable as YAML: {problem}", "YAML", row=line, params=(("problem", error.problem),))
        )
        return None
    except YAMLError as error:
        faults.append(Fault(file, "not readable as YAML: {problem}", "YAML", params=(("problem", str(error)),)))
        return None
    if node is None:
        faults.append(Fault(file, "an empty file", "at least one rule"))
    return node


def mapping(node: Any, file: str, faults: list[Fault]) -> dict[str, Line]:
    """The entries of a mapping node by name; other nodes and repeated names are faults."""
    if not hasattr(node, "value") or not isinstance(node.value, list) or node.tag != _TAG + "map":
        faults.append(Fault(file, "not a mapping", "lines of the form name: value", row=node.start_mark.line + 1))
        return {}
    entries: dict[str, Line] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in entries:
            faults.append(Fault(file, "{name} is given twice", "each name once", row=line, params=(("name", name),)))
        entries[name] = Line(name, value, line)
    return entries


def sequence(node: Any, file: str, faults: list[Fault]) -> list[Any]:
    """The items of a sequence node; another node is a fault."""
    if node.tag != _TAG + "seq":
        faults.append(Fault(file, "not a list", "a list of dated values", row=node.start_mark.line + 1))
        return []
    return list(node.value)


def plain(node: Any, file: str, faults: list[Fault]) -> Any:
    """The node as str, int, float, bool, date, list or dict; anything else is a fault and None."""
    if node.tag == _TAG + "map":
        return {name: plain(entry.node, file, faults) for name, entry in mapping(node, file, faults).items()}
    if node.tag == _TAG + "seq":
        return [plain(item, file, faults) for item in node.value]
    text = str(node.value)
    try:
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return text.lower() == "true"
            case "timestamp":
                return date.fromisoformat(text)
    except ValueError:
        pass
    faults.append(
        Fault(
            file,
            "{text} is not a value",
            "text, a number, a date, a list or a mapping",
            row=node.start_mark.line + 1,
            params=(("text", text or "nothing"),),
        )
    )
    return None
