"""The quantities that targets name: one small function of a run each, and the run that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from calibration.defaults import quantities_care as care
from calibration.defaults import quantities_members as members
from calibration.defaults.watch import Run

QUANTITIES: dict[str, Callable[[Run], float]] = {
    name: function
    for module in (care, members)
    for name, function in vars(module).items()
    if callable(function) and getattr(function, "__module__", "") == module.__name__ and not name.startswith("_")
}


class Kind(NamedTuple):
    """A kind of run: from which stock, under which scenario of the library, for how many months."""

    stock: str
    scenario: str
    months: int


#: The reference, 14 months: the last 12 are looked at.
DEFAULT_RUN = Kind("2023-10", "baseline", 14)
#: The runs of the quantities that need another one.
RUNS: dict[str, Kind] = {
    "arrears_october_2022": Kind("2022-05", "baseline", 5),
    "arrears_rupiah_october_2022": Kind("2022-05", "baseline", 5),
    "arrears_class3": Kind("2022-05", "baseline", 5),
    "active_share_uhc": Kind("2023-10", "uhc-bengkulu-utara", 26),
}
