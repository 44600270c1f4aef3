"""``prakira scenarios`` and ``prakira levers`` as a user types them; every fault of a scenario file with its line."""

from __future__ import annotations

import io
import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from cli.main import main
from districts.tiny import tiny_district
from districts.write import write_folder
from scenarios.levers import LEVERS
from scenarios.scenario import Scenario, library, load_scenario

HEAD = "name: x\ntitle: {id: judul, en: title}\nexplanation: {id: teks, en: text}\nextends: baseline\nlevers:\n"
DOCS = Path(__file__).parent.parent / "docs" / "scenarios.md"


def prakira(*words: str | Path) -> tuple[int, str, str]:
    """(exit code, output, messages) of a command: the same entry point, within this process."""
    out, error, code = io.StringIO(), io.StringIO(), 0
    with patch.object(sys, "argv", ["prakira", *map(str, words)]), redirect_stdout(out), redirect_stderr(error):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), error.getvalue()


def said(*words: str | Path) -> str:
    code, out, error = prakira(*words)
    assert (code, error) == (0, "")
    return out


def told(folder: Path, levers: str) -> list[str]:
    """The faults of a file with these levers; nothing else is printed."""
    path = folder / "x.yaml"
    path.write_text(HEAD + levers, encoding="utf-8")
    code, out, error = prakira("scenarios", path, "--lang", "en")
    assert (code, out) == (2, "")
    assert "Traceback" not in error
    return error.splitlines()


def test_the_library_is_listed_whole() -> None:
    listed = json.loads(said("scenarios", "--json"))
    assert [entry["name"] for entry in listed] == library()
    for entry in listed:
        assert {"name", "title", "explanation", "chain", "levers"} <= set(entry)
        assert set(entry["title"]) == set(entry["explanation"]) == {"id", "en"}
        assert entry["chain"][-1] == entry["name"]
    (need,) = [entry for entry in listed if entry["name"] == "uhc-from-january"]
    assert set(need["question"]) == {"id", "en"}
    for lang in ("id", "en"):
        text = said("scenarios", "--lang", lang)
        assert max(map(len, text.splitlines())) <= 80
        assert all(f"{name}: " in text for name in library())


def test_the_questions_of_a_planner_are_in_the_library() -> None:
    asked = {
        "uhc-from-january", "uhc-from-july", "uhc-bars-98-80", "uhc-bars-95-75", "uhc-owe", "uhc-drop", "uhc-freeze",
        "line-one-month-short", "line-two-months-short", "line-three-months-short", "pbi-cut", "pbi-cut-takeover",
        "collectors", "reminders", "rehab", "outreach", "referral-training", "drug-budget", "doctors-to-minimum",
        "kbk-zones-2016", "kbk-zones-2017",
    }  # fmt: skip
    assert asked <= set(library())


