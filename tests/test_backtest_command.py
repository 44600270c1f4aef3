"""``prakira backtest`` as a user types it, the record beside the posterior, and the run that shows it."""

from __future__ import annotations

import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from babel.messages.pofile import read_po
from test_backtest import history

import calibration.posterior.calibrate
from cli.main import main
from districts.write import write_folder
from scenarios.plan import RunPlan, manifest_of, prepare
from scenarios.track_record import found_record
from sim.posterior import Posterior

ROOT = Path(__file__).parent.parent
WORDS = ("backtest", "tiny", "--origins", "2", "--horizon", "3", "--draws", "10", "--rows", "50", "--jobs", "1")


def prakira(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of the command, within this process."""
    out, error, code = StringIO(), StringIO(), 0
    with patch.object(sys, "argv", ["prakira", *words]), redirect_stdout(out), redirect_stderr(error):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), error.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the district ``tiny``, its backtest done, and what was printed."""
    where = tmp_path_factory.mktemp("command")
    district, rows = history(16)
    write_folder(district.model_copy(update={"history": rows}), where / "tiny")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(where)
        code, said, told = prakira(*WORDS, "--lang", "en")
    assert code == 0, told
    (where / "said.txt").write_text(said, encoding="utf-8")
    (where / "told.txt").write_text(told, encoding="utf-8")
    return where


def test_it_prints_a_table_of_80_columns_and_who_wins(place: Path) -> None:
    said = re.sub(r"\x1b\[\d*m", "", (place / "said.txt").read_text(encoding="utf-8"))
    assert max(map(len, said.splitlines())) <= 80
    record = json.loads((place / "tiny" / "posterior" / "backtest.json").read_text(encoding="utf-8"))
    table = said[said.index("───") :].split("\n\n")[0]
    lines = [line for line in table.splitlines() if re.search(r" 1–3 ", line)]
    assert len(lines) == len(record["scores"])
    assert all(line.count("*") == 1 for line in lines)
    assert all(line.rstrip().endswith("–") for line in lines)  # 16 figures: nothing is said of ranges
    active = next(entry for entry in record["scores"] if entry["indicator"] == "active")
    line = next(line for line in lines if line.startswith("active members"))
    shown = float(line.split("1–3")[1].split()[0].rstrip("*"))
    assert shown == pytest.approx(active["miss"]["prakira"], abs=0.5)
    assert "Least mean miss, by number of lines: " in said
    assert "A track record needs 24 months" in flat(said)
    assert "66 of 66 units" in (place / "told.txt").read_text(encoding="utf-8")


def test_again_it_costs_nothing_and_says_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr("calibration.backtesting.backtest.fit", None)  # nothing is fitted or simulated
    monkeypatch.setattr("calibration.posterior.forecast.simulate_futures", None)
    before = (place / "tiny" / "posterior" / "backtest.json").read_bytes()
    code, said, told = prakira(*WORDS, "--quiet")
    assert (code, said, told) == (0, "tiny/posterior/backtest.json\n", "")
    assert (place / "tiny" / "posterior" / "backtest.json").read_bytes() == before
    code, said, told = prakira(*WORDS, "--json", "--out", "here")
    assert (code, told) == (0, "")
    assert json.loads(said) == json.loads(before) == json.loads((place / "here" / "backtest.json").read_bytes())


def test_a_run_copies_the_record_when_it_uses_the_posterior(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    plan = RunPlan("tiny", ("baseline",), months=2, replicates=2)
    assert manifest_of(prepare(plan))["track_record"] is None  # no posterior yet: the run is not what was scored
    about = {"district": "tiny", "history": ["2023-11", "2025-02"], "informed": [], "uninformed": ["care.sick"]}
    Posterior(("care.sick",), np.full((3, 1), 0.02), (), ("P1", "P2"), np.zeros((3, 0, 2)), about).save(
        Path("tiny/posterior")
    )
    manifest = manifest_of(prepare(plan))
    kept = json.loads(Path("tiny/posterior/backtest.json").read_text(encoding="utf-8"))
    assert manifest["track_record"]["scores"] == kept["scores"]
    assert "sha256" not in manifest["track_record"]
    assert manifest_of(prepare(replace(plan, prior=True)))["track_record"] is None
    Path("tiny/posterior/backtest.json").write_text("{", encoding="utf-8")
    code, _, told = prakira("run", "tiny", "--scenario", "baseline", "--months", "2", "--lang", "en")
    assert code == 2
    assert "no record of forecasts of this program" in told
    Path("tiny/posterior/backtest.json").write_text(json.dumps({**kept, "format": 99}), encoding="utf-8")
    with pytest.raises(Exception, match="format 99"):
        found_record("tiny")
    Path("tiny/posterior/backtest.json").write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("backtest",), "name a district, or a file with --series"),
        (("backtest", "tiny", "--jobs", "0"), "jobs is 0; it lies between 1 and 1024"),
        (("backtest", "tiny", "--origins", "0"), "origins is 0; it lies between 1 and 120"),
        (("backtest", "tiny", "--draws", "5"), "draws is 5; it lies between 10 and"),
        (("backtest", "tiny", "--rows", "10"), "rows is 10; it lies between 50 and"),
        (("backtest", "nowhere"), "nowhere is no folder"),
        (("backtest", "short"), "has 11 months of history after its membership stock of 2023-10"),
        (("backtest", "--series", "missing.csv"), "missing.csv cannot be read"),
        (("backtest", "--series", "empty.csv", "--horizon", "61"), "horizon is 61; it lies between 1 and 60"),
        (("backtest", "--series", "empty.csv", "--origins", "0"), "origins is 0; it lies between 1 and 120"),
        (("backtest", "--series", "empty.csv"), "needs the columns place, indicator, month, value"),
    ],
)
def test_mistakes_are_told(
    words: tuple[str, ...], told: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").symlink_to(place / "tiny")
    district, rows = history(11)
    write_folder(district.model_copy(update={"history": rows}), tmp_path / "short")
    (tmp_path / "empty.csv").write_text("place,indicator\n", encoding="utf-8")
    monkeypatch.setattr(calibration.posterior.calibrate, "grow", None)
    code, said, error = prakira(*words, "--lang", "en")
    assert (code, said) == (2, "")
    assert told in flat(error)
    assert "Traceback" not in error


def test_the_texts_of_the_command_have_their_indonesian() -> None:
    import ast

    known = set()
    for path in (ROOT / "districts" / "locale").glob("*.po"):
        known |= {str(message.id) for message in read_po(BytesIO(path.read_bytes())) if message.id and message.string}
    for path in (
        "cli/backtest.py",
        "cli/backtest_series.py",
        "calibration/backtesting/backtest.py",
        "scenarios/track_record.py",
    ):
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "UserError", "Fault"):
                texts = node.args[1:3] if getattr(node.func, "id", "") == "Fault" else node.args[:1]
                ids = {text.value for text in texts if isinstance(text, ast.Constant) and text.value != "YYYY-MM"}
                assert ids <= known, ids - known
