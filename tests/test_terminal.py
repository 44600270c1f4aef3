"""What every command owes a terminal and a script: --json, 80 columns, plain text in a pipe, exit codes, completion."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import typer
from command import PATHS, prakira, typed

from cli import completion
from cli.app import app
from cli.tables import table_lines
from districts.faults import UserError
from districts.read import shipped_examples
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.levers import LEVERS
from scenarios.scenario import library

#: Commands without a result of their own: a server, and a table that is CSV already.
NO_RESULT = {"web", "export"}
KBK = (
    "facility,type,month,contacts,registered,nonspecialist_referrals,referrals,dm_controlled,dm_diagnosed,"
    "ht_controlled,ht_diagnosed,members,tariff\n"
    "Puskesmas Tanjung Agung Palik yang jauh sekali,puskesmas,2026-01,3000,21000,3,120,4,100,5,300,20500,6000\n"
    "Puskesmas Tanjung Agung Palik yang jauh sekali,puskesmas,2026-02,3100,21000,3,120,4,100,5,300,20500,6000\n"
    "Lais,puskesmas,2026-01,1000,9000,0,50,0,0,2,100,8000,5600\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a district, a run of it, a table of KBK counts and a series."""
    where = tmp_path_factory.mktemp("place")
    write_folder(tiny_district(600, facilities=2, month="2023-12"), where / "tiny")
    (where / "kbk.csv").write_text(KBK, encoding="utf-8")
    months = [f"{year}-{month:02d}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    lines = [f"Kabupaten Contoh,active,{month},{250_000 + 37 * at % 900}" for at, month in enumerate(months)]
    (where / "series.csv").write_text("\n".join(["place,indicator,month,value", *lines]), encoding="utf-8")
    done = prakira("run", "tiny", "--scenario", "baseline", "--scenario", "pbi-cut", "--months", "2", "--replicates",
                   "10", "--jobs", "1", "--out", "run", at=where)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return where


# -- every command ---------------------------------------------------------------------------------------------------
def commands() -> Iterator[tuple[str, Any]]:
    """Every command of the program by the words that call it."""

    def walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, Any]]:
        inside = getattr(command, "commands", {})
        if words and (not inside or command.invoke_without_command):
            yield " ".join(words), command
        for name, child in inside.items():
            yield from walk((*words, name), child)

    group = typer.main.get_command(app)
    yield from ((words, command) for words, command in walk((), group) if words != "budget")


def test_the_commands_of_the_design_are_there() -> None:
    assert {"init", "check", "run", "calibrate", "backtest", "rkpd", "compare", "optimise", "sensitivity", "kbk score",
            "kbk gap", "kbk plan", "budget uhc", "budget readings", "rules", "rules show", "levers", "scenarios",
            "month", "export", "web"} <= {words for words, _command in commands()}  # fmt: skip


@pytest.mark.parametrize(("words", "command"), [pytest.param(*pair, id=pair[0]) for pair in commands()])
def test_every_command_that_prints_a_result_prints_json_too(words: str, command: Any) -> None:
    has = any("--json" in option.opts for option in command.params)
    assert has != (words in NO_RESULT)


def test_help_tells_the_exit_codes_and_the_same_of_the_same_option(tmp_path: Path) -> None:
    assert "Exit codes: 0 done, 1 stopped (Ctrl-C) or failed, 2 a fault" in prakira("--help", at=tmp_path).stdout
    told: dict[str, set[str]] = {"--lang": set(), "--json": set()}
    stack = [typer.main.get_command(app)]
    while stack:
        command = stack.pop()
        stack += getattr(command, "commands", {}).values()
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", ""), f"{command.name} {parameter.name}"
            for option in told.keys() & set(parameter.opts):
                told[option].add(str(getattr(parameter, "help", "")))
    languages = {
        "Language of the output: id or en.",
        "Language of the templates: id or en.",
        "Language at first: id or en.",
    }
    assert told["--lang"] == languages
    assert told["--json"] == {"Print JSON.", "Print JSON: the figures of the page, or the files."}


