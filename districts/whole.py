"""Files that are written whole or not at all: nobody ever reads half of one."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Write ``text`` (UTF-8) to ``path`` through a hidden file beside it, and return ``path``."""
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    os.replace(half, path)
    return path
