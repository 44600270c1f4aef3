"""A finished run taken up again, as a user does: expanded by more replicates, forked at a month, and every mistake."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import chdir, closing
from pathlib import Path

import numpy as np
import pytest
from command import ROOT, prakira, typed
from texts import asked_in, catalogues, fields

from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.again import relative_width, reopened
from scenarios.plan import RunPlan, prepare, with_second_run
from scenarios.quantiles import quantile
from scenarios.run import execute
from scenarios.store import FILE, LEVELS, MANIFEST, RunStore
from sim.state import State

HEAD = "title: {id: judul, en: title}\nexplanation: {id: teks, en: text}\n"
#: What is decided in August 2024, by the month of the run's start and by that of a fork.
CUT = "levers:\n  - {{kind: pbi_cut, month: '{month}', share: 0.3, effect: {{low: 0.5, high: 1.5}}}}\n"


def done(*words: str, at: Path) -> str:
    """What a command says that succeeds, without reports."""
    ended = prakira(*words, at=at, reports=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def done_as_typed(*words: str, at: Path, folder: str) -> str:
    """The same as a user types it, with the reports in ``folder``."""
    ended = typed(*words, at=at)
    assert ended.returncode == 0, ended.stderr
    assert {"report.html", "report.docx", "tables.xlsx"} <= {path.name for path in (at / folder).iterdir()}
    return ended.stdout


def ran(
    at: Path, out: Path, scenarios: tuple[str, ...], replicates: int, jobs: int = 1, blocks: bool = True,
    district: str = "tiny",
) -> None:  # fmt: skip
    """A run of 14 months of a district in ``at`` as ``prakira run`` makes it, without its reports."""
    with chdir(at):
        plan = RunPlan(district, scenarios, None, 14, replicates, 1, False, None, blocks=blocks)
        ready = with_second_run(prepare(plan))
        execute(ready.plan, out, jobs, prepared=ready).close()


def refused(*words: str, at: Path) -> str:
    before = sorted(at.rglob("*"))
    ended = prakira(*words, "--lang", "en", at=at, reports=False)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert sorted(at.rglob("*")) == before, "something was written"
    return " ".join(ended.stderr.split())


def blobs(folder: Path) -> dict[tuple[str, int], bytes]:
    with RunStore.open(folder) as store:
        return {unit: store.results(*unit).to_bytes() for unit in sorted(store.done())}


def seconds(folder: Path) -> dict[tuple[str, int], float]:
    """How long each unit took: another number when it was computed again."""
    with closing(sqlite3.connect(folder / FILE)) as file:
        return {(name, number): took for name, number, took in
                file.execute("SELECT scenario, replicate, seconds FROM units")}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a district and a run of 14 months from January 2024 on, 3 replicates, one process."""
    where = tmp_path_factory.mktemp("place")
    write_folder(tiny_district(1200, facilities=2, month="2023-12"), where / "tiny")
    for name, month in (("late", "2024-08"), ("cut", "+0")):
        text = f"name: {name}\n{HEAD}{CUT.format(month=month)}"
        (where / f"{name}.yaml").write_text(text, encoding="utf-8")
    ran(where, where / "run", ("baseline", "uhc-drop", "late.yaml"), 3)
    return where


@pytest.fixture
def copy(place: Path) -> Iterator[Path]:
    """A copy of the run that a test may change."""
    shutil.copytree(place / "run", place / "copy")
    yield place / "copy"
    shutil.rmtree(place / "copy")


# -- expand -----------------------------------------------------------------------------------------------------------
def test_an_expanded_run_is_the_run_with_so_many_replicates_and_nothing_is_computed_twice(
    place: Path, copy: Path, tmp_path: Path
) -> None:
    (place / "late.yaml").rename(place / "away.yaml")  # the run's own record is enough
    before = seconds(copy)
    said = done_as_typed("expand", "copy", "--replicates", "5", "--jobs", "2", "--lang", "en", at=place, folder="copy")
    (place / "away.yaml").rename(place / "late.yaml")
    assert "5 replicates" in said
    ran(place, tmp_path / "fresh", ("baseline", "uhc-drop", "late.yaml"), 5)
    assert blobs(copy) == blobs(tmp_path / "fresh")
    assert (copy / MANIFEST).read_bytes() == (tmp_path / "fresh" / MANIFEST).read_bytes()
    after = seconds(copy)
    assert len(after) == 15
    assert {unit: after[unit] for unit in before} == before


