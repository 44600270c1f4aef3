"""The command `prakira calibrate`: what it finds, writes and says; killed and resumed; contradictory histories."""

from __future__ import annotations

import ast
import csv
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from command import typed as apart

from benchmarks.calibration_cost import STOCK, hidden, with_own_history
from calibration.history.faults import refuse_faults
from calibration.posterior.calibrate import BLOCK, DRAWS, FIRST, MOVED, CalibrationPlan, load_past
from calibration.posterior.diagnostics import _judged
from calibration.posterior.fit import DYNAMIC, INFORMED, LEVELS
from calibration.posterior.replay import REPLICATES, Target
from cli.calibrate import MOST_ROWS
from districts.history import data_faults, row_numbers
from districts.model import District, HistoryRow
from districts.text import translator
from districts.tiny import tiny_district
from districts.write import write_folder
from reports.parameters import parameter_label
from scenarios.store import RunStore
from sim.behaviour import PARAMETERS
from sim.kbk_payable import payable_shares
from sim.posterior import Posterior
from sim.rules import load_rules

ROOT = Path(__file__).parent.parent
PATHS = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
KEYS = ("registered", "active", "arrears", "billed", "bill_jkn", "pbi_out", "job_loss", "capitated", "contacts",
        "sick_visits", "referrals", "referrals_nonspecialist", "ht_diagnosed", "ht_prolanis")  # fmt: skip
ROWS, MONTHS = 120, 8
#: The command with a shorter first look at the table and fewer checks, so that a calibration ends within seconds.
SCRIPT = """
import signal
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    import calibration.posterior.calibrate
    import calibration.posterior.diagnostics
    import calibration.posterior.replay
    calibration.posterior.calibrate.FIRST, calibration.posterior.calibrate.BLOCK = 80, 40
    calibration.posterior.diagnostics._DYNAMIC_ROWS, calibration.posterior.diagnostics._LEVEL_ROWS = 60, 10
    calibration.posterior.replay.REPLICATES = calibration.posterior.diagnostics.REPLICATES = 16
    from cli.main import main
    main()
"""


def command(at: Path, *words: str) -> list[str]:
    script = at / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return [sys.executable, str(script), "calibrate", "own", "--rows", str(ROWS), *words]


