"""The plan of a run, checked and made ready: district, rules, scenarios, and their policies month by month."""

from __future__ import annotations

import hashlib
import platform
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from districts.faults import Fault, InputError, UserError, together
from districts.model import District
from scenarios.binding import binding_name
from scenarios.blocks import probing
from scenarios.levers.apbd_line import district_lines
from scenarios.levers.base import Context
from scenarios.months import MONTH, full_years, later, number_of, span
from scenarios.past import past_of
from scenarios.posterior import found_posterior, told_of
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
from scenarios.scenario import Decision, Scenario, load_scenario
from scenarios.track_record import found_record
from sim.facilities.exemption import is_exempt
from sim.facilities.hospitals import listed_hospitals
from sim.facilities.staffing_gap import posts_of
from sim.people.margins import reconcile, told
from sim.policy import Policy
from sim.posterior import Posterior, posterior_folder
from sim.rules.values import RuleDateError

if TYPE_CHECKING:
    from sim.rules import Rules

MAIN_SCENARIOS = ("baseline", "uhc-non-cut-off", "uhc-owe", "uhc-drop", "uhc-freeze", "pbi-cut", "outreach",
                  "referral-training")  # fmt: skip
#: The scenario in which only the district's own line is there: a main one where there is such a line.
OWN_LINE = "uhc-own-line"

#: Simulated months of a run, those before the first reported one included.
_MOST_MONTHS = 600


@dataclass(frozen=True)
class RunPlan:
    """What a user asks for. Without ``scenarios`` those are meant that :func:`usual_scenarios` names. ``start`` and
    ``stock`` are "YYYY-MM"; None means the month after the stock, and the district's default stock. ``binding``
    names a scenario that is run a second time with the line its need sets, at ``certainty``. ``blocks`` asks which
    block carries the uncertainty, wherever a certainty is told. ``where`` is a folder, an .xlsx file or the name of a
    shipped example. ``posterior`` is the folder of the district's posterior (None: the one that lies beside the
    district, if there is one); with ``prior`` none is used."""

    where: str
    scenarios: tuple[str, ...] = ()
    start: str | None = None
    months: int = 24
    replicates: int = 100
    seed: int = 1
    luck_only: bool = False
    stock: str | None = None
    binding: str | None = None
    certainty: float = 0.8
    blocks: bool = True
    posterior: str | None = None
    prior: bool = False

    def command(self) -> str:
        """The command that asks for this plan, without folders of the machine."""
        words = ["prakira", "run", Path(self.where).name]
        words += [word for name in self.scenarios for word in ("--scenario", Path(name).name)]
        for name, month in (("stock", self.stock), ("start", self.start)):
            words += [f"--{name}", month] if month else []
        words += ["--months", str(self.months), "--replicates", str(self.replicates), "--seed", str(self.seed)]
        words += ["--luck-only"] if self.luck_only else []
        words += [] if self.blocks else ["--no-blocks"]
        words += ["--posterior", Path(self.posterior).name] if self.posterior else []
        words += ["--prior"] if self.prior else []
        return shlex.join(words)


@dataclass(frozen=True)
class Past:
    """What the scenarios of a fork have in common: until ``at`` ("YYYY-MM"), after ``months`` simulated months, all is
    as in scenario ``of`` of the run in ``folder``, decided as ``decision`` says. States at that time are looked for in
    the folder ``states``, and with ``keep`` put there."""

    folder: Path
    of: str
    at: str
    months: int
    decision: Decision
    states: Path
    keep: bool = False

    def command(self, scenarios: tuple[str, ...]) -> str:
        """The command that asks for the fork, without folders of the machine."""
        words = ["prakira", "fork", self.folder.name, "--at", self.at, "--of", self.of]
        return shlex.join([*words, *(word for name in scenarios for word in ("--scenario", Path(name).name))])


