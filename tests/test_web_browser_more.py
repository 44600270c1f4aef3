"""A branch and a proposal in a real browser: the forms by keyboard, under way, finished, at two widths, with a tool
that finds barriers. What the runs compute stands in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import needs
from rkpd_example import EXAMPLE as MADE
from test_web_browser import ENDLESS, served, visit

from districts.text import LANGUAGES
from reports.rkpd import write
from web.job import Job, save_job
from web.proposal_run import SHOWN, shown

pytestmark = needs("chromium")


def band(*values: int | None) -> dict[str, Any]:
    """The same figure in every month."""
    return {name: [value] * 2 for name, value in zip(("middle", "low", "high"), values, strict=True)}


def record() -> dict[str, Any]:
    """What a branch of one district and two months came to."""
    point = {"middle": 10, "low": 8, "high": 12}
    money = {kind: band(9_000_000, 8_000_000, 10_000_000)
             for kind in ("capitation", "non_capitation", "claims", "penalty", "total")}  # fmt: skip
    years = {"2027": {"months": 2, **dict.fromkeys((*money, "paid", "full", "incurred"), point)}}
    place = {"code": "P1", "name": "Puskesmas 1", "type": "puskesmas", "exempt": False, "tariff": [6000] * 2,
             "share_permille": [950] * 2, "heads": band(900, 880, 920), "full": band(9, 8, 10), "paid": band(9, 8, 10),
             "years": years}  # fmt: skip
    district = {"name": "alfa", "title": "Kabupaten Alfa", "stock": "2026-12", "known": "2026-12", "calibrated": False,
                "heads": band(900, 880, 920), "paid": band(9, 8, 10), "cash": money["total"], "years": years,
                "facilities": [place]}  # fmt: skip
    hospital = {"name": "RSUD Alfa", "districts": ["Kabupaten Alfa"], "incurred": band(9, 8, 10),
                "paid": band(9, 8, 10), "owed": band(9, 8, 10), "years": years}  # fmt: skip
    error = {"earlier_runs": 0, "reported": None, "months": 0, "first": None, "last": None, "last_month": [],
             "all_months": [], "pairs": []}  # fmt: skip
    return {"format": 1, "branch": "curup", "command": "prakira run", "program": "0", "replicates": 100, "seed": 1,
            "scenario": {"name": "baseline", "title": {"id": "Tanpa keputusan baru", "en": "No new decision"}},
            "months": ["2027-01", "2027-02"], "cash": money, "years": years, "districts": [district],
            "hospitals": [hospital], "error": error}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a finished branch and a finished proposal; other runs never end."""
    outputs = tmp_path_factory.mktemp("outputs")
    ask = {"branch": "curup", "districts": ["alfa"], "names": ["alfa"], "titles": ["Kabupaten Alfa"], "actual": ""}
    for job in (Job("cabang", "done", district="curup", scenarios=("baseline",), kind="branch", ask=ask),
                Job("usulan", "done", district=MADE.basis.title, scenarios=("uhc-non-cut-off",), kind="rkpd",
                    ask={"year": 2027, "known_until": None})):  # fmt: skip
        (outputs / job.name).mkdir()
        save_job(outputs, job)
    (outputs / "cabang" / "branch.json").write_text(json.dumps(record()), encoding="utf-8")
    write(MADE, outputs / "usulan")
    lines = {lang: shown(MADE, lang) for lang in LANGUAGES}
    (outputs / "usulan" / SHOWN).write_text(json.dumps(lines), encoding="utf-8")
    with served(outputs, ENDLESS) as found:
        yield found


@pytest.mark.parametrize("width", [1280, 390])
def test_a_branch_is_chosen_by_keyboard_and_followed(browser: Any, address: str, width: int) -> None:
    here = visit(browser, address, width)
    page = here.page
    here.go("/")
    page.get_by_role("link", name="Cabang BPJS").click()
    here.free_of_barriers()
    page.get_by_role("button", name="Hitung", exact=True).press("Enter")
    page.get_by_text("Perbaiki 2 isian").wait_for()
    assert page.get_by_label("Nama cabang").get_attribute("aria-invalid") == "true"
    here.free_of_barriers()
    page.get_by_label("Nama cabang").fill("curup")
    page.get_by_role("checkbox", name="Kabupaten Contoh").press("Space")
    page.get_by_role("checkbox", name="Kabupaten Pulau Taliabu").press("Space")
    page.get_by_role("button", name="Hitung", exact=True).press("Enter")
    page.get_by_role("heading", name="Cabang sedang dihitung.").wait_for()
    assert page.locator(".bars li").count() == 2
    here.free_of_barriers()
    page.get_by_role("button", name="Batalkan", exact=True).press("Enter")
    page.get_by_role("button", name="Lanjutkan").wait_for()
    here.go("/runs/cabang")
    page.get_by_role("heading", name="Kebutuhan kas Januari 2027").wait_for()
    here.free_of_barriers()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Data cabang").press("Enter")
    assert json.loads(Path(coming.value.path()).read_text(encoding="utf-8"))["branch"] == "curup"
    here.wrong = [text for text in here.wrong if "422" not in text]  # the form that was sent back
    here.stayed_here()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_proposal_is_asked_for_and_read(browser: Any, address: str, width: int) -> None:
    here = visit(browser, address, width)
    page = here.page
    here.go("/?district=example:kabupaten-contoh")
    page.get_by_role("link", name="Usulan RKPD").first.press("Enter")
    page.get_by_label("Tahun anggaran").fill("2028")
    here.free_of_barriers()
    page.get_by_role("button", name="Hitung usulan").press("Enter")
    page.get_by_role("heading", name="Usulan sedang dihitung.").wait_for()
    here.free_of_barriers()
    page.get_by_role("button", name="Batalkan", exact=True).press("Enter")
    page.get_by_role("button", name="Hitung ulang").wait_for()
    here.go("/runs/usulan")
    page.get_by_role("heading", name="Usulkan Rp17,90 miliar").wait_for()
    assert page.locator("figure .narrow").is_visible() == (width == 390)
    here.free_of_barriers()
    page.get_by_role("link", name="Baca nota di sini").click()
    page.get_by_role("heading", name="Usulkan Rp17,90 miliar").wait_for()
    here.stayed_here()