@pytest.mark.parametrize("words", ["", "kbk", "budget", *(words for words, _command in commands())])
def test_help_fits_80_columns(words: str, tmp_path: Path) -> None:
    done = prakira(*words.split(), "--help", at=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: prakira")
    assert max(map(len, done.stdout.splitlines())) <= 80


RESULTS = [
    "check tiny", "check bengkulu-utara", "run tiny --scenario baseline --months 1 --replicates 1 --jobs 1 --out {new}",
    "compare run", "compare run --by month", "compare run --by facility", "kbk score kbk.csv", "kbk gap kbk.csv",
    "kbk plan run", "kbk plan kabupaten-contoh", "budget uhc --members 28795 --existing 3700000000 --year 2023",
    "budget uhc --members 28795 --year 2026 --accounts",
    "budget uhc --population 301000 --registered 299000 --active 231000 --year 2026",
    "budget readings --existing 3700000000 --members 28795 --start 11 --year 2023", "rules", "rules --on 2017-06",
    "rules show kbk.bands", "levers", "levers recruitment", "scenarios", "scenarios ilp-phased", "month",
    "backtest --series series.csv --origins 2 --horizon 2 --jobs 1", "init {new}",
]  # fmt: skip


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("words", RESULTS)
def test_what_is_printed_fits_80_columns_and_is_plain(place: Path, tmp_path: Path, words: str, lang: str) -> None:
    done = prakira(*words.format(new=tmp_path / "new").split(), "--lang", lang, at=place)
    assert done.returncode == 0, done.stderr
    lines = [line for line in (done.stdout + done.stderr).splitlines() if str(tmp_path) not in line]
    assert lines
    assert max(map(len, lines)) <= 80
    assert not re.search(r"[^\n\x20-\x7e\u00a0-\U0010ffff]", done.stdout + done.stderr)  # no colours, no bells


@pytest.mark.parametrize("words", RESULTS)
def test_json_is_all_that_is_printed(place: Path, tmp_path: Path, words: str) -> None:
    done = prakira(*words.format(new=tmp_path / "new").split(), "--json", at=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)


def test_json_of_a_run_holds_what_the_answer_tells(place: Path) -> None:
    words = ["run", "tiny", "--scenario", "baseline", "--scenario", "pbi-cut", "--months", "2", "--replicates", "10",
             "--jobs", "1", "--out", "run", "--resume"]  # fmt: skip
    told = json.loads(prakira(*words, "--json", at=place).stdout)
    assert [one["name"] for one in told["scenarios"]] == ["baseline", "pbi-cut"]
    assert told["months"] == ["2024-01", "2024-02"]
    assert (told["replicates"], told["proposal"], told["calibrated"]) == (10, None, False)
    assert {one["scenario"] for one in told["differences"]} == {"pbi-cut"}
    first = told["scenarios"][0]["active_share"]["first"]
    said = prakira(*words, "--lang", "en", at=place).stdout
    assert re.search(rf"^baseline .*  {first * 100:.1f}% →", said, re.MULTILINE)


def test_the_calculators_print_the_same_numbers_as_json_and_csv(place: Path) -> None:
    (scored, *_others) = json.loads(prakira("kbk", "score", "kbk.csv", "--json", at=place).stdout)
    assert (scored["ak_rating"], scored["score"], scored["share_percent"]) == (2, 2.4, 90.0)
    assert scored["capitation_rupiah"] == 20500 * 6000 * 90 // 100
    steps = json.loads(prakira("kbk", "gap", "kbk.csv", "--json", at=place).stdout)
    (ak,) = [one for one in steps if one["step"] == "ak" and one["month"] == "2026-01"]
    assert (ak["contacts_to_add"], ak["rating"]) == (
        46,
        3,
    )  # 145 of 1,000 from 21,000 members: 3,045, or more than 3,045
    (lais,) = [one for one in steps if one["facility"] == "Lais"]
    assert (lais["flag"], lais["score"]) == ("zero_denominator dm", None)
    table = json.loads(prakira("budget", "uhc", "--members", "100", "--year", "2026", "--json", at=place).stdout)
    assert (table["starts"][10]["months"], table["starts"][10]["additional_rupiah"]) == (2, 100 * 37800 * 2)
    done = prakira("kbk", "score", "kbk.csv", "--json", "--out", "-", at=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--json dan --out - tidak dapat bersama" in done.stderr


# -- tables ----------------------------------------------------------------------------------------------------------
def test_a_table_that_is_too_wide_goes_on_beneath_with_its_keys() -> None:
    head = ["place", "month", *(f"figure number {at}" for at in range(12))]
    rows = [[f"Puskesmas {at}", f"2026-0{at}", *(f"{10**9 + column:,}" for column in range(12))] for at in (1, 2)]
    lines = table_lines(head, rows, left=2, keys=2)
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for column in range(12):
        assert text.count(f"{10**9 + column:,}") == 2
    blocks = text.split("\n\n")
    assert len(blocks) > 1
    assert all(block.count("Puskesmas 1  2026-01") == 1 for block in blocks)


def test_a_narrow_table_is_as_wide_as_its_words() -> None:
    assert table_lines(["a", "number"], [["bb", "1"], ["c", "22"]]) == ["a   number", "──────────", "bb       1",
                                                                     "c       22"]  # fmt: skip


def test_words_wrap_and_figures_do_not() -> None:
    lines = table_lines(["what", "how much"], [["word " * 30, "Rp1.234.567.890"]])
    assert max(map(len, lines)) <= 80
    assert sum("Rp1.234.567.890" in line for line in lines) == 1
    assert " ".join(lines).count("word") == 30


# -- a pipe ----------------------------------------------------------------------------------------------------------
def test_a_pipe_gets_plain_text_and_progress_goes_beside_it(place: Path, tmp_path: Path) -> None:
    words = ["run", "tiny", "--scenario", "baseline", "--months", "1", "--replicates", "2", "--jobs", "1"]
    done = typed(*words, "--out", str(tmp_path / "run"), at=place, TERM="xterm-256color", COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr
    assert "2 dari 2 hitungan" in done.stderr
    assert "unit" not in done.stdout.splitlines()[0]
    assert max(map(len, done.stderr.splitlines())) <= 80


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """As with ``prakira rules | head -1``."""
    command = f'"{sys.executable}" -m cli.main rules | head -1'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": PATHS}, check=False)  # fmt: skip
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


# -- exit codes ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["month"], 0),
        (["check", "nowhere"], 2),
        (["run", "tiny", "--months", "x"], 2),
        (["run"], 2),
        (["nothing"], 2),
        (["rules", "show", "premium"], 2),
        (["budget", "uhc", "--year", "2026"], 2),
    ],
)
def test_exit_codes(place: Path, words: list[str], code: int) -> None:
    done = prakira(*words, at=place)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == (code != 0)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "media penyimpanan penuh"),
        (PermissionError(errno.EACCES, "Permission denied", "outputs/x"), "outputs/x tidak dapat dibaca atau ditulis"),
    ],
)
def test_a_disk_that_fails_is_told_and_the_code_is_1(place: Path, error: Exception, told: str) -> None:
    with patch("cli.district.print_json", side_effect=error):
        done = prakira("init", str(place / f"new-{told[:3]}"), "--json", at=place)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_room_is_a_full_disk(place: Path) -> None:
    with sqlite3.connect(":memory:") as full:
        full.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            full.execute("CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) "
                         "SELECT i FROM n")  # fmt: skip
    with patch("sim.rules.load_rules", side_effect=caught.value):
        done = prakira("rules", at=place)
    assert (done.returncode, done.stdout) == (1, "")
    assert "media penyimpanan penuh" in done.stderr


