"""Short ways to run the engine on small districts, for tests."""

from __future__ import annotations

from functools import cache

import numpy as np

from districts.model import District
from districts.tiny import tiny_district
from sim.behaviour import Behaviour, default_behaviour
from sim.policy import Policy, baseline_policy
from sim.results import Results
from sim.rules import Rules, load_rules
from sim.simulate import results_of, run_world
from sim.world import World

RULES = load_rules()
BEHAVIOUR = default_behaviour()


@cache
def small(population: int = 20_000, facilities: int = 4) -> District:
    """A small district (cached, read-only)."""
    return tiny_district(population, facilities)


def policy_for(district: District, months: int = 12, **changes: object) -> Policy:
    """The baseline policy with changes; scalars given for monthly flags are spread over the months."""
    policy = baseline_policy(months, len(district.facilities))
    for name in ("point_of_care", "agreement"):
        if isinstance(changes.get(name), bool):
            changes[name] = np.full(months, changes[name])
    return policy.but(**changes)


def world(
    district: District | None = None, policy: Policy | None = None,
    behaviour: Behaviour | dict[str, float] | None = None,
    replicate: int = 0, luck_only: bool = True, seed: int = 1, rules: Rules = RULES, months: int = 12,
) -> World:  # fmt: skip
    """Run and return the final state."""
    district = district or small()
    policy = policy or policy_for(district, months)
    if behaviour is None or isinstance(behaviour, dict):
        behaviour = BEHAVIOUR.but(behaviour or {})
    return run_world(district, rules, behaviour, policy, seed, replicate=replicate, luck_only=luck_only)


def results(*args: object, **kwargs: object) -> Results:
    """Run and return the results."""
    return results_of(world(*args, **kwargs))  # type: ignore[arg-type]