def calibrated(at: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(at, *words), cwd=at, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": PATHS}, check=False)  # fmt: skip


def own_district() -> District:
    """A district whose history the model itself made, with parameters that no test tells the calibration."""
    return with_own_history(tiny_district(3000, 2, month=STOCK), MONTHS, hidden(), KEYS)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district, calibrated once without interruption by two processes; what was said as JSON is in said.json."""
    at = tmp_path_factory.mktemp("calibrate")
    write_folder(own_district(), at / "own")
    done = calibrated(at, "--jobs", "2", "--json", "--lang", "en", "--table", "table")
    assert done.returncode == 0, done.stderr
    (at / "said.json").write_text(done.stdout, encoding="utf-8")
    return at


def stored(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("draws.csv", "places.csv", "posterior.json")}


def rows_in(table: Path) -> int:
    try:
        with sqlite3.connect(f"file:{table / 'table.sqlite'}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM rows").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


# -- end to end ------------------------------------------------------------------------------------------------------


def test_a_posterior_lies_beside_the_district_and_holds_its_diagnostics(place: Path) -> None:
    posterior = Posterior.load(place / "own" / "posterior")
    about = posterior.about
    assert posterior.history == ("2024-01", "2024-08")
    assert (about["rows"], about["stock"], about["free"]) == (ROWS, STOCK, [*DYNAMIC, *LEVELS])
    told = about["diagnostics"]
    assert {target["indicator"] for target in told["targets"]} == set(KEYS)
    assert [band["indicator"] for band in told["bands"]] == [
        "registered", "active", "arrears", "billed", "bill_jkn", "ak", "rrns"]  # fmt: skip
    assert set(told["checked"]["dynamic"]["parameters"]) == set(DYNAMIC)
    assert set(told["checked"]["level"]["parameters"]) == set(LEVELS)
    assert set(about["informed"]) | set(about["uninformed"]) == set(about["free"])
    assert about["left_out"] == []


def test_draws_stand_in_random_order(place: Path) -> None:
    # Neighbours of independent draws correlate with standard deviation 1/sqrt(n); 29 columns, four of them in all
    # directions beyond 4.5 would be a false alarm of 2e-4.
    posterior = Posterior.load(place / "own" / "posterior")
    levels = [posterior.names.index(name) for name in LEVELS]
    columns = np.concatenate([posterior.values[:, levels], posterior.places.reshape(posterior.draws, -1)], axis=1)
    standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    assert np.abs((standard[1:] * standard[:-1]).mean(axis=0)).max() < 4.5 / np.sqrt(posterior.draws)


def test_what_the_history_told_of_is_found_again(place: Path) -> None:
    # An informed parameter's truth lies outside the central 99.8 % once in 500.
    posterior, truth = Posterior.load(place / "own" / "posterior"), hidden()
    assert posterior.informed
    for name in posterior.informed:
        values = posterior.values[:, posterior.names.index(name)]
        middle, spread = np.log(np.median(values)), np.log(values).std()
        assert abs(np.log(truth[name]) - middle) < 3.5 * spread, name


def test_json_says_what_is_stored(place: Path) -> None:
    said = json.loads((place / "said.json").read_text(encoding="utf-8"))
    posterior = Posterior.load(place / "own" / "posterior")
    assert said["rows"] == ROWS
    assert said["history"] == ["2024-01", "2024-08"]
    defaults = {parameter.name: parameter.default for parameter in PARAMETERS}
    for name, one in said["parameters"].items():
        assert one["after"] == list(posterior.ranges()[name])
        assert one["before"][0] == defaults[name]
        assert one["informed"] == (name in posterior.informed)
    assert Path(place / said["page"]).is_file()
    assert said["seconds"] > 0


def test_the_answer_fits_a_terminal_and_a_run_uses_the_posterior(place: Path) -> None:
    before = stored(place / "own" / "posterior")
    done = calibrated(place, "--jobs", "1", "--lang", "en", "--table", "table")
    assert done.returncode == 0, done.stderr
    assert stored(place / "own" / "posterior") == before  # no new simulation, nothing moves
    assert max(map(len, done.stdout.splitlines())) <= 80
    flat = " ".join(done.stdout.split())
    posterior = Posterior.load(place / "own" / "posterior")
    count = len(posterior.about["free"])
    told = f"tells of {len(posterior.informed)} of {count} parameters. {ROWS} simulations; the last ones"
    assert told in flat
    assert flat.endswith("Next: prakira run own")
    words = ("--scenario", "baseline", "--months", "2", "--replicates", "2", "--jobs", "1", "--out", "run")
    done = apart("run", "own", *words, at=place)
    assert done.returncode == 0, done.stderr
    with RunStore.open(place / "run") as store:
        assert store.manifest["posterior"]["sha256"] == posterior.digest()


def test_the_page_needs_no_network_and_names_every_parameter(place: Path) -> None:
    page = (place / "own" / "posterior" / "kalibrasi.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=.?https?:|<script|<link", page)
    posterior = Posterior.load(place / "own" / "posterior")
    from reports.calibration import calibration_page

    for lang in ("id", "en"):
        text = re.sub(r"<[^>]+>", " ", calibration_page(posterior, lang))
        assert all(parameter_label(name, lang).replace("'", "&#x27;") in text for name in posterior.about["free"])
        assert not re.search(r"\b(nan|inf|None)\b", text)
    assert calibration_page(posterior, "id").startswith('<!doctype html><html lang="id">')


# -- stopped and taken up --------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(place: Path, tmp_path: Path) -> None:
    write_folder(own_district(), tmp_path / "own")
    moment = random.Random(20240607).randrange(5, ROWS - 60)
    words = ("--jobs", "1", "--lang", "en", "--table", "table", "--quiet")
    with subprocess.Popen(command(tmp_path, *words), cwd=tmp_path, env={**os.environ, "PYTHONPATH": PATHS}) as process:
        deadline = time.monotonic() + 120
        while rows_in(tmp_path / "table") < moment and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    kept = rows_in(tmp_path / "table")
    assert moment <= kept < ROWS, "the calibration was not in its middle"
    assert not (tmp_path / "own" / "posterior").exists()
    done = calibrated(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert stored(tmp_path / "own" / "posterior") == stored(place / "own" / "posterior")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_says_that_nothing_is_lost(tmp_path: Path) -> None:
    write_folder(own_district(), tmp_path / "own")
    with subprocess.Popen(command(tmp_path, "--jobs", "1", "--table", "table", "--quiet"), cwd=tmp_path, text=True,
                          stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": PATHS}) as process:  # fmt: skip
        deadline = time.monotonic() + 120
        while rows_in(tmp_path / "table") < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "perintah yang sama meneruskannya dari sana" in error
    assert "Traceback" not in error
    assert rows_in(tmp_path / "table") >= 2


# -- histories that contradict themselves ----------------------------------------------------------------------------


def typed(at: Path, rows: list[tuple[str, str, str, float]]) -> list[int]:
    """Type figures over those of the history, or beneath them; returns their rows in the file."""
    path, touched = at / "own" / "history.csv", []
    with path.open(encoding="utf-8", newline="") as file:
        head, *lines = list(csv.reader(file))
    columns = [head.index(name) for name in ("month", "indicator", "place", "value")]
    for month, indicator, where, value in rows:
        found = [n for n, line in enumerate(lines) if [line[c] for c in columns[:3]] == [month, indicator, where]]
        if not found:
            lines.append(list(lines[0]))
            found = [len(lines) - 1]
        for column, text in zip(columns, (month, indicator, where, str(value)), strict=True):
            lines[found[0]][column] = text
        touched.append(found[0] + 2)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *lines])
    return touched


@pytest.mark.parametrize(
    ("rows", "suspect", "said"),
    [
        ([("2024-03", "active", "segment:bp", 900)], 0, "active 900, above registered"),
        ([("2024-03", "ak", "P1", 1234)], 0, "ak of 1234"),
        # 2,137 of 3,000 thousand: no KBK result pays 71.23 %
        ([("2024-03", "capitation_full", "P1", 3_000_000), ("2024-03", "capitation_paid", "P1", 2_137_000)], 1,
         "capitation_paid"),
    ],
    ids=["active above registered", "AK above 1000", "capitation no rule can give"],
)  # fmt: skip
def test_contradictions_are_told_with_file_and_row(
    place: Path, tmp_path: Path, rows: list[tuple[str, str, str, float]], suspect: int, said: str
) -> None:
    shutil.copytree(place / "own", tmp_path / "own", ignore=shutil.ignore_patterns("posterior"))
    at = typed(tmp_path, rows)[suspect]
    done = apart("calibrate", "own", "--lang", "en", "--table", "table", at=tmp_path)
    assert done.returncode == 2
    assert f"own/history.csv, row {at}, column value: " in done.stderr
    assert said in done.stderr
    assert "--drop-faulty" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "table").exists()


def test_with_drop_faulty_the_rows_are_left_out_and_listed(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "own", tmp_path / "own", ignore=shutil.ignore_patterns("posterior"))
    shutil.copytree(place / "table", tmp_path / "table")
    row, other = typed(tmp_path, [("2024-03", "ak", "P1", 1234), ("2024-05", "ak", "P2", 2000)])
    done = calibrated(tmp_path, "--jobs", "1", "--lang", "en", "--table", "table", "--drop-faulty")
    assert done.returncode == 0, done.stderr
    assert f"row {row}: contact rate (AK), P1, 2024-03, 1234" in done.stdout
    posterior = Posterior.load(tmp_path / "own" / "posterior")
    assert posterior.about["left_out"] == [
        {"row": row, "indicator": "ak", "place": "P1", "month": "2024-03", "value": 1234.0},
        {"row": other, "indicator": "ak", "place": "P2", "month": "2024-05", "value": 2000.0},
    ]
    # without them the history is the one calibrated to before
    assert stored(tmp_path / "own" / "posterior")["draws.csv"] == stored(place / "own" / "posterior")["draws.csv"]


def with_rows(*rows: tuple[str, str, str, float]) -> District:
    history = tuple(HistoryRow(month=month, indicator=indicator, place=place, value=value, source="x",
                               confidence="assumed")
                    for month, indicator, place, value in rows)  # fmt: skip
    return tiny_district(3000, 2, month=STOCK).model_copy(update={"history": history})


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        # One against one: the part, which is what is held against the whole.
        ([("2024-01", "active", "district", 900), ("2024-01", "registered", "district", 800)], (2,)),
        # A total that lost a digit stands against two parts: it goes, they stay.
        ([("2024-01", "active", "district", 900), ("2024-01", "lapsed", "district", 300),
          ("2024-01", "registered", "district", 120)], (4,)),
        # Facilities that do not add up to the district: the total goes, the facilities stay.
        ([("2024-01", "sick_visits", "P1", 50), ("2024-01", "sick_visits", "P2", 60),
          ("2024-01", "sick_visits", "district", 90)], (4,)),
    ],
)  # fmt: skip
def test_as_few_rows_are_left_out_as_it_takes(rows: list[tuple[str, str, str, float]], gone: tuple[int, ...]) -> None:
    district, rules = with_rows(*rows), load_rules()
    kept, dropped = refuse_faults(district, rules, drop=True)
    assert dropped == gone
    assert data_faults(kept, payable_shares(rules)) == []
    assert len(kept.history) == len(rows) - len(gone)
    assert row_numbers(kept.history) == [number for number in range(2, len(rows) + 2) if number not in gone]


# -- the past, other mistakes, words ---------------------------------------------------------------------------------


def test_the_past_is_found_beside_a_folder_a_workbook_and_in_an_example(tmp_path: Path) -> None:
    assert load_past(CalibrationPlan("kabupaten-contoh")).name == "past"
    assert load_past(CalibrationPlan("bengkulu-utara")).name == "baseline"
    mine = "name: mine\ntitle: {id: a, en: a}\nexplanation: {id: a, en: a}\nextends: baseline\n"
    (tmp_path / "past.yaml").write_text(mine, encoding="utf-8")
    (tmp_path / "district.xlsx").write_bytes(b"")
    assert load_past(CalibrationPlan(str(tmp_path / "district.xlsx"))).name == "mine"
    assert load_past(CalibrationPlan(str(tmp_path))).name == "mine"
    assert load_past(CalibrationPlan(str(tmp_path), past="pbi-cut")).name == "pbi-cut"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("own", "--rows", "10"), "rows is 10; it lies between 400"),
        (("own", "--jobs", "0"), "jobs is 0"),
        (("own", "--stock", "2020-01"), "no membership stock dated 2020-01"),
        (("own", "--past", "nothing"), "nothing"),
        (("pulau-taliabu", "--past", "baseline"), "history"),
        (("nowhere",), "no folder"),
    ],
)
def test_mistakes_end_with_a_message(place: Path, words: tuple[str, ...], message: str) -> None:
    done = apart("calibrate", *words, "--lang", "en", "--table", "other", at=place)
    assert done.returncode == 2, done.stderr
    assert message in " ".join(done.stderr.split())
    assert not (place / "other").exists()


def test_every_text_has_an_indonesian_one() -> None:
    names = ("cli/calibrate.py", "cli/calibration_answer.py", "calibration/posterior/calibrate.py",
             "calibration/history/faults.py", "calibration/posterior/table.py")  # fmt: skip
    sources = [ROOT / name for name in names]
    ids = {"{done} of at most {total} simulations", "checking: {done} of {total} simulations"}
    for node in (node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in ("_", "UserError"):
            assert isinstance(node.args[0], ast.Constant)
            ids.add(node.args[0].value)
    same = {"parameter"}  # the same word in both languages
    assert len(ids) > 20
    assert [text for text in sorted(ids - same) if translator("id")(text) == text] == []


def test_a_parameter_that_is_drawn_has_words_of_its_own() -> None:
    for parameter in PARAMETERS:
        if parameter.scale != "fixed":
            for lang in ("id", "en"):
                assert parameter_label(parameter.name, lang) != parameter.name


def test_the_documentation_lists_what_is_asked_about_and_quotes_the_rules() -> None:
    text = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    told = {"dynamic": "course", "level": "level"}
    wanted = [
        f"| `{p.name}` | {p.unit} | {p.default:g} ({p.low:g}–{p.high:g}) | {told[p.fit]} |" for p in PARAMETERS if p.fit
    ]
    assert [line for line in text.splitlines() if line.startswith("| `")] == wanted
    flat = " ".join(text.split())
    assert f"After {FIRST} simulations, and after every {BLOCK} more" in flat
    assert f"by more than {MOVED} of its standard deviation" in flat
    assert f"{DRAWS} sets of parameters" in flat
    assert f"narrower than {INFORMED} of what it was" in flat
    assert f"At {MOST_ROWS:,} (`--rows`) it ends anyhow" in flat
    assert f"{REPLICATES} simulations with the posterior" in flat


# -- judgements by hand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "inside", "z", "met"),
    [(12, 0.8, 0.0, True), (12, 0.8, -2.6, False), (12, 0.45, 1.0, False), (4, 0.25, 1.0, True), (4, 1.0, 3.0, False)],
)
def test_when_a_series_is_called_reproduced(months: int, inside: float, z: float, met: bool) -> None:
    assert Target("active", "district", months, inside, z).met is met


def test_even_ranks_are_called_sound_and_crowded_ones_are_not() -> None:
    even = (np.arange(300) + 0.5) / 300
    crowded = 0.5 + 0.2 * (even - 0.5)  # every truth in the middle fifth: intervals far too wide
    found = _judged(("even", "crowded"), np.stack([even, crowded], axis=1))
    assert found["parameters"]["even"]["sound"]
    assert found["parameters"]["even"]["covered"] == [0.5, 0.8, pytest.approx(0.95, abs=0.004)]
    assert not found["parameters"]["crowded"]["sound"]
    assert found["parameters"]["crowded"]["covered"] == [1.0, 1.0, 1.0]
