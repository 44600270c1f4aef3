"""Possible rules: changes of the law that may come or not, drawn once per replicate."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

import numpy as np

from sim.policy import RuleChange
from sim.random import Key, Purpose, uniforms


def come_true(changes: Iterable[RuleChange], key: Key, central: bool = False) -> tuple[RuleChange, ...]:
    """The ``changes`` that come in the replicate of ``key``, in their order; certain ones always do.

    The draw belongs to the rule's name: changes of one name and chance come together, in every scenario alike, and what
    comes with a smaller chance also comes with a larger one. With ``central`` nothing is drawn: a chance of one half or
    more comes.
    """
    return tuple(change for change in changes if _comes(change, key, central))


def _comes(change: RuleChange, key: Key, central: bool) -> bool:
    if change.chance >= 1.0 or central:
        return change.chance >= 0.5
    name = np.array([crc32(change.rule.encode())], np.uint32)
    return float(uniforms(key, name, 0, Purpose.POSSIBLE_RULE)[0]) < change.chance