@dataclass(frozen=True)
class Prepared:
    """A plan with everything it names loaded. ``first_month`` is the first simulated month, ``start`` the first
    reported one; ``simulated`` counts the months from the one to the end of the run. Units are drawn from ``posterior``
    (None: from the priors); ``record`` is what is known of the district's past forecasts with it. In a fork all
    scenarios but that of the ``past`` go on from it."""

    plan: RunPlan
    district: District
    rules: Rules
    scenarios: tuple[Scenario, ...]
    first_month: str
    start: str
    simulated: int
    decisions: dict[str, Decision] = field(default_factory=dict)
    posterior: Posterior | None = None
    record: dict[str, Any] | None = None
    past: Past | None = None

    @property
    def warnings(self) -> list[Fault]:
        """What does no harm but is hardly meant: levers whose months lie outside the run."""
        return [fault for scenario in self.scenarios for fault in scenario.outside(self.context)]

    @property
    def context(self) -> Context:
        """The context in which levers are applied."""
        return Context(self.district, self.rules, self.first_month, self.simulated, self.start)

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies by scenario, uncertain effects at their medians."""
        return {name: decision.policy for name, decision in self.decisions.items()}

    @property
    def binding_year(self) -> int | None:
        """The first full calendar year among the reported months, in which the second run's line binds."""
        return next(iter(full_years(span(self.start, self.plan.months))), None)


def prepare(plan: RunPlan) -> Prepared:
    """Loads and checks all that ``plan`` names.

    Raises ``InputError`` (all faults of the scenario files at once) or ``UserError`` for what cannot be run.
    """
    from districts.read import read_district
    from sim.rules import load_rules

    district = read_district(plan.where)
    return prepare_loaded(plan, district, load_rules(Path(district.rules_file) if district.rules_file else None))


def prepare_loaded(
    plan: RunPlan, district: District, rules: Rules, scenarios: tuple[Scenario, ...] | None = None
) -> Prepared:
    """As :func:`prepare`, for a district, rules and perhaps ``scenarios`` already in memory."""
    _check_numbers(plan)
    known = [stock.month for stock in district.stocks]
    stock = plan.stock or district.default_stock
    if stock not in known:
        raise UserError("no membership stock dated {month}; {district} has {known}",
                        month=stock, district=district.title, known=", ".join(known))  # fmt: skip
    first = later(stock, 1)
    start = plan.start or first
    if not MONTH.fullmatch(start):
        raise UserError("{month} is not a month; write YYYY-MM", month=start)
    if number_of(start) < number_of(first):
        raise UserError("a run starts after its membership stock ({stock}), not in {start}", stock=stock, start=start)
    simulated = number_of(start) - number_of(first) + plan.months
    if simulated > _MOST_MONTHS:
        raise UserError("from {first}, the month after the stock, to the end of the run are {months} months; the most "
                        "is {most}", first=first, months=simulated, most=_MOST_MONTHS)  # fmt: skip
    if scenarios is None:
        plan = replace(plan, scenarios=plan.scenarios or usual_scenarios(district, span(start, plan.months)))
        scenarios = load_scenarios(plan.scenarios, district)
    posterior = found_posterior(plan.where, district, plan.posterior, plan.prior)
    record = found_record(plan.where, plan.posterior) if posterior is not None else None
    prepared = Prepared(plan, district, rules, scenarios, first, start, simulated, posterior=posterior, record=record)
    prepared.decisions.update({scenario.name: scenario.decided(prepared.context) for scenario in scenarios})
    _check_binding(prepared)
    return prepared


def with_second_run(ready: Prepared, scenario: str = "uhc-non-cut-off") -> Prepared:
    """``ready`` with a second run of ``scenario`` under its own need, where the plan allows one; else as it was."""
    policy = ready.policies.get(scenario)
    enough = ready.plan.replicates >= MIN_REPLICATES_FOR_CERTAINTY
    if policy is None or policy.line_rule != "unbounded" or not enough or ready.binding_year is None:
        return ready
    return replace(ready, plan=replace(ready.plan, binding=scenario))


def _check_numbers(plan: RunPlan) -> None:
    for name, least, most in (("months", 1, _MOST_MONTHS), ("replicates", 1, 100_000), ("seed", 0, 2**32 - 1)):
        if not least <= getattr(plan, name) <= most:
            raise UserError("{name} is {value}; it lies between {least} and {most}",
                            name=name, value=getattr(plan, name), least=least, most=most)  # fmt: skip


