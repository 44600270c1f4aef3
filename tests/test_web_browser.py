"""The planner's page in a real browser: from a template with a fault to files that agree, by keyboard, on a phone."""

from __future__ import annotations

import csv
import io
import re
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from programs import needs
from test_web import changed, until

from districts.template import write_workbook
from districts.tiny import tiny_district
from web.app import bound_socket, create_app
from web.job import load_job
from web.jobs import RUNNER
from web.progress import counts

#: A process of a run that never ends: for what is about the pages before it.
ENDLESS = (sys.executable, "-c", "import time; time.sleep(600)")
_LONG = 240_000  # milliseconds

pytestmark = needs("chromium")


@dataclass
class Visit:
    """A browser at a server: its page, every address it asked for, and what went wrong in it."""

    page: Any
    address: str
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the server."""
        self.page.goto(self.address + path)

    def free_of_barriers(self) -> None:
        """No violation that a tool finds, and nothing to be scrolled sideways."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        found = axe.run(self.page).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width

    def stayed_here(self) -> None:
        """Nothing was asked of another host, and no error was shown in the console."""
        assert self.asked
        assert [url for url in self.asked if not url.startswith((self.address, "data:", "blob:"))] == []
        assert self.wrong == []


@contextmanager
def served(outputs: Path, command: tuple[str, ...] = RUNNER) -> Iterator[str]:
    """A server on ``outputs``: its address."""
    import uvicorn

    with bound_socket(0) as bound:
        port = bound.getsockname()[1]
        app = create_app(outputs, port=port, command=command)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for what computes nothing."""
    with served(tmp_path_factory.mktemp("outputs"), ENDLESS) as found:
        yield found


def visit(browser: Any, address: str, width: int = 1280, **options: Any) -> Visit:
    """A browser of its own, with a window of this width."""
    context = browser.new_context(viewport={"width": width, "height": 760}, accept_downloads=True, **options)
    page = context.new_page()
    page.set_default_timeout(_LONG)
    made = Visit(page, address)
    page.on("request", lambda request: made.asked.append(request.url))
    page.on("pageerror", lambda error: made.wrong.append(str(error)))
    page.on("console", lambda told: made.wrong.append(told.text) if told.type in ("error", "warning") else None)
    return made


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A filled template with a fault, and the same mended."""
    folder = tmp_path_factory.mktemp("books")
    mended, faulty = folder / "kabupaten.xlsx", folder / "kabupaten-salah.xlsx"
    write_workbook(tiny_district(), mended)

    def spoil(book: openpyxl.Workbook) -> None:
        book["Faskes"]["J3"].value = "1.305,0"

    faulty.write_bytes(changed(mended.read_bytes(), spoil))
    return faulty, mended


