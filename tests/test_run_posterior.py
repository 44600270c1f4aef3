"""A run and the posterior beside its district: drawn from, recorded, told, and never mixed with another."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import fake_engine
import numpy as np
import openpyxl
import pytest
from command import typed
from test_run_units import PLAN, no_files_of_the_district, ready  # noqa: F401  the fixture is for every test here

from districts.faults import UserError
from districts.tiny import tiny_district
from districts.write import write_folder
from reports.origins import calibration_told, kinds_told
from scenarios.blocks import LUCK, SHOCKS, kinds, probe
from scenarios.plan import Prepared, RunPlan, asked, manifest_of, prepare, prepare_loaded
from scenarios.run import execute
from scenarios.store import RunStore
from scenarios.tracing import subject, traced
from scenarios.units import Setting, Task, one_unit
from sim.behaviour import PARAMETERS, Behaviour, default_behaviour
from sim.posterior import Posterior
from sim.results import Results
from sim.rules import load_rules
from sim.shocks import EFFECTS
from sim.simulate import simulate

DISTRICT = tiny_district(1200, facilities=2, month="2023-12")
CODES = tuple(facility.code for facility in DISTRICT.facilities)
#: Far from the priors, so that a run that draws from it cannot look like one that does not.
CENTRE = {"premium.miss": 0.4, "chronic.diagnosis": 0.2, "care.sick": 0.02}


def posterior(spread: float = 0.01, codes: tuple[str, ...] = CODES) -> Posterior:
    factors = 1 + spread * np.linspace(-1, 1, 5)
    values = factors[:, None] * np.array(list(CENTRE.values()))
    places = np.broadcast_to(spread * np.arange(5)[:, None, None], (5, len(EFFECTS), len(codes))).copy()
    about = {"district": "tiny", "history": ["2022-01", "2023-12"], "informed": ["premium.miss", "chronic.diagnosis"],
             "uninformed": ["care.sick"]}  # fmt: skip
    return Posterior(tuple(CENTRE), values, EFFECTS, codes, places, about)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district with a posterior, and a finished run of it in English."""
    where = tmp_path_factory.mktemp("posterior")
    write_folder(DISTRICT, where / "tiny")
    posterior().save(where / "tiny" / "posterior")
    done = typed(*_words("with"), "--lang", "en", at=where)
    assert done.returncode == 0, done.stderr
    (where / "said.txt").write_text(done.stdout, encoding="utf-8")
    return where


def _words(out: str) -> list[str]:
    return ["run", "tiny", "--scenario", "baseline", "--months", "2", "--replicates", "2", "--jobs", "1", "--out", out]


def blobs(folder: Path) -> dict[tuple[str, int], bytes]:
    with RunStore.open(folder) as store:
        return {unit: store.results(*unit).to_bytes() for unit in sorted(store.done())}


def prepared(place: Path, **changes: object) -> Prepared:
    plan = RunPlan(str(place / "tiny"), ("baseline",), months=2, replicates=2, **changes)  # type: ignore[arg-type]
    return prepare(plan)


# -- through the command ---------------------------------------------------------------------------------------------


def test_a_run_simulates_the_draws_of_the_posterior(place: Path) -> None:
    found, at = blobs(place / "with"), prepared(place)
    for replicate in (0, 1):
        vector = posterior().draw(1, replicate)
        expected = simulate(at.district, at.rules, vector, at.policies["baseline"], 1, replicate=replicate)
        assert found["baseline", replicate] == expected.since(at.start).to_bytes()