def usual_scenarios(district: District, months: Sequence[str]) -> tuple[str, ...]:
    """The main scenarios, and that of the district's own line where its budget has a JKN line for a year whose January
    is among ``months``: of a year that began before, nobody knows what is spent of its line."""
    own = (OWN_LINE,) if any(f"{year}-01" in months for year in district_lines(district)) else ()
    return (*MAIN_SCENARIOS[:2], *own, *MAIN_SCENARIOS[2:])


def load_scenarios(wanted: tuple[str, ...], district: District) -> tuple[Scenario, ...]:
    """The scenarios of these names or files. Raises ``InputError`` with the faults of all of them, ``UserError`` for
    one that is not known or is named twice."""
    scenarios: list[Scenario] = []
    errors: list[tuple[str, InputError | UserError]] = []
    for name in wanted:
        try:
            scenarios.append(load_scenario(name))
            if faults := scenarios[-1].faults(district):
                errors.append((name, InputError(faults)))
        except (InputError, UserError) as error:
            errors.append((name, error))
    if errors:
        raise together(errors)
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise UserError("scenario {name} is named twice", name=name)
    return tuple(scenarios)


def _check_binding(prepared: Prepared) -> None:
    plan = prepared.plan
    if plan.binding is None:
        return
    if plan.binding not in prepared.policies:
        raise UserError("the run has no scenario {name}; it has {known}",
                        name=plan.binding, known=", ".join(prepared.policies))  # fmt: skip
    if prepared.policies[plan.binding].line_rule != "unbounded":
        raise UserError("the line of scenario {name} binds; need comes only from a run whose line does not",
                        name=plan.binding)  # fmt: skip
    if plan.replicates < MIN_REPLICATES_FOR_CERTAINTY:
        raise UserError("a certainty needs {least} replicates; this run has {found}",
                        least=MIN_REPLICATES_FOR_CERTAINTY, found=plan.replicates)  # fmt: skip
    if prepared.binding_year is None:
        raise UserError("the second run needs a full calendar year among the months of the run")


def manifest_of(prepared: Prepared) -> dict[str, Any]:
    """The record of a run, ready for JSON: what was asked, what it was made of, and with which programs.

    Holds no folder of the machine and no name of its user.
    """
    plan, district, past = prepared.plan, prepared.district, prepared.past
    assumed, inputs = district.assumed_count()
    stock = later(prepared.first_month, -1)
    manifest = {
        "program": {
            "prakira": _version("prakira"),
            "python": platform.python_version(),
            **{name: _version(name) for name in ("numpy", "numba", "scipy")},
            "platform": f"{platform.system()} {platform.machine()}",
        },
        "command": plan.command() if past is None else past.command(plan.scenarios),
        "fork": None if past is None else {"run": past.folder.name, "of": past.of, "at": past.at},
        "district": {"name": district.name, "title": district.title, "province": district.province},
        "stock": stock,
        "start": prepared.start,
        "months": plan.months,
        "replicates": plan.replicates,
        "seed": plan.seed,
        "luck_only": plan.luck_only,
        "prior": plan.prior,
        "posterior": told_of(prepared.posterior, prepared.district),
        "track_record": prepared.record,
        "binding": None if plan.binding is None else {
            "scenario": plan.binding,
            "name": binding_name(plan.binding, plan.certainty),
            "certainty": plan.certainty,
            "year": prepared.binding_year,
        },
        "facilities": [facility.name for facility in district.facilities],
        "facility_codes": [facility.code for facility in district.facilities],
        "facility_types": [facility.type for facility in district.facilities],
        "hospitals": [hospital.name for hospital in listed_hospitals(district)],
        "hospital_codes": [hospital.code for hospital in listed_hospitals(district)],
        "kbk_exempt": [is_exempt(facility, prepared.rules, prepared.first_month) for facility in district.facilities],
        "staffing": staffing(district, prepared.rules, prepared.start),
        "scenarios": [entry(scenario, prepared.policies[scenario.name]) for scenario in prepared.scenarios],
        "others_pay": others_pay(district),
        "past": past_of(district, prepared.rules, prepared.start),
        "own_lines": {str(year): amount for year, amount in sorted(district_lines(district).items())},
        "assumed": assumed,
        "inputs_total": inputs,
        "inputs": [status.model_dump(mode="json") for status in district.inputs],
        "changed": [change.record() for change in told(reconcile(district, district.stock(stock)).changes)],
        "sha256": {
            "district": hashlib.sha256(district.model_dump_json(exclude={"rules_file"}).encode()).hexdigest(),
            "district_files": _hashes(_district_files(plan.where)),
            "rules": _hashes(_rules_files(district)),
            "behaviour": _hashes([("behaviour.yaml", files("sim").joinpath("behaviour.yaml").read_bytes())]),
        },
    }  # fmt: skip
    return {**manifest, "blocks": probing(manifest) if plan.blocks else None}