def test_a_run_grows_until_its_need_is_narrow_or_to_the_most_that_is_allowed(place: Path, tmp_path: Path) -> None:
    write_folder(tiny_district(300, facilities=1, month="2023-12"), place / "small")
    ran(place, tmp_path / "run", ("uhc-non-cut-off",), 8, 2, blocks=False, district="small")
    run, before = str(tmp_path / "run"), seconds(tmp_path / "run")
    said = done("expand", run, "--until-width", "90%", "--lang", "en", at=place)
    assert "with 100 replicates." in said
    with RunStore.open(tmp_path / "run") as store:
        bills = store.series("uhc-non-cut-off", "bill_jkn")[:, :12].sum(axis=1)
        found = quantile(bills - sum(store.manifest["others_pay"].values()), 0.8)
        assert relative_width(store) == pytest.approx((found.high - found.low) / found.value, rel=1e-6)
        assert relative_width(store) < 0.9
        assert store.scenarios == ["uhc-non-cut-off", "uhc-non-cut-off@80"]
    said = done("expand", run, "--until-width", "0,1 %", "--most", "103", "--lang", "en", at=place)
    assert "still" in said
    assert "with 103 replicates, the most that was allowed" in " ".join(said.split())
    after = seconds(tmp_path / "run")
    assert {unit: after[unit] for unit in before} == before


@pytest.mark.parametrize(
    ("words", "message"),
    [(["copy", "--replicates", "2"], "has 3 replicates already"), (["copy"], "either --replicates or --until-width"),
     (["copy", "--replicates", "9", "--until-width", "5%"], "either --replicates or --until-width"),
     (["copy", "--until-width", "narrow"], "narrow is no percentage"), (["tiny", "--replicates", "9"], "holds no run"),
     (["copy", "--until-width", "0"], "until-width is 0%; it lies between 0% and 100%"),
     (["copy", "--replicates", "9", "--district", "other"], "these differ: district"),
     (["copy", "--replicates", "9", "--district", "nowhere"], "nowhere is no folder")],
)  # fmt: skip
def test_what_cannot_be_expanded_is_told(place: Path, copy: Path, words: list[str], message: str) -> None:
    if not (place / "other").exists():
        write_folder(tiny_district(1300, facilities=2, month="2023-12"), place / "other")
    assert message in refused("expand", *words, at=place)


def test_a_run_without_a_need_does_not_grow_until_it_is_narrow(place: Path, tmp_path: Path) -> None:
    words = ["run", "tiny", "--scenario", "baseline", "--months", "2", "--replicates", "1", "--jobs", "1"]
    done(*words, "--out", str(tmp_path / "short"), "--quiet", at=place)
    told = refused("expand", "short", "--until-width", "5%", "--district", str(place / "tiny"), at=tmp_path)
    assert "no need is told of this run" in told


def test_a_run_whose_district_is_elsewhere_asks_for_it(place: Path, copy: Path, tmp_path: Path) -> None:
    shutil.copytree(copy, tmp_path / "run")
    assert "called tiny" in refused("expand", "run", "--replicates", "4", at=tmp_path)
    done("expand", "run", "--replicates", "4", "--district", str(place / "tiny"), "--jobs", "1", "--quiet", at=tmp_path)
    assert len(blobs(tmp_path / "run")) == 12


# -- fork -------------------------------------------------------------------------------------------------------------
def test_a_fork_equals_a_run_whose_policy_changes_from_that_month(place: Path, copy: Path) -> None:
    words = ["fork", "copy", "--at", "2024-08", "--scenario", "cut.yaml", "--scenario", "uhc-from-january"]
    said = done_as_typed(*words, "--jobs", "1", "--lang", "en", at=place, folder="copy-2024-08")
    assert "Results go to copy-2024-08" in said
    folder = place / "copy-2024-08"
    whole, forked = blobs(copy), blobs(folder)
    for number in range(3):
        # effects are drawn by the kind of lever: a replicate meets the same one in the fork
        assert forked["cut-2024-08", number] == whole["late", number]
        assert forked["baseline", number] == whole["baseline", number]
    with RunStore.open(folder) as store:
        assert store.scenarios == ["baseline", "cut-2024-08", "uhc-from-january-2024-08"]
        assert store.manifest["fork"] == {"run": "copy", "of": "baseline", "at": "2024-08"}
        (title, explanation) = (store.manifest["scenarios"][1][key] for key in ("title", "explanation"))
        assert title == {"id": "judul, mulai Agustus 2024", "en": "title, from August 2024"}
        assert explanation["en"] == "text Until August 2024 all is as in baseline."
        for level in LEVELS:
            base, other = (store.table(name, level) for name in ("baseline", "uhc-from-january-2024-08"))
            assert np.array_equal(base[:, :12], other[:, :12], equal_nan=True)  # the January after the fork's month
        assert store.series("uhc-from-january-2024-08", "intake_never")[:, 12:].sum() > 0
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["command"] == (
        "prakira fork copy --at 2024-08 --of baseline --scenario cut.yaml --scenario uhc-from-january"
    )
    assert seconds(folder)["baseline", 1] == seconds(copy)["baseline", 1]
    assert "is a fork of another run" in refused("expand", "copy-2024-08", "--replicates", "9", at=place)
    compared = done("compare", "copy-2024-08", "--lang", "en", at=place)
    assert "cut-2024-08" in compared
    shutil.rmtree(folder)


