"""Does the amount of ``prakira rkpd`` suffice as often as it says, in districts whose next year is known?

``python -m calibration.studies.rkpd docs/rkpd-coverage.md``: every made-up district reports two years up to May; the
model is calibrated to them and proposes an amount for the year after the next; then that year's bills are added up.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.history.observed import Key
from calibration.posterior.calibrate import DRAWS, CalibrationPlan, Ready, as_posterior, prepare_loaded
from calibration.posterior.fit import fit, series_needed
from calibration.posterior.rows import Rows, load
from calibration.posterior.table import Setting, Table, grow, identity
from calibration.statistics.quiet import one_thread
from calibration.studies.recovery import DISTRICT_KEYS
from calibration.worlds.own import FREEDOM, REGISTER_OFF, RHYTHM, STOCK, Kind, lived, reported
from districts.whole import write_whole
from scenarios.months import number_of
from scenarios.need import needed, within
from scenarios.quantiles import chance
from scenarios.rkpd.figure import Figure
from scenarios.rkpd.propose import figure_at
from scenarios.scenario import Decision
from scenarios.workers import cores, each
from sim.behaviour import default_behaviour
from sim.posterior import Posterior
from sim.rules import Rules, load_rules

FloatArray = NDArray[np.float64]
World = Literal["own", "other"]
#: The last month that is known, the budget year, and the certainty that is judged with the rates that are asked for.
KNOWN, YEAR, JUDGED, ASKED = "2026-05", 2027, 0.8, (0.75, 0.85)
#: Certainties of the reliability table. With 19, 39, 59 … replicates the amount is the replicate that a further one
#: passes with exactly these chances, whatever the distribution.
CERTAINTIES = (0.05, 0.2, 0.5, 0.8, 0.95)
#: What an office reports every month: members, movements, its own intake, arrears and bills, and the residents.
KEYS: tuple[Key, ...] = (*DISTRICT_KEYS, ("intake", "district"), ("population", "district"))
#: Seed of tables and districts, and the number of the first district: no row of a table has it.
SEED, FIRST = 2027, 1_000_000
_PAST = number_of(KNOWN) - number_of(STOCK)
_LIFE = number_of(f"{YEAR}-12") - number_of(STOCK)

KINDS: tuple[Kind, ...] = (
    Kind("rural", 8_000, 2, (("pbi_jk", 470), ("pbpu_pemda", 240), ("ppu", 70), ("pbpu", 100), ("bp", 10))),
    Kind("market", 9_000, 3, (("pbi_jk", 290), ("pbpu_pemda", 200), ("ppu", 130), ("pbpu", 270), ("bp", 15))),
    Kind("growing", 8_000, 2, (("pbi_jk", 430), ("pbpu_pemda", 150), ("ppu", 110), ("pbpu", 140), ("bp", 10)),
         quota=16),
    Kind("wage-growing", 9_000, 3, (("pbi_jk", 230), ("pbpu_pemda", 140), ("ppu", 330), ("pbpu", 150), ("bp", 20)),
         quota=25),
    Kind("held", 8_000, 2, (("pbi_jk", 430), ("pbpu_pemda", 310), ("ppu", 90), ("pbpu", 130), ("bp", 10)), held=True),
    Kind("market-held", 9_000, 3, (("pbi_jk", 290), ("pbpu_pemda", 270), ("ppu", 150), ("pbpu", 250), ("bp", 15)),
         held=True),
)  # fmt: skip
#: Districts of each kind, by world.
COUNTS: dict[World, int] = {"own": 50, "other": 17}


@dataclass(frozen=True)
class Case:
    """District ``number`` of a kind (by its name) in a world."""

    kind: str
    world: World
    number: int


@dataclass(frozen=True)
class Outcome:
    """What a district needed and the amounts that were proposed, by certainty, rupiah of the year."""

    kind: str
    world: World
    number: int
    need: int
    amounts: tuple[int, ...]

    def amount(self, certainty: float) -> int:
        """The amount proposed at ``certainty``."""
        return self.amounts[CERTAINTIES.index(certainty)]

    def enough(self, certainty: float) -> bool:
        """Whether that amount sufficed."""
        return self.amount(certainty) >= self.need


@dataclass(frozen=True, eq=False)
class Study:
    """What all districts share: ``folder`` for tables and finished districts, ``rows`` of a table, ``replicates`` of a
    figure."""

    rules: Rules
    folder: Path
    kinds: tuple[Kind, ...]
    rows: int
    replicates: int

    def kind(self, name: str) -> Kind:
        """The kind of that name."""
        return next(kind for kind in self.kinds if kind.name == name)

    def setting(self, kind: Kind) -> Setting:
        """What the simulations of the kind's table share."""
        return Setting(kind.district(), self.rules, Decision(kind.policy(self.rules, _PAST)), STOCK, SEED)

    def table(self, kind: Kind) -> Table:
        """The kind's table."""
        return Table.open(self.folder / kind.name, identity(self.setting(kind), kind.scenario()))

    def kept(self, case: Case) -> Path:
        """Where a finished district lies."""
        return self.folder / f"{case.kind}-{case.world}-{case.number}-{self.rows}-{self.replicates}.json"