def entry(scenario: Scenario, policy: Policy) -> dict[str, Any]:
    """The record of one scenario in the manifest."""
    return {**scenario.describe(), "line_rule": policy.line_rule, "regime": policy.regime}


def staffing(district: District, rules: Rules, month: str) -> list[dict[str, Any]]:
    """The posts of every puskesmas by staff column: held (None: unknown), minimum, missing, rupiah a year; [] before
    the first table of minimum staff."""
    try:
        places = [(facility.name, posts_of(facility, rules, month)) for facility in district.facilities]
    except RuleDateError:
        return []
    return [{"facility": name, "posts": {column: post._asdict() for column, post in posts.items()}}
            for name, posts in places if posts]  # fmt: skip


def others_pay(district: District) -> dict[str, int]:
    """Rupiah by year that others put into the district's JKN line: province, third parties, tax withheld at source."""
    sums: dict[str, int] = {}
    for line in district.budget:
        if line.withheld or line.fund in ("province", "third_party"):
            sums[str(line.year)] = sums.get(str(line.year), 0) + line.amount
    return sums


def asked(manifest: dict[str, Any]) -> dict[str, Any]:
    """The part of a manifest that decides the results of scenarios: two runs that agree in it are the same run."""
    keys = ("stock", "start", "months", "replicates", "seed", "luck_only", "binding", "facilities", "hospitals")
    parts = {key: manifest.get(key) for key in keys}
    parts["scenarios"] = [
        (scenario["name"], scenario["sha256"]) for scenario in manifest["scenarios"] if "@" not in scenario["name"]
    ]
    for name in ("district", "rules", "behaviour"):
        parts[name] = manifest["sha256"][name]
    parts["program"] = manifest["program"]["prakira"]
    parts["posterior"] = (manifest.get("posterior") or {}).get("sha256")
    fork = manifest.get("fork") or {}
    parts["fork"] = fork and {key: fork[key] for key in ("of", "at")}
    return parts


def differing(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What two runs differ in, by the parts that :func:`asked` gives."""
    # through JSON and back, tuples have become lists
    return [key for key in now if _listed(then.get(key)) != _listed(now[key])]


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _hashes(contents: list[tuple[str, bytes]]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents}


def _district_files(where: str) -> list[tuple[str, bytes]]:
    """The files of a district as (name relative to its folder, content): a workbook, a folder, or an example. What a
    calibration left in the folder is no input."""
    from districts.read import example_folder

    path = Path(where)
    if not path.exists():
        path = example_folder(where)
    if path.is_file():
        return [(path.name, path.read_bytes())]
    posterior = posterior_folder(str(path))
    return [(found.relative_to(path).as_posix(), found.read_bytes()) for found in sorted(path.rglob("*"))
            if found.is_file() and not found.is_relative_to(posterior)]  # fmt: skip


def _rules_files(district: District) -> list[tuple[str, bytes]]:
    """The national files of rules, and the district's own under the name ``local``."""
    local = [("local", Path(district.rules_file).read_bytes())] if district.rules_file else []
    folder = files("sim").joinpath("rules", "data")
    return local + [(found.name, found.read_bytes()) for found in sorted(folder.iterdir(), key=lambda item: item.name)
            if found.is_file()]  # fmt: skip
