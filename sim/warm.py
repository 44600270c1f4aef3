"""The first start on a machine: compile the kernels once, before several processes would each do it."""

from __future__ import annotations

from pathlib import Path


def compiled() -> bool:
    """Whether the kernels lie compiled beside the source (numba's cache)."""
    return any(Path(__file__).parent.rglob("*.nbi"))


def compile_kernels() -> None:
    """Run one month of a tiny district, which compiles every kernel and stores it."""
    import numpy as np

    from districts.tiny import tiny_district
    from sim.behaviour import default_behaviour
    from sim.policy import baseline_policy
    from sim.rules import load_rules
    from sim.simulate import simulate

    district = tiny_district(600)
    policy = baseline_policy(1, len(district.facilities)).but(
        intake_quota=np.full(1, 5, np.int64), pbi_cut=np.full(1, 0.05), pbi_cut_takeover=np.full(1, 0.5)
    )
    simulate(district, load_rules(), default_behaviour(), policy, 1)
