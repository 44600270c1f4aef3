"""The planner's page without a browser: what it answers, what it refuses, and that nothing is ever lost."""

from __future__ import annotations

import errno
import io
import json
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import openpyxl
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from cli.app import app
from districts.faults import UserError
from districts.template import write_minimal, write_workbook
from districts.tiny import tiny_district
from web.app import bound_socket, create_app
from web.forms import UPLOAD_LIMIT
from web.guard import TOKEN_COOKIE

PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
#: What a browser sends along with a form of this server's own pages.
OWN = {"Origin": ADDRESS}
#: A run of the smallest kind.
SMALL = {"months": "14", "replicates": "2", "seed": "1", "start": "", "certainty": "8/10"}


@contextmanager
def opened(outputs: Path, **options: object) -> Iterator[TestClient]:
    """The application on ``outputs``, asked as a browser asks."""
    made = create_app(outputs, **options)  # type: ignore[arg-type]
    with TestClient(made, base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One application for the tests that compute nothing."""
    with opened(tmp_path_factory.mktemp("outputs")) as client:
        yield client


@pytest.fixture
def client(shared: TestClient) -> TestClient:
    """The shared application, asked by somebody who was never there."""
    shared.cookies.clear()
    return shared


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A filled full template of a small district."""
    path = tmp_path_factory.mktemp("book") / "tiny.xlsx"
    write_workbook(tiny_district(), path)
    return path.read_bytes()


def upload(client: TestClient, content: bytes, name: str = "data.xlsx") -> httpx.Response:
    """Send a workbook as the page's form does."""
    return client.post("/uploads", files={"file": (name, content)}, headers=OWN)


def district_of(answer: httpx.Response) -> str:
    """The key of the district that a page shows."""
    return str(answer.url.params["district"])


def until(true: Callable[[], bool], seconds: float = 240) -> None:
    """Wait until ``true()``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def changed(content: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A workbook with some cells changed."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def archive(**parts: bytes) -> bytes:
    """A zip archive that calls itself a workbook, with more parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in parts.items():
            made.writestr(name, content)
    return kept.getvalue()


# -- pages ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/", "/runs", "/?district=example:bengkulu-utara",
                                  "/scenarios?district=example:kabupaten-contoh"])  # fmt: skip
@pytest.mark.parametrize("lang", ["id", "en"])
def test_pages_speak_both_languages_and_load_nothing_from_elsewhere(client: TestClient, path: str, lang: str) -> None:
    answer = client.get(path, params={**httpx.URL(path).params, "lang": lang})
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', answer.text)
    assert addresses
    assert all(found[:1] in ("/", "#") or found == "data:," for found in addresses)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in answer.text


def test_language_is_indonesian_until_another_is_chosen_and_then_stays(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        assert "Pilih daerah" in client.get("/").text
        assert "Choose a district" in client.get("/?lang=en").text
        assert "Choose a district" in client.get("/").text
        assert "Pilih daerah" in client.get("/?lang=id").text
        assert "Pilih daerah" in client.get("/?lang=fr").text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/nothing", "/static/../app.py",
                                  "/static/%2e%2e/app.py"])  # fmt: skip