def test_a_bug_is_no_user_s_fault(place: Path) -> None:
    with patch("sim.rules.load_rules", side_effect=RuntimeError("bug")), pytest.raises(RuntimeError):
        prakira("rules", at=place)
    with patch("sim.rules.load_rules", side_effect=UserError("--json and --out - exclude each other")):
        assert prakira("rules", at=place).returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def _stored(path: Path) -> int:
    """Units that a run has stored so far."""
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(path)) as file:
        return int(file.execute("SELECT count(*) FROM units").fetchone()[0])


def test_ctrl_c_ends_with_1_and_a_word(place: Path, tmp_path: Path) -> None:
    words = [
        "run",
        "tiny",
        "--scenario",
        "baseline",
        "--replicates",
        "500",
        "--jobs",
        "1",
        "--out",
        str(tmp_path / "x"),
    ]
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from cli.main import main; main()"
    with subprocess.Popen([sys.executable, "-c", heard, *words], cwd=place, text=True, stderr=subprocess.PIPE,
                          env={**os.environ, "PYTHONPATH": PATHS}) as process:  # fmt: skip
        deadline = time.monotonic() + 120
        while not _stored(tmp_path / "x" / "results.sqlite") and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert error.strip().endswith("Dihentikan.")
    assert "Traceback" not in error


