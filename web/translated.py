"""The files of a run in the reader's language: those that were written in another are made when they are asked for."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

_MAKING = Lock()  # one reader makes them, the others wait


def written_in(folder: Path) -> str:
    """The language of the files in a folder; "" where they do not say."""
    from reports.write import read_short

    return read_short(folder).get("lang", "")


def in_language(folder: Path, lang: str) -> Path:
    """The folder that holds the files of the run in ``lang``: its own, or one within it that is made at the first call,
    and anew when its own are written anew. Raises ``OSError``, as on a full disk."""
    from reports.write import PAGE, write_outputs

    if written_in(folder) in ("", lang) or not (folder / PAGE).is_file():
        return folder
    other = folder / lang
    with _MAKING:
        made = other / PAGE
        if not made.is_file() or made.stat().st_mtime < (folder / PAGE).stat().st_mtime:
            write_outputs(folder, lang, other)
    return other
