"""``prakira optimise`` as a user types it: the answer, its files, and each mistake with its message."""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from command import typed as apart

from cli.main import main
from districts.faults import UserError
from districts.text import translator
from districts.tiny import tiny_district
from districts.write import write_folder
from reports.charts_optimum import optimum_chart
from scenarios.optimise.ask import Asked, prepared
from scenarios.optimise.looks import FILE, _opened
from scenarios.optimise.space import read_space
from scenarios.plan import RunPlan
from scenarios.run import execute
from scenarios.store import RunStore

ROOT = Path(__file__).parent.parent
Typed = Callable[..., tuple[int, str, str]]
SMALL = ("--runs", "32", "--replicates", "4", "--confirm", "100", "--jobs", "1")


@pytest.fixture
def typed(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types words in the folder ``place`` without a new process: (exit code, output, errors)."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(place)
        monkeypatch.setattr(sys, "argv", ["prakira", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small district and one finished optimisation of it."""
    where = tmp_path_factory.mktemp("place")
    write_folder(tiny_district(600, facilities=2, month="2023-12"), where / "tiny")
    done = apart("optimise", "tiny", *SMALL, "--ceiling", "60.000.000", at=where)
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


def test_an_optimisation_is_gone_on_with_and_kept_apart_from_others(place: Path, typed: Typed) -> None:
    before = told(place)
    again = ("optimise", "tiny", *SMALL, "--json", "--resume")
    code, said, _errors = typed(*again, "--ceiling", "60000000")
    assert code == 0
    assert json.loads(said) == before
    code, _said, errors = typed(*again, "--lever", "outreach.hours_per_month=0:10")
    assert code == 2
    assert "masalah lain" in errors
    assert told(place) == before


def test_the_picture_can_be_drawn_in_both_languages(place: Path) -> None:
    found = told(place)
    for lang in ("id", "en"):
        chart = optimum_chart(found, lang)
        assert chart.png().startswith(b"\x89PNG")
        assert str(found["targets"]["year"]) in chart.title
    assert (place / "outputs" / "tiny-optimum" / "charts" / "paduan.png").exists()


def test_every_mistake_is_told_at_once_and_nothing_is_written(place: Path, typed: Typed) -> None:
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
    code, _said, errors = typed("optimise", "tiny", *words, "--out", "wrong")
    assert code == 2
    lines = errors.splitlines()
    for (option, value), hint in mistakes.items():
        assert any(hint in line and (value in line or option in line) for line in lines), (value, lines)
    assert len(lines) == len(mistakes)
    assert not (place / "wrong").exists()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"base": "uhc-drop"}, "binds"),
        ({"where": "tniy"}, "tniy"),
        ({"stock": "2020-01"}, "no membership stock dated 2020-01"),
    ],
)
def test_what_cannot_be_asked_is_said(place: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str],
                                      message: str) -> None:  # fmt: skip
    monkeypatch.chdir(place)
    with pytest.raises(UserError, match=message):
        prepared(Asked(**{"where": "tiny", **asked}))


def test_the_ceiling_is_the_districts_own_line_when_none_is_typed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    district = tiny_district(600, facilities=2, month="2023-12")
    line = district.budget[0].model_copy(update={"year": 2024, "amount": 123_456_789})
    write_folder(district.model_copy(update={"budget": (line,)}), place / "lined")
    assert prepared(Asked("lined"))[1].ceiling == 123_456_789
    assert prepared(Asked("lined", ceiling="1.000.000"))[1].ceiling == 1_000_000
    assert prepared(Asked("tiny"))[1].ceiling is None  # its line is of 2023


def test_a_folder_in_use_or_damaged_is_left_alone(typed: Typed, tmp_path: Path) -> None:
    code, _said, errors = typed("optimise", "tiny", *SMALL)
    assert code == 2
    assert "--resume" in errors
    (tmp_path / FILE).write_text("no database", encoding="utf-8")
    with pytest.raises(UserError, match="damaged"):
        _opened(tmp_path, "")


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
