"""A scenario: a title, an explanation and a chain of levers, made into a policy table.

The form of the file and its faults are in ``scenarios/reading.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from districts.faults import Fault, InputError, UserError
from districts.model import District
from districts.names import suggested
from scenarios.levers.base import Context
from scenarios.months import later
from scenarios.reading import Placed, checked, fault, line_of
from sim.policy import Policy, baseline_policy


@dataclass(frozen=True)
class Scenario:
    """What is decided, and how it is told. ``title`` and ``explanation`` hold the languages "id" and "en".

    ``levers`` are the levers of the whole chain of ``extends``, the farthest ancestor's first; ``chain`` are the names
    of that chain, this scenario's last. ``district`` is the name of the one district that it is about, "" for one that
    any may ask.
    """

    name: str
    title: dict[str, str]
    explanation: dict[str, str]
    levers: tuple[Placed, ...] = ()
    chain: tuple[str, ...] = ()
    question: dict[str, str] = field(default_factory=dict)
    district: str = ""

    def policy(self, context: Context, draw: tuple[int, int] | None = None) -> Policy:
        """The baseline policy, with the agreement the district already has, and all levers of the chain in order.

        Uncertain effects are those of ``draw`` (seed, replicate), at their medians without one. Raises ``InputError``
        naming file and line when a lever names facilities that the district does not have.
        """
        if faults := self.faults(context.district):
            raise InputError(faults)
        policy = baseline_policy(context.months, len(context.district.facilities))
        if context.district.uhc_agreement:  # in force already; nobody decided to end it
            policy = policy.but(agreement=np.ones(context.months, np.bool_))
        for placed in self.levers:
            effect, factor = placed.lever.effect, 1.0
            if effect is not None:
                factor = effect.median if draw is None else effect.drawn(placed.lever.kind, *draw)
            policy = placed.lever.pulled(policy, context, factor)
        return policy

    def decided(self, context: Context) -> Decision:
        """What is decided in ``context``, for every replicate. Raises as :meth:`policy` does."""
        uncertain = any(placed.lever.effect is not None for placed in self.levers)
        return Decision(self.policy(context), (self, context) if uncertain else None)

    def faults(self, district: District) -> list[Fault]:
        """One fault for everything that a lever asks of the district and it does not have."""
        found = [
            Fault(placed.place(lack.where), lack.found, lack.expected, params=tuple(lack.params.items()))
            for placed in self.levers
            for lack in placed.lever.lacking(district)
        ]
        return list(dict.fromkeys(found))  # the links of one chain ask alike

    def outside(self, context: Context) -> list[Fault]:
        """A warning for every lever of which no month lies in the run, so that it does nothing there."""
        span = (("first", context.first_month), ("last", later(context.first_month, context.months - 1)))
        entries: dict[str, list[tuple[Placed, str | None]]] = {}
        for placed in self.levers:  # the links of one chain stand at one place
            entries.setdefault(placed.place(), []).append((placed, _outside(placed, context)))
        found = []
        for links in entries.values():
            placed, field = links[0]
            if field is not None and all(other is not None for _placed, other in links):
                params = (("key", field), ("value", getattr(placed.lever, field)), ("kind", placed.lever.kind), *span)
                text = "{key} {value} lies outside the months simulated, {first} to {last}: {kind} does nothing"
                place = placed.place((field,))
                found.append(Fault(place, text, "a month among them", severity="warning", params=params))
        return found

    def describe(self) -> dict[str, Any]:
        """What the record of a run says of the scenario, ready for JSON."""
        levers = [placed.lever.model_dump(mode="json", exclude_none=True) for placed in self.levers]
        content = json.dumps([self.name, levers], sort_keys=True)
        return {
            "name": self.name,
            "title": self.title,
            "explanation": self.explanation,
            **({"question": self.question} if self.question else {}),
            "chain": list(self.chain),
            "levers": levers,
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
        }


def _outside(placed: Placed, context: Context) -> str | None:
    """The field whose month keeps a lever out of the run; None for one that acts in it."""

    def position(field: str) -> int | None:
        month = getattr(placed.lever, field) if field in type(placed.lever).model_fields else None
        return None if month is None else context.position(month)

    start, stop, once = position("start"), position("stop"), position("month")
    if start is not None and start >= context.months:
        return "start"
    if stop is not None and stop <= 0:
        return "stop"
    return "month" if once is not None and not 0 <= once < context.months else None


@dataclass(frozen=True)
class Decision:
    """A scenario's policy in every replicate: ``policy`` has each uncertain effect at its median; where there are any,
    ``drawn`` is what the policy of a replicate is made from, and ``amendments`` what is changed in it then."""

    policy: Policy
    drawn: tuple[Scenario, Context] | None = None
    amendments: tuple[Callable[[Policy], Policy], ...] = ()

    def of(self, seed: int, replicate: int) -> Policy:
        """The policy of ``replicate``, with the effects that it draws."""
        if self.drawn is None:
            return self.policy
        scenario, context = self.drawn
        policy = scenario.policy(context, (seed, replicate))
        for amend in self.amendments:
            policy = amend(policy)
        return policy.until(self.policy.months)

    def but(self, amend: Callable[[Policy], Policy]) -> Decision:
        """The same, amended in every replicate; ``amend`` can be sent to another process."""
        return replace(self, policy=amend(self.policy), amendments=(*self.amendments, amend))

    def until(self, months: int) -> Decision:
        """What is decided in the first ``months`` months. Raises ``ValueError`` when there are fewer."""
        return replace(self, policy=self.policy.until(months))


def library() -> list[str]:
    """Names of the shipped scenarios, in the order of the alphabet, the baseline first."""
    found = sorted(entry.name[:-5] for entry in _folder().iterdir() if entry.name.endswith(".yaml"))
    return sorted(found, key=lambda name: name != "baseline")


def library_file(name: str) -> Traversable:
    """The file of a shipped scenario."""
    return _folder().joinpath(f"{name}.yaml")


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The scenario of that name in the library, or of that file.

    ``extends`` names a file beside the one that says so, or a scenario of the library.
    Raises ``UserError`` for an unknown name and ``InputError`` with every fault of the file.
    """
    return _load(_find(str(name_or_path), None), ())


