"""``prakira optimise`` as a user types it: the answer, its files, and each mistake with its message."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from districts.text import translator
from districts.tiny import tiny_district
from districts.write import write_folder
from reports.charts_optimum import optimum_chart
from scenarios.optimise.space import read_space
from scenarios.plan import RunPlan
from scenarios.run import execute
from scenarios.store import RunStore

ROOT = Path(__file__).parent.parent
PATHS = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
SMALL = ("--runs", "32", "--replicates", "4", "--confirm", "100", "--jobs", "1")


def prakira(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "cli.main", *words], cwd=at, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": PATHS}, check=False)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small district and one finished optimisation of it."""
    where = tmp_path_factory.mktemp("place")
    write_folder(tiny_district(600, facilities=2, month="2023-12"), where / "tiny")
    done = prakira("optimise", "tiny", *SMALL, "--ceiling", "60.000.000", at=where)
    assert done.returncode == 0, done.stderr
    (where / "said.txt").write_text(done.stdout, encoding="utf-8")
    return where


def told(place: Path) -> dict[str, object]:
    return json.loads((place / "outputs" / "tiny-optimum" / "optimum.json").read_text(encoding="utf-8"))


def test_the_answer_fits_the_terminal_and_speaks_planners_words(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert max(map(len, said.splitlines())) <= 80
    for words in ("Kabupaten Contoh", "sasaran", "≤ Rp60,00 juta", "tuas", "outputs/tiny-optimum", "kemungkinan"):
        assert words in said
    for word in ("quantile", "p80", "nan", "inf", "feasible"):
        assert not re.search(rf"\b{word}\b", said.lower()), word


def test_the_record_says_what_the_check_found(place: Path) -> None:
    found = told(place)
    check = found["confirmed"]
    with RunStore.open(place / "outputs" / "tiny-optimum" / "checks" / check["folder"]) as store:
        held = (store.series("optimum", "status_uhc") > 0).all(axis=1)
        share = store.series("optimum", "capitation_paid").sum(axis=1)
        share /= store.series("optimum", "capitation_full").sum(axis=1)
        bills = np.sort(store.series("optimum", "bill_jkn").sum(axis=1))
    assert check["replicates"] == len(held) == 100
    assert check["status_chance"][0] == held.mean()
    assert check["kbk_share"][0] == pytest.approx(np.sort(share)[20])  # 80 of 100 reach it
    added = 0 if found["mix"]["drug-budget"] else check["cost"][0] - bills[79]  # drugs are no part of the bill
    assert added == 0 <= check["cost"][0] - bills[79]
    assert found["feasible"] == (
        check["status_chance"][0] >= 0.8 and check["kbk_share"][0] >= 0.9 and check["cost"][0] <= 60_000_000
    )


def test_the_mix_runs_as_a_scenario_and_gives_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that the record tells, with its first two replicates."""
    folder = place / "outputs" / "tiny-optimum"
    words = shlex.split(told(place)["again"])
    assert words[:5] == ["prakira", "run", "tiny", "--scenario", "optimum.yaml"]
    option = {name: words[words.index(f"--{name}") + 1] for name in ("start", "months", "seed")}
    monkeypatch.chdir(place)
    plan = RunPlan("tiny", (str(folder / "optimum.yaml"),), option["start"], int(option["months"]), 2,
                   int(option["seed"]), blocks=False)  # fmt: skip
    check = folder / "checks" / told(place)["confirmed"]["folder"]
    with execute(plan, place / "again") as one, RunStore.open(check) as other:
        for number in range(2):
            assert one.results("optimum", number).to_bytes() == other.results("optimum", number).to_bytes()


def test_an_optimisation_is_gone_on_with_and_kept_apart_from_others(place: Path) -> None:
    before = told(place)
    again = ("optimise", "tiny", *SMALL, "--json", "--resume")
    assert json.loads(prakira(*again, "--ceiling", "60000000", at=place).stdout) == before
    other = prakira(*again, "--lever", "outreach.hours_per_month=0:10", at=place)
    assert other.returncode == 2
    assert "masalah lain" in other.stderr
    assert told(place) == before


def test_the_picture_can_be_drawn_in_both_languages(place: Path) -> None:
    found = told(place)
    for lang in ("id", "en"):
        chart = optimum_chart(found, lang)
        assert chart.png().startswith(b"\x89PNG")
        assert str(found["targets"]["year"]) in chart.title
    assert (place / "outputs" / "tiny-optimum" / "charts" / "paduan.png").exists()


def test_every_mistake_is_told_at_once_and_nothing_is_written(place: Path) -> None:
    mistakes = {
        ("--ceiling", "banyak"): "pagunya bukan angka",
        ("--lever", "outrech.hours_per_month=0:1"): "outreach",
        ("--lever", "outreach.hours=0:2"): "hours_per_month",
        ("--lever", "outreach.hours_per_month=200:0"): "terbalik",
        ("--lever", "reminders.share=0:2"): "0 sampai 1",
        ("--lever", "collectors.share=0-1"): "bukan dua angka",
        ("--lever", "outreach.own_staff=0:1"): "--switch",
        ("--switch", "doctors-to-minimun"): "doctors-to-minimum",
        ("--switch", "outreach.hours_per_month"): "--lever",
        ("--base", "basline"): "baseline",
        ("--status-chance", "1.5"): "1.5",
        ("--confirm", "20"): "100",
        ("--year", "2020"): "2024",
    }
    words = [word for option in mistakes for word in option]
    done = prakira("optimise", "tiny", *words, "--out", "wrong", at=place)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    for (option, value), hint in mistakes.items():
        assert any(hint in line and (value in line or option in line) for line in lines), (value, lines)
    assert "Traceback" not in done.stderr
    assert not (place / "wrong").exists()


def test_what_moves_must_fit_the_rest_of_its_lever() -> None:
    _space, faults = read_space(("pemda_intake.quota=0:50", "cleansing.share=0:1"), (), None, "2024-01")
    told = "\n".join(fault.describe("en") for fault in faults)
    assert "no quota with target hold_status" in told
    _space, faults = read_space(("outreach.hours_per_month=0:50",), ("outreach.own_staff",), None, "2024-01")
    assert "cost_per_hour 0 with own_staff" in faults[0].describe("en")


def test_every_text_has_its_indonesian() -> None:
    translate = translator("id")
    sources = [ROOT / "cli" / "optimise.py", ROOT / "cli" / "optimise_answer.py",
               *(ROOT / "scenarios" / "optimise").glob("*.py")]  # fmt: skip
    ids = set()
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = {"_": node.args[:1], "UserError": node.args[:1], "Fault": node.args[1:3]}.get(node.func.id, [])
                ids |= {part.value for part in at if isinstance(part, ast.Constant)}
    assert len(ids) > 50
    assert {text for text in ids if translate(text) == text} == set()
