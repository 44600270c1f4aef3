"""The posterior of a run: which one it takes, and what its manifest says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from districts.faults import UserError
from districts.history import history_digest
from districts.model import District
from sim.posterior import ABOUT, Posterior, posterior_folder


def found_posterior(where: str, district: District, folder: str | None = None, prior: bool = False) -> Posterior | None:
    """The posterior in ``folder``, or without one that beside the district at ``where``, its facilities in the order of
    the district's; None where there is none, or with ``prior``.

    Raises ``UserError`` for one that cannot be read or was made for other facilities.
    """
    if prior and folder:
        raise UserError("--posterior and --prior exclude each other")
    place = Path(folder) if folder else posterior_folder(where)
    if prior or not folder and not (place / ABOUT).is_file():
        return None
    return Posterior.load(place).of_facilities([facility.code for facility in district.facilities])


def told_of(posterior: Posterior | None, district: District) -> dict[str, Any] | None:
    """What a manifest says of the posterior: its checksum, number of draws, history, of each parameter the median and
    the 10 % and 90 % points, and whether the history of ``district`` is another one by now (``stale``)."""
    if posterior is None:
        return None
    made_from = posterior.about.get("history_sha256")
    return {
        "stale": made_from is not None and made_from != history_digest(district),
        "asked": list(posterior.about.get("free", posterior.names)),
        "extrapolated": list(posterior.about.get("extrapolated", ())),
        "sha256": posterior.digest(),
        "draws": posterior.draws,
        "history": list(posterior.history),
        "informed": list(posterior.informed),
        "uninformed": [name for name in posterior.names if name not in posterior.informed],
        "effects": list(posterior.effects),
        "parameters": {name: list(points) for name, points in posterior.ranges().items()},
    }
