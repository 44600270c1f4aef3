"""A BPJS branch on the page: its form, its faults, a job of the queue, and the same figures in every file."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest
from fastapi.testclient import TestClient
from test_web import OWN, changed, district_of, opened, until, upload
from test_web_runs import name_of, stand_in

from districts.template import write_workbook
from districts.text import rupiah_short
from districts.tiny import tiny_district
from scenarios.branch.totals import cash
from scenarios.store import RunStore
from web.forms import MEGABYTE
from web.job import all_jobs, load_job
from web.progress import progress

EXAMPLE = "example:kabupaten-contoh"
FIELDS = {"name": "curup", "s": ["baseline"], "months": "2", "replicates": "4", "seed": "1", "start": ""}


def book(name: str, month: str = "2023-12") -> bytes:
    """A filled workbook of a district of 500 people."""
    district = tiny_district(500, facilities=2, month=month)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "data.xlsx"
        write_workbook(district.model_copy(update={"name": name, "title": f"Kabupaten {name.title()}"}), path)
        return path.read_bytes()


def start(client: TestClient, districts: list[str], actual: bytes | None = None, **fields: object) -> httpx.Response:
    """Send the form of a branch."""
    files = {} if actual is None else {"actual": ("../dibayar<b>.csv", actual)}
    return client.post("/branch", data={**FIELDS, **fields, "d": districts}, files=files, headers=OWN)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An application whose runs never end."""
    with opened(tmp_path_factory.mktemp("outputs"), command=stand_in("time.sleep(60)")) as client:
        yield client


def test_every_district_of_the_list_may_be_chosen_and_the_data_page_leads_there(shared: TestClient) -> None:
    key = district_of(upload(shared, book("alfa"), "alfa 2026.xlsx"))
    page = shared.get("/branch", params={"district": key}).text
    assert re.search(rf'value="{key}" checked', page)
    assert f'value="{EXAMPLE}"' in page
    assert "alfa 2026.xlsx" in page
    assert re.search(r'name="s" value="baseline" checked', page)
    assert f'href="/branch?district={key.replace(":", "%3A")}"' in shared.get("/", params={"district": key}).text


def test_faults_are_told_at_their_field_and_nothing_is_started(shared: TestClient) -> None:
    outputs = shared.app.state.site.outputs  # type: ignore[attr-defined]
    for fields, told in (({"name": "../x"}, "Pakai huruf, angka"), ({"name": "x" * 61}, "Paling banyak 60 karakter"),
                         ({"replicates": "x"}, "Isi bilangan bulat"), ({"s": []}, "Pilih sedikitnya satu skenario"),
                         ({"start": "2020-01"}, "2025-12")):  # fmt: skip
        answer = start(shared, [EXAMPLE], **fields)  # type: ignore[arg-type]
        assert answer.status_code == 422
        assert told in answer.text
    assert "Pilih sedikitnya satu daerah" in start(shared, []).text
    assert "unggahan ini tidak ada lagi" in start(shared, ["upload:20260101-0123456789"]).text.casefold()
    same = [district_of(upload(shared, book("alfa"))) for _ in range(2)]
    assert "bernama sama: alfa" in start(shared, same).text
    assert all_jobs(outputs) == []
    assert not [path for path in outputs.iterdir() if not path.name.startswith(".")]


def test_faults_of_every_district_are_shown_at_their_cells(shared: TestClient) -> None:
    def spoil(workbook: openpyxl.Workbook) -> None:
        workbook["Faskes"]["J3"].value = "1.305,0"

    keys = [district_of(upload(shared, changed(book(name), spoil), f"{name}.xlsx")) for name in ("beta", "gama")]
    answer = start(shared, [EXAMPLE, *keys])
    assert answer.status_code == 422
    assert answer.text.count("Faskes!J3</span>") == 2
    assert answer.text.count('class="wrong">1.305,0') == 2
    assert "Data 2 daerah masih salah" in answer.text


def test_a_file_of_paid_figures_is_looked_into_before_anything_runs(shared: TestClient) -> None:
    for content, told in ((b"month,district\n2024-01,x\n", "capitation"), (b"PK\x03\x04\xff\xfe", "UTF-8"),
                          (b"month,district,claims\n2024-01,nowhere,1\n", "nowhere")):  # fmt: skip
        answer = start(shared, [EXAMPLE], content)
        assert answer.status_code == 422
        assert told in answer.text
        assert "dibayar&lt;b&gt;.csv" in answer.text  # by the name that the user knows, which is no path
        assert str(shared.app.state.site.outputs) not in answer.text  # type: ignore[attr-defined]
    assert start(shared, [EXAMPLE], b"," * (3 * MEGABYTE)).status_code == 413
    assert all_jobs(shared.app.state.site.outputs) == []  # type: ignore[attr-defined]