@pytest.mark.parametrize("name", ["premium-compliance", "uhc-bars-98-80", "line-two-months-short"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_one_scenario_is_shown_with_its_levers(name: str, lang: str) -> None:
    text, scenario = said("scenarios", name, "--lang", lang), load_scenario(name)
    assert max(map(len, text.splitlines())) <= 80
    assert scenario.title[lang] in " ".join(text.split())
    assert " → ".join(scenario.chain) in text
    for placed in scenario.levers:
        assert f"  {placed.lever.kind} (" in text
    assert [entry["name"] for entry in json.loads(said("scenarios", name, "--json"))] == [name]


@pytest.mark.parametrize("kind", LEVERS)
def test_a_lever_is_documented_from_its_code(kind: str) -> None:
    lever = LEVERS[kind]
    fields = [name for name in lever.model_fields if name not in ("kind", "effect")]
    for lang in ("id", "en"):
        text = said("levers", kind, "--lang", lang)
        assert max(map(len, text.splitlines())) <= 80
        assert all(re.search(rf"^  {name}: ", text, re.MULTILINE) for name in fields)
        assert bool(lever.strength) == bool(re.search(r"^  effect: ", text, re.MULTILINE))
    flat = " ".join(text.split())
    assert lever.evidence in flat
    documented = json.loads(said("levers", kind, "--lang", "en", "--json"))[0]["facts"]
    assert [fact["id"] for fact in documented] == list(lever.facts)
    for fact in documented:
        assert f"{fact['id']}: {fact['text']}; confidence {fact['confidence']}" in flat
        assert set(fact) == {"id", "text", "figures", "from", "to", "place", "study", "source", "confidence"}
    assert lever.cost in flat


def test_the_example_of_every_lever_is_a_lever_that_loads(tmp_path: Path) -> None:
    documents = json.loads(said("levers", "--json"))
    assert [entry["kind"] for entry in documents] == list(LEVERS)
    for entry in documents:
        path = tmp_path / f"{entry['kind']}.yaml"
        head = HEAD.removesuffix("levers:\n")
        path.write_text(head + entry["example"]["yaml"], encoding="utf-8")
        assert [placed.lever.kind for placed in load_scenario(path).levers] == [entry["kind"]]
        assert entry["evidence"]
        assert entry["cost"]
        for field in entry["fields"]:
            assert set(field) >= {"name", "about", "unit", "least", "most", "choices", "required", "default"}


def collectors(*lines: str) -> str:
    return "\n    ".join(["  - kind: collectors", *lines]) + "\n"


@pytest.mark.parametrize(
    ("levers", "expected"),
    [
        # numbers that change by month
        (collectors("share: {2027-13: 0.1}", "cost_per_family: 1"),
         ["x.yaml:7: share has the key '2027-13'. Expected: a month as YYYY-MM, +3 for three months after the run's "
          "start, or january for the next January"]),
        (collectors("share: {}", "cost_per_family: 1"),
         ["x.yaml:7: share is {}. Expected: a number for at least one month, such as 2027-01: 0.1"]),
        (collectors("share: {+6: 0.1, '+6': 0.2}", "cost_per_family: 1"),
         ["x.yaml:7: share has the key '+6'. Expected: every month once"]),
        (collectors("start: 2027-01", "share: {2027-01: 0.1}", "cost_per_family: 1"),
         ["x.yaml:7: start is '2027-01'. Expected: no start beside numbers by month, whose first month is the start"]),
        (collectors("share: {2027-01: 0.1, +3: 0.2}", "cost_per_family: 1"),
         ["x.yaml:7: share is {'2027-01': 0.1, 3: 0.2}. Expected: its months, and stop, all as YYYY-MM or all as +3"]),
        (collectors("share: {january: 0.1, july: 0.2}", "cost_per_family: 1"),
         ["x.yaml:7: share is {'january': 0.1, 'july': 0.2}. Expected: its months, and stop, all as YYYY-MM or all "
          "as +3"]),
        (collectors("share: {2027-01: 0.1}", "stop: +3", "cost_per_family: 1"),
         ["x.yaml:7: share is {'2027-01': 0.1}. Expected: its months, and stop, all as YYYY-MM or all as +3"]),
        (collectors("share: {2027-01: 0.1, 2027-06: 0}", "stop: 2027-06", "cost_per_family: 1"),
         ["x.yaml:8: stop is '2027-06'. Expected: a month after the last one that has a number"]),
        (collectors("share: {2027-01: 0.1}", "cost_per_family: {2027-02: 1}"),
         ["x.yaml:8: cost_per_family is {'2027-02': 1}. Expected: a number from 2027-01 on, like share"]),
        (collectors("share:", "  2027-01: 0.1", "  2027-07: 1.3", "  2028-01: many", "cost_per_family: 1"),
         ["x.yaml:9: share.2027-07 is 1.3. Expected: 1.0 or less",
          "x.yaml:10: share.2028-01 is 'many'. Expected: a number"]),
        ("  - {kind: autodebit, share: {+0: 0.1}, cost_per_family: 1}\n",
         ["x.yaml:6: share is {0: 0.1}. Expected: one number: autodebit has no start and stop between which it could "
          "change"]),
        ("  - {kind: pemda_intake, heads: {+0: 100}}\n",
         ["x.yaml:6: heads is {0: 100}. Expected: one number: it holds for the lever as a whole"]),
        # forty thousand, as an Indonesian writes it
        (collectors("share: 0.1", "cost_per_family: 40.000"),
         ["x.yaml:8: cost_per_family is 40.0. Expected: a whole number without a point: 40000, not 40.000"]),
        (collectors("share: {2027-01: 0.1, 2027-07: 0.2}", "cost_per_family: {2027-01: 40.000}"),
         ["x.yaml:8: cost_per_family.2027-01 is 40.0. Expected: a whole number without a point: 40000, not 40.000"]),
        # strength
        (collectors("share: 0.1", "cost_per_family: 1", "effect: {low: 2, high: 1}"),
         ["x.yaml:9: effect is {'low': 2, 'high': 1}. Expected: low, median and high in this order"]),
        (collectors("share: 0.1", "cost_per_family: 1", "effect: {lo: 0.5, high: 11}"),
         ["x.yaml:9: effect.low is missing. Expected: a value for effect.low",
          "x.yaml:9: effect.high is 11. Expected: 10.0 or less",
          "x.yaml:9: unknown key effect.lo. Expected: nearest known: low"]),
        (collectors("share: 0.1", "cost_per_family: 1", "effect: 0.5"),
         ["x.yaml:9: effect is 0.5. Expected: keys with values"]),
        ("  - {kind: kbk_scheme, scheme: zones_2016, effect: {low: 0.5, high: 2}}\n",
         ["x.yaml:6: the lever contradicts itself. Expected: no effect for kbk_scheme: it has no strength that could "
          "be uncertain"]),
        # places
        ("  - kind: outreach\n    hours_per_month: 9\n    cost_per_hour: 1\n    facilities:\n      kecamatn: A\n"
         "      location: [remote, far]\n      ak_below: 0\n",
         ["x.yaml:11: facilities.location.1 is 'far'. Expected: one of 'urban', 'rural', 'remote', 'very_remote'",
          "x.yaml:12: facilities.ak_below is 0. Expected: more than 0.0",
          "x.yaml:10: unknown key facilities.kecamatn. Expected: nearest known: kecamatan"]),
        ("  - {kind: outreach, hours_per_month: 9, cost_per_hour: 1, facilities: {}}\n",
         ["x.yaml:6: facilities is {}. Expected: at least one of kecamatan, type, location, blud, inpatient, "
          "below_minimum, ak_below"]),
        ("  - {kind: outreach, hours_per_month: 9, cost_per_hour: 1, facilities: 7}\n",
         ["x.yaml:6: facilities is 7. Expected: all, blud, a list of names or codes of facilities, or a group such as "
          "kecamatan: NAME"]),
        # months
        ("  - {kind: pbi_cut, month: janury, share: 0.1}\n",
         ["x.yaml:6: month is 'janury'. Expected: a month as YYYY-MM, +3 for three months after the run's start, or "
          "january for the next January"]),
        ("  - {kind: pbi_cut, month: 202701, share: 0.1}\n",
         ["x.yaml:6: month is 202701. Expected: a month as YYYY-MM, +3 for three months after the run's start, or "
          "january for the next January"]),
        # several levers, all faults at once
        (collectors("share: {2027-13: 0.1}", "cost_per_family: -1", "efect: {low: 1, high: 1}")
         + "  - {kind: colectors, share: 0.1}\n",
         ["x.yaml:7: share has the key '2027-13'. Expected: a month as YYYY-MM, +3 for three months after the run's "
          "start, or january for the next January",
          "x.yaml:8: cost_per_family is -1. Expected: 0 or more",
          "x.yaml:9: unknown key efect. Expected: nearest known: effect",
          "x.yaml:10: unknown lever colectors. Expected: kind: one of the levers, nearest: collectors"]),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_file_and_line(tmp_path: Path, levers: str, expected: list[str]) -> None:
    assert told(tmp_path, levers) == expected


@pytest.mark.parametrize(
    ("facilities", "expected"),
    [
        ("{kecamatan: Kecamtan 1}",
         "x.yaml:6: no facility of Kabupaten Contoh lies in kecamatan Kecamtan 1. Expected: a kecamatan in the table "
         "of facilities, nearest: Kecamatan 1"),
        ("{type: klinik_pratama}",
         "x.yaml:6: no facility of Kabupaten Contoh fits type: klinik_pratama. Expected: a group with at least one "
         "facility, or names of facilities"),
        ("{ak_below: 150}",
         "x.yaml:6: the history of Kabupaten Contoh tells the contact rate of no facility. Expected: ak, or contacts "
         "and capitated, by facility in the table history"),
        ("[Puskesms 1]",
         "x.yaml:6: unknown facility Puskesms 1. Expected: a facility of Kabupaten Contoh, for example Puskesmas 1"),
    ],
)  # fmt: skip
def test_what_the_district_does_not_have_is_told_before_a_run(tmp_path: Path, facilities: str, expected: str) -> None:
    write_folder(tiny_district(600, facilities=2), tmp_path / "tiny")
    entry = f"  - {{kind: outreach, hours_per_month: {{+0: 9, +3: 4}}, cost_per_hour: 1, facilities: {facilities}}}\n"
    (tmp_path / "x.yaml").write_text(HEAD + entry, encoding="utf-8")
    code, out, error = prakira("run", tmp_path / "tiny", "--scenario", tmp_path / "x.yaml", "--lang", "en",
                               "--out", tmp_path / "out")  # fmt: skip
    assert (code, out) == (2, "")
    assert error.splitlines() == [expected]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scenarios", "uhc-dorp"], "nearest known: uhc-drop"),
        (["scenarios", "nowhere/x.yaml"], "there is no scenario file nowhere/x.yaml"),
        (["scenarios", "uhc-drop", "--lang", "fr"], "fr"),
        (["levers", "colector"], "nearest known: collectors"),
        (["levers", "collectors", "--lang", "fr"], "fr"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(words: list[str], message: str) -> None:
    code, out, error = prakira(*words, *([] if "--lang" in words else ["--lang", "en"]))
    assert (code, out) == (2, "")
    assert message in error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scenarios", "zzzz"], "skenario zzzz tidak dikenal; `prakira scenarios` menyebutkan yang ada"),
        (["levers", "zzzz"], "tuas zzzz tidak dikenal; `prakira levers` menyebutkan yang ada"),
        (["rules", "show", "zzzz"], "aturan zzzz tidak dikenal. `prakira rules` menyebutkan yang ada"),
        (
            ["kbk", "plan", "kabupaten-contoh", "--facility", "zzzz"],
            "faskes zzzz tidak dikenal; yang ada: Puskesmas 1",
        ),
    ],
)
def test_a_name_that_is_like_none_is_answered_with_none(words: list[str], message: str) -> None:
    code, out, error = prakira(*words)
    assert (code, out) == (2, "")
    assert message in error
    assert "terdekat" not in error


def test_a_bad_ancestor_is_told_beside_all_other_faults(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(HEAD.replace("extends: baseline\n", "") + "  - {kind: zzzz}\n",
                                          encoding="utf-8")  # fmt: skip
    child = HEAD.replace("extends: baseline", "extends: {}") + "  - {{kind: apbd_line, rule: amount, wibble: 1}}\n"
    for extends, told in (("nowhere", "child.yaml:4: unknown scenario nowhere; `prakira scenarios` lists those there "
                           "are. Expected: a scenario of the library, or a file beside this one"),
                          ("parent", "parent.yaml:5: unknown lever zzzz. Expected: kind: one of the levers that "
                           "`prakira levers` lists")):  # fmt: skip
        text = child.replace("{id: judul, en: title}", "{{id: judul, en: title}}")
        text = text.replace("{id: teks, en: text}", "{{id: teks, en: text}}").format(extends)
        (tmp_path / "child.yaml").write_text(text, encoding="utf-8")
        code, out, error = prakira("scenarios", tmp_path / "child.yaml", "--lang", "en")
        assert (code, out) == (2, "")
        rule, wibble, ancestor = error.splitlines()
        assert ancestor == told
        assert rule == ("child.yaml:6: rule is 'amount'. Expected: one of 'unbounded', 'amounts', 'heads_at_start', "
                        "'last_year_growth', 'district'")  # fmt: skip
        assert wibble.startswith("child.yaml:6: unknown key wibble. Expected: one of kind, effect, rule, amounts")


def test_every_scenario_that_a_run_names_is_checked_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(HEAD + "  - {kind: zzzz}\n", encoding="utf-8")
    code, out, error = prakira("run", "kabupaten-contoh", "--scenario", "uhc-dorp", "--scenario", tmp_path / "x.yaml",
                               "--scenario", "none.yaml", "--lang", "en", "--out", tmp_path / "out")  # fmt: skip
    assert (code, out) == (2, "")
    assert error.splitlines() == [
        "x.yaml:6: unknown lever zzzz. Expected: kind: one of the levers that `prakira levers` lists",
        "unknown scenario uhc-dorp; nearest known: uhc-drop",
        "there is no scenario file none.yaml",
    ]


def test_levers_outside_the_run_are_told_when_it_is_made_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.write.write_outputs", lambda *_: [])
    write_folder(tiny_district(600, facilities=2, month="2023-12"), tmp_path / "tiny")
    levers = (
        "  - {kind: outreach, start: 2024-03, hours_per_month: 3, cost_per_hour: 1}\n"  # the month after the run
        "  - {kind: outreach, start: 2024-02, hours_per_month: 3, cost_per_hour: 1}\n"
        "  - {kind: cleansing, start: 2019-01, stop: 2024-01, share: 0.5, cost_per_head: 1}\n"
        "  - {kind: cleansing, start: 2019-01, stop: 2024-02, share: 0.5, cost_per_head: 1}\n"
        "  - {kind: reminders, share: {2020-01: 0.1, 2030-07: 0.3}, cost_per_message: 1}\n"
        "  - {kind: pbi_cut, month: 2023-12, share: 0.1}\n"
        "  - {kind: pbi_cut, month: +1, share: 0.1}\n"
    )
    (tmp_path / "x.yaml").write_text(HEAD + levers, encoding="utf-8")
    words = ("run", tmp_path / "tiny", "--scenario", tmp_path / "x.yaml", "--months", "2", "--replicates", "1",
             "--jobs", "1")  # fmt: skip
    code, _out, error = prakira(*words, "--lang", "en", "--out", tmp_path / "out")
    assert code == 0
    told = " ".join(error.split())
    for line, what in ((6, "start 2024-03"), (8, "stop 2024-01"), (11, "month 2023-12")):
        assert f"Warning: x.yaml:{line}: {what} lies outside the months simulated, 2024-01 to 2024-02" in told
    assert told.count("Warning: ") == 3
    assert max(map(len, error.splitlines())) <= 80
    code, _out, error = prakira(*words, "--json", "--out", tmp_path / "again")
    assert (code, error) == (0, "")
    code, _out, error = prakira(*words, "--out", tmp_path / "third")
    assert "Peringatan: x.yaml:6: start 2024-03 di luar bulan yang dihitung" in " ".join(error.split())


def test_all_messages_of_faults_are_indonesian_too(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(HEAD + collectors("share: {2027-13: 1}", "cost_per_family: 1",
                                                       "effect: {low: 2, high: 1}"), encoding="utf-8")  # fmt: skip
    lines = prakira("scenarios", tmp_path / "x.yaml")[2].splitlines()
    assert lines[0].startswith("x.yaml:7: share memuat kunci '2027-13'. Seharusnya: bulan sebagai TTTT-BB")
    assert lines[1].startswith("x.yaml:9: effect berisi")
    assert "low, median, dan high dari kecil ke besar" in lines[1]


def _examples() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_page_on_scenarios_has_examples() -> None:
    assert len(_examples()) == DOCS.read_text(encoding="utf-8").count("```yaml") >= 5


@pytest.mark.parametrize("number", range(len(_examples())))
def test_the_examples_of_the_page_load(tmp_path: Path, number: int) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(_examples()[number], encoding="utf-8")
    scenario: Scenario = load_scenario(path)
    assert scenario.levers
    assert scenario.title["en"] in said("scenarios", path, "--lang", "en")


def test_what_the_page_says_of_levers_is_so() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for name in re.findall(r"`prakira levers\s(\w+)`", page):
        assert name in LEVERS
    # "share: 0.1 becomes 0.06 at a factor of 0.6, factor: 2 of rehab_promotion becomes 1.6"
    share = LEVERS["collectors"].model_validate({"share": 0.1, "cost_per_family": 0})
    assert share.held("share", 0.6 * 0.1) == pytest.approx(0.06)
    assert LEVERS["rehab_promotion"].strength == {"factor": 1.0}