@lru_cache(maxsize=1)
def _rows(study: Study, kind: Kind, keys: tuple[Key, ...]) -> Rows:
    """The kind's simulations; those of the last kind are kept for its next district."""
    with study.table(kind) as table:
        return load(table, keys, _codes(kind), study.rows)


def _codes(kind: Kind) -> tuple[str, ...]:
    return tuple(facility.code for facility in kind.district().facilities)


def calibrated(study: Study, kind: Kind, ready: Ready, seed: int) -> Posterior:
    """The posterior of a district with a history, from its kind's table."""
    rows = _rows(study, kind, series_needed(ready.observed, ready.codes))
    with one_thread():
        return as_posterior(ready, fit(rows, ready.observed, ready.codes, seed, DRAWS), study.rows)


def judge(study: Study, case: Case) -> Outcome:
    """One district: its facts, what it reports, and what is proposed. Kept in the study's folder and read again."""
    kept = study.kept(case)
    if not kept.exists():
        kind, number = study.kind(case.kind), case.number
        facts = lived(kind, study.rules, SEED, number, _LIFE, case.world == "other")
        history = reported(facts, _codes(kind), KEYS, _PAST, number)
        district = kind.district().model_copy(update={"history": history})
        plan = CalibrationPlan(kind.name, stock=STOCK, seed=SEED)
        ready = prepare_loaded(plan, district, study.rules, kind.scenario())
        figure = figure_at(
            district, study.rules, calibrated(study, kind, ready, number), YEAR, KNOWN, scenario=kind.scenario(),
            replicates=study.replicates, seed=number,
        )  # fmt: skip
        bill, debt = (facts.series(key)[None] for key in ("bill_jkn", "debt_pemda"))
        need = int(needed(bill, debt, within(facts, YEAR), figure.others)[0])
        write_whole(kept, json.dumps(asdict(Outcome(kind.name, case.world, number, need, _amounts(figure)))))
    fields = json.loads(kept.read_text(encoding="utf-8"))
    return Outcome(**{**fields, "amounts": tuple(fields["amounts"])})


def _amounts(figure: Figure) -> tuple[int, ...]:
    return tuple(figure.total(figure.rows(certainty)) for certainty in CERTAINTIES)


def run_study(study: Study, counts: dict[World, int], jobs: int) -> list[Outcome]:
    """The outcomes of all districts, in order of kind, world and number: no two share a number."""
    study.folder.mkdir(parents=True, exist_ok=True)
    for kind in study.kinds:
        with study.table(kind) as table:
            grow(table, study.setting(kind), study.rows, jobs)
    places = [(kind, world, at) for kind in study.kinds for world, count in counts.items() for at in range(count)]
    cases = [Case(kind.name, world, FIRST + position) for position, (kind, world, _) in enumerate(places)]
    found: dict[Case, Outcome] = {}
    with closing(each(judge, study, cases, jobs)) as ended:
        for case, outcome in ended:
            found[case] = outcome
            print(study.kept(case).stem, flush=True)
    return [found[case] for case in cases]


def closed_form(kind: Kind, rules: Rules) -> tuple[int, int]:
    """(amount proposed, heads × months × price) of a district in which nothing changes and nothing is uncertain:
    every rate of change is zero, luck is off, and the prices are those of the law."""
    district = kind.district()
    still = default_behaviour().without_change().as_dict()
    about = {"district": kind.name, "history": [STOCK, STOCK], "informed": [], "uninformed": []}
    posterior = Posterior(tuple(still), np.array([list(still.values())]), (), _codes(kind),
                          np.zeros((1, 0, kind.facilities)), about)  # fmt: skip
    figure = figure_at(district, rules, posterior, YEAR, KNOWN, scenario=kind.scenario(), replicates=3, luck_only=True)
    premium, aid = (int(rules.value(f"premium.pbpu_pemda.{part}", f"{YEAR}-01")) for part in ("premium", "aid"))
    heads = {row.segment: row.active for row in district.stock().segments}
    return figure.total(figure.rows(JUDGED)), 12 * (heads["pbpu_pemda"] * (premium + aid) + heads["pbpu"] * aid)


@dataclass(frozen=True)
class Rate:
    """How often the amount at a certainty sufficed among ``districts``, with the 95 % interval (Wilson); ``width``:
    mean of amount over median − 1; ``over``: mean of amount over need − 1."""

    districts: int
    share: float
    low: float
    high: float
    width: float
    over: float