def test_a_branch_waits_in_the_same_queue_and_may_be_paused_and_resumed(tmp_path: Path) -> None:
    with opened(tmp_path, command=stand_in("time.sleep(60)")) as client:
        first, second = (name_of(start(client, [EXAMPLE], name=name)) for name in ("curup", "manna"))
        until(lambda: load_job(tmp_path, first).state == "running")
        assert "Menunggu: satu hitungan lebih dahulu" in client.get(f"/runs/{second}").text
        client.post(f"/runs/{first}/pause", headers=OWN)
        until(lambda: load_job(tmp_path, second).state == "running")
        page = client.get(f"/runs/{first}").text
        assert "Lanjutkan" in page
        assert "Cabang curup" in page
        assert "cabang BPJS, 1 daerah" in client.get("/").text
        client.post(f"/runs/{first}/resume", headers=OWN)
        assert load_job(tmp_path, first).state == "queued"
        client.post(f"/runs/{second}/cancel", headers=OWN)
        assert load_job(tmp_path, second).state == "cancelled"
        again = client.get(f"/branch?run={second}").text  # the form as it was
        assert 'value="manna"' in again
        assert re.search(rf'value="{EXAMPLE}" checked', again)


# -- real runs -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path, str]]:
    """A finished branch of two uploaded districts, known until different months: the application, its folder, the run's
    name."""
    outputs = tmp_path_factory.mktemp("outputs")
    with opened(outputs) as client:
        keys = [
            district_of(upload(client, book(name, month))) for name, month in (("alfa", "2023-12"), ("beta", "2023-11"))
        ]
        run = name_of(start(client, keys, replicates="10"))
        until(lambda: not load_job(outputs, run).under_way, 240)
        yield client, outputs, run


def test_the_page_tells_what_the_branchs_files_tell(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    assert load_job(outputs, run).state == "done", (outputs / run / "job.log").read_text()
    page = client.get(f"/runs/{run}").text
    with RunStore.open(outputs / run / "alfa") as alfa, RunStore.open(outputs / run / "beta") as beta:
        assert alfa.months[0] == beta.months[0] == "2024-01"
        total = cash([alfa, beta], "baseline")["total"]
    offered = re.findall(rf'href="/runs/{run}/files/([^"]+)"', page)
    assert offered == ["cabang.xlsx", "cabang.html", "branch.json"]
    files = {name: client.get(f"/runs/{run}/files/{name}") for name in offered}
    record = json.loads(files["branch.json"].text)
    middle = sorted(total[:, 0])[4]  # of ten replicates, the smallest with half of them at or below
    assert record["cash"]["total"]["middle"][0] == middle
    assert rupiah_short(middle, "id") in page
    assert rupiah_short(middle, "id") in files["cabang.html"].text
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(files["cabang.xlsx"].content), data_only=True)
             for row in sheet.iter_rows(values_only=True) for cell in row]  # fmt: skip
    assert middle in cells
    for text in (
        "Kabupaten Alfa",
        "Kabupaten Beta",
        "Puskesmas 1",
        "RSUD Contoh",
        "<svg",
        "belum memiliki hitungan sebelumnya",
    ):
        assert text in page, text
    assert "The cash call of January 2024" in client.get(f"/runs/{run}?lang=en").text
    client.get("/?lang=id")
    assert record["command"].startswith("prakira run alfa.xlsx beta.xlsx --branch curup")


def test_each_district_has_its_own_reports_and_nothing_else_is_given_away(
    finished: tuple[TestClient, Path, str],
) -> None:
    client, outputs, run = finished
    report = client.get(f"/runs/{run}/districts/beta/report")
    assert report.status_code == 200
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert client.get(f"/runs/{run}/districts/alfa/tables.xlsx").content[:2] == b"PK"
    for path in ("districts/input/report", "districts/%2e%2e/report", "files/tables.xlsx", "files/export.csv",
                 "files/job.json", "read/branch.json"):  # fmt: skip
        assert client.get(f"/runs/{run}/{path}").status_code in (400, 404), path
    far = progress(outputs, load_job(outputs, run))
    assert (far.done, far.total, [bar.done for bar in far.bars]) == (20, 20, [10, 10])


def test_the_next_run_of_the_name_tells_the_error_of_this_one(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    later = [district_of(upload(client, book(name, "2024-01"))) for name in ("alfa", "beta")]
    paid = b"month,district,facility,capitation\n2024-01,alfa,,20000000\n2024-01,beta,,21000000\n"
    second = name_of(start(client, later, paid))
    until(lambda: not load_job(outputs, second).under_way, 240)
    record = json.loads((outputs / second / "branch.json").read_text(encoding="utf-8"))
    pairs = {(pair["district"], pair["actual"], pair["run"]) for pair in record["error"]["pairs"]}
    assert pairs == {("alfa", 20_000_000, run), ("beta", 21_000_000, run)}
    assert "Prakiraan Januari 2024 meleset" in client.get(f"/runs/{second}").text


def test_a_branch_of_the_command_line_is_opened_too(finished: tuple[TestClient, Path, str]) -> None:
    client, outputs, run = finished
    kept = (outputs / run / "job.json").read_bytes()
    (outputs / run / "job.json").unlink()
    try:
        assert load_job(outputs, run).kind == "branch"
        page = client.get(f"/runs/{run}").text
        assert "cabang.xlsx" in page
        assert "Ubah isian" not in page
    finally:
        (outputs / run / "job.json").write_bytes(kept)
