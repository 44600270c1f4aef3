"""The page and the charts: one file, no network, every name escaped, pictures with something on them."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from test_report_page import Page
from test_reports_made_up import made_up_run, reported_run

from districts.faults import UserError
from districts.text import rupiah_short
from reports.answer import answer
from reports.law import bars_met
from reports.report import build, render_page
from reports.run import Run
from reports.write import draw_charts, write_outputs
from scenarios.need import need
from scenarios.store import RunStore
from sim.rules import load_rules

CHARTS = ["pagu", "keaktifan", "keaktifan-skenario", "kbk-peta", "kbk-indikator", "kapitasi",
          "arus-peserta", "perbandingan", "air-terjun", "efisiensi"]  # fmt: skip
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


@pytest.fixture(scope="module")
def few() -> Path:
    return reported_run(20, "id")


@pytest.fixture(scope="module")
def many() -> Path:
    return reported_run(100, "en")


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_everything_is_written_and_nothing_half_written_is_left(few: Path, tmp_path: Path) -> None:
    names = {path.relative_to(few).as_posix() for path in few.rglob("*") if path.is_file()}
    expected = {f"charts/{name}.{form}" for name in CHARTS for form in ("png", "svg")} | {
        "report.html",
        "report.docx",
        "tables.xlsx",
        ".answer.json",
    }
    store = {"results.sqlite", "results.sqlite-wal", "results.sqlite-shm", "manifest.json"}
    assert expected <= names <= expected | store


@pytest.mark.parametrize("name", [*CHARTS, "ketidakpastian"])
def test_charts_are_not_blank(few: Path, many: Path, name: str) -> None:
    from matplotlib.image import imread

    picture = imread((few if name in CHARTS else many) / "charts" / f"{name}.png")[..., :3]
    assert picture.shape[1] == 1500
    inked = (picture < 0.97).any(axis=2)
    assert inked.mean() > 0.01
    # nothing is cut off at an edge: a white frame all around
    assert not inked[:3].any()
    assert not inked[-3:].any()
    assert not inked[:, :3].any()
    assert not inked[:, -3:].any()


@pytest.mark.parametrize("name", [*CHARTS, "ketidakpastian"])
def test_svg_files_are_whole_and_described(few: Path, many: Path, name: str) -> None:
    text = ((few if name in CHARTS else many) / "charts" / f"{name}.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert len(root.get("aria-label") or "") > 20
    assert len(text) > 5000


def test_no_address_but_the_namespaces(few: Path, many: Path) -> None:
    for folder in (few, many):
        files = [folder / "report.html", *(folder / "charts").glob("*.svg")]
        for path in files:
            found = set(re.findall(r"https?://[^\s\"'<>)]*", path.read_text(encoding="utf-8")))
            assert found <= NAMESPACES, path


def test_ids_inside_the_page_are_defined_once(few: Path) -> None:
    ids = re.findall(r'<(?:clipPath|pattern)[^>]* id="([^"]+)"', page(few))
    parts = {name: set() for name in ids}
    for name in ids:
        for body in re.findall(rf'id="{name}"[^>]*>(.*?)</(?:clipPath|pattern)>', page(few), re.DOTALL):
            parts[name].add(re.sub(r"\s+", " ", body))
    assert all(len(bodies) == 1 for bodies in parts.values())


def test_answer_with_few_replicates_has_no_certainty(few: Path) -> None:
    store = RunStore.open(few)
    told = answer(Run(store, load_rules()), "id")
    found = need(store, "uhc-non-cut-off", 2025, None)
    assert 1 <= len(told.sentences) <= 3
    assert rupiah_short(found.median) in told.first
    assert "sedikitnya 100 ulangan" in told.second
    text = " ".join(Tags(page(few)).words)
    assert "Usulkan" not in text
    assert "kemungkinan" not in text


def test_answer_with_enough_replicates_has_it(many: Path) -> None:
    store = RunStore.open(many)
    told = answer(Run(store, load_rules()), "en")
    found = need(store, "uhc-non-cut-off", 2025, 0.8)
    assert found.amount is not None
    assert rupiah_short(found.amount, "en") in told.first
    assert "8 in 10" in told.second
    assert "precision ±IDR" in told.second
    assert told.first in "".join(Tags(page(many)).words)
    told = answer(Run(store, load_rules()), "id")
    assert "kemungkinan 8 dari 10" in told.second
    assert "ketelitian hitungan ±Rp" in told.second


def test_fewer_than_ten_replicates_tell_no_range(tmp_path: Path) -> None:
    store = RunStore.open(made_up_run(tmp_path / "nine", 9))
    run = Run(store, load_rules())
    told = answer(run, "id")
    found = need(store, "uhc-non-cut-off", 2025, None)
    assert rupiah_short(found.median) in told.first
    assert "terlalu sedikit ulangan untuk rentang" in told.first
    assert rupiah_short(found.interval_high) not in told.first
    assert "8 dari 10" not in " ".join(Tags(render_page(build(run, "id"))).words)
    ten = answer(Run(RunStore.open(made_up_run(tmp_path / "ten", 10)), load_rules()), "id")
    assert "rentang Rp" in ten.first


def test_the_status_is_told_for_the_first_and_the_last_full_year(tmp_path: Path) -> None:
    store = RunStore.open(made_up_run(tmp_path / "run", 12, months=30))  # November 2024 to April 2027
    heads, _first, row, *_others = Page(render_page(build(Run(store, load_rules()), "id"))).tables["skenario"][0]
    for year, months in ((2025, slice(2, 14)), (2026, slice(14, 26))):
        held = (store.series("uhc-non-cut-off", "status_uhc")[:, months] > 0).all(axis=1)
        column = heads.index(f"status UHC bertahan sepanjang {year}")
        assert row[column].startswith(f"{int(held.sum())} dari 12 ulangan ")


def test_the_bars_are_told_under_both_denominators(many: Path) -> None:
    """As the workbook counts them, beside the status of each scenario and full year."""
    with RunStore.open(many) as store:
        run = Run(store, load_rules())
        expected = [
            f"bars met in {dukcapil:.0%} of months (Dukcapil), {residents:.0%} (residents now)"
            for met in (bars_met(store, name, run.rules) for name in store.scenarios)
            for year in run.full_years
            for dukcapil, residents in [(part[:, year.months].mean() for part in (met.dukcapil, met.residents))]
        ]
    assert re.findall(r"bars met in [^<]*", page(many)) == expected != []


def test_what_less_money_does_is_that_of_the_worst_line(few: Path) -> None:
    """Of those in the run, where the district filled in no line of its own; those who lose their cover are counted
    against the same replicates without the line."""
    store = RunStore.open(few)
    store.manifest["own_lines"] = {}
    third = answer(Run(store, load_rules()), "id").third
    active = store.series("uhc-drop", "active")[:, 13]
    population = store.series("uhc-drop", "population_dukcapil")[:, 13]
    middle = np.sort(active / population)[9]  # of 20 replicates: half lie at or below the tenth
    assert "menonaktifkan" in third
    assert f"{middle * 100:.1f}".replace(".", ",") in third
    lost = np.sort(store.series("uhc-non-cut-off", "active")[:, 13] - active)[9]
    assert f"{lost:,.0f} peserta kehilangan status aktif".replace(",", ".") in third


@pytest.mark.parametrize("lang", ["id", "en"])
def test_charts_are_the_same_bytes_every_time(tmp_path: Path, lang: str) -> None:
    folder = made_up_run(tmp_path / "run", 3, months=4)
    with RunStore.open(folder) as store:
        once, again = (draw_charts(Run(store, load_rules()), lang) for _ in range(2))
        for first, second in zip(once[:2], again[:2], strict=True):
            assert first.svg() == second.svg()
            assert first.png() == second.png()


def test_a_run_of_one_month_and_one_replicate_is_reported(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "run", 1, months=1)
    written = write_outputs(folder, "id")
    assert written[0].name == "report.html"  # the page first
    assert all(path.is_file() for path in written)
    assert "Rp" in page(folder)


def test_a_run_without_results_is_refused(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "run", 0, months=2)
    with pytest.raises(UserError, match="holds no finished replicate yet"):
        write_outputs(folder)
    assert not (folder / "report.html").exists()


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        write_outputs(tmp_path)


def test_an_old_report_stays_when_writing_fails(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(few, folder)
    before = (folder / "tables.xlsx").read_bytes()

    def breaks(*_arguments: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("reports.workbook.notes_sheet", breaks)
    with pytest.raises(RuntimeError):
        write_outputs(folder)
    assert (folder / "tables.xlsx").read_bytes() == before
    assert not [path for path in folder.rglob("*") if path.name.endswith(".half") or path.name.startswith("tmp")]
