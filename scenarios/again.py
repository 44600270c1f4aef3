"""A finished run taken up again from its own record: reopened, expanded by more replicates, forked at a month."""

from __future__ import annotations

import hashlib
import json
import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from districts.faults import UserError
from districts.read import read_district, shipped_examples
from districts.text import month_name
from scenarios.levers import LEVERS
from scenarios.months import MONTH, full_years, later, number_of
from scenarios.need import headline, need, unbounded_names
from scenarios.plan import (
    Past,
    Prepared,
    RunPlan,
    asked,
    differing,
    load_scenarios,
    manifest_of,
    prepare_loaded,
    with_second_run,
)
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
from scenarios.reading import Placed
from scenarios.run import Progress, execute
from scenarios.scenario import Scenario
from scenarios.store import RunStore
from sim.rules import load_rules

#: Told how far a run is.
Tell = Callable[[Progress], None]


def reopened(folder: Path, where: str | None = None, posterior: str | None = None) -> Prepared:
    """The run in ``folder``, ready to be gone on with, from the district at ``where`` (default: of the name that the
    run's own command has) and the ``posterior`` beside it or in that folder.

    Raises ``UserError`` when the folder holds no run, when the district is not found, when district, rules, behaviour,
    posterior or program are no longer those of the run, and for a fork, which has its past from another run.
    """
    with RunStore.open(folder) as store:
        manifest = store.manifest
    if manifest.get("fork"):
        raise UserError("{folder} is a fork of another run; take up that run, and fork it again", folder=folder)
    plan = _plan_of(manifest, where, posterior)
    if where is None and not Path(plan.where).exists() and plan.where not in shipped_examples():
        raise UserError("the district of the run is called {name}, and there is none here; say where it is with "
                        "--district", name=plan.where)  # fmt: skip
    district = read_district(plan.where)
    rules = load_rules(Path(district.rules_file) if district.rules_file else None)
    ready = prepare_loaded(plan, district, rules, _scenarios_of(manifest))
    if different := differing(asked(manifest), asked(manifest_of(ready))):
        raise UserError("{folder} was made of something else than is here now; these differ: {keys}",
                        folder=folder, keys=", ".join(different))  # fmt: skip
    return ready


def expand(
    folder: Path, ready: Prepared, replicates: int, jobs: int = 1, progress: Tell | None = None, whole: bool = True
) -> RunStore:
    """The run in ``folder``, reopened as ``ready``, with ``replicates`` replicates: what a run asked for with so many
    from the start gives, and only what is missing is computed. Of the second run, whose line is set by the need over
    all replicates, nothing is kept where that line moves; without ``whole`` second run and probes are left alone.

    Raises ``UserError`` where there are more replicates already.
    """
    if replicates < ready.plan.replicates:
        raise UserError("the run has {found} replicates already; {asked} are fewer",
                        found=ready.plan.replicates, asked=replicates)  # fmt: skip
    more = replace(ready, plan=replace(ready.plan, replicates=replicates))
    if ready.plan.binding is None:
        more = with_second_run(more)
    return execute(more.plan, folder, jobs, True, progress, prepared=more, more=True, whole=whole)


def expand_until(
    folder: Path, ready: Prepared, width: float, most: int, jobs: int = 1, progress: Tell | None = None
) -> RunStore:
    """As :func:`expand`, until the interval of the headline need is no wider than ``width`` of it, at ``most``
    replicates at the latest: an interval shrinks with the square root of their number, so that the next number is
    guessed from the last width, and never more than doubled.

    The interval is that which a run tells beside its need at 80 %: where it would lie with many more replicates.
    Raises ``UserError`` for a width that is no share, or a run of which no need is told.
    """
    if not 0 < width < 1:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="until-width", value=f"{100 * width:g}%", least="0%", most="100%")  # fmt: skip
    with RunStore.open(folder) as store:
        _needed(store)
    replicates = max(ready.plan.replicates, MIN_REPLICATES_FOR_CERTAINTY)
    while True:
        with expand(folder, ready, replicates, jobs, progress, whole=False) as store:
            found = relative_width(store)
        if found <= width or replicates >= most:
            return expand(folder, ready, replicates, jobs, progress)
        wanted = replicates * min(2.0, max(1.1, (found / width) ** 2))
        replicates = min(most, 10 * math.ceil(wanted / 10))


def relative_width(store: RunStore) -> float:
    """The width of the interval of the headline need at 80 % in the first whole year of the run, over that need.

    Raises ``UserError`` where no need is told: every line binds, or the run covers no whole year.
    """
    found = need(store, *_needed(store))
    assert found.amount is not None  # a certainty was asked for
    assert found.low is not None
    assert found.high is not None
    if found.low == found.high:
        return 0.0
    return (found.high - found.low) / found.amount if found.amount else math.inf


