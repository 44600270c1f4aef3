"""A few lines of YAML for every lever, as the library writes them."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from scenarios.reading import tree
from scenarios.scenario import library, library_file


@cache
def _entries() -> dict[str, tuple[str, dict[str, Any]]]:
    """The first entry of every kind of lever in the library: (scenario, entry). Files of one place, whose name they
    bear, come last."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for name in sorted(library(), key=lambda name: (any(sign.isdigit() for sign in name), name)):
        for entry in tree(library_file(name)).get("levers", []):
            found.setdefault(entry["kind"], (name, entry))
    return found


def example(kind: str) -> tuple[str, str]:
    """(the scenario of the library it is taken from, the lines of YAML) that pull the lever ``kind``.

    Raises ``KeyError`` for a lever that no scenario of the library pulls.
    """
    from ruamel.yaml import YAML

    name, entry = _entries()[kind]
    writer, text = YAML(typ="safe", pure=True), io.StringIO()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump({"levers": [entry]}, text)
    return name, text.getvalue()