# -- completion ------------------------------------------------------------------------------------------------------
def completed(at: Path, line: str, shell: str = "bash") -> list[str]:
    """What the shell is told for ``line`` as it is typed so far, by the shell's own protocol."""
    asked = {"_PRAKIRA_COMPLETE": f"complete_{shell}", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")),
             "_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}  # fmt: skip
    with patch.dict(os.environ, asked):
        done = prakira(at=at)
    assert (done.returncode, done.stderr) == (0, "")
    return [text.split("\t")[0] for text in done.stdout.split("\n") if text]


def test_commands_and_names_are_completed(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "tiny", tmp_path / "tiny")
    shutil.copytree(place / "run", tmp_path / "run")
    place = tmp_path
    assert completed(place, "prakira ru") == ["run", "rules"]
    assert completed(place, "prakira kbk pl") == ["plan"]
    assert completed(place, "prakira run ") == sorted([*shipped_examples(), "tiny"])
    assert completed(place, "prakira run tiny beng") == ["bengkulu-utara"]
    assert completed(place, "prakira check ./ti") == ["./tiny"]
    assert completed(place, "prakira run tiny --scenario ") == sorted(library())
    assert completed(place, "prakira scenarios uhc-ow") == ["uhc-owe", "uhc-own-line"]
    assert completed(place, "prakira levers ") == sorted(LEVERS)
    assert completed(place, "prakira compare ") == ["run"]
    assert completed(place, "prakira rules show premium.pbi") == ["premium.pbi_jk"]
    assert completed(place, "prakira compare run --by m") == ["month"]
    assert "outreach.hours_per_month=" in completed(place, "prakira optimise tiny --lever outreach.")
    assert completed(place, "prakira run tiny --lang ") == ["en", "id"]
    assert completed(place, "prakira run nothing-like-it") == []


def test_runs_in_outputs_are_completed(place: Path, tmp_path: Path) -> None:
    for folder in ("a", "curup/alfa"):
        (tmp_path / "outputs" / folder).mkdir(parents=True)
        (tmp_path / "outputs" / folder / "results.sqlite").touch()
    with chdir(tmp_path):
        assert completion.runs("outputs/") == ["outputs/a", "outputs/curup/alfa"]
        assert completion.runs_and_districts("kab") == ["kabupaten-contoh"]
        assert completion.districts("nowhere/x") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_as_much(place: Path, shell: str) -> None:
    assert "uhc-owe" in " ".join(completed(place, "prakira scenarios uhc-ow", shell))


@pytest.mark.parametrize(("shell", "text"), [("bash", "complete -o default -F"), ("zsh", "#compdef prakira")])
def test_the_script_for_a_shell_is_shown(place: Path, shell: str, text: str) -> None:
    with patch.dict(os.environ, {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}):
        done = prakira("--show-completion", shell, at=place)
    assert text in done.stdout
    assert "_PRAKIRA_COMPLETE" in done.stdout
