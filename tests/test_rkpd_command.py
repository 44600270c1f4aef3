"""``prakira rkpd`` as a user types it, on the engine itself: the answer, the file, each mistake with its message."""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command import typed

from cli.main import main
from cli.rkpd_answer import answer
from districts.text import translator
from districts.tiny import tiny_district
from districts.write import write_folder
from tests.rkpd_example import EXAMPLE

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("place")
    write_folder(tiny_district(500, facilities=2, month="2026-05"), where / "tiny")
    return where


@pytest.fixture(scope="module")
def told(place: Path) -> str:
    """The English answer of a small proposal, its file beside it."""
    done = typed("rkpd", "tiny", "--replicates", "3", "--side-replicates", "2", "--jobs", "1", "--out", "usulan",
                   "--possible", "rise=48000@0.25", "--lang", "en", at=place)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_answer_comes_first_and_fits_the_screen(told: str) -> None:
    lines = told.splitlines()
    assert "RKPD 2027: final draft, data to May 2026" in lines[0]  # the next stage after the last month of data
    assert lines[2].startswith("Propose IDR ")
    assert "cannot be said with 3 replicates" in " ".join(lines[2:6])
    assert max(map(len, lines)) <= 80
    for heading in ("Rows by account", "What a cut does", "What each further", "Under other rules"):
        assert heading in told
    assert "rise 48,000" in told


def test_the_file_holds_the_whole_proposal_and_adds_up(place: Path, told: str) -> None:
    record = json.loads((place / "usulan" / "proposal.json").read_text(encoding="utf-8"))
    assert f"{record['amount']:,}" in told
    assert sum(row["heads"] * row["months"] * row["price"] for row in record["rows"]) == record["amount"]
    assert sum(month["withdrawal"] for month in record["cash"]) == record["amount"]
    assert (record["year"], record["basis"]["stage"]["key"]) == (2027, "final_draft")
    assert [line["cut"] for line in record["lines"][:4]] == [0.0, 0.1, 0.2, 0.3]
    assert {rule["name"]: rule["chance"] for rule in record["possible"]} == {"rise": 0.25}


def test_less_money_never_pays_for_more_on_the_same_luck(place: Path, told: str) -> None:
    """Under one regime and the same luck a smaller line is empty no later and pays for no more."""
    record = json.loads((place / "usulan" / "proposal.json").read_text(encoding="utf-8"))
    lines = sorted((line for line in record["lines"] if line["regime"] == record["basis"]["regime"]),
                   key=lambda line: line["line"])  # fmt: skip
    for less, more in zip(lines, lines[1:], strict=False):
        assert less["months_covered"] <= more["months_covered"]
        assert less["person_months"] <= more["person_months"]
    dropped = [line for line in record["lines"] if line["regime"] == "drop"]
    assert all(line["lose_cover"] > 0 for line in dropped if line["cut"] == 0.3)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_full_answer_fits_the_screen(lang: str) -> None:
    kris = replace(EXAMPLE.possible[0], name="kris", value=150_000)
    text = answer(replace(EXAMPLE, possible=(*EXAMPLE.possible, kris), before_short=10**9), lang)
    assert max(map(len, text.splitlines())) <= 80
    assert ("Usulkan Rp17.897.439.000" if lang == "id" else "Propose IDR 17,897,439,000") in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--certainty", "0.9", "--replicates", "20"), "kepastian memerlukan"),
        (("--known-until", "2026"), "2026 bukan bulan"),
        (("--known-until", "2020-01"), "tidak mempunyai stok peserta sampai 2020-01"),
        (("--year", "2027", "--known-until", "2027-12"), "paling lambat 2027-11"),
        (("--scenario", "uhc-non-cutoff"), "uhc-non-cut-off"),
        (("--possible", "48000"), "bukan aturan yang mungkin"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_written(
    place: Path, words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", ["prakira", "rkpd", "tiny", *words, "--out", "kosong"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (place / "kosong" / "proposal.json").exists()


def test_json_is_all_that_is_printed(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    asked = ["prakira", "rkpd", "tiny", "--replicates", "1", "--side-replicates", "0", "--jobs", "1", "--json"]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["certainty"], record["lines"], record["curve"]) == (None, [], [])


def test_every_text_has_its_indonesian() -> None:
    sources = [ROOT / "cli" / "rkpd.py", ROOT / "cli" / "rkpd_answer.py", *(ROOT / "scenarios" / "rkpd").glob("*.py")]
    ids = set()
    for node in (node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in ("_", "UserError"):
            assert isinstance(node.args[0], ast.Constant)
            ids.add(node.args[0].value)
    assert len(ids) > 60
    assert [text for text in sorted(ids - {"rupiah"}) if translator("id")(text) == text] == []
