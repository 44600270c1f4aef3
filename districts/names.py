"""The known name that a mistyped one was meant to be, where it is like one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], likeness: float = 0.55) -> str | None:
    """The known name most like ``word`` (case ignored), or None when none is at least ``likeness`` (0-1) like it."""
    by_fold = {name.casefold(): name for name in known}
    matches = get_close_matches(word.casefold(), by_fold, n=1, cutoff=likeness)
    return by_fold[matches[0]] if matches else None


def suggested(word: str, known: Iterable[str], near: str, far: str) -> tuple[str, dict[str, object]]:
    """What to tell of an unknown ``word``: the message id ``near`` with the known name that it is like enough to have
    been meant as (param ``near``), else ``far`` with all known names (param ``known``)."""
    names = list(known)
    if found := nearest(word, names):
        return near, {"near": found}
    return far, {"known": ", ".join(names)}


def most_like(word: str, known: Iterable[str]) -> str:
    """The known name most like ``word``, however unlike it is. Raises ``ValueError`` when nothing is known."""
    names = list(known)
    if not names:
        raise ValueError("there is no known name")
    return nearest(word, names, 0.0) or names[0]


def several_like(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Up to ``most`` known names, the one most like ``word`` first, however unlike it is; [] when nothing is known."""
    by_fold = {name.casefold(): name for name in known}
    return [by_fold[match] for match in get_close_matches(word.casefold(), by_fold, n=most, cutoff=0.0)]