def rate(found: Sequence[Outcome], certainty: float = JUDGED) -> Rate:
    """The rate of some districts. Raises ``ValueError`` when there are none."""
    enough = chance([outcome.enough(certainty) for outcome in found])
    width = np.mean([outcome.amount(certainty) / outcome.amount(0.5) - 1 for outcome in found])
    over = np.mean([outcome.amount(certainty) / outcome.need - 1 for outcome in found])
    return Rate(len(found), enough.value, enough.low, enough.high, float(width), float(over))


def verdict(found: Sequence[Outcome]) -> str:
    """What was asked of the model's own world and what came out."""
    own = rate([outcome for outcome in found if outcome.world == "own"])
    low, high = ASKED
    met = "met" if low <= own.share <= high else "**not met**"
    return (
        f"the amount at {JUDGED:.0%} suffices in {_rate(own)} of {own.districts} districts; {low:.0%} to {high:.0%} "
        f"was asked: {met}"
    )


def _rate(told: Rate) -> str:
    return f"{told.share:.1%} ({told.low:.1%} to {told.high:.1%})"


def _section(title: str, found: Sequence[Outcome]) -> list[str]:
    """The tables of one world: by certainty, and by kind at the certainty that is judged."""
    lines = [f"## {title} ({len(found)} districts)", "",
             "| certainty | suffices | amount over median | amount over need |", "|--:|--:|--:|--:|"]  # fmt: skip
    for certainty in CERTAINTIES:
        told = rate(found, certainty)
        lines.append(f"| {certainty:.0%} | {_rate(told)} | {told.width:+.1%} | {told.over:+.1%} |")
    lines += ["", f"| kind, at {JUDGED:.0%} | districts | suffices | amount over median | amount over need |",
              "|---|--:|--:|--:|--:|"]  # fmt: skip
    for name in dict.fromkeys(outcome.kind for outcome in found):
        told = rate([outcome for outcome in found if outcome.kind == name])
        lines.append(f"| {name} | {told.districts} | {_rate(told)} | {told.width:+.1%} | {told.over:+.1%} |")
    return [*lines, ""]


def page(found: Sequence[Outcome], still: tuple[int, int], about: str) -> str:
    """The text of docs/rkpd-coverage.md: every rate, whatever it is."""
    own, other = ([outcome for outcome in found if outcome.world == world] for world in ("own", "other"))
    amount, closed = still
    same = "the same to the rupiah" if amount == closed else f"**not the same: {amount - closed:+,}**"
    lines = ["# Does the RKPD amount suffice as often as it says?", "",
             "Written by `python -m calibration.studies.rkpd docs/rkpd-coverage.md`; do not edit.", "", about, "",
             "## Verdicts", "",
             f"- The model's own world: {verdict(found)}.",
             f"- Another world, reported without a bound: {_rate(rate(other))} of {len(other)} districts.",
             f"- Nothing uncertain: Rp{amount:,} proposed, heads × 12 months × price is Rp{closed:,}: {same}.",
             ""]  # fmt: skip
    lines += _section("The model's own world", own)
    lines += _section("A world that differs", other)
    return "\n".join(lines)


def main(where: Path, rows: int = 600, replicates: int = 39) -> None:
    """The whole study; tables and finished districts are kept in outputs/rkpd-coverage."""
    study = Study(load_rules(), Path("outputs") / "rkpd-coverage", KINDS, rows, replicates)
    found = run_study(study, COUNTS, cores())
    about = (
        f"{len(found)} made-up districts of 8,000 or 9,000 residents, each with parameters of its own, drawn from the "
        f"priors and hidden. A simulation makes its two years to May {YEAR - 1}, which are reported with errors, and "
        f"the months to December {YEAR}. From the reports the model is calibrated ({rows} simulations) and the amount "
        f"for {YEAR} proposed as `prakira rkpd --known-until {KNOWN}` does, with {replicates} replicates. It suffices "
        "when the bills of the year are not higher. Kinds differ in their segments; the Pemda of two takes in a quota "
        "every month, that of two keeps UHC status, two decide nothing. In the world that differs parameters and "
        f"shocks follow t distributions with {FREEDOM} degrees of freedom, every year has a month in which "
        f"{RHYTHM[0]:.0%} to {RHYTHM[1]:.0%} of the Pemda's heads are switched off and another in which as many are "
        "applied for, PBI-JK likewise, of which the forecast knows nothing, and the register holds "
        f"{REGISTER_OFF:.0%} more or fewer of the dead and moved than the stock says. In brackets: 95 % intervals."
    )
    write_whole(where, page(found, closed_form(KINDS[0], study.rules), about))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
