"""The RKPD proposal on the page: its form, a job of the queue, and the same figures on the page and in every file."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest
from fastapi.testclient import TestClient
from rkpd_example import EXAMPLE as MADE
from test_web import OWN, district_of, opened, until, upload
from test_web_runs import name_of, stand_in

from districts.template import write_workbook
from districts.text import rupiah_short
from districts.tiny import tiny_district
from web.job import Job, all_jobs, load_job, save_job
from web.progress import TOLD, progress, tell
from web.proposal_run import shown
from web.runner import FULL

EXAMPLE = "example:kabupaten-contoh"
FIELDS = {"replicates": "2", "seed": "1"}


def start(client: TestClient, district: str = EXAMPLE, **fields: str) -> httpx.Response:
    """Send the form of a proposal."""
    return client.post("/proposal", data={**FIELDS, **fields, "district": district}, headers=OWN)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An application whose runs never end."""
    with opened(tmp_path_factory.mktemp("outputs"), command=stand_in("time.sleep(60)")) as client:
        yield client


def test_the_form_proposes_the_next_stage_after_the_data(shared: TestClient) -> None:
    page = shared.get("/proposal", params={"district": EXAMPLE}).text
    assert "tahun dari tahap berikutnya setelah data, 2027" in page
    assert '<option value="uhc-non-cut-off" selected>' in page
    assert 'href="/proposal?district=example%3Akabupaten-contoh"' in shared.get(f"/?district={EXAMPLE}").text


def test_faults_are_told_at_their_field_and_nothing_is_started(shared: TestClient) -> None:
    outputs = shared.app.state.site.outputs  # type: ignore[attr-defined]
    for fields, told in (({"year": "27"}, "Tulis tahun"), ({"year": "1999"}, "2020"),
                         ({"known_until": "May"}, "Tulis bulan sebagai TTTT-BB"),
                         ({"year": "2027", "known_until": "2027-12"}, "2027-11"), ({"replicates": "0"}, "Isi bilangan"),
                         ({"scenario": "nothing"}, "Pilih skenario dari daftar")):  # fmt: skip
        answer = start(shared, **fields)
        assert answer.status_code == 422
        assert told in answer.text, told
        assert answer.text.count('aria-invalid="true"') == 1
    assert all_jobs(outputs) == []
    assert not [path for path in outputs.iterdir() if not path.name.startswith(".")]


