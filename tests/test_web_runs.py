"""Runs on the page: a queue of processes whose state is all on disk, results that agree with every file, no loss."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest
from fastapi.testclient import TestClient
from test_reports_made_up import made_up_run
from test_web import OWN, SMALL, district_of, opened, until, upload

from districts.read import read_district
from districts.template import write_workbook
from districts.tiny import tiny_district
from scenarios.need import need
from scenarios.scenario import load_scenario
from scenarios.store import FILE, RunStore
from web.drafts import read_draft
from web.job import Job, State, all_jobs, load_job, save_job
from web.progress import counts, progress
from web.runner import FAULT, FULL

EXAMPLE = "example:kabupaten-contoh"


def start(client: TestClient, district: str, scenarios: list[str], **fields: str) -> httpx.Response:
    """Send the form of a run."""
    return client.post("/runs", data={**SMALL, **fields, "district": district, "s": scenarios}, headers=OWN)


def name_of(answer: httpx.Response) -> str:
    """The run that a page shows."""
    assert answer.status_code == 200, answer.text
    return answer.url.path.removeprefix("/runs/")


def stand_in(code: str) -> tuple[str, ...]:
    """A process instead of the run's own: ``code`` with the run's folder as ``folder``."""
    begun = "import sys, time, json, pathlib; folder = pathlib.Path(sys.argv[1]); "
    return (sys.executable, "-c", begun + code)


# -- the queue, with stand-ins -------------------------------------------------------------------------------------
def test_one_run_at_a_time_and_the_others_are_told_their_place(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client, opened_beside(tmp_path) as other:
        first, second, third = (name_of(start(one, EXAMPLE, ["baseline"])) for one in (client, client, client))
        until(lambda: load_job(tmp_path, first).state == "running")
        assert load_job(tmp_path, second).state == "queued"
        assert "Menunggu: satu hitungan lebih dahulu" in client.get(f"/runs/{second}").text
        assert "Menunggu: 2 hitungan lebih dahulu" in client.get(f"/runs/{third}").text
        for run in (first, second, third):  # another user sees the same
            assert run in other.get("/runs").text
        client.post(f"/runs/{first}/pause", headers=OWN)
        until(lambda: load_job(tmp_path, second).state == "running")
        assert load_job(tmp_path, first).state == "paused"
        answer = client.post(f"/runs/{second}/delete", headers=OWN)
        assert "batalkan lebih dahulu" in answer.text
        assert (tmp_path / second).is_dir()
        client.post(f"/runs/{third}/cancel", headers=OWN)
        assert load_job(tmp_path, third).state == "cancelled"  # nothing was stored, so there is nothing to report


def opened_beside(outputs: Path) -> TestClient:
    """A second browser at the same server: it reads the same folder."""
    from web.app import create_app
    from web.jobs import Jobs

    app = create_app(outputs)
    assert isinstance(app.state.site.jobs, Jobs)
    return _Reader(app, base_url="http://127.0.0.1:8765")


class _Reader(TestClient):
    """A browser whose server works on no queue."""

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        return None


#: A process that ends when it may.
_WAITS = "exec('while not (folder / \"go\").exists(): time.sleep(0.02)')"


def kept_run(outputs: Path, state: State, missing: int = 0) -> str:
    """A run in the queue whose drawn units are all stored but so many of the last scenario's."""
    folder = made_up_run(outputs / "kept", replicates=7)
    with sqlite3.connect(folder / FILE) as store:
        store.execute("DELETE FROM units WHERE scenario = 'uhc-owe' AND replicate >= ?", (7 - missing,))
    names = ("baseline", "uhc-non-cut-off", "uhc-drop", "uhc-owe")
    save_job(outputs, Job("kept", state, created=1.0, district="Contoh", where="tiny", scenarios=names, replicates=7))
    return "kept"