def test_what_is_not_there_is_said_so(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Halaman ini tidak ada" in answer.text


@pytest.mark.parametrize("name", ["%2e%2e%2f%2e%2e", "..%5c..", ".uploads", "no-such-run", "a%00b", "c:%5cx"])
def test_no_run_is_opened_outside_the_folder(client: TestClient, name: str) -> None:
    for path in (f"/runs/{name}", f"/runs/{name}/report", f"/runs/{name}/files/tables.xlsx", f"/runs/{name}/delete"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code in (400, 404, 405), (path, answer.status_code)


# -- who may ask ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "", "127.0.0.1:1", "localhost:80", "10.0.0.5:8765"])
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 421


def test_localhost_is_this_machine(client: TestClient) -> None:
    assert client.get("/", headers={"Host": f"localhost:{PORT}"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8765", "http://127.0.0.1:9", ""])
def test_a_form_of_another_site_is_refused(client: TestClient, origin: str, workbook: bytes) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = client.post("/uploads", files={"file": ("data.xlsx", workbook)}, headers=headers)
    assert answer.status_code == 403
    assert "tidak dikirim oleh halaman Prakira" in answer.text


def test_in_a_network_a_token_is_needed_once(tmp_path: Path) -> None:
    with opened(tmp_path, token="a-token") as client:
        for path in ("/", "/runs", "/hover.js", "/?token=wrong"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "Ketik kuncinya" in answer.text
        assert client.get("/static/style.css").status_code == 200
        answer = client.get("/runs?token=a-token&lang=en", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/runs?lang=en")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert TOKEN_COOKIE in client.cookies
        assert client.get("/runs").status_code == 200
        assert client.get("/", headers={"Host": f"192.168.1.7:{PORT}"}).status_code == 200
        assert client.get("/", headers={"Host": f"evil.example:{PORT}"}).status_code == 421


# -- uploads -------------------------------------------------------------------------------------------------------
def test_a_fault_is_shown_at_its_cell_among_its_neighbours_and_mended(client: TestClient, workbook: bytes) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        sheet = book["Faskes"]
        column = [cell.value for cell in sheet[1]].index("terdaftar") + 1
        sheet.cell(3, column).value = "15.667,0"

    page = upload(client, changed(workbook, spoil), "kabupaten.xlsx").text
    assert "Perbaiki 1 sel, lalu unggah ulang." in page
    assert "Faskes!J3" in page
    wrong = re.findall(r'<td class="wrong">([^<]*)', page)
    assert wrong == ["15.667,0"]
    grid = re.search(r'<table class="grid">.*?</table>', page, re.DOTALL)
    assert grid is not None
    assert "Puskesmas 1" in grid[0]
    assert "Puskesmas 2" in grid[0]
    assert "disabled" in page
    answer = upload(client, workbook)
    assert "Data dapat dipakai." in answer.text
    assert "Lanjut ke skenario" in answer.text


def test_all_faults_are_told_at_once_and_marked_in_the_workbook(client: TestClient, workbook: bytes) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        book["Faskes"]["J2"].value = "many"
        book["Daerah"]["B2"].value = "=1+1"
        book["Kepesertaan"]["B2"].value = -5

    answer = upload(client, changed(workbook, spoil))
    assert "Perbaiki 3 sel" in answer.text
    key = district_of(answer).partition(":")[2]
    marked = openpyxl.load_workbook(io.BytesIO(client.get(f"/uploads/{key}/marked.xlsx").content))
    for sheet, cell in (("Faskes", "J2"), ("Daerah", "B2"), ("Kepesertaan", "B2")):
        assert marked[sheet][cell].comment.text
        assert marked[sheet][cell].fill.fgColor.rgb == "00F4C7A8"
    assert marked["Faskes"]["J3"].comment is None


def test_the_short_template_is_read_too(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "minimal.xlsx"
    write_minimal(tiny_district(), path)

    def spoil(book: openpyxl.Workbook) -> None:
        book["Minimal"]["B4"].value = "banyak"

    page = upload(client, changed(path.read_bytes(), spoil)).text
    assert "Minimal!B4" in page
    assert re.findall(r'<td class="wrong">([^<]*)', page) == ["banyak"]
    assert "Data dapat dipakai." in upload(client, path.read_bytes()).text


def test_a_fault_in_the_list_of_facilities_stands_under_its_own_header(client: TestClient, tmp_path: Path) -> None:
    """Not under that of the figures above it, and no column is left out between the name and the wrong cell."""
    path = tmp_path / "minimal.xlsx"
    write_minimal(tiny_district(), path)
    sheet = openpyxl.load_workbook(path)["Minimal"]
    header = next(int(row[0].row or 0) for row in sheet.iter_rows() if row[0].value == "FKTP")

    def spoil(book: openpyxl.Workbook) -> None:
        book["Minimal"].cell(header + 2, 5).value = "banyak"

    page = upload(client, changed(path.read_bytes(), spoil)).text
    grid = re.search(r'<table class="grid">.*?</table>', page, re.DOTALL)
    assert grid is not None
    assert re.findall(r'<th scope="col">(\w+)', grid[0]) == ["A", "B", "C", "D", "E"]
    assert re.findall(r'<th scope="row">(\d+)', grid[0]) == [str(header + down) for down in range(4) if
                                                             header + down <= sheet.max_row]  # fmt: skip
    assert re.findall(r"<td>([^<]*)", grid[0])[1:6] == ["FKTP", "Jenis", "Peserta terdaftar", "Dokter", "Dokter gigi"]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_both_templates_are_empty_forms_that_can_be_filled(client: TestClient, lang: str, tmp_path: Path) -> None:
    """No figure of anybody is in them; filled in, they are read to the district that was filled in."""
    fillers = {"short": write_minimal, "full": write_workbook}
    for name, fill in fillers.items():
        content = client.get(f"/templates/{name}.xlsx?lang={lang}").content
        form = openpyxl.load_workbook(io.BytesIO(content))
        fill(tiny_district(), tmp_path / "filled.xlsx", lang)
        filled = openpyxl.load_workbook(tmp_path / "filled.xlsx")
        assert form.sheetnames == filled.sheetnames
        cells = [cell.value for sheet in form for row in sheet.iter_rows() for cell in row]
        assert not [value for value in cells if isinstance(value, int | float)]
        assert re.search("<h1>(Perbaiki|Mend) ", upload(client, content).text)
        typed = 0
        for sheet in (sheet for sheet in filled if sheet.title != "Petunjuk"):
            own = form[sheet.title]
            lines = (
                {row[0].value: row[0].row for row in own.iter_rows()} if sheet.title in ("district", "Daerah") else {}
            )
            for row in sheet.iter_rows():
                for cell in (cell for cell in row if cell.value is not None):
                    blank = own.cell(lines.get(row[0].value, cell.row), cell.column)
                    assert blank.value in (None, cell.value)
                    typed += blank.value is None
                    blank.value = cell.value
        kept = io.BytesIO()
        form.save(kept)
        assert typed > 20
        answer = upload(client, kept.getvalue()).text
        assert "Data dapat dipakai." in answer or "The data can be used." in answer
    assert client.get("/templates/other.xlsx").status_code == 400


@pytest.mark.parametrize(("content", "name", "told"), [
    (b"name;value\n", "data.csv", "bukan buku kerja Excel"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "lama.xls", "buku kerja lama (.xls)"),
    (archive(), "data.xlsm", "mengandung makro"),
    (archive(**{"xl/vbaProject.bin": b"x"}), "data.xlsx", "mengandung makro"),
    (archive(**{"xl/worksheets/sheet1.xml": b"0" * (40 * 1024**2)}), "bom.xlsx", "mengembang"),
    (archive(**{f"xl/{number}.xml": b"x" for number in range(1001)}), "bom.xlsx", "mengembang"),
    (archive()[:-40], "rusak.xlsx", "rusak"),
    (b"PK\3\4" + b"\0" * 100, "rusak.xlsx", "rusak"),
    (b"", "kosong.xlsx", "bukan buku kerja Excel"),
])  # fmt: skip
def test_what_could_do_harm_is_refused_with_a_reason(tmp_path: Path, content: bytes, name: str, told: str) -> None:
    with opened(tmp_path) as client:
        answer = upload(client, content, name)
        assert answer.status_code == 400
        assert told in answer.text
        assert name in answer.text
        assert not list(tmp_path.glob(".uploads/*"))


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """The size in the directory of the archive is made small; the part itself unpacks to 60 MB."""
    honest = archive(**{"xl/big.xml": b"0" * (60 * 1024**2)})
    size = (60 * 1024**2).to_bytes(4, "little")
    with opened(tmp_path) as client:
        answer = upload(client, honest.replace(size, (1000).to_bytes(4, "little")))
        assert answer.status_code == 400
        assert "rusak" in answer.text


def test_an_upload_that_is_too_large_ends_in_a_message(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        answer = upload(client, b"PK\3\4" + b"\0" * (UPLOAD_LIMIT + 10 * 1024**2))
        assert answer.status_code == 413
        assert "Berkas lebih besar dari 20 MB" in answer.text

        def chunks() -> Iterator[bytes]:  # without a length that could be refused at once
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
            for _ in range(200):
                yield b"\0" * 1024**2

        headers = {**OWN, "Content-Type": "multipart/form-data; boundary=x"}
        answer = client.post("/uploads", content=chunks(), headers=headers)
        assert answer.status_code == 413
        assert "Berkas lebih besar dari 20 MB" in answer.text
        assert not list(tmp_path.glob(".uploads/*"))


def test_the_name_of_a_file_is_never_a_path(tmp_path: Path, workbook: bytes) -> None:
    outputs = tmp_path / "a" / "b"
    with opened(outputs) as client:
        for name in ("../../evil.xlsx", "..\\..\\evil.xlsx", "/etc/evil.xlsx", "<b>evil.xlsx"):
            answer = upload(client, workbook, name)
            assert answer.status_code == 200
            assert "evil.xlsx" in answer.text
            assert "<b>evil" not in answer.text
    assert not list(tmp_path.rglob("*evil*"))
    assert {path.name for path in tmp_path.iterdir()} == {"a"}


def test_a_full_disk_is_told_and_nothing_is_half_kept(
    tmp_path: Path, workbook: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write itself is made to fail; a real small disk is tried in the test of runs, where it can be mounted."""

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(tmp_path) as client:
        monkeypatch.setattr("web.uploads.shutil.copyfileobj", full)
        answer = upload(client, workbook)
        assert answer.status_code == 507
        assert "Diska penuh" in answer.text
        assert not list(tmp_path.glob(".uploads/*"))
        monkeypatch.undo()
        assert upload(client, workbook).status_code == 200


def test_an_upload_can_be_removed(client: TestClient, workbook: bytes) -> None:
    key = district_of(upload(client, workbook)).partition(":")[2]
    client.post(f"/uploads/{key}/delete", headers=OWN)
    answer = client.get(f"/?district=upload:{key}")
    assert answer.status_code == 400
    assert "Unggahan ini tidak ada lagi" in answer.text


def test_a_fault_of_the_program_shows_nothing_of_its_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("secret inside")

    with opened(tmp_path) as client:
        monkeypatch.setattr("web.pages_data._content", broken)
        answer = client.get("/")
        assert answer.status_code == 500
        assert "Kesalahan program" in answer.text
        assert "secret inside" not in answer.text
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "secret inside" in (tmp_path / ".web.log").read_text(encoding="utf-8")


# -- the command ---------------------------------------------------------------------------------------------------
def test_a_taken_port_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} is used by another program"):
            bound_socket(port)
    with pytest.raises(UserError, match="port 70000 cannot be used"):
        bound_socket(70000)


def test_it_listens_on_this_machine_only_unless_asked() -> None:
    with bound_socket(0) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
    with bound_socket(0, everywhere=True) as bound:
        assert bound.getsockname()[0] == "0.0.0.0"


def test_the_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "web", "--no-browser", "--port", "0", "--outputs", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address is not None, line
        until(lambda: httpx.get(address[0], timeout=60).status_code == 200)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert "Dihentikan." in process.stdout.read()


def test_the_command_refuses_what_it_cannot_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    for options, told in ((["--outputs", str(tmp_path / "file")], "tidak dapat dipakai"),
                          (["--outputs", str(tmp_path), "--lang", "fr"], "bahasa fr tidak dikenal")):  # fmt: skip
        outcome = CliRunner().invoke(app, ["web", "--no-browser", "--port", "0", *options])
        assert isinstance(outcome.exception, UserError)
        assert told in outcome.exception.describe("id")


def test_a_second_server_on_the_folder_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path):
        outcome = CliRunner().invoke(app, ["web", "--no-browser", "--port", "0", "--outputs", str(tmp_path)])
        assert isinstance(outcome.exception, UserError)
        assert "sedang dipakai prakira web lain" in outcome.exception.describe("id")


def test_runs_of_the_command_line_are_listed(tmp_path: Path) -> None:
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "results.sqlite").write_bytes(b"")
    manifest = {"district": {"title": "Kabupaten <Lama>"}, "scenarios": [{"name": "baseline"}], "months": 12,
                "replicates": 3, "start": "2026-01", "seed": 1}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with opened(tmp_path) as client:
        page = client.get("/runs").text
        assert "Kabupaten &lt;Lama&gt;" in page
        assert "dibatalkan" in page
        assert client.get("/runs/by-hand/files/charts.zip").status_code == 400  # it has no charts
        answer = client.post("/runs/by-hand/resume", headers=OWN)
        assert answer.status_code == 400
        assert "baris perintah" in answer.text