def test_the_whole_way_from_a_faulty_template_to_files_that_agree(
    browser: Any, books: tuple[Path, Path], tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    with served(outputs) as address:
        here = visit(browser, address)
        page = here.page
        here.go("/")
        here.free_of_barriers()

        # a fault at its cell, and mended
        page.set_input_files("#file", books[0])
        page.get_by_role("button", name="Unggah").click()
        page.get_by_role("heading", name="Perbaiki 1 sel, lalu unggah ulang.").wait_for()
        assert page.locator(".grid .wrong").inner_text().startswith("1.305,0")
        assert page.locator(".cell").inner_text() == "Faskes!J3"
        assert page.get_by_role("button", name="Lanjut ke skenario").is_disabled()
        here.free_of_barriers()
        page.set_input_files("#again", books[1])
        page.locator(".again button.main").click()
        page.get_by_role("heading", name="Data dapat dipakai.").wait_for()
        here.free_of_barriers()

        # two scenarios, one lever moved by its slider
        page.get_by_role("link", name="Lanjut ke skenario").click()
        page.get_by_role("heading", name="Skenario yang dihitung").wait_for()
        for name in ("uhc-non-cut-off", "uhc-drop"):
            page.uncheck(f"input[name=s][value={name}]")
        page.check("input[name=s][value=pbi-cut]")
        page.locator("#pbi-cut").wait_for()
        page.evaluate("document.querySelector('#pbi-cut').open = true")
        slider = page.locator("input[type=range][data-for='pbi-cut|0|share']")
        slider.evaluate("slider => { slider.value = 20.5; slider.dispatchEvent(new Event('input')); }")
        assert page.input_value("[id='pbi-cut|0|share']") == "20,5"
        here.free_of_barriers()
        page.fill("#replicates", "2.000")
        page.fill("#months", "14")
        page.get_by_role("button", name="Hitung", exact=True).click()

        # progress and first results; a reload loses nothing; a second user sees the same
        page.locator("#interim .compare").wait_for()
        here.free_of_barriers()
        page.reload()
        page.locator("#interim .compare").wait_for()
        run = page.url.rpartition("/")[2]
        other = visit(browser, address)
        other.go(f"/runs/{run}")
        other.page.get_by_role("heading", name="Hitungan sedang berjalan.").wait_for()

        # one of the two is cancelled, and the other goes on; a reload and the second user see the same
        page.get_by_role("button", name="Batalkan skenario ini PBI-JK").click()
        page.get_by_text("dibatalkan;").wait_for()
        other.page.get_by_text("dibatalkan;").wait_for()
        assert load_job(outputs, run).names == ("baseline",)
        until(lambda: load_job(outputs, run).state == "running")
        page.reload()
        page.get_by_text("dibatalkan;").wait_for()
        here.free_of_barriers()
        page.get_by_role("button", name="Ikutkan lagi").click()
        page.get_by_role("button", name="Batalkan skenario ini PBI-JK").wait_for()
        until(lambda: load_job(outputs, run).state == "running")

        # the one that the other is compared with is cancelled only after that is said
        page.get_by_role("button", name="Batalkan skenario ini Tanpa keputusan baru").click()
        page.get_by_role("heading", name="Batalkan “Tanpa keputusan baru” saja?").wait_for()
        here.free_of_barriers()
        page.get_by_role("link", name="Teruskan hitungan").click()
        page.get_by_role("heading", name="Hitungan sedang berjalan.").wait_for()

        # all of it is cancelled: what there is is shown; resumed, and cancelled again when there is more
        page.get_by_role("button", name="Batalkan semua").click()
        page.get_by_text("Hitungan dibatalkan; ini hasil dari yang sudah dihitung.").wait_for()
        here.free_of_barriers()
        stored = int(re.search(r"(\d+) ulangan", page.locator("main").inner_text())[1])  # type: ignore[index]
        page.get_by_role("button", name="Lanjutkan").click()
        page.get_by_role("heading", name="Hitungan sedang berjalan.").wait_for()
        until(lambda: counts(outputs / run)["baseline"] > stored)
        page.get_by_role("button", name="Batalkan semua").click()
        page.get_by_role("heading", name="Unduh").wait_for()
        assert load_job(outputs, run).state == "cancelled"
        assert 1 <= stored < counts(outputs / run)["baseline"] < 2000

        # compared, with either as the reference
        rows = page.locator(".compare tbody tr")
        assert rows.count() == 2
        assert "PBI-JK dikurangi 11,4 % (tuas diubah)" in rows.nth(1).inner_text()
        page.select_option("#ref", "pbi-cut-1")
        page.get_by_role("button", name="Bandingkan").click()
        page.wait_for_url("**ref=pbi-cut-1#perbandingan")
        assert page.locator(".compare tbody tr").first.inner_text().startswith("PBI-JK dikurangi")

        # every file, opened
        answer = page.locator("h1.answer").inner_text()
        files = {}
        for link in page.locator(".downloads a").all():
            with page.expect_download() as coming:
                link.click()
            files[link.get_attribute("href").rpartition("/")[2]] = Path(coming.value.path())
        agree(answer, files, counts(outputs / run)["baseline"])

        # the report is shown in a frame of its own, and a facility on its page
        page.get_by_role("link", name="Baca laporan lengkap di sini").click()
        assert page.locator("h1").inner_text() == answer
        page.go_back()
        page.get_by_text("Halaman tiap faskes").click()
        page.get_by_role("link", name="Puskesmas 2").click()
        page.get_by_text("Puskesmas 2").first.wait_for()
        here.stayed_here()


def agree(answer: str, files: dict[str, Path], replicates: int) -> None:
    """The files tell the page's answer, and workbook and export the same need of the year to the rupiah."""
    assert {"report.html", "report.docx", "tables.xlsx", "charts.zip", "export.csv"} <= set(files)
    report = re.sub("<[^>]+>", "", files["report.html"].read_text(encoding="utf-8"))
    document = zipfile.ZipFile(files["report.docx"]).read("word/document.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"].read_bytes()), data_only=True)
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert answer in report
    assert answer in re.sub("<[^>]+>", "", document)
    assert answer in cells
    bills: dict[str, float] = {}
    with files["export.csv"].open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if (row["scenario"], row["indicator"], row["month"][:4]) == ("baseline", "bill_jkn", "2024"):
                bills[row["replicate"]] = bills.get(row["replicate"], 0) + float(row["value"])
    assert len(bills) == replicates
    median = sorted(bills.values())[-(-replicates // 2) - 1]  # the smallest with half of them at or below
    assert median in cells
    assert any(name.endswith(".svg") for name in zipfile.ZipFile(files["charts.zip"]).namelist())


def test_by_keyboard_alone_to_a_run_that_is_paused(browser: Any, address: str) -> None:
    here = visit(browser, address)
    page = here.page

    def press_until(name: str, key: str = "Tab", most: int = 150) -> None:
        """Press a key until the element that is in focus says ``name``; it shows that it is in focus."""
        for _ in range(most):
            page.keyboard.press(key)
            told = page.evaluate("""(at => at === document.body ? '' : (at.labels?.[0] || at).innerText || at.value)
                                     (document.activeElement)""")
            if name in told:
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                return
        pytest.fail(f"the keyboard does not reach {name}")

    here.go("/")
    press_until("Langsung ke isi")
    press_until("Kabupaten Contoh")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Data dapat dipakai.").wait_for()
    press_until("Lanjut ke skenario")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Skenario yang dihitung").wait_for()
    press_until("PBI-JK dikurangi")
    page.keyboard.press("Space")
    page.locator("#pbi-cut").wait_for()
    assert page.evaluate("document.activeElement.value") == "pbi-cut"  # the focus stays where it was
    press_until("Tuas: PBI-JK dikurangi")
    page.keyboard.press("Enter")
    assert page.locator("#pbi-cut").get_attribute("open") is not None
    press_until("Hitung")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hitungan sedang berjalan.").wait_for()
    press_until("Jeda")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hitungan berhenti; dapat dilanjutkan.").wait_for()
    here.stayed_here()


def test_news_of_a_run_undo_nothing_on_its_page(browser: Any, address: str) -> None:
    """The page follows its run without being loaded anew: that would undo a press whose answer is on its way."""
    here, other = visit(browser, address), visit(browser, address)
    page = here.page
    here.go("/scenarios?district=example:kabupaten-contoh")
    page.get_by_role("button", name="Hitung", exact=True).click()
    page.get_by_role("heading", name="Hitungan sedang berjalan.").wait_for()
    page.get_by_text("Ganti nama atau hapus").click()
    page.fill("#title", "Usulan pertama")
    page.evaluate("window.loaded = 'once'")
    other.go(page.url.removeprefix(address))
    other.page.get_by_role("button", name="Jeda").click()
    page.get_by_role("heading", name="Hitungan berhenti; dapat dilanjutkan.").wait_for()
    page.get_by_role("button", name="Lanjutkan").wait_for()
    assert page.evaluate("window.loaded") == "once"
    assert "berhenti" in page.inner_text("#spoken")
    assert page.locator("#title").is_visible()  # what was folded out and written stays
    assert page.input_value("#title") == "Usulan pertama"
    page.get_by_role("button", name="Ganti nama", exact=True).click()
    page.locator(".named", has_text="Usulan pertama").wait_for()
    here.stayed_here()


def test_a_wrong_lever_is_told_at_its_field_which_has_the_focus(browser: Any, address: str) -> None:
    here = visit(browser, address)
    page = here.page
    here.go("/scenarios?district=example:kabupaten-contoh")
    page.get_by_text("Tambah dari pustaka").click()
    page.check("input[name=s][value=collectors]")
    page.locator("#collectors").wait_for()
    page.evaluate("document.querySelector('#collectors').open = true")
    page.fill("[id='collectors|0|share']", "150")
    page.get_by_role("button", name="Hitung", exact=True).click()
    page.get_by_text("Perbaiki 1 isian").wait_for()
    focused = "collectors|0|share"
    page.wait_for_function(f"document.activeElement.id === '{focused}'")
    assert page.get_attribute(f"[id='{focused}']", "aria-describedby") == "collectors|0|share-wrong"
    assert "Paling banyak 100. Isi 0–100." in page.inner_text("[id='collectors|0|share-wrong']")
    here.free_of_barriers()
    assert here.wrong == ["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]


@pytest.mark.parametrize("path", ["/", "/?district=example:bengkulu-utara", "/runs",
                                  "/scenarios?district=example:bengkulu-utara", "/nothing"])  # fmt: skip
@pytest.mark.parametrize("lang", ["id", "en"])
def test_on_a_phone_nothing_is_scrolled_sideways(browser: Any, address: str, path: str, lang: str) -> None:
    here = visit(browser, address, 390)
    here.go(path + ("&" if "?" in path else "?") + f"lang={lang}")
    here.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    here.free_of_barriers()


def test_without_a_script_every_form_works(browser: Any, address: str, books: tuple[Path, Path]) -> None:
    here = visit(browser, address, java_script_enabled=False)
    page = here.page
    here.go("/")
    page.set_input_files("#file", books[1])
    page.get_by_role("button", name="Unggah").click()
    page.get_by_role("link", name="Lanjut ke skenario").click()
    page.check("input[name=s][value=outreach]")
    page.get_by_role("button", name="Tampilkan tuas skenario yang dicentang").click()
    page.locator("#outreach summary").first.click()
    page.fill("[id='outreach|0|hours_per_month']", "20")
    page.get_by_role("button", name="Hitung", exact=True).click()
    page.get_by_role("heading", name="Hitungan sedang berjalan.").wait_for()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
    page.get_by_role("button", name="Jeda").click()
    page.get_by_role("button", name="Lanjutkan").wait_for()


def test_a_file_that_is_too_large_is_told_before_it_is_sent_and_after(
    browser: Any, address: str, tmp_path: Path
) -> None:
    large = tmp_path / "besar.xlsx"
    with large.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(21 * 1024**2)  # a little more than a workbook may be
    here = visit(browser, address)
    here.go("/")
    here.page.set_input_files("#file", large)
    assert "Berkas lebih besar dari 20 MB" in here.page.inner_text("[data-told]")
    here.page.get_by_role("button", name="Unggah").click()
    time.sleep(0.3)
    assert not [url for url in here.asked if url.endswith("/uploads")]
    bare = visit(browser, address, java_script_enabled=False)
    bare.go("/")
    bare.page.set_input_files("#file", large)
    bare.page.get_by_role("button", name="Unggah").click()
    bare.page.get_by_role("heading", name="Berkas terlalu besar").wait_for()