def test_the_heading_says_what_is_done_with_the_run(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        first, second = (name_of(start(client, EXAMPLE, ["baseline"])) for _ in range(2))
        until(lambda: load_job(tmp_path, first).state == "running")
        assert "Hitungan sedang berjalan." in client.get(f"/runs/{first}").text
        assert "beberapa detik" in client.get(f"/runs/{first}").text
        waiting = client.get(f"/runs/{second}").text
        assert "<h1>Hitungan menunggu giliran.</h1>" in waiting
        assert "sedang berjalan." not in waiting
        assert "beberapa detik" not in waiting


def test_a_run_that_goes_on_in_a_terminal_is_followed_and_not_touched(tmp_path: Path) -> None:
    folder = made_up_run(tmp_path / "by-hand", replicates=7)
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        assert "dibatalkan" in client.get("/runs").text
        with RunStore.open(folder) as store:
            store.hold()
            assert "sedang dihitung" in client.get("/runs").text
            page = client.get("/runs/by-hand").text
            assert "<h1>Hitungan sedang berjalan.</h1>" in page
            assert "hentikan di sana dengan Ctrl-C" in page
            assert "/by-hand/pause" not in page
            for act in ("pause", "delete"):
                assert client.post(f"/runs/by-hand/{act}", headers=OWN).status_code == 400
            mine = name_of(start(client, EXAMPLE, ["baseline"]))  # it does not wait for the other
            until(lambda: load_job(tmp_path, mine).state == "running")
        assert load_job(tmp_path, "by-hand").state == "cancelled"


def test_while_a_run_is_cancelled_the_page_says_so_and_that_nothing_stored_is_lost(tmp_path: Path) -> None:
    run = kept_run(tmp_path, "queued", missing=3)
    with opened(tmp_path, command=stand_in(_WAITS)) as client:
        until(lambda: load_job(tmp_path, run).state == "running")
        client.post(f"/runs/{run}/cancel", headers=OWN)
        page = client.get(f"/runs/{run}").text
        assert load_job(tmp_path, run).state == "closing"
        assert "<h1>Hitungan sedang dibatalkan; yang sudah tersimpan tidak hilang.</h1>" in page
        assert "sedang berjalan." not in page
        (tmp_path / run / "go").touch()
        until(lambda: load_job(tmp_path, run).state == "cancelled")


def test_a_run_whose_units_are_all_stored_is_done_though_it_is_cancelled_meanwhile(tmp_path: Path) -> None:
    """Cancelled while its reports are written; and paused then, and closed with what there is, which is all."""
    run = kept_run(tmp_path, "queued")
    with opened(tmp_path, command=stand_in(_WAITS)) as client:
        until(lambda: load_job(tmp_path, run).state == "running")
        client.post(f"/runs/{run}/cancel", headers=OWN)
        assert load_job(tmp_path, run).state == "running"
        client.post(f"/runs/{run}/pause", headers=OWN)
        assert load_job(tmp_path, run).state == "paused"
        client.post(f"/runs/{run}/cancel", headers=OWN)
        assert load_job(tmp_path, run).state == "closing"
        (tmp_path / run / "go").touch()
        until(lambda: not load_job(tmp_path, run).under_way)
        assert load_job(tmp_path, run).state == "done"


@pytest.mark.parametrize(("code", "told"), [
    (f"sys.exit({FULL})", "Diska penuh; kosongkan sebagian ruang, lalu lanjutkan."),
    ("raise RuntimeError('secret inside')", "Hitungan berhenti karena kesalahan program; job.log"),
    ("(folder / 'outcome.json').write_text(json.dumps({'id': 'salah satu', 'en': 'one thing'})); "
     f"sys.exit({FAULT})", "Salah satu."),
])  # fmt: skip
def test_a_process_that_fails_is_told_and_may_be_resumed(tmp_path: Path, code: str, told: str) -> None:
    with opened(tmp_path, command=stand_in(code)) as client:
        run = name_of(start(client, EXAMPLE, ["baseline"]))
        until(lambda: load_job(tmp_path, run).state == "failed")
        page = client.get(f"/runs/{run}").text
        assert told in page
        assert "Lanjutkan" in page
        assert "secret inside" not in page
        client.post(f"/runs/{run}/resume", headers=OWN)
        until(lambda: load_job(tmp_path, run).state == "failed")


def test_a_run_is_renamed_and_deleted_after_being_asked(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("sys.exit(0)")) as client:
        run = name_of(start(client, EXAMPLE, ["baseline"]))
        until(lambda: load_job(tmp_path, run).state == "done")
        client.post(f"/runs/{run}/rename", data={"title": "Tahap <Musrenbang>"}, headers=OWN)
        assert "Tahap &lt;Musrenbang&gt;" in client.get("/runs").text
        assert "Hapus hitungan ini?" in client.get(f"/runs/{run}/delete").text
        assert (tmp_path / run).is_dir()
        client.post(f"/runs/{run}/delete", headers=OWN)
        assert not (tmp_path / run).exists()
        for page in ("", "/interim", "/events", "/report", "/files/tables.xlsx", "/delete"):
            answer = client.get(f"/runs/{run}{page}")
            assert answer.status_code == 404, page
            assert "Hitungan ini tidak ada" in answer.text


def test_faults_are_told_at_their_field_and_nothing_is_started(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        levers = {"collectors|0|start": "+0", "collectors|0|share": "150", "collectors|0|cost_per_family": "1.5"}
        answer = start(client, EXAMPLE, ["collectors"], **levers, replicates="x")
        assert answer.status_code == 422
        assert "Perbaiki 3 isian" in answer.text
        assert "Paling banyak 100. Isi 0–100." in answer.text
        assert "“1.5” bukan bilangan" in answer.text
        assert 'value="150"' in answer.text  # what was typed stays
        for fields, told in (({"start": "2020-01"}, "2025-12"), ({"start": "soon"}, "Tulis bulan sebagai TTTT-BB"),
                             ({"months": "0"}, "Isi bilangan bulat 1 sampai 600")):  # fmt: skip
            answer = start(client, EXAMPLE, ["baseline"], **fields)
            assert answer.status_code == 422
            assert told in answer.text
        assert "Pilih sedikitnya satu skenario" in start(client, EXAMPLE, []).text
        assert all_jobs(tmp_path) == []
        assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".")]