def _folder() -> Traversable:
    return files("scenarios").joinpath("library")


def _find(name: str, beside: Path | None) -> Traversable:
    if name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        path = (beside or Path()) / name
        if path.is_file():
            return path
        raise UserError("there is no scenario file {path}", path=name)
    if beside is not None and (beside / f"{name}.yaml").is_file():
        return beside / f"{name}.yaml"
    if name in library():
        return library_file(name)
    message, more = suggested(name, library(), "unknown scenario {name}; nearest known: {near}",
                              "unknown scenario {name}; `prakira scenarios` lists those there are")  # fmt: skip
    raise UserError(message, name=name, **more)


def _load(source: Traversable, children: tuple[str, ...]) -> Scenario:
    form, raw, levers, faults = checked(source)
    if str(source) in children:
        circle = " → ".join(Path(name).stem for name in (*children[children.index(str(source)) :], str(source)))
        raise InputError([fault(source, line_of(raw, "extends"), "extends runs in a circle: {circle}",
                                 "a chain that ends", circle=circle)])  # fmt: skip
    parent = Scenario("", {}, {})
    if isinstance(extends := raw.get("extends"), str):
        beside = source.parent if isinstance(source, Path) else None
        try:
            parent = _load(_find(extends, beside), (*children, str(source)))
        except InputError as error:
            faults += error.faults
        except UserError as error:
            faults.append(fault(source, line_of(raw, "extends"), error.message, "a scenario of the library, "
                                "or a file beside this one", **error.params))  # fmt: skip
    if faults or form is None:
        raise InputError(faults)
    return Scenario(
        form.name,
        form.title.model_dump(),
        form.explanation.model_dump(),
        (*parent.levers, *levers),
        (*parent.chain, form.name),
        form.question.model_dump() if form.question else {},
        form.district or "",
    )
