"""The page of one facility: its figures against the store, its words against its figures, and that it is one A4."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from programs import CHROMIUM_FLAGS, needs, program
from test_reports_made_up import EVIL, EXEMPT, MARKUP, NAMES, made_up_run
from texts import CALLS, asked_in, told_once_in

import reports
from cli.main import main
from districts.faults import UserError
from districts.text import number, rupiah, rupiah_short, signed_rupiah
from reports.facility.bands import BOX, LEFT, strip
from reports.facility.facts import Facts, Month, facility_facts
from reports.facility.page import facility_page
from reports.facility.words import words
from reports.run import Run
from scenarios.kbk_sites import sites_of_run
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.kbk import scheme
from sim.rules import load_rules

ROOT = Path(reports.__file__).parent.parent
PLACE, MONTH, AT = 2, "2025-03", 4  # Air Lais in March 2025


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_run(tmp_path_factory.mktemp("facility") / "run", 100)


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return Run(RunStore.open(folder), load_rules())


@pytest.fixture(scope="module")
def facts(run: Run) -> Facts:
    return facility_facts(run, "air lais", MONTH)


def series(run: Run, key: str) -> np.ndarray[Any, Any]:
    return run.store.series("uhc-non-cut-off", key, "facility", PLACE)[:, AT]


def ak_rating(contacts: float, members: float) -> int:
    """Peraturan BPJS Kesehatan 7/2019: 150 and more is 4, above 145 is 3, above 140 is 2."""
    value = Fraction(int(contacts) * 1000, int(members))
    return 4 if value >= 150 else 3 if value > 145 else 2 if value > 140 else 1


def test_the_figures_are_the_stores(run: Run, facts: Facts) -> None:
    capitated = round(quantile(series(run, "capitated"), 0.5).value)
    tariff = round(quantile(series(run, "tariff"), 0.5).value)
    assert (facts.facility, facts.capitated, facts.tariff) == ("Air Lais", capitated, tariff)
    assert (facts.month, facts.paid_in, facts.replicates) == ("2025-03", "2025-04", 100)
    assert [one.share_permille for one in facts.payments] == [1000, 950, 900, 850]
    assert [one.rupiah for one in facts.payments] == [
        capitated * tariff * share // 1000 for share in (1000, 950, 900, 850)
    ]
    assert sum(one.replicates for one in facts.payments) == 100
    ratings = [ak_rating(*pair) for pair in zip(series(run, "contacts"), series(run, "capitated"), strict=True)]
    ak = facts.indicators[0]
    assert ak.replicates == {rating: ratings.count(rating) for rating in (4, 3, 2, 1)}
    assert ak.value == pytest.approx(1000 * facts.counts.contacts / facts.counts.members)
    sample = 1000 * series(run, "contacts") / series(run, "capitated")
    assert (ak.low, ak.high) == pytest.approx([quantile(sample, q).value for q in (0.1, 0.9)])
    assert [entry.weight_tenths for entry in facts.indicators] == [4, 5, 1]
    registered = round(quantile(series(run, "registered"), 0.5).value)
    assert (facts.registered, facts.registered_rating) == (registered, ak_rating(facts.counts.contacts, registered))


def test_what_is_missing_is_the_least_that_is_enough(facts: Facts) -> None:
    """One contact fewer than told leaves the rating as it is."""
    gap = facts.gap
    assert gap is not None
    assert gap.ak is not None
    here = ak_rating(facts.counts.contacts, facts.counts.members)
    assert ak_rating(facts.counts.contacts + gap.ak.people, facts.counts.members) == gap.ak.rating > here
    assert ak_rating(facts.counts.contacts + gap.ak.people - 1, facts.counts.members) == here


def test_the_months_rest_on_the_middle_counts_as_the_page_does(run: Run, facts: Facts) -> None:
    """A month is rated by its middle counts and paid by the rating of the month before; the first is paid by a month
    that the run does not know, as most replicates are."""
    permille = run.store.series("uhc-non-cut-off", "share_permille", "facility", PLACE)
    contacts, members = (
        run.store.series("uhc-non-cut-off", key, "facility", PLACE) for key in ("contacts", "capitated")
    )
    assert [month.month for month in facts.months] == list(run.months)
    for at, month in enumerate(facts.months):
        middles = [quantile(sample[:, at], 0.5).value for sample in (contacts, members)]
        assert month.ratings[0] == ak_rating(min(middles), middles[1])
        assert month.replicates == (permille[:, at] == month.share_permille).sum()
    assert facts.months[AT].ratings == facts.now[:3]
    assert facts.months[AT + 1].share_permille == facts.now.share_permille
    values, counts = np.unique(permille[:, 0], return_counts=True)
    assert facts.months[0].share_permille == values[counts.argmax()]


def test_the_gain_says_from_which_share_it_counts(run: Run, facts: Facts) -> None:
    """Headline, amount and gain rest on one share, that of the middle counts; another most frequent one is told."""
    page = text_of(facility_page(run, "Air Lais", "id", MONTH))
    now, way = facts.now.share_permille, facts.plans[0]
    central = next(one for one in facts.payments if one.share_permille == now)
    assert f"menurut perkiraan tengah {rupiah_short(central.rupiah)}, yaitu {now // 10} % (" in page
    assert f"Dari {now // 10} % ke {way.share_permille // 10} %: {signed_rupiah(way.gain)} " in page
    likely = max(facts.payments, key=lambda one: one.replicates)
    other = f"Yang paling sering adalah {likely.share_permille // 10} %, {rupiah_short(likely.rupiah)} ("
    assert (other in page) == (likely.replicates > central.replicates)


def test_the_page_says_which_effort_pays(run: Run, facts: Facts) -> None:
    """Or that none surely does, which is also said where the best is luck; with too few replicates neither."""
    none = "tidak ada upaya yang jelas menutup biayanya"
    assert facts.best is not None
    page = text_of(facility_page(run, "Air Lais", "id", MONTH))
    assert (f"; {signed_rupiah(facts.best.net)} per bulan setelah biayanya" in page) == facts.best.pays
    assert (none in page) != facts.best.pays
    rule = scheme(run.rules, MONTH)
    for other, said in ((replace(facts, best=None), True), (replace(facts, best=replace(facts.best, error=1e12)), True),
                        (replace(facts, best=None, replicates=9), False)):  # fmt: skip
        assert (none in " ".join(words(other, rule, run.manifest).sentences)) == said


def test_a_long_run_tells_two_years_around_the_month(tmp_path: Path) -> None:
    """Of 40 months (from November 2024) the page of the 20th tells the 8th to the 31st."""
    long = Run(RunStore.open(made_up_run(tmp_path / "long", 10, months=40)), load_rules())
    months = [entry.month for entry in facility_facts(long, "Air Lais", long.months[19]).months]
    assert months == list(long.months[7:31])
    assert [entry.month for entry in facility_facts(long, "Air Lais").months] == list(long.months[:24])
    assert [entry.month for entry in facility_facts(long, "Air Lais", long.months[-1]).months] == list(long.months[16:])


def text_of(page: str) -> str:
    """What a reader reads: no style, no tags, plain spaces."""
    page = re.sub(r"<style.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " "))


def test_the_months_before_the_run_are_the_districts_own(run: Run) -> None:
    months = [f"2024-{month:02}" for month in range(1, 11)]
    rated = [None, *[[4, 1, 2]] * 9]
    past = {"months": months, "district": {}, "ratings": {"Air Lais": rated},
            "share_permille": {"Air Lais": [None, None, *[850] * 8]}}  # fmt: skip
    manifest = {**run.manifest, "past": past}
    known = Run(cast(RunStore, _Known(run.store, manifest)), run.rules)
    found = facility_facts(known, "Air Lais")
    data = [one for one in found.months if one.data]
    assert [one.month for one in data] == months[1:]  # of January nothing is known
    assert data[0] == Month("2024-02", (4, 1, 2), None, 0, True)
    assert data[-1] == Month("2024-10", (4, 1, 2), 850, 0, True)
    assert [one.month for one in found.months if not one.data] == list(run.months[: 24 - len(data)])
    assert not any(one.data for one in facility_facts(known, "Lais").months)
    page = text_of(facility_page(known, "Air Lais", "id"))
    assert "Kiri garis, sampai Okt 2024: data daerah sendiri." in page
    first = next(one for one in found.months if not one.data)
    begun = ", ".join(map(str, first.ratings))
    assert (f"peringkat 4, 1, 2 pada Okt 2024, {begun} pada Nov 2024" in page) == (first.ratings != (4, 1, 2))
    assert (f"dibayar 85 % pada Okt 2024, {first.share_permille // 10} %" in page) == (first.share_permille != 850)
    assert ("Loncatan itu" in page) == (first.ratings != (4, 1, 2) or first.share_permille != 850)


class _Known:
    """A store whose manifest tells more."""

    def __init__(self, store: RunStore, manifest: dict[str, Any]) -> None:
        self._store, self.manifest = store, manifest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_the_page_says_the_figures(run: Run, facts: Facts) -> None:
    page = text_of(facility_page(run, "Air Lais", "id", MONTH))
    way = facts.plans[0]
    people = ((way.contacts, "peserta kontak"), (way.referrals, "rujukan nonspesialistik"),
              (way.dm_controlled, "pasien DM"), (way.ht_controlled, "pasien HT"))  # fmt: skip
    told = [f"{number(count)} {what}" for count, what in people if count]
    assert told
    for part in told:
        assert part in page
    now = facts.now.share_permille // 10
    assert f"untuk naik dari {now} % ke {way.share_permille // 10} % kapitasi April 2025." in page
    for payment in facts.payments:
        assert rupiah(payment.rupiah) in page
    (site,) = [one for one in sites_of_run(run.store, run.told, MONTH, run.rules) if one.name == facts.facility]
    rule, full = scheme(run.rules, MONTH), facts.capitated * facts.tariff
    for plan in facts.plans:
        paid = [[rule.evaluate_counts(counts, site.type).share_permille for counts in (world, plan.added(world))]
                for world in site.worlds]  # fmt: skip
        mean = round(float(np.diff(paid, axis=1).mean()) * full / 1000) - plan.cost
        assert f"{rupiah(plan.gain)} {rupiah(plan.cost)} {rupiah(plan.net)} {rupiah(mean)} " in page
    assert f"{number(facts.counts.contacts)} dari {number(facts.counts.members)} peserta" in page
    assert f"DM {facts.counts.dm_controlled} dari {facts.counts.dm_diagnosed}" in page
    assert number(facts.unseen["members"]) in page
    assert "1 dari 2 masukan diasumsikan" in page


def test_the_same_in_english(run: Run) -> None:
    page = facility_page(run, "Air Lais", "en", MONTH)
    assert '<html lang="en">' in page
    assert "The three indicators of the month" in page
    assert "of the capitation of April 2025." in page


def test_an_exempt_facility_is_not_told_to_change(run: Run) -> None:
    facts = facility_facts(run, NAMES[EXEMPT], MONTH)
    assert (facts.exempt, facts.plans, facts.gap) == (True, (), None)
    assert [(one.share_permille, one.replicates) for one in facts.payments] == [(1000, 100)]
    page = text_of(facility_page(run, NAMES[EXEMPT], "id", MONTH))
    assert "Dikecualikan dari potongan: kapitasi April 2025 dibayar penuh berapa pun nilainya." in page
    assert "belum menaikkan" not in page


def test_few_replicates_are_counted(tmp_path: Path) -> None:
    few = Run(RunStore.open(made_up_run(tmp_path / "few", 20)), load_rules())
    page = facility_page(few, "Air Lais", "id", MONTH)
    assert "kemungkinan" not in text_of(page)
    assert "dari 20 ulangan" in page
    assert 'class="dots"' not in page


@pytest.mark.parametrize("name", [EVIL, MARKUP])
def test_names_are_text(run: Run, name: str) -> None:
    page = facility_page(run, name, "id")
    assert "<b>&#34;A" not in page.replace("&lt;b&gt;", "")
    assert "Puskesmas <b>" not in page
    assert f"{name} " in text_of(page) + " "


def test_the_page_needs_no_network(run: Run) -> None:
    page = facility_page(run, "Air Lais", "id", MONTH).replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|url\((?!#)|@import|<script|<link|<img|<iframe", page)


def test_an_unknown_facility_is_told_the_nearest(run: Run) -> None:
    with pytest.raises(UserError) as fault:
        facility_facts(run, "Air Lias")
    assert fault.value.describe("id").startswith("faskes Air Lias tidak dikenal; yang terdekat: Air Lais, ")
    assert len(fault.value.params["near"].split(", ")) == 3  # type: ignore[attr-defined]


def test_a_place_among_the_bands_by_hand() -> None:
    """AK 140, 145, 150: the second box runs from 140 to 145, so 142.5 stands in its middle. RRNS runs down: 2.5 % is
    the edge between the second and the third box. Far values stretch the outer boxes."""
    bands = scheme(load_rules(), "2025-03").bands
    ak = strip(bands["ak"], 142.5, 140.0, 150.0)
    assert (ak.value, ak.low, ak.high) == (LEFT + 1.5 * BOX, LEFT + BOX, LEFT + 3 * BOX)
    assert ak.edges == ((LEFT + BOX, 140), (LEFT + 2 * BOX, 145), (LEFT + 3 * BOX, 150))
    rrns = strip(bands["rrns"], 2.5, 2.0, 3.0)
    assert (rrns.value, rrns.low, rrns.high) == (LEFT + 2 * BOX, LEFT + BOX, LEFT + 3 * BOX)
    far = strip(bands["ak"], 100.0, 90.0, 170.0)
    assert far.low == LEFT
    assert far.high == LEFT + 4 * BOX
    assert far.value == pytest.approx(LEFT + BOX * 10 / 50, abs=0.1)
    assert strip(bands["ak"], None, None, None).value is None


def printed(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    """Exit code and what a command printed."""
    monkeypatch.setattr("sys.argv", ["prakira", *arguments])
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_writes_the_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = printed(["report", str(folder), "--facility", "Air Lais"], capsys, monkeypatch)
    assert (code, out) == (0, f"Halaman Air Lais: {folder / 'fktp-Air-Lais.html'}\n")
    assert (folder / "fktp-Air-Lais.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    target = tmp_path / "page.html"
    printed(
        ["report", str(folder), "--facility", "Air Lais", "--out", str(target), "--lang", "en"], capsys, monkeypatch
    )
    assert '<html lang="en">' in target.read_text(encoding="utf-8")


def test_json_agrees_with_the_plan_command(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, page, _ = printed(["report", str(folder), "--facility", "Lais", "--month", MONTH, "--json"], capsys, monkeypatch)
    _, plan, _ = printed(
        ["kbk", "plan", str(folder), "--facility", "Lais", "--month", MONTH, "--json"], capsys, monkeypatch
    )
    told, other = json.loads(page), json.loads(plan)["facilities"][0]
    assert told["plans"] == other["plans"]
    assert told["now"] == other["now"]
    assert (told["capitated"], told["tariff"], told["counts"]) == (other["capitated"], other["tariff"], other["counts"])


def test_the_command_writes_all_files_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made_up_run(tmp_path / "run", 10, months=14)
    code, out, _ = printed(["report", str(folder), "--json"], capsys, monkeypatch)
    files = json.loads(out)["files"]
    assert code == 0
    assert {Path(file).name for file in files} >= {"report.html", "tables.xlsx", "keaktifan.png"}
    assert all(Path(file).is_file() for file in files)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--facility", "Air Lias"], "faskes Air Lias tidak dikenal; yang terdekat: Air Lais"),
        (["--facility", "Air Lais", "--month", "2031-01"], "2031-01 tidak ada di antara bulan hitungan ini"),
        (["--facility", "Air Lais", "--scenario", "nix"], "hitungan tidak memiliki skenario nix"),
        (["--facility", "Air Lais", "--out", "/nowhere/page.html"], "/nowhere/page.html tidak dapat ditulis"),
        (["--out", "page.html"], "--out dipakai bersama --facility"),
    ],
)
def test_mistakes_end_in_a_message(
    folder: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = printed(["report", str(folder), *arguments], capsys, monkeypatch)
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert "Traceback" not in err


@needs("chromium")
@pytest.mark.parametrize(("name", "lang"), [("Air Lais", "id"), (NAMES[EXEMPT], "en"), (MARKUP, "id")])
def test_it_prints_on_exactly_one_a4(run: Run, tmp_path: Path, name: str, lang: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(facility_page(run, name, lang, MONTH), encoding="utf-8")
    subprocess.run(
        [program("chromium"), *CHROMIUM_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer",
         f"--print-to-pdf={tmp_path / 'page.pdf'}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    assert box is not None
    assert [float(side) for side in box.groups()] == pytest.approx([595.3, 841.9], abs=1.5)


@needs("chromium")
def test_it_is_accessible_and_fits_a_phone(browser: Any, run: Run, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = tmp_path / "page.html"
    page.write_text(facility_page(run, "Air Lais", "id", MONTH), encoding="utf-8")
    for width in (1280, 390):
        view = browser.new_page(viewport={"width": width, "height": 800})
        view.goto(page.as_uri())
        assert axe.Axe().run(view).response["violations"] == []
        assert view.evaluate("document.documentElement.scrollWidth") == width


def test_every_text_has_its_indonesian() -> None:
    sources = [*(ROOT / "reports" / "facility").glob("*.py"), ROOT / "cli" / "report.py"]
    asked = asked_in(sources, CALLS | {"UserError": 1})
    template = (ROOT / "reports" / "facility" / "templates" / "facility.html").read_text(encoding="utf-8")
    asked |= set(re.findall(r'_\("([^"]+)"\)', template))
    assert len(asked) > 50
    told_once_in("facility", asked)
