"""What self-payers pay, from the dated rules."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.rules.values import Rules


def own_premiums(rules: Rules, on: date | str) -> NDArray[np.int64]:
    """What a self-paying member pays per month by class 0-3, rupiah; the same for all once there is one class only."""
    lowest = int(rules.value("premium.pbpu.class3.member_share", on))
    if one_class(rules, on):
        return np.array([0, lowest, lowest, lowest])
    return np.array([0, rules.value("premium.pbpu.class1", on), rules.value("premium.pbpu.class2", on), lowest])


def one_class(rules: Rules, on: date | str) -> bool:
    """Whether self-payers have one class and one premium (KRIS); families keep the class they had, as a memory."""
    return bool(rules.value("premium.pbpu.classes", on) == 1)
