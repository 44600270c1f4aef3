"""The published figures of ``targets.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load_targets() -> tuple[dict[str, Any], ...]:
    """All targets in the order of the file; what each field means is written at its head."""
    from ruamel.yaml import YAML

    text = files("calibration.defaults").joinpath("targets.yaml").read_text(encoding="utf-8")
    return tuple(YAML(typ="safe").load(text))
