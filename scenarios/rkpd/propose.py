"""Makes the RKPD proposal of a district in memory: runs, rows, side questions, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from districts.model import District
from scenarios.rkpd.proposal import Proposal
from sim.posterior import Posterior

if TYPE_CHECKING:
    from sim.rules import Rules


def propose(
    district: District,
    rules: Rules,
    posterior: Posterior | None,
    year: int,
    certainty: float | None = 0.8,
    *,
    known_until: str | None = None,
    scenario: str = "uhc-non-cut-off",
    replicates: int = 100,
    side_replicates: int = 16,
    seed: int = 1,
    jobs: int = 1,
) -> Proposal:
    """The proposal of ``year`` from what was known at the end of ``known_until`` ("YYYY-MM").

    With ``side_replicates`` 0 only the figure itself is computed: no lines, variants or earlier stages.
    """
    raise NotImplementedError
