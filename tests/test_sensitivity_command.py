"""``prakira sensitivity`` as a user types it: what it prints, keeps and draws, and the mistakes it tells."""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.image import imread
from test_backtest_command import flat, prakira

from districts.tiny import tiny_district
from districts.write import write_folder
from reports.charts_tornado import tornado_chart
from reports.parameters import parameter_label
from reports.sensitivity import error_told, headline, next_told
from scenarios.sensitivity.analysis import Finding, Influence
from scenarios.sensitivity.surrogate import Error
from sim.behaviour import PARAMETERS

WORDS = ("sensitivity", "tiny", "--runs", "60", "--ways", "1", "--jobs", "1")
DRAWN = {parameter.name for parameter in PARAMETERS if parameter.scale != "fixed"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the district ``tiny``, its analysis done, and what was printed."""
    where = tmp_path_factory.mktemp("sensitivity")
    write_folder(tiny_district(300, 2, month="2023-12"), where / "tiny")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(where)
        code, said, told = prakira(*WORDS)
    assert code == 0, told
    (where / "said.txt").write_text(said, encoding="utf-8")
    return where


def test_it_tells_all_figures_in_80_columns_and_keeps_them(place: Path) -> None:
    said = (place / "said.txt").read_text(encoding="utf-8")
    assert max(map(len, said.splitlines())) <= 80
    assert "UHC non cut-off, status dijaga, 2024" in said
    record = json.loads((place / "outputs/tiny-sensitivity/sensitivity.json").read_text(encoding="utf-8"))
    assert [one["figure"] for one in record["figures"]] == ["need", "capitation", "active"]
    assert (record["year"], record["runs"], record["independent"]) == (2024, 60, True)
    assert record["simulations"] == len(DRAWN) + 1 + 60 + 20
    for one in record["figures"]:
        assert one["low"] <= one["mean"] <= one["high"]
        looked = {parameter["name"] for parameter in one["parameters"]}
        assert len(looked) + one["slight"] + len(one["idle"]) == len(DRAWN)
        assert not looked & set(one["idle"])
        # nobody awaits an amnesty in this scenario, and no fee of a specialist's drug is in the three figures
        assert {"premium.amnesty_miss", "premium.amnesty_return", "claims.prb_drugs"} <= set(one["idle"])
        assert (one["error"]["learned"], one["error"]["runs"]) == (48, 12)
        assert all(0 <= parameter["share_low"] <= parameter["share"] <= parameter["share_high"] <= 1
                   for parameter in one["parameters"])  # fmt: skip
        shown = [parameter for parameter in one["parameters"] if parameter["share"] >= 0.005]
        if shown:
            assert parameter_label(shown[0]["name"], "id")[:20] in said
            picture = (place / f"outputs/tiny-sensitivity/tornado-{one['figure']}.png").read_bytes()
            assert imread(BytesIO(picture)).shape[1] == 1500


def test_again_nothing_is_simulated_and_the_same_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr("scenarios.sensitivity.question.simulate", None)
    before = (place / "outputs/tiny-sensitivity/sensitivity.json").read_text(encoding="utf-8")
    code, said, told = prakira(*WORDS, "--json", "--lang", "en")
    assert (code, told) == (0, "")
    assert json.loads(said) == json.loads(before)
    shutil.copytree(place / "outputs/tiny-sensitivity", place / "copy", dirs_exist_ok=True)
    assert prakira(*WORDS, "--quiet", "--out", "copy")[1] == "copy\n"
    assert (place / "copy/sensitivity.json").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--runs", "59"), "runs is 59; it lies between 60 and 5000"),
        (("--ways", "0"), "ways is 0; it lies between 1 and 100"),
        (("--jobs", "0"), "jobs is 0; it lies between 1 and 1024"),
        (("--year", "2023"), "the year 2023 begins before the run, which starts in 2024-01; the first whole year is"),
        (("--scenario", "uhc-drop"), "the line of scenario uhc-drop binds"),
        (("--scenario", "nothing"), "unknown scenario nothing"),
        (("--posterior", "tiny"), "there is no posterior in tiny"),
        (("--seed", "2"), "holds simulations of something else; these differ: seed"),
        (("--ways", "2"), "these differ: ways"),
    ],
)
def test_mistakes_are_told(words: tuple[str, str], told: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr("scenarios.sensitivity.question.simulate", None)
    options = dict(zip(WORDS[2::2], WORDS[3::2], strict=True)) | {words[0]: words[1]}
    code, said, error = prakira("sensitivity", "tiny", *(word for pair in options.items() for word in pair), "--lang",
                                "en")  # fmt: skip
    assert code == 2
    assert told in flat(error)
    assert "Traceback" not in error
    assert not said or said == "Simulations are kept in outputs/tiny-sensitivity\n"


# -- words and chart of a made-up finding ----------------------------------------------------------------------------


def influence(name: str, share: float, at: tuple[float, float]) -> Influence:
    return Influence(name, share, share - 0.05, share + 0.05, share, 1e9, *at, (-1.2816, 1.2816))


FINDING = Finding(
    "need", 17e9, (2e9) ** 2, 14e9, 20e9, 6e9, 0.1, 0.85, Error(480, 120, 0.85, 0.8e9, 0.6e9, 0.9),
    (influence("segment.ask_pemda", 0.6, (15e9, 19e9)), influence("care.sick", 0.1, (17.5e9, 17.2e9))), 20,
    ("demo.tfr",),
)  # fmt: skip


def test_a_finding_is_told_in_words() -> None:
    assert headline(FINDING, 2027, "en") == (
        "The uncertainty of the need of 2027 comes first of all from “families in arrears that ask the Pemda, a "
        "month”: 60% of it"
    )
    told = next_told(FINDING, "en")
    # the 10 % and 90 % points of the prior are those of the table of parameters: 0.002 and 0.05
    assert "now 0.200% to 5.00% (8 in 10)" in told
    assert "from IDR 6.00 bn to about IDR 1.00 bn" in told
    assert "Monthly joiners and leavers by segment" in told  # what would tell of it
    assert "R² 0.85 of at most 0.90" in error_told(FINDING, "en")
    assert "rough" not in error_told(FINDING, "en")


def test_a_stand_in_that_tells_too_little_names_no_parameter() -> None:
    weak = Finding(**{**vars(FINDING), "error": Error(480, 120, 0.3, 2e9, 0.6e9, 0.9)})
    assert weak.next is None
    assert "take its shares as rough" in error_told(weak, "en")
    assert headline(weak, 2027, "en").endswith("cannot be told from so few runs")
    assert next_told(weak, "en") == ""


def test_luck_comes_first_where_it_weighs_most() -> None:
    lucky = Finding(**{**vars(FINDING), "luck": 0.7})
    assert "luck and shocks first of all: 70%" in headline(lucky, 2027, "en")


def test_the_tornado_shows_both_ends_of_every_bar() -> None:
    chart = tornado_chart(FINDING, 2027, "Kabupaten Contoh, UHC", "en")
    assert chart is not None
    text = chart.svg()
    # both values of the second, which lie on one side of the mean, stand together at the far end
    for words in ("0.200%", "5.00%", "0.0802 … 0.0980", "60%", "10%", "need of 2027, IDR bn"):
        assert f">{words}<" in text, words
    assert imread(BytesIO(chart.png())).shape[1] == 1500
    assert tornado_chart(Finding(**{**vars(FINDING), "influences": ()}), 2027, "", "en") is None


def test_the_texts_of_the_command_have_their_indonesian() -> None:
    import ast

    from districts.text import translator

    root = Path(__file__).parent.parent
    paths = [root / "cli/sensitivity.py", *(root / "scenarios/sensitivity").glob("*.py")]
    ids = {
        str(node.args[0].value)
        for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "UserError")
        and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    same = {"parameter"}  # the same word in both languages
    assert len(ids) > 15
    assert [text for text in sorted(ids - same) if translator("id")(text) == text] == []