def test_the_answer_and_the_workbook_say_where_the_parameters_come_from(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    told = "Calibrated to the history of this district, January 2022 to December 2023: it told of 2 of 3 parameters"
    assert told in flat(said)
    assert max(map(len, said.splitlines())) <= 80
    sheet = openpyxl.load_workbook(place / "with" / "tables.xlsx", data_only=True)["Assumptions"]
    rows = {str(row[0]).rpartition("(")[2].rstrip(")"): row for row in sheet.iter_rows(values_only=True)}
    # by hand: of 0.396, 0.398, 0.4, 0.402, 0.404 the median is 0.4, the 10 % point 0.396 + 0.4 · 0.002 = 0.3968
    assert rows["premium.miss"][1:5] == ("0.4 (0.3968–0.4032)", "calibrated", "medium",
                                         "history of the district, January 2022 – December 2023")  # fmt: skip
    sick = next(parameter for parameter in PARAMETERS if parameter.name == "care.sick")
    assert rows["care.sick"][1] == "0.02 (0.01984–0.02016)"
    assert rows["care.sick"][2] == sick.kind
    assert str(rows["care.sick"][4]).startswith(sick.source)
    assert str(rows["care.sick"][4]).endswith("the history of the district says little of it")
    assert rows["premium.return"][2] == "assumed"
    page = (place / "with" / "report.html").read_text(encoding="utf-8")
    assert "Calibrated to the history of this district, January 2022 to December 2023" in page


def test_a_run_with_prior_is_the_run_without_the_folder(place: Path, tmp_path: Path) -> None:
    at = prepared(place, prior=True)
    with execute(at.plan, tmp_path / "prior", prepared=at) as store:
        assert calibration_told(store.manifest) == "Parameter tanpa riwayat kabupaten ini."
    write_folder(DISTRICT, tmp_path / "tiny")
    with execute(RunPlan(str(tmp_path / "tiny"), ("baseline",), months=2, replicates=2), tmp_path / "run") as store:
        assert store.manifest["posterior"] is None
        assert calibration_told(store.manifest, "en").startswith("Nobody has calibrated")
    assert blobs(tmp_path / "prior") == blobs(tmp_path / "run")
    assert blobs(tmp_path / "prior") != blobs(place / "with")


def test_mistakes_end_with_a_message(place: Path) -> None:
    other = posterior(codes=("Z1", "Z2"))
    other.save(place / "elsewhere")
    done = typed(*_words("no"), "--posterior", "elsewhere", at=place)
    assert (done.returncode, "fasilitas lain" in flat(done.stderr)) == (2, True), done.stderr
    assert "Traceback" not in done.stderr
    done = typed(*_words("with"), "--resume", "--prior", at=place)
    assert done.returncode == 2
    assert "posterior" in done.stderr


# -- what is used, and recorded --------------------------------------------------------------------------------------


def test_a_posterior_may_lie_elsewhere_and_must_be_there(place: Path, tmp_path: Path) -> None:
    far = posterior(0.03)
    far.save(tmp_path / "far")
    assert prepared(place).posterior.digest() == posterior().digest()  # type: ignore[union-attr]
    assert prepared(place, posterior=str(tmp_path / "far")).posterior.digest() == far.digest()  # type: ignore[union-attr]
    assert prepared(place, prior=True).posterior is None
    with pytest.raises(UserError, match="there is no posterior in"):
        prepared(place, posterior=str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="exclude each other"):
        prepared(place, posterior=str(tmp_path / "far"), prior=True)


def test_the_record_names_the_posterior_and_no_folder(place: Path) -> None:
    ready = prepared(place, posterior=str(place / "tiny" / "posterior"))
    entry = manifest_of(ready)["posterior"]
    assert entry["sha256"] == posterior().digest()
    assert (entry["draws"], entry["history"]) == (5, ["2022-01", "2023-12"])
    assert (entry["informed"], entry["uninformed"]) == (["premium.miss", "chronic.diagnosis"], ["care.sick"])
    assert entry["parameters"]["premium.miss"] == pytest.approx([0.4, 0.3968, 0.4032])
    assert str(place) not in json.dumps(manifest_of(ready))
    assert ready.plan.command().endswith("--posterior posterior")


def calibrated(plan: RunPlan = PLAN, spread: float = 0.01) -> Prepared:
    at = ready(plan)
    codes = tuple(facility.code for facility in at.district.facilities)
    return dataclasses.replace(at, posterior=posterior(spread, codes))


def test_only_the_same_posterior_goes_on_with_a_run(tmp_path: Path) -> None:
    execute(PLAN, tmp_path, 1, prepared=calibrated(), simulate=fake_engine.simulate).close()
    execute(PLAN, tmp_path, 1, True, prepared=calibrated(), simulate=fake_engine.simulate).close()
    for other in (calibrated(spread=0.02), ready()):
        with pytest.raises(UserError, match="these differ: posterior"):
            execute(PLAN, tmp_path, 1, True, prepared=other, simulate=fake_engine.simulate)


def test_the_processes_of_a_run_draw_from_the_posterior(tmp_path: Path) -> None:
    units = {}
    for name, at, jobs in (("one", calibrated(), 1), ("two", calibrated(), 2), ("none", ready(), 1)):
        with execute(PLAN, tmp_path / name, jobs, prepared=at, simulate=fake_engine.additive) as store:
            units[name] = {unit: store.results(*unit).to_bytes() for unit in store.done()}
    assert units["one"] == units["two"]
    assert all(units["one"][unit] != blob for unit, blob in units["none"].items())


def test_a_unit_is_given_its_draw_and_a_probe_what_it_holds() -> None:
    given: list[tuple[Behaviour, bool]] = []

    def engine(district: object, rules: object, behaviour: Behaviour, *others: object, **options: object) -> Results:
        given.append((behaviour, bool(options["luck_only"])))
        return fake_engine.simulate(district, rules, behaviour, *others, **options)  # type: ignore[arg-type]

    at, decision = calibrated(), ready().decisions["baseline"]
    setting = Setting(at.district, at.rules, 1, at.district.default_stock, False, at.start, engine, at.posterior)
    for task in (Task(decision), Task(decision, "premiums"), Task(decision, SHOCKS), Task(decision, LUCK)):
        one_unit(setting, task, 3)
    assert given[0] == (at.posterior.draw(1, 3), False)  # type: ignore[union-attr]
    assert given[1:] == [probe(block, 1, 3, at.posterior) for block in ("premiums", SHOCKS, LUCK)]
    assert len({behaviour for behaviour, _ in given}) == 4


def test_without_chance_the_centre_is_simulated(place: Path, tmp_path: Path) -> None:
    at = prepared(place, luck_only=True)
    with execute(at.plan, tmp_path / "run", prepared=at) as store:
        found = store.results("baseline", 1).to_bytes()
    centre, plain = (
        simulate(at.district, at.rules, behaviour, at.policies["baseline"], 1, replicate=1, luck_only=True)
        for behaviour in (posterior().centre(), default_behaviour())
    )
    assert found == centre.since(at.start).to_bytes()
    assert found != plain.since(at.start).to_bytes()


def test_a_log_follows_the_run_that_was_calibrated(place: Path) -> None:
    told = [traced(at, subject("facility:P1", at)) for at in (prepared(place), prepared(place, prior=True))]
    assert told[0] != told[1]


def test_a_run_that_is_not_calibrated_says_so_in_both_languages() -> None:
    manifest = manifest_of(ready())
    assert manifest["posterior"] is None
    assert "belum dikalibrasi" in calibration_told(manifest)
    assert asked(manifest)["posterior"] is None
    assert kinds_told("care", "en") == kinds_told("care", "en", frozenset())
    told = kinds_told("care", "en", frozenset({"care.sick"}))
    assert told.startswith(f"{kinds('care')['published'] - 1} published, 1 calibrated, ")


def test_a_shipped_example_has_its_posterior_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = RunPlan("tiny", ("baseline",), months=2, replicates=1)
    assert prepare_loaded(plan, DISTRICT, load_rules()).posterior is None
    posterior().save(tmp_path / "tiny.posterior")
    assert prepare_loaded(plan, DISTRICT, load_rules()).posterior is not None
