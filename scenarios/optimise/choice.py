"""Choosing among mixes that were looked at: which are looked at longer, which is checked first, what money buys."""

from __future__ import annotations

from typing import Literal

from scenarios.optimise.space import Candidate
from scenarios.optimise.targets import Sample, Summary, Targets, reserved, shortfall, summary

Seen = dict[Candidate, Summary]
Loosened = Literal["ceiling", "status", "kbk"]


def finalists(samples: dict[Candidate, Sample], targets: Targets, most: int) -> list[Candidate]:
    """At most ``most`` mixes to be looked at longer: in turns the cheapest that meet the targets and the cheapest that
    meet them with some reserve, then those nearest to the targets; where none meets them, first what :func:`nearest`
    tells."""
    plain, firm = ranking(samples, targets, reserve=False), ranking(samples, targets)
    first: list[Candidate] = []
    if lacking(samples[plain[0]], targets):
        for asked in (reserved(targets, len(samples[plain[0]].held)), targets):
            seen = {mix: summary(sample, asked) for mix, sample in samples.items()}
            first += [plain[0], *nearest(seen, asked).values()]
    return list(dict.fromkeys([*first, *(mix for pair in zip(firm, plain, strict=True) for mix in pair)]))[:most]


def ranking(samples: dict[Candidate, Sample], targets: Targets, reserve: bool = True) -> list[Candidate]:
    """The mixes in the order in which they deserve a check: those that meet the targets (with a ``reserve`` of one
    standard error) by their cost, then the others by what they lack."""

    def key(mix: Candidate) -> tuple[float, float, Candidate]:
        sample = samples[mix]
        asked = reserved(targets, len(sample.held)) if reserve else targets
        return lacking(sample, asked), sample.cost_at(targets.certainty), mix

    return sorted(samples, key=key)


def lacking(sample: Sample, targets: Targets) -> float:
    """The :func:`shortfall` of a sample."""
    return shortfall(summary(sample, targets), targets)


def front(seen: Seen) -> list[Candidate]:
    """The mixes than which no other is at least as good in cost, chance and KBK share and better in one; by cost. Of
    mixes that are equal in all three the first is kept."""
    kept: list[Candidate] = []
    for mix in sorted(seen, key=lambda mix: (seen[mix].cost, -seen[mix].chance, -seen[mix].kbk, mix)):
        if not any(seen[other].chance >= seen[mix].chance and seen[other].kbk >= seen[mix].kbk for other in kept):
            kept.append(mix)
    return kept


def cheapest_chances(seen: Seen, targets: Targets) -> list[Candidate]:
    """Of the mixes that reach the KBK share (all, where none does), those whose chance of the status no cheaper one
    has; by cost."""
    reach = {mix: found for mix, found in seen.items() if found.kbk >= targets.kbk_share} or seen
    return front({mix: found._replace(kbk=0.0) for mix, found in reach.items()})


def nearest(seen: Seen, targets: Targets) -> dict[Loosened, Candidate]:
    """What becomes possible when one target is loosened and the others are kept: the cheapest mix whatever the ceiling,
    the one with the best chance of the status, the one with the largest KBK share. A target alone does not help where
    it is missing here."""
    money = {mix for mix in seen if targets.ceiling is None or seen[mix].cost <= targets.ceiling}
    status = {mix for mix in seen if seen[mix].chance >= targets.status_chance}
    kbk = {mix for mix in seen if seen[mix].kbk >= targets.kbk_share}
    found: dict[Loosened, Candidate | None] = {
        "ceiling": min(status & kbk, key=lambda mix: (seen[mix].cost, mix), default=None),
        "status": min(money & kbk, key=lambda mix: (-seen[mix].chance, seen[mix].cost, mix), default=None),
        "kbk": min(money & status, key=lambda mix: (-seen[mix].kbk, seen[mix].cost, mix), default=None),
    }
    return {name: mix for name, mix in found.items() if mix is not None}