def test_kept_states_are_gone_on_from_and_damaged_ones_refused(place: Path, copy: Path, tmp_path: Path) -> None:
    words = ["fork", "copy", "--at", "2024-05", "--of", "uhc-drop", "--scenario", "cut.yaml", "--quiet"]
    done(*words, "--keep-states", "--jobs", "2", "--out", str(tmp_path / "first"), at=place)
    (states,) = (copy / "states").iterdir()
    assert states.name.startswith("uhc-drop-2024-05-")
    assert sorted(path.name for path in states.iterdir()) == ["0.npz", "1.npz", "2.npz"]
    state = State.from_bytes((states / "1.npz").read_bytes())
    assert state.months == 4
    # a state of another replicate in its place is seen in the results: it is read
    (states / "2.npz").write_bytes((states / "1.npz").read_bytes())
    done(*words, "--jobs", "1", "--out", str(tmp_path / "second"), at=place)
    first, second = blobs(tmp_path / "first"), blobs(tmp_path / "second")
    assert [first["cut-2024-05", number] == second["cut-2024-05", number] for number in range(3)] == [True, True, False]
    (states / "0.npz").write_bytes(b"not a state")
    ended = prakira(*words, "--jobs", "1", "--out", str(tmp_path / "third"), "--lang", "en", at=place)
    assert ended.returncode == 2
    assert "0.npz cannot be gone on from (damaged state" in " ".join(ended.stderr.split())


def test_a_fork_that_was_stopped_goes_on(place: Path, copy: Path) -> None:
    words = ["fork", "copy", "--at", "2024-12", "--scenario", "cut.yaml", "--quiet", "--out", "fork"]
    done(*words, "--jobs", "1", at=place)
    whole = blobs(place / "fork")
    with closing(sqlite3.connect(place / "fork" / FILE)) as file, file:
        file.execute("DELETE FROM units WHERE replicate = 1")
    assert "not empty" in refused(*words, at=place)
    done(*words, "--jobs", "2", "--resume", at=place)
    assert blobs(place / "fork") == whole
    other = [*words[:2], "--at", "2024-11", *words[4:]]
    assert "these differ: scenarios, fork" in refused(*other, "--resume", at=place)
    shutil.rmtree(place / "fork")


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--at", "2024-01", "--scenario", "cut.yaml"], "from its second month to its last, not in 2024-01"),
     (["--at", "2025-03", "--scenario", "cut.yaml"], "not in 2025-03"),
     (["--at", "August", "--scenario", "cut.yaml"], "August is not a month"),
     (["--at", "2024-08", "--scenario", "cutt"], "unknown scenario cutt"),
     (["--at", "2024-08", "--scenario", "cut.yaml", "--scenario", "cut.yaml"], "named twice"),
     (["--at", "2024-08", "--scenario", "cut.yaml", "--of", "pbi-cut"], "no scenario pbi-cut; it has baseline")],
)  # fmt: skip
def test_what_cannot_be_forked_is_told(place: Path, copy: Path, words: list[str], message: str) -> None:
    assert message in refused("fork", "copy", *words, at=place)


def test_an_example_is_reopened_by_its_name(tmp_path: Path) -> None:
    words = ["run", "pulau-taliabu", "--scenario", "baseline", "--months", "2", "--replicates", "1", "--jobs", "1"]
    done(*words, "--out", "run", "--quiet", at=tmp_path)
    ready = reopened(tmp_path / "run")
    assert (ready.district.name, ready.plan.replicates, ready.plan.months) == ("pulau-taliabu", 1, 2)


def test_the_texts_of_the_commands_have_their_indonesian() -> None:
    known = {message: text for catalogue in catalogues().values() for message, text in catalogue.items()}
    paths = (ROOT / path for path in ("cli/again.py", "scenarios/again.py", "scenarios/units.py"))
    asked = asked_in(paths, {"_": 1, "UserError": 1})
    assert len(asked) > 12
    for message in asked:
        assert fields(message) == fields(known[message]), message