def _needed(store: RunStore) -> tuple[str, int]:
    """The scenario and the year whose need is the headline of a run."""
    scenario = headline(store.manifest, unbounded_names(store.manifest))
    years = full_years(store.months)
    if scenario is None or not years:
        raise UserError("no need is told of this run: it takes a scenario whose line does not bind and a whole year")
    return scenario, years[0]


def fork(
    folder: Path, ready: Prepared, at: str, names: tuple[str, ...], of: str | None = None, keep: bool = False
) -> Prepared:
    """The run in ``folder``, reopened as ``ready``, forked: until ``at`` ("YYYY-MM") all is as in its scenario ``of``
    (default: its first), from then on one future for each scenario named, with months that count from ``at``. States
    that an earlier fork kept are gone on from; with ``keep`` this one keeps those that it computes.

    Raises ``UserError`` for a month that is not within the run, or a scenario that it does not have; ``InputError`` or
    ``UserError`` for scenarios that cannot be read.
    """
    of = ready.scenarios[0].name if of is None else of
    if of not in ready.decisions:
        raise UserError("the run has no scenario {name}; it has {known}",
                        name=of, known=", ".join(ready.decisions))  # fmt: skip
    if not MONTH.fullmatch(at):
        raise UserError("{month} is not a month; write YYYY-MM", month=at)
    months = number_of(at) - number_of(ready.first_month)
    if not 0 < months < ready.simulated:
        raise UserError("a run from {first} to {last} can be forked from its second month to its last, not in {month}",
                        first=ready.first_month, last=later(ready.first_month, ready.simulated - 1),
                        month=at)  # fmt: skip
    loaded = load_scenarios(names, ready.district)
    context = replace(ready.context, start=at)
    futures = tuple(_following(scenario, of, at) for scenario in loaded)
    decisions = {scenario.name: scenario.decided(context) for scenario in futures}
    base = next(scenario for scenario in ready.scenarios if scenario.name == of)
    return replace(
        ready,
        plan=replace(ready.plan, scenarios=names, binding=None, blocks=False),
        scenarios=(base, *futures),
        decisions={of: ready.decisions[of], **decisions},
        past=Past(folder, of, at, months, ready.decisions[of], _states(folder, ready, of, at), keep),
    )


def _states(folder: Path, ready: Prepared, of: str, at: str) -> Path:
    """The folder for the states of scenario ``of`` at ``at``, named after all that they depend on."""
    made_of = {**asked(manifest_of(ready)), "replicates": None, "binding": None, "scenarios": None}
    scenario = next(scenario for scenario in ready.scenarios if scenario.name == of)
    content = json.dumps([made_of, scenario.describe()["sha256"]], sort_keys=True)
    return folder / "states" / f"{of}-{at}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _following(scenario: Scenario, of: str, at: str) -> Scenario:
    """``scenario`` as it is called and told where it decides from ``at`` on only."""
    first = {lang: month_name(at, lang) for lang in ("id", "en")}
    title = {
        "id": f"{scenario.title['id']}, mulai {first['id']}",
        "en": f"{scenario.title['en']}, from {first['en']}",
    }
    past = {
        "id": f"Sampai sebelum {first['id']} semua seperti pada {of}.",
        "en": f"Until {first['en']} all is as in {of}.",
    }
    explanation = {lang: f"{scenario.explanation[lang]} {past[lang]}" for lang in past}
    return replace(scenario, name=f"{scenario.name}-{at}", title=title, explanation=explanation)


def _plan_of(manifest: Mapping[str, Any], where: str | None, posterior: str | None) -> RunPlan:
    """What was asked of the run."""
    words, binding = shlex.split(manifest["command"]), manifest["binding"]
    given = dict(zip(words, [*words[1:], ""], strict=True))
    named = tuple(name for word, name in zip(words, words[1:], strict=False) if word == "--scenario")
    plan = RunPlan(
        where or words[2], named, given.get("--start"), manifest["months"], manifest["replicates"], manifest["seed"],
        manifest["luck_only"], given.get("--stock"), blocks="--no-blocks" not in words, posterior=posterior,
        prior=manifest["prior"],
    )  # fmt: skip
    return plan if binding is None else replace(plan, binding=binding["scenario"], certainty=binding["certainty"])


def _scenarios_of(manifest: Mapping[str, Any]) -> tuple[Scenario, ...]:
    """The scenarios of a run, without the second run that its own need set."""
    return tuple(
        Scenario(
            entry["name"], entry["title"], entry["explanation"],
            tuple(Placed(LEVERS[lever["kind"]].model_validate(lever), "") for lever in entry["levers"]),
            tuple(entry["chain"]), entry.get("question", {}),
        )
        for entry in manifest["scenarios"] if "@" not in entry["name"]
    )  # fmt: skip
