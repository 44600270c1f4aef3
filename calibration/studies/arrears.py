"""Districts of which little but arrears is published, run from one published figure to the next.

Persons in arrears and what they owe are known for the four districts of the branch office Curup in August 2019, by
class; the rest of a district is assumed, and it is run small (a twelfth part, or so), since only relative changes are
asked for. Behaviour is drawn from the priors. What later figures are known conditions the draws, on the logarithms of
persons and rupiah, by the adjustment that ``prakira calibrate`` uses (`calibration/statistics/abc.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from calibration.backtesting.short import Point, published
from calibration.defaults.predictive import Over
from calibration.statistics.abc import adjust, resample
from districts.model import District, SegmentRow
from districts.tiny import tiny_district
from sim import codes
from sim.behaviour import Behaviour, default_behaviour
from sim.calendar import Calendar, next_month
from sim.people.margins import MOST_MONTHS as _CAP
from sim.people.margins import PREMIUM
from sim.policy import RuleChange, baseline_policy
from sim.random import Purpose, make_key, normals, numbered, uniforms
from sim.rules import Rules, load_rules
from sim.simulate import run
from sim.world import World, make_world

FloatArray = NDArray[np.float64]

DISTRICTS = ("Kab. Bengkulu Utara", "Kab. Kepahiang", "Kab. Lebong", "Kab. Rejang Lebong")
BRANCH = "KC Curup"
START = "2019-08"
DATES = ("2021-10", "2021-12", "2022-10")
#: Columns of what is watched at each date: persons in arrears by class, and rupiah they owe.
COLUMNS = ("class1", "class2", "class3", "arrears_rupiah")
#: Persons in arrears that are simulated for each district, about: luck of so many families is small beside the priors.
_PERSONS = 3000
#: Members in December 2018 over residents (assumed: 0.65; Bengkulu Utara had 0.74 in May 2022).
_COVERAGE = 0.65
#: PBPU members in arrears over PBPU members: 7,589 of 12,332 in Rejang Lebong (October 2022), 33,923 of 44,070 in
#: Bengkulu Utara (2022); elsewhere their middle. It is known for no district in 2019: drawn up to a tenth about these.
_IN_ARREARS = {"Kab. Rejang Lebong": 0.62, "Kab. Bengkulu Utara": 0.77}
_IN_ARREARS_ELSEWHERE, _IN_ARREARS_RANGE = 0.70, 0.10
#: The other segments in the proportion of Bengkulu Utara in May 2022.
_OTHERS = {"pbi_jk": 113_999, "ppu": 44_451, "bp": 1_927}
_SEED = 2019
#: Months owed that nobody reaches: before 2022 there was no REHAB.
_NEVER = 99
#: Error of a published figure (log scale, assumed): the day of the month that it is of.
_ERROR = 0.02


def district_of(place: str, in_arrears: float) -> tuple[District, float]:
    """``place`` at the end of August 2019, small, and how many residents each simulated one stands for.

    ``in_arrears``: share of PBPU members who are in arrears. The sum of rupiah is put at the premiums of 2021, at which
    the synthesis reads it, so that months owed come out as published.
    """
    heads = [published(place, "arrears", f"class{klass}").at(START) for klass in (1, 2, 3)]
    scale = sum(heads) / _PERSONS
    registered = published(place, "registered").at("2018-12")
    pemda = published(place, "registered", "pbpu_pemda").at("2018-12")
    members = [round(head / in_arrears / scale) for head in heads]
    rest = registered / scale - pemda / scale - sum(members)
    others = {name: round(rest * part / sum(_OTHERS.values())) for name, part in _OTHERS.items()}
    segments = {**others, "pbpu_pemda": round(pemda / scale), "pbpu": sum(members)}
    made = tiny_district(round(registered / scale / _COVERAGE), 2, segments, START)
    stock = made.stocks[0]
    plain = next(row for row in stock.segments if row.segment == "pbpu")
    rows = []
    for klass, (head, whole) in enumerate(zip(heads, members, strict=True), start=1):
        owing = min(round(head / scale), whole)
        changes = {"klass": klass, "registered": whole, "active": whole - owing, "arrears": owing, "lapsed": 0}
        rows.append(SegmentRow.model_validate(plain.model_dump() | changes))
    then = own_premiums(load_rules(), START)
    worth = sum(head * PREMIUM[k] for k, head in enumerate(heads, 1)) / sum(
        head * then[k] for k, head in enumerate(heads, 1)
    )
    owed = round(published(place, "arrears_rupiah").at(START) / scale * worth)
    kept = tuple(row for row in stock.segments if row.segment != "pbpu")
    stock = stock.model_copy(update={"segments": kept + tuple(rows), "arrears_rupiah": owed})
    return made.model_copy(update={"stocks": (stock,)}), scale


def own_premiums(rules: Rules, month: str) -> FloatArray:
    """What a self-payer owes for ``month``, by class 0-3, in rupiah."""
    keys = ("premium.pbpu.class1", "premium.pbpu.class2", "premium.pbpu.class3.member_share")
    return np.array([0.0, *(rules.value(key, month) for key in keys)])


def _carried_back(rules: Rules, month: str) -> tuple[RuleChange, ...]:
    """Rules that are not known in ``month`` as they were first known (none of them touches who pays), REHAB never."""
    changes: list[RuleChange] = []
    known = rules.keys()
    for key in known:
        items = rules.history(key)
        if items[0].effective_from.isoformat() > month + "-01":
            never = _NEVER if key == "rehab.min_arrears_months" else items[0].value
            changes.append(RuleChange(key, month, never))
            changes += [RuleChange(key, item.effective_from.isoformat()[:7], item.value) for item in items]
    return tuple(changes)


def prior(replicate: int) -> Behaviour:
    """Behaviour of a replicate as the priors have it."""
    return default_behaviour().draw(_SEED, replicate)


@dataclass(frozen=True)
class Runs:
    """Simulated persons by class and rupiah, real size: ``values`` (replicates, districts, dates, COLUMNS)."""

    values: FloatArray

    def of(self, place: str, indicator: str, group: str = "") -> FloatArray:
        """One series of ``place`` (a district, or the branch: their sum), shape (replicates, dates)."""
        table = self.values.sum(axis=1) if place == BRANCH else self.values[:, DISTRICTS.index(place)]
        if indicator == "arrears" and not group:
            return np.asarray(table[:, :, :3].sum(axis=2), np.float64)
        return np.asarray(table[:, :, COLUMNS.index(group or indicator)], np.float64)


def simulate_all(replicates: Sequence[int], behaviour_of: Callable[[int], Behaviour] = prior, over: Over = map) -> Runs:
    """The four districts from August 2019 to October 2022 under the behaviour of each replicate."""
    tasks = [(replicate, place, behaviour_of(replicate)) for replicate in replicates for place in DISTRICTS]
    found = np.array(list(over(_one, tasks)))  # type: ignore[arg-type]
    return Runs(found.reshape(len(replicates), len(DISTRICTS), len(DATES), len(COLUMNS)))


def _one(task: tuple[int, str, Behaviour]) -> FloatArray:
    replicate, place, behaviour = task
    rules = load_rules()
    months = _count(DATES[-1]) - _count(START)
    calendar = Calendar(next_month(START), months)
    district, scale = district_of(place, _share_in_arrears(place, replicate))
    policy = baseline_policy(months, len(district.facilities)).but(rule_changes=_carried_back(rules, START))
    world = make_world(
        district,
        rules,
        behaviour,
        policy,
        _SEED + DISTRICTS.index(place),
        replicate,
        district.stocks[0],
        False,
        calendar,
    )
    seen: list[FloatArray] = []
    world.env.process(_watch(world, seen))
    run(world)
    return scale * np.array(seen)


def _share_in_arrears(place: str, replicate: int) -> float:
    luck = uniforms(make_key(_SEED, replicate), numbered(len(DISTRICTS)), 0, Purpose.SYNTHESIS)
    middle = _IN_ARREARS.get(place, _IN_ARREARS_ELSEWHERE)
    return float(middle + _IN_ARREARS_RANGE * (2.0 * luck[DISTRICTS.index(place)] - 1.0))


def _watch(world: World, seen: list[FloatArray]) -> Generator[Any, Any, None]:
    """SimPy process: at the end of each of DATES, persons in arrears by class and what they owe, each month at the
    premium of its time, the last ones being owed."""
    first = _count(world.calendar.first)
    for date in DATES:
        month = _count(date) - first
        end = world.calendar.start_day(month) + world.calendar.length(month) - 0.5
        yield world.env.timeout(end - world.env.now)
        people, used = world.people, slice(0, world.used)
        there = (people.presence[used] != codes.FREE) & (people.presence[used] != codes.GONE)
        owing = there & (people.status[used] == codes.ARREARS) & (people.payer[used] == codes.PAYER_SELF)
        klass = people.klass[used][owing].astype(np.int64)
        debt = world.households.debt[people.household[used][owing]].astype(np.int64)
        rupiah = _worth(world.rules, date)[np.minimum(debt, _CAP), klass].sum()
        seen.append(np.array([*np.bincount(klass, minlength=4)[1:4], rupiah], np.float64))


def _count(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


@dataclass(frozen=True)
class Owed:
    """What the figures of one place and month say of months owed: ``months`` a person in the mean and ``at_cap`` the
    share who owe 24, if months owed follow the law of a chain that families leave at an even rate; ``later`` the
    rupiah owed ``ahead`` months later if nobody left and nobody came, and ``most`` what a person can owe then."""

    months: float
    at_cap: float
    later: float
    most: float


def owed(place: str, month: str, ahead: int) -> Owed:
    """Months owed from the persons, classes (the latest known by then) and rupiah published of ``place`` for ``month``,
    each month owed at the premium of its time. Raises ``KeyError`` when a figure is missing."""
    rules = load_rules()
    dated = max(date for date in (START, *DATES[:2]) if date <= month)
    heads = np.array([0.0, *(published(place, "arrears", f"class{klass}").at(dated) for klass in (1, 2, 3))])
    heads *= published(place, "arrears").at(month) / heads.sum()
    rupiah = published(place, "arrears_rupiah").at(month)
    at = np.arange(1, _CAP + 1)
    worth, after = heads @ _worth(rules, month).T, heads @ _worth(rules, next_month(month, ahead)).T

    def law(leaving: float) -> FloatArray:
        share = leaving * (1.0 - leaving) ** (at - 1)
        share[-1] = (1.0 - leaving) ** (_CAP - 1)
        return np.asarray(share, np.float64)

    found = law(float(brentq(lambda leaving: float(law(leaving) @ worth[1:]) - rupiah, 1e-6, 1.0 - 1e-6)))
    later = float(found @ after[np.minimum(at + ahead, _CAP)])
    return Owed(float(found @ at), float(found[-1]), later, float(after[-1] / heads.sum()))


def _worth(rules: Rules, month: str) -> FloatArray:
    """Rupiah owed by a person at the end of ``month``, by months owed (0-24) and class (0-3)."""
    past = np.array([own_premiums(rules, next_month(month, -back)) for back in range(_CAP)])
    return np.vstack([np.zeros(4), np.cumsum(past, axis=0)])


def forecast(
    runs: Runs, place: str, indicator: str, group: str, known: Sequence[Point], month: str
) -> FloatArray | None:
    """Members (m,) of the forecast of one series for ``month``, given its ``known`` points and, for the same dates,
    what is published of its persons and rupiah; None for a month that was not simulated."""
    if month not in DATES:
        return None
    target = np.log(np.maximum(runs.of(place, indicator, group)[:, DATES.index(month)], 1.0))
    dates = [point.month for point in known if point.month in DATES]
    conditions = []
    for key, part in dict.fromkeys([(indicator, group), ("arrears", ""), ("arrears_rupiah", "")]):
        for date in dates:
            simulated = np.log(np.maximum(runs.of(place, key, part)[:, DATES.index(date)], 1.0))
            conditions.append(simulated - np.log(published(place, key, part).at(date)))
    if not conditions:
        return np.exp(target)
    return np.exp(_adjusted(target, np.stack(conditions, axis=1)))


def _adjusted(target: FloatArray, away: FloatArray) -> FloatArray:
    """Members of ``target`` (n,) given that each column of ``away`` (n, d) is 0, as a calibration adjusts its table;
    as many as there are rows, resampled by weight at fixed places."""
    luck = normals(make_key(_SEED, 0), numbered(away.size), 0, Purpose.OBSERVATION).reshape(away.shape)
    seen = away + _ERROR * luck
    middle, spread = target.mean(), target.std()
    draws = adjust((target[:, None] - middle) / spread, seen / seen.std(axis=0), np.zeros(away.shape[1]))
    return np.asarray(middle + spread * resample(draws.theta, draws.weights, len(target), 0.5)[:, 0], np.float64)