def test_moved_levers_become_a_scenario_file_beside_the_run(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        fields = {"uhc-owe|1|rule": "amounts", "uhc-owe|1|amounts.2026": "15.000.000.000", "uhc-owe|1|regime": "owe",
                  "uhc-owe|1|months_short": "3", "uhc-owe|title": "Pagu Rp15,00 miliar"}  # fmt: skip
        run = name_of(start(client, EXAMPLE, ["baseline", "uhc-owe"], **fields))
        job = load_job(tmp_path, run)
        assert job.scenarios == ("baseline", "scenarios/uhc-owe-1.yaml")
        made = load_scenario(tmp_path / run / job.scenarios[1])
        library = load_scenario("uhc-owe")
        assert made.title["id"] == "Pagu Rp15,00 miliar"
        assert made.levers[0].lever == library.levers[0].lever
        line = made.levers[1].lever.model_dump(exclude_none=True)
        assert line == {"kind": "apbd_line", "rule": "amounts", "amounts": {2026: 15_000_000_000}, "regime": "owe"}
        assert made.explanation["id"] == (
            "Skenario pustaka “UHC, pagu 9 bulan peserta Januari, menunggak” dengan tuas yang diubah. "
            "Asal jumlah setahun: jumlah menurut tahun (semula sekian bulan peserta bulan Januari). "
            "Jumlah menurut tahun anggaran: 2026: 15.000.000.000 rupiah/tahun (semula tidak diisi)."
        )
        again = client.get(f"/scenarios?run={run}").text  # reopened as it was
        assert 'value="15.000.000.000"' in again
        assert "Tuas: Pagu Rp15,00 miliar" in again


def test_the_explanation_of_moved_levers_names_every_field_with_its_value_before(tmp_path: Path) -> None:
    """And nothing of the library's explanation, which is no longer true, is left in either language."""
    district = read_district("kabupaten-contoh")
    library = load_scenario("uhc-non-cut-off")
    at = next(place for place, one in enumerate(library.levers) if one.lever.kind == "pemda_intake")
    form = {
        name: text
        for one in read_draft([("s", "uhc-non-cut-off")], district, "id").chosen
        for name, texts in one.entries[at].texts.items()
        for text in texts
    }
    typed = {**form, "hold_margin": "2,5"}
    pairs = [("s", "uhc-non-cut-off"), *((f"uhc-non-cut-off|{at}|{name}", text) for name, text in typed.items())]
    (chosen,) = read_draft(pairs, district, "id").chosen
    assert chosen.file()["explanation"] == {
        "id": "Skenario pustaka “UHC non cut-off, status dijaga” dengan tuas yang diubah. Cadangan di atas tiap batas "
              "pada “tahan status UHC”: 2,5 % dari penduduk (semula 0,3 %).",
        "en": "The library's scenario “UHC non-cut-off, status held” with levers changed. Kept above each bar under "
              "“hold the UHC status”: 2.5 % of the population (was 0.3 %).",
    }  # fmt: skip
    assert chosen.file()["title"]["id"] == "UHC non cut-off, status dijaga (tuas diubah)"


def test_a_scenario_may_be_there_twice_with_other_levers(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        data = {**SMALL, "district": EXAMPLE, "s": ["outreach"], "copy": "outreach"}
        page = client.post("/scenarios", data=data, headers=OWN).text
        assert 'value="outreach~2"' in page
        twice = ["baseline", "outreach", "outreach~2"]
        assert "Salinan ini sama dengan skenario pustaka" in start(client, EXAMPLE, twice).text
        fields = {"outreach~2|0|start": "+0", "outreach~2|0|hours_per_month": "40",
                  "outreach~2|0|facilities": "all", "outreach~2|0|cost_per_hour": "40.000"}  # fmt: skip
        run = name_of(start(client, EXAMPLE, twice, **fields))
        assert load_job(tmp_path, run).scenarios == ("baseline", "outreach", "scenarios/outreach-2.yaml")


# -- real runs -----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path, str]]:
    """A finished run of an uploaded small district: the application, its folder, the run's name."""
    outputs = tmp_path_factory.mktemp("outputs")
    path = outputs.parent / "tiny.xlsx"
    write_workbook(tiny_district(), path)
    with opened(outputs) as client:
        district = district_of(upload(client, path.read_bytes(), "kabupaten saya.xlsx"))
        run = name_of(start(client, district, ["baseline", "uhc-non-cut-off"], replicates="12"))
        until(lambda: not load_job(outputs, run).under_way)
        yield client, outputs, run


def test_every_file_of_a_run_tells_the_same_figures(finished: tuple[TestClient, Path, str]) -> None:
    """The need of the year: page, report, Word document, workbook and export against the store, to the rupiah."""
    client, outputs, run = finished
    assert load_job(outputs, run).state == "done"
    page = client.get(f"/runs/{run}").text
    with RunStore.open(outputs / run) as store:
        found = need(store, "uhc-non-cut-off", 2024, None)
        total = store.series("uhc-non-cut-off", "bill_jkn").sum()
    offered = re.findall(rf'href="/runs/{run}/files/([^"]+)"', page)
    assert {"report.html", "report.docx", "tables.xlsx", "charts.zip", "export.csv"} <= set(offered)
    files = {name: client.get(f"/runs/{run}/files/{name}") for name in offered}
    assert all(answer.status_code == 200 for answer in files.values())
    assert all("attachment" in answer.headers["content-disposition"] for answer in files.values())

    short = re.search(r'<h1 class="answer">(.*?)</h1>', page)
    assert short is not None
    words = re.sub("<[^>]+>", "", short[1])
    report = re.sub("<[^>]+>", "", files["report.html"].text)
    assert words in report
    document = zipfile.ZipFile(io.BytesIO(files["report.docx"].content)).read("word/document.xml").decode()
    assert words in re.sub("<[^>]+>", "", document)
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"].content), data_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert words in [cell for cell in cells if isinstance(cell, str)]
    assert found.median in [cell for cell in cells if isinstance(cell, int | float)]
    rows = csv.DictReader(io.StringIO(files["export.csv"].text))
    exported = sum(float(row["value"]) for row in rows
                   if row["indicator"] == "bill_jkn" and row["scenario"] == "uhc-non-cut-off")  # fmt: skip
    assert exported == total
    charts = zipfile.ZipFile(io.BytesIO(files["charts.zip"].content)).namelist()
    assert {name.rpartition(".")[2] for name in charts} == {"png", "svg"}


def test_the_files_are_in_the_readers_language_and_tell_the_same(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    own = (outputs / run / "report.html").read_bytes()
    page = client.get(f"/runs/{run}?lang=en").text
    assert "made in this language when the first of them is asked for" in page
    head = re.search(r'<h1 class="answer">(.*?)</h1>', page)
    assert head is not None
    words = html.unescape(re.sub("<[^>]+>", "", head[1]))
    assert words.startswith(("Propose", "The district's JKN need"))
    names = ("report.html", "tables.xlsx", "report.docx")
    files = {name: client.get(f"/runs/{run}/files/{name}?lang=en") for name in names}
    assert words in html.unescape(re.sub("<[^>]+>", "", files["report.html"].text))
    assert words in html.unescape(re.sub("<[^>]+>", "", client.get(f"/runs/{run}/report?lang=en").text))
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"].content), data_only=True)
    assert words in [cell for row in book["Cover"].iter_rows(values_only=True) for cell in row]
    with RunStore.open(outputs / run) as store:
        median = need(store, "uhc-non-cut-off", 2024, None).median
    assert median in [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert (outputs / run / "report.html").read_bytes() == own  # the run's own stay as they are
    assert client.get(f"/runs/{run}/files/report.html?lang=id").content == own
    client.cookies.clear()


@pytest.mark.parametrize(("scenario", "reference"), [("uhc-non-cut-off", "baseline"), ("baseline", "uhc-non-cut-off")])
def test_the_results_are_compared_with_the_scenario_that_is_chosen(
    finished: tuple[TestClient, Path, str], scenario: str, reference: str
) -> None:
    from scenarios.comparison.differences import paired

    client, outputs, run = finished
    with RunStore.open(outputs / run) as store:
        (one,) = [entry for entry in paired(store, scenario, reference, "year", ("bill_jkn",))
                  if entry.period == "2024"]  # fmt: skip
    told = f"{one.median / 1e9:+.2f}".replace(".", ",").replace("-", "−")
    assert f"<b>{told}</b>" in client.get(f"/runs/{run}?ref={reference}").text
    assert client.get(f"/runs/{run}?ref=nothing").status_code == 400


def test_the_report_is_shown_apart_from_the_site(finished: tuple[TestClient, Path, str]) -> None:
    client, _outputs, run = finished
    answer = client.get(f"/runs/{run}/report")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for name in ("manifest.json", "job.json", "results.sqlite", "..%2fjob.json", "input/data.xlsx"):
        assert client.get(f"/runs/{run}/files/{name}").status_code in (400, 404), name


def test_a_run_paused_cancelled_and_resumed_through_a_new_server_loses_nothing(tmp_path: Path) -> None:
    """Paused in the middle, resumed, the server ended in the middle, started anew: the same bytes as without all that.
    Then cancelled: what is stored has its reports, and can be resumed."""
    scenarios = ["baseline", "outreach"]
    write_workbook(tiny_district(), tmp_path / "tiny.xlsx")
    with opened(tmp_path) as client:
        district = district_of(upload(client, (tmp_path / "tiny.xlsx").read_bytes()))
        run = name_of(start(client, district, scenarios, replicates="4000", months="12"))
        folder = tmp_path / run
        until(lambda: sum(counts(folder).values()) >= 3)
        page = client.get(f"/runs/{run}").text
        assert "Hasil sementara" in page
        assert "<table" in client.get(f"/runs/{run}/interim").text
        client.post(f"/runs/{run}/pause", headers=OWN)
        before = counts(folder)
        assert "Dijeda" in client.get(f"/runs/{run}").text
        time.sleep(0.5)
        assert counts(folder) == before
        client.post(f"/runs/{run}/resume", headers=OWN)
        until(lambda: sum(counts(folder).values()) > sum(before.values()))
    stored = sum(counts(folder).values())
    assert load_job(tmp_path, run).state == "running"  # nobody stopped it: it goes on when there is a server again
    with opened(tmp_path) as client:
        until(lambda: sum(counts(folder).values()) > stored)
        client.post(f"/runs/{run}/cancel", headers=OWN)
        until(lambda: load_job(tmp_path, run).state == "cancelled")
        assert (folder / "report.html").is_file()
        page = client.get(f"/runs/{run}").text
        assert "dibatalkan sebelum selesai" in page
        assert "Unduh" in page
        assert "Lanjutkan" in page
    with RunStore.open(folder) as store:
        first, second, *_more = store.replicates("baseline")  # of two processes one may have been ended in between
        kept = store.series("baseline", "bill_jkn")[:2]
    alone = tmp_path / "alone"
    from scenarios.plan import RunPlan
    from scenarios.run import execute

    with execute(RunPlan(str(tmp_path / "tiny.xlsx"), tuple(scenarios), None, 12, second + 1, 1), alone) as store:
        assert (store.series("baseline", "bill_jkn")[[first, second]] == kept).all()


def test_the_stream_tells_how_far_a_run_is_until_its_end(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    lines = [line for line in client.get(f"/runs/{run}/events").text.splitlines() if line]
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert events == ["progress", "results", "end"]
    panel = json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))
    assert "Selesai" in panel
    far = progress(outputs, load_job(outputs, run))
    assert (far.done, far.total, far.percent) == (24, 24, 100)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 80 MB; needs the right to mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=80m", "tmpfs", place], capture_output=True)
    if not done or done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_disk_that_fills_up_stops_a_run_with_a_message_and_it_goes_on_later(small_disk: Path) -> None:
    with opened(small_disk) as client:
        run = name_of(start(client, EXAMPLE, ["baseline"], replicates="40", months="12"))
        until(lambda: sum(counts(small_disk / run).values()) >= 1)
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
        until(lambda: client.app.state.site.jobs.get(run).state == "failed")  # type: ignore[attr-defined]
        page = client.get(f"/runs/{run}").text
        assert "Diska penuh; kosongkan sebagian ruang, lalu lanjutkan." in page
        answer = start(client, EXAMPLE, ["baseline"])
        assert answer.status_code in (422, 507)
        assert "iska" in answer.text
        stored = counts(small_disk / run)
        assert stored["baseline"] >= 1
        filler.unlink()
        client.post(f"/runs/{run}/resume", headers=OWN)
        until(lambda: counts(small_disk / run)["baseline"] > stored["baseline"])
        with RunStore.open(small_disk / run) as store:  # nothing that was stored is damaged
            assert len(store.series("baseline", "bill_jkn")) > stored["baseline"]