def test_a_proposal_waits_in_the_same_queue_and_is_computed_anew_after_it_was_cancelled(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        first, second = (name_of(start(client, year=year)) for year in ("", "2028"))
        until(lambda: load_job(tmp_path, first).state == "running")
        assert load_job(tmp_path, first).ask == {"year": 2027, "known_until": None}
        assert "Menunggu: satu hitungan lebih dahulu" in client.get(f"/runs/{second}").text
        assert "usulan RKPD 2028" in client.get("/runs").text
        tell(tmp_path / first, 3, 12)
        assert "25" in client.get(f"/runs/{first}").text
        assert progress(tmp_path, load_job(tmp_path, first)).percent == 25
        client.post(f"/runs/{first}/cancel", headers=OWN)
        assert load_job(tmp_path, first).state == "cancelled"
        page = client.get(f"/runs/{first}").text
        assert "Hitung ulang" in page
        assert "dihitung ulang dari awal" in page
        client.post(f"/runs/{first}/resume", headers=OWN)
        assert load_job(tmp_path, first).state == "queued"
        assert 'value="2028"' in client.get(f"/proposal?run={second}").text  # the form as it was


@pytest.mark.parametrize(("code", "told"), [(FULL, "Diska penuh; kosongkan sebagian ruang, lalu hitung ulang."),
                                            (1, "Terhenti karena kesalahan program; job.log")])  # fmt: skip
def test_a_process_that_fails_promises_nothing_that_is_not_kept(tmp_path: Path, code: int, told: str) -> None:
    with opened(tmp_path, command=stand_in(f"sys.exit({code})")) as client:
        run = name_of(start(client))
        until(lambda: load_job(tmp_path, run).state == "failed")
        page = client.get(f"/runs/{run}").text
        assert told in page
        assert "Hitung ulang" in page


def test_what_an_earlier_process_said_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    job = Job("usulan", "running", begun=time.time() + 60, kind="rkpd", replicates=10, ask={"year": 2027})
    (tmp_path / "usulan").mkdir()
    save_job(tmp_path, job)
    tell(tmp_path / "usulan", 9, 12)
    assert (tmp_path / "usulan" / TOLD).is_file()
    assert progress(tmp_path, job).done == 0
    assert progress(tmp_path, job.but(begun=time.time() - 60)).done == 9


@pytest.mark.parametrize(("lang", "told"), [("id", "Usulkan Rp17,90 miliar"), ("en", "Propose IDR 17.90")])
def test_the_first_lines_are_those_of_the_note(lang: str, told: str) -> None:
    lines = shown(MADE, lang)
    assert told in lines["answer"]
    assert len(lines["cuts"]) == len(MADE.cuts())
    assert lines["curve"]["wide"].startswith("<svg")
    assert "<style" not in lines["curve"]["wide"] + lines["curve"]["narrow"]
    assert lines["tenths"] == 8


# -- on the engine itself --------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path, str]]:
    """A finished proposal of an uploaded small district: the application, its folder, the run's name."""
    outputs = tmp_path_factory.mktemp("outputs")
    path = outputs.parent / "tiny.xlsx"
    write_workbook(tiny_district(500, facilities=2, month="2026-05"), path)
    with opened(outputs) as client:
        run = name_of(start(client, district_of(upload(client, path.read_bytes()))))
        until(lambda: not load_job(outputs, run).under_way, 240)
        yield client, outputs, run


def test_page_and_files_tell_the_same_amount(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    assert load_job(outputs, run).state == "done", (outputs / run / "job.log").read_text()
    page = client.get(f"/runs/{run}").text
    offered = re.findall(rf'href="/runs/{run}/files/([^"]+)"', page)
    assert offered == ["rka.xlsx", "usulan.html", "nota.html", "proposal.json"]
    files = {name: client.get(f"/runs/{run}/files/{name}") for name in offered}
    amount = json.loads(files["proposal.json"].text)["amount"]
    assert amount > 0
    for text in (page, files["nota.html"].text):
        assert rupiah_short(amount, "id") in text
    assert f"{amount:,}".replace(",", ".") in files["usulan.html"].text
    assert openpyxl.load_workbook(io.BytesIO(files["rka.xlsx"].content)).sheetnames
    answer = re.search(r'<h1 class="answer long">(.*?)</h1>', page)
    assert answer is not None
    assert re.sub("</?b>", "", answer[1]) in files["nota.html"].text
    english = client.get(f"/runs/{run}?lang=en").text
    assert "Propose <b>IDR" in english
    client.get("/?lang=id")


def test_note_and_forms_are_read_apart_from_the_site_and_nothing_else_is(
    finished: tuple[TestClient, Path, str],
) -> None:
    client, _outputs, run = finished
    for name in ("nota.html", "usulan.html"):
        answer = client.get(f"/runs/{run}/read/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("sandbox")
    for path in ("read/proposal.json", "read/shown.json", "files/job.json", "files/shown.json", "files/export.csv"):
        assert client.get(f"/runs/{run}/{path}").status_code == 400, path


def test_another_proposal_begins_from_the_copy_in_the_runs_folder(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    for upload_ in client.app.state.site.uploads.all():  # type: ignore[attr-defined]
        client.post(f"/uploads/{upload_.key}/delete", headers=OWN)
    assert client.get(f"/proposal?run={run}").status_code == 200
    assert client.get(f"/proposal?district=run:{run}").status_code == 200
    second = name_of(start(client, f"run:{run}", year="2028"))
    assert load_job(outputs, second).where == "input/data.xlsx"
    assert (outputs / second / "input" / "data.xlsx").is_file()
    client.post(f"/runs/{second}/cancel", headers=OWN)
    assert client.get("/proposal?district=run:nothing").status_code == 404
