"""The calculators as a user types them: kbk score, kbk gap, budget uhc, rules; every mistake once."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import command
import pytest
from babel.messages.pofile import read_po
from command import ROOT
from test_uhc_budget import published

from cli.main import main
from sim.rules import load_rules

RATIO_HEAD = "facility,type,month,ak_permille,rrns_percent,rppt_percent"
COUNT_HEAD = (
    "facility,type,month,contacts,registered,nonspecialist_referrals,referrals,"
    "dm_controlled,dm_diagnosed,ht_controlled,ht_diagnosed"
)


def prakira(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return command.prakira(*words, at=ROOT)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def told(*arguments: str | Path) -> str:
    """What the user is told about a mistake: exit code 2 and nothing on stdout.

    The same entry point as the command, within this process, since there are many mistakes.
    """
    out, error = io.StringIO(), io.StringIO()
    command = ["prakira", *map(str, arguments)]
    with (
        patch.object(sys, "argv", command),
        redirect_stdout(out),
        redirect_stderr(error),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert (ended.value.code, out.getvalue()) == (2, ""), error.getvalue()
    return error.getvalue()


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def _write(text: str, encoding: str = "utf-8") -> Path:
        file = tmp_path / "kbk.csv"
        file.write_bytes(text.encode(encoding))
        return file

    return _write


# -- kbk score ---------------------------------------------------------------------------------------------------------


def test_score_of_ratios_with_rupiah(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Ratings, score and share from the table of Peraturan BPJS 7/2019; rupiah = members x tariff x share, floor.

    2017 is scored by the zones then in force, where the third figure is the visit ratio. A text cell that a
    spreadsheet would run is neutralised; other columns are kept; a BOM is accepted.
    """
    file = write(
        f"{RATIO_HEAD},members,tariff,remark\n"
        "=Kerkap,puskesmas,2026-01,150,2,5,10900,5300,+x\n"
        "Lais,puskesmas,2026-01,145,2.5,4,10901,5301,-5\n"
        "Sehat,klinik_pratama,2026-01,140,3.01,2.9,9001,9001,a\n"
        "Lais,puskesmas,2017-06,151,4.9,49,9000,6000,b\n",
        "utf-8-sig",
    )
    out = tmp_path / "scored.csv"
    done = command.typed("kbk", "score", file, "--out", out, at=ROOT)
    assert done.returncode == 0, done.stderr
    assert "Lais" in done.stdout
    scored = rows_of(out.read_text(encoding="utf-8"))
    assert list(scored[0]) == [
        *RATIO_HEAD.split(","),
        "members",
        "tariff",
        "remark",
        *("ak_rating", "rrns_rating", "rppt_rating", "score", "share_percent", "capitation_rupiah", "flag"),
    ]
    added = [list(row.values())[-7:] for row in scored]
    assert added[0] == ["4", "4", "4", "4.0", "100", "57770000", ""]
    assert added[1] == ["2", "3", "3", "2.6", "90", str(10901 * 5301 * 900 // 1000), ""]
    assert added[2] == ["1", "1", "1", "1.0", "95", str(9001 * 9001 * 950 // 1000), ""]
    assert added[3] == ["safe", "safe", "unsafe", "", "95", "51300000", ""]
    assert [row["facility"] for row in scored] == ["'=Kerkap", "Lais", "Sehat", "Lais"]
    assert [row["remark"] for row in scored] == ["'+x", "-5", "a", "b"]
    assert sorted(tmp_path.iterdir()) == sorted([file, out])  # no temporary file is left


def test_the_printed_table_speaks_both_languages(write) -> None:  # type: ignore[no-untyped-def]
    file = write(f"{RATIO_HEAD},members,tariff\nLais,puskesmas,2026-01,150,2,5,10900,5300\n")
    indonesian, english = prakira("kbk", "score", file).stdout, prakira("kbk", "score", file, "--lang", "en").stdout
    assert "57.770.000" in indonesian
    assert "nilai KBK" in indonesian
    assert "57,770,000" in english
    assert "KBK score" in english


def test_on_overrides_the_date_of_the_rule(write) -> None:  # type: ignore[no-untyped-def]
    """250 per mille, 0.9 % and 90 % are three times prestasi in 2016 (115 %), and 4-4-4 today (100 %)."""
    file = write(f"{RATIO_HEAD}\nLais,puskesmas,2026-01,250,0.9,90\n")
    today = rows_of(prakira("kbk", "score", file, "--out", "-").stdout)[0]
    then = rows_of(prakira("kbk", "score", file, "--on", "2016-06-30", "--out", "-").stdout)[0]
    assert (today["share_percent"], today["score"]) == ("100", "4.0")
    assert (then["share_percent"], then["score"], then["ak_rating"]) == ("115", "", "prestasi")
    assert today["capitation_rupiah"] == ""
    assert "bukan tanggal" in told("kbk", "score", file, "--on", "juni 2016")


def test_counts_of_2018_are_scored_with_their_visit_ratio(write) -> None:  # type: ignore[no-untyped-def]
    """RPPT 10 % plays no part: no visits at all leave two of three indicators safe, 95 %; the table shows the 0."""
    file = write(f"{COUNT_HEAD},prolanis_visit_percent\nA,puskesmas,2018-01,2,10,0,10,1,10,1,10,0\n")
    scored = rows_of(prakira("kbk", "score", file, "--out", "-").stdout)[0]
    assert (scored["rppt_rating"], scored["share_percent"]) == ("unsafe", "95")
    printed = prakira("kbk", "score", file, "--lang", "en").stdout.splitlines()
    assert next(line.split() for line in printed if line.startswith("A "))[2:5] == ["200.00", "0.00", "0.00"]


def test_score_of_counts_flags_zero_denominators(write) -> None:  # type: ignore[no-untyped-def]
    """A zero denominator is told, not scored: the calculator does not guess a rating."""
    file = write(
        f"{COUNT_HEAD},members,tariff\n"
        "A,puskesmas,2026-01,1500,10000,8,400,25,500,50,1000,9000,5300\n"
        "B,puskesmas,2026-01,1500,10000,0,0,25,500,50,1000,9000,5300\n"
        "C,puskesmas,2026-01,1500,10000,8,400,0,0,50,1000,9000,5300\n"
        "D,puskesmas,2026-01,0,0,0,0,0,0,0,0,0,5300\n"
    )
    added = [list(row.values())[-7:] for row in rows_of(prakira("kbk", "score", file, "--out", "-").stdout)]
    assert added[0] == ["4", "4", "4", "4.0", "100", "47700000", ""]
    assert added[1] == ["4", "", "4", "", "", "", "zero_denominator rrns"]
    assert added[2] == ["4", "4", "", "", "", "", "zero_denominator dm"]
    assert added[3] == ["", "", "", "", "", "", "zero_denominator ak rrns dm ht"]
    assert "tanpa pembagi untuk RRNS" in prakira("kbk", "score", file).stdout


def test_scoring_a_scored_file_again_changes_nothing(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write(f"{RATIO_HEAD}\nLais,puskesmas,2026-01,149,2,5\n")
    once = prakira("kbk", "score", file, "--out", "-").stdout
    again = tmp_path / "again.csv"
    again.write_text(once, encoding="utf-8")
    assert prakira("kbk", "score", again, "--out", again).returncode == 0
    assert again.read_text(encoding="utf-8") == once


# -- kbk gap -----------------------------------------------------------------------------------------------------------


def test_gap_in_people_and_rupiah(write) -> None:  # type: ignore[no-untyped-def]
    """The case worked by hand in test_kbk: 2 contacts, 2 referrals, 10 DM or 20 HT; one step of 5 % on 9,000 heads."""
    file = write(f"{COUNT_HEAD},members,tariff\nA,puskesmas,2026-01,1449,10000,9,400,20,500,40,1000,9000,5300\n")
    done = prakira("kbk", "gap", file, "--out", "-")
    found = {row["step"]: row for row in rows_of(done.stdout)}
    assert (found["now"]["score"], found["now"]["share_percent"]) == ("2.6", "90")
    assert (found["ak"]["contacts_to_add"], found["ak"]["rupiah_per_month"]) == ("2", "2385000")
    assert (found["rrns"]["referrals_to_avoid"], found["rrns"]["rupiah_per_month"]) == ("2", "2385000")
    assert (found["dm"]["dm_controlled_to_add"], found["dm"]["rupiah_per_month"]) == ("10", "0")
    assert (found["ht"]["ht_controlled_to_add"], found["ht"]["rupiah_per_month"]) == ("20", "0")
    assert (found["together"]["score"], found["together"]["rupiah_per_month"]) == ("3.6", "2385000")
    assert "2.385.000" in prakira("kbk", "gap", file).stdout


def test_gap_needs_counts_and_today_s_scheme(write) -> None:  # type: ignore[no-untyped-def]
    by_ratios = told("kbk", "gap", write(f"{RATIO_HEAD}\nA,puskesmas,2026-01,150,2,5\n"), "--lang", "en")
    assert by_ratios.count("no such column") == 8
    old = write(f"{COUNT_HEAD},prolanis_visit_percent\nA,puskesmas,2018-01,1,10,1,10,1,10,1,10,50\n")
    assert "zones_2017" in told("kbk", "gap", old)


# -- faults of a CSV file ----------------------------------------------------------------------------------------------


def test_every_fault_of_a_csv_is_told_at_once_with_row_and_column(write) -> None:  # type: ignore[no-untyped-def]
    file = write(
        f"{COUNT_HEAD}\n"
        'A,puskesmsa,2026-1,15001,10900,-1,=3,"20,5",x,,1200\n'
        "B,puskesmas,46023,1500,10900,9,8,20,500,40,1200\n"
        ",puskesmas,2015-12,1500,10900,0,0,20,500,1.5,1200\n"
        "C,puskesmas,2026-01,1500,10900,0,0,20,500,40,1200\n"
        "\n"
        "C,puskesmas,2026-01,1500,10900,0,0,20,500,40,1200\n"
        "D,puskesmas,2026-01,1500\n"
    )
    done = prakira("kbk", "score", file, "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    expected = [
        ("row 2, column type", "unknown facility type puskesmsa", "the nearest is puskesmas"),
        ("row 2, column month", "2026-1 is not a month", "a month such as 2026-01"),
        ("row 2, column contacts", "15001, more than the 10900 of registered", "at most 10900"),
        ("row 2, column nonspecialist_referrals", "a negative number (-1)", "a whole number"),
        ("row 2, column referrals", "a formula (=3)", "a whole number"),
        ("row 2, column dm_controlled", "a decimal comma (20,5)", "a whole number"),
        ("row 2, column dm_diagnosed", "x", "a whole number"),
        ("row 2, column ht_controlled", "an empty cell", "a whole number"),
        ("row 3, column month", "46023, an Excel serial date (2026-01-01)", "a month such as 2026-01"),
        ("row 3, column nonspecialist_referrals", "9, more than the 8 of referrals", "at most 8"),
        ("row 4, column facility", "an empty cell", "the name of the facility"),
        ("row 4, column ht_controlled", "1.5", "a whole number"),
        ("row 7, column facility", "C in 2026-01 stands already in row 5", "each facility once a month"),
        ("row 8", "4 cells", "11 cells, as in the header"),
    ]
    assert len(lines) == len(expected)
    for place, found, wanted in expected:
        line = next(line for line in lines if line.startswith(f"{file}, {place}: "))
        assert f": {found}. Expected: " in line
        assert wanted in line


RATIO_FAULTS = [
    (
        "missing column",
        "facility,type,month,ak_permile,rrns_percent\nA,puskesmas,2026-01,1,2\n",
        ["row 1, column ak_permille: no such column, but ak_permile", "row 1, column rppt_percent: no such column."],
    ),
    (
        "column twice",
        f"{RATIO_HEAD},ak_permille\nA,puskesmas,2026-01,1,2,3,4\n",
        ["column ak_permille: a column given twice"],
    ),
    ("money half", f"{RATIO_HEAD},members\nA,puskesmas,2026-01,1,2,3,4\n", ["column tariff: no such column"]),
    (
        "semicolons",
        RATIO_HEAD.replace(",", ";") + "\nA;puskesmas;2026-01;1;2;3\n",
        ["row 1: columns separated by semicolons"],
    ),
    (
        "above the possible",
        f"{RATIO_HEAD}\nA,puskesmas,2026-01,1000.5,101,100.1\n",
        [
            "column ak_permille: 1000.5, above the possible. Expected: at most 1000",
            "rrns_percent: 101",
            "rppt_percent: 100.1",
        ],
    ),
    (
        "decimal comma",
        f'{RATIO_HEAD}\nA,puskesmas,2026-01,"145,5",2,3\n',
        ["a decimal comma (145,5). Expected: a number with a"],
    ),
    ("text", f"{RATIO_HEAD}\nA,puskesmas,2026-01,many,2,-3\n", ["ak_permille: many.", "a negative number (-3)"]),
    (
        "before KBK",
        f"{RATIO_HEAD}\nA,puskesmas,2015-12,1,2,3\n",
        ["row 2, column month: 2015-12, before KBK began. Expected: 2016-01"],
    ),
    (
        "counts of 2018",
        f"{COUNT_HEAD}\nA,puskesmas,2018-01,1,10,1,10,1,10,1,10\n",
        ["row 2, column prolanis_visit_percent: counts of a zone scheme without visits"],
    ),
    ("no rows", f"{RATIO_HEAD}\n\n", ["a header without rows"]),
    ("empty", "\n \n", ["an empty file"]),
    ("quote left open", f'{RATIO_HEAD}\n"A,puskesmas,2026-01,1,2,3\n', ["not readable as CSV"]),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in RATIO_FAULTS], ids=[row[0] for row in RATIO_FAULTS])
def test_faults_of_a_table_of_ratios(write, text: str, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    file = write(text)
    message = told("kbk", "score", file, "--lang", "en")
    assert message.count(str(file)) == len(expected)
    for part in expected:
        assert part in message


def test_files_that_cannot_be_used(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    latin = write(f"{RATIO_HEAD}\nSèhat,puskesmas,2026-01,1,2,3\n", "latin-1")
    assert "baris 2: teks yang bukan UTF-8" in told("kbk", "score", latin)
    assert "tidak dapat dibaca" in told("kbk", "score", tmp_path / "none.csv")
    good = write(f"{RATIO_HEAD}\nSehat,puskesmas,2026-01,1,2,3\n")
    assert "tidak dapat ditulis" in told("kbk", "score", good, "--out", tmp_path / "none" / "out.csv")


def test_a_fault_leaves_an_earlier_result_as_it_was(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out.csv"
    out.write_text("earlier", encoding="utf-8")
    told("kbk", "score", write(f"{RATIO_HEAD}\nA,puskesmas,2026-01,1,2,x\n"), "--out", out)
    assert out.read_text(encoding="utf-8") == "earlier"


# -- budget uhc --------------------------------------------------------------------------------------------------------


def test_the_published_budget_table() -> None:
    done = prakira("budget", "uhc", "--members", "28795", "--existing", "3700000000", "--year", "2023", "--out", "-")
    rows = rows_of(done.stdout)
    assert list(rows[0]) == ["start_month", "months", "additional_rupiah", "total_rupiah"]
    assert [int(row["start_month"]) for row in rows] == list(range(1, 13))
    found = [(int(row["start_month"]), int(row["additional_rupiah"]), int(row["total_rupiah"])) for row in rows[5:]]
    assert found == published()


def test_the_budget_by_accounts(tmp_path: Path) -> None:
    """35,000 on account ...0003 and 2,800 on ...0004; together the additional money of each row."""
    out = tmp_path / "budget.csv"
    done = prakira("budget", "uhc", "--members", "1000", "--year", "2026", "--accounts", "--out", out, "--lang", "en")
    assert "November 2026" in done.stdout
    row = rows_of(out.read_text(encoding="utf-8"))[10]
    assert (row["premium_account"], row["premium_rupiah"]) == ("5.1.02.02.02.0003", str(1000 * 35000 * 2))
    assert (row["aid_account"], row["aid_rupiah"]) == ("5.1.02.02.02.0004", str(1000 * 2800 * 2))
    assert int(row["additional_rupiah"]) == int(row["premium_rupiah"]) + int(row["aid_rupiah"])


def test_the_budget_from_population_registered_and_active(tmp_path: Path) -> None:
    """1,000 residents, 950 registered, 700 active: 30 heads short of 98 % and 100 of 80 % (2026); 0 and 50 in 2023."""
    counts = ["--population", "1000", "--registered", "950", "--active", "700"]
    done = prakira("budget", "uhc", "--year", "2026", *counts, "--lang", "en", "--out", tmp_path / "a.csv")
    assert "Heads missing to the registered bar: 30\n" in done.stdout
    assert "Heads needed: 100 (binding: active bar)" in done.stdout
    assert "at least (raises both shares): 30\n" in done.stdout
    assert "at most (raises only the active share): 70" in " ".join(done.stdout.split())
    assert rows_of((tmp_path / "a.csv").read_text())[11]["additional_rupiah"] == str(100 * 37800)
    before = prakira("budget", "uhc", "--year", "2023", *counts, "--out", "-")
    assert rows_of(before.stdout)[11]["additional_rupiah"] == str(50 * 37800)
    own = prakira("budget", "uhc", "--year", "2026", *counts, "--bar", "1/0.7", "--share", "27800", "--out", "-")
    assert rows_of(own.stdout)[11]["additional_rupiah"] == str(50 * 27800)
    few = prakira("budget", "uhc", "--year", "2026", *counts, "--lapsed", "5", "--arrears", "10")
    said = " ".join(few.stdout.split())
    assert "paling sedikit (menaikkan keduanya): 50 jiwa" in said
    assert "Tidak tersedia di kelompok-kelompok ini: 35 jiwa" in said


BUDGET_FAULTS = [
    (["--year", "2026"], "--members is missing"),
    (["--year", "2026", "--members", "5", "--active", "3"], "--members contradicts --active"),
    (["--year", "2026", "--members", "5", "--bar", "0.9/0.8"], "--members contradicts --bar"),
    (["--year", "2026", "--population", "5", "--active", "3"], "--registered is missing"),
    (["--year", "2026", "--lapsed", "5"], "--population, --registered, --active is missing"),
    (["--year", "2026", "--members", "-5"], "members is -5"),
    (["--year", "2026", "--members", "5", "--share", "-1"], "share is -1"),
    (["--year", "2026", "--members", "5", "--existing", "-1"], "existing is -1"),
    (["--year", "26", "--members", "5"], "year 26"),
    (["--year", "2020", "--members", "5"], "the first known value is of 2021-01-01"),
    (["--year", "2026", "--members", "5", "--share", "27800", "--accounts"], "cannot be split"),
]
COUNTED = ["--year", "2026", "--population", "100", "--registered", "90", "--active", "70"]
BUDGET_FAULTS += [
    ([*COUNTED, "--lapsed", "5"], "--lapsed and --arrears are given together"),
    ([*COUNTED, "--lapsed", "-5", "--arrears", "5"], "must be zero or more"),
    ([*COUNTED, "--lapsed", "15", "--arrears", "6"], "21 lapsed and in arrears do not fit into 20"),
    ([*COUNTED, "--bar", "98/80"], "a bar of 98/80"),
    ([*COUNTED, "--bar", "0/0.8"], "a bar of 0"),
]


@pytest.mark.parametrize(("arguments", "message"), BUDGET_FAULTS, ids=[row[1] for row in BUDGET_FAULTS])
def test_budget_mistakes(arguments: list[str], message: str) -> None:
    assert message in told("budget", "uhc", *arguments, "--lang", "en")


# -- rules -------------------------------------------------------------------------------------------------------------


def test_rules_lists_every_key_in_force() -> None:
    listed = prakira("rules", "--on", "2026-07").stdout
    for key in load_rules().keys():  # noqa: SIM118 (not a dict)
        assert re.search(rf"^{re.escape(key)}: ", listed, re.MULTILINE), key
    assert "uhc.award_2026" not in prakira("rules", "--on", "2025-07").stdout


def test_rules_show_tells_value_dates_and_papers() -> None:
    shown = prakira("rules", "show", "premium.pbpu.class1", "--on", "2020-02", "--lang", "en").stdout
    for part in ("160000", "IDR/person/month", "2020-01-01", "2020-03-31", "Perpres 75/2019", "high"):
        assert part in shown
    as_json = json.loads(prakira("rules", "show", "kbk.weights_tenths", "--on", "2026-01-01", "--json").stdout)
    assert as_json["value"] == {"ak": 4, "rrns": 5, "rppt": 1}
    assert (as_json["effective_from"], as_json["effective_to"]) == ("2019-12-01", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["premium.pbijk"], "aturan premium.pbijk tidak dikenal. Nama yang paling mirip: premium.pbi_jk"),
        (["premium.pbi_jk", "--on", "2013-12"], "nilai pertama yang diketahui mulai 2014-01-01"),
        (["premium.pbi_jk", "--on", "kemarin"], "kemarin bukan tanggal"),
    ],
)
def test_rules_mistakes(arguments: list[str], message: str) -> None:
    assert message in told("rules", "show", *arguments)


# -- texts -------------------------------------------------------------------------------------------------------------

SOURCES = [
    *(ROOT / "cli" / f"{name}.py" for name in ("kbk", "kbk_csv", "kbk_plan", "budget", "rules", "tables")),
    *(ROOT / "sim" / f"{name}.py" for name in ("kbk", "kbk_bands", "kbk_plan", "uhc_budget")),
    *(ROOT / "sim" / "rules").glob("*.py"),
]


def _message_ids(source: str) -> set[str]:
    """The texts a user may see: arguments of ``_``, ``UserError``, ``Fault`` and the fault helpers."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first, last = {"_": (0, 1), "UserError": (0, 1), "RuleDateError": (0, 1), "Fault": (1, 3)}.get(name, (0, 0))
        if name == "_fault":
            first, last = (1, 3) if isinstance(node.func, ast.Attribute) else (2, 4)
        texts = node.args[first:last]
        found |= {text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)}
    return found


def test_every_text_has_its_indonesian() -> None:
    with (ROOT / "districts" / "locale" / "calculators.id.po").open("rb") as file:
        catalogue = read_po(file, locale="id")
    known = {str(message.id) for message in catalogue if message.id and message.string}
    wanted = set().union(*(_message_ids(path.read_text(encoding="utf-8")) for path in SOURCES))
    assert len(wanted) > 80
    rules = load_rules()
    wanted |= {entry.title for key in rules.keys() for entry in rules.history(key)}  # noqa: SIM118 (not a dict)
    assert wanted <= known, wanted - known
    for message in catalogue:
        fields = set(re.findall(r"{(\w+)}", str(message.id)))
        assert fields == set(re.findall(r"{(\w+)}", str(message.string))), message.id


def test_both_readings_of_a_budget_are_printed_and_neither_is_preferred() -> None:
    words = ("budget", "readings", "--year", "2023", "--existing", "3700000000", "--members", "28795", "--start", "11")
    done = prakira(*words)
    assert done.stdout.count("Rp5.876.902.000") == 2
    assert "tidak memutuskan" in done.stdout
    rows = list(csv.DictReader(prakira(*words, "--out", "-").stdout.splitlines()))
    for reading in ("full_year", "january_to_may"):
        assert sum(int(row["rupiah"]) for row in rows if row["reading"] == reading) == 5_876_902_000
    wrong = prakira(*words[:-1], "13")
    assert wrong.returncode == 2
    assert "bulan 1 sampai 12" in wrong.stderr
