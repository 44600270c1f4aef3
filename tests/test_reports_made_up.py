"""A made-up run for the tests of reports, and tests of the figures that reports compute from a store.

The results are drawn, not simulated: plausible in size, whole numbers, adding up where the model's would.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from reports.law import contact_rating, kbk_targets, uhc_bars
from reports.numbers import CONTACTS, contact_rate, controlled_share, first_full_year, most_frequent, quantiles, years
from reports.sheets_clinics import COLUMNS
from reports.write import write_outputs
from scenarios.blocks import LUCK, PROBED, probes
from scenarios.months import span
from scenarios.need import need
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.indicators import CATALOGUE, INDEX, SEGMENTS
from sim.results import Results
from sim.rules import load_rules

EVIL = "=cmd|'/c calc'!A1"
MARKUP = 'Puskesmas <b>"A" & B</b>'
NAMES = ("Ketahun", "Arga Makmur", "Air Lais", "Lais", "Napal Putih", "Kerkap", "Perumnas", "Enggano", EVIL, MARKUP)
HEADS = np.array([29000, 34000, 21000, 16000, 15000, 9000, 19000, 4000, 26000, 27000])
BASE_AK = np.array([150.4, 143.5, 142.1, 116.2, 149.0, 125.0, 136.5, 90.0, 152.0, 160.0])
EXEMPT = 7
SCENARIOS: tuple[tuple[str, str, str, str], ...] = (
    ("baseline", "Tanpa keputusan baru", "No new decision", "unbounded"),
    ("uhc-non-cut-off", "UHC non cut-off, status ditahan", "UHC non-cut-off, status held", "unbounded"),
    ("uhc-drop", "UHC, pagu kurang tiga bulan, menonaktifkan", "UHC, line three months short, drop", "heads_at_start"),
    ("uhc-owe", "UHC, pagu kurang tiga bulan, menunggak", "UHC, line three months short, owe", "heads_at_start"),
)
HOSPITALS = ("RSUD <Contoh>", "=RS()", "RS luar daerah")
FLOWS = ("births", "deaths", "moved_in", "moved_out", "cleansed", "pbi_out", "pbi_in", "job_loss", "job_gain",
         "pbpu_joined", "aged_out", "suspended", "reactivated", "joined_rehab", "class_down", "stopped_to_wait",
         "pbi_returned", "asked_pemda")  # fmt: skip
SECOND = ("uhc-non-cut-off@80", "UHC non cut-off, pagu 2025 cukup 80 dari 100", "UHC, 2025 line enough in 80 of 100",
          "amounts")  # fmt: skip
#: Where the runs are that were drawn in this process.
_DRAWN = TemporaryDirectory(prefix="prakira-")


def made_up_manifest(months: int, replicates: int, start: str, second: bool) -> dict[str, Any]:
    """A manifest as ``scenarios.plan.manifest_of`` writes it, as far as reports read it."""
    chosen = (*SCENARIOS, SECOND) if second else SCENARIOS
    binding = {"scenario": "uhc-non-cut-off", "name": SECOND[0], "certainty": 0.8, "year": 2025} if second else None
    asks = {"uhc-non-cut-off": {"question": {"id": "?", "en": "?"}}}
    return {
        "program": {"prakira": "0.1.0", "python": "3.11"},
        "command": "prakira run contoh --months 24",
        "district": {"name": "contoh", "title": "Kabupaten <Contoh> & Co", "province": "Contoh"},
        "stock": "2024-10",
        "start": start,
        "months": months,
        "replicates": replicates,
        "seed": 1,
        "luck_only": False,
        "binding": binding,
        "blocks": {"scenario": "uhc-non-cut-off", "year": 2025, "replicates": PROBED} if second else None,
        "facilities": list(NAMES),
        "hospitals": list(HOSPITALS),
        "facility_types": ["puskesmas"] * len(NAMES),
        "kbk_exempt": [place == EXEMPT for place in range(len(NAMES))],
        "scenarios": [
            {"name": name, "title": {"id": title, "en": english}, "explanation": {"id": title, "en": english},
             "line_rule": rule, "regime": "owe", **asks.get(name, {})}
            for name, title, english, rule in chosen
        ],
        "staffing": [
            {"facility": name, "posts": {
                "doctors": {"held": held, "minimum": 2, "missing": missing, "rupiah": 90_000_000 * missing},
                "nurses": {"held": 9, "minimum": 8, "missing": 0, "rupiah": 0},
            }}
            for name, held, missing in zip(NAMES[7:], (0, None, 1), (2, 0, 1), strict=True)
        ],
        "others_pay": {},
        "own_lines": {"2024": 4_000_000_000, "2025": 20_000_000_000},
        "inputs": [
            {"key": "population", "label_id": "Penduduk", "label_en": "Population", "assumed": False, "value": "312480",
             "source": "Dukcapil", "confidence": "high"},
            {"key": "ghosts", "label_id": "Bagian data ganda", "label_en": "Share of ghosts", "assumed": True,
             "value": "0,03", "source": "=1+1", "confidence": "assumed"},
        ],
        "changed": [
            {"margin": "age_sex", "label_id": "Umur dan jenis kelamin", "label_en": "Age and sex", "row": "total",
             "given": 300_000, "used": 312_480},
            {"margin": "household_sizes", "label_id": "Ukuran keluarga", "label_en": "Household sizes", "row": "5",
             "given": 0, "used": 3},
        ],
    }  # fmt: skip


def made_up_results(scenario: str, replicate: int, months: tuple[str, ...]) -> Results:
    """Drawn results of one unit, the same for the same arguments."""
    rng = np.random.default_rng([replicate, 7])
    count, places = len(months), len(NAMES)
    tables = {
        "district": np.zeros((count, len(CATALOGUE["district"]))),
        "facility": np.zeros((count, places, len(CATALOGUE["facility"]))),
        "segment": np.zeros((count, len(SEGMENTS), len(CATALOGUE["segment"]))),
        "hospital": np.zeros((count, len(HOSPITALS), len(CATALOGUE["hospital"]))),
    }

    def put(level: str, key: str, values: Any) -> None:
        tables[level][..., INDEX[level][key]] = np.round(values)

    uhc, bound = scenario.startswith("uhc"), scenario in ("uhc-drop", "uhc-owe")
    level = rng.normal(0, 0.012) + np.cumsum(rng.normal(0, 0.002, count))
    at = np.arange(count)
    population = 312_000 + 400 * at
    active = population * (0.775 - 0.001 * at + level + (0.055 if uhc else 0))
    billed = 36_000 + (16_000 if uhc else 0) + 900 * rng.normal() + 60 * at
    premium, aid, own = billed * 35_000, billed * 2_800, 9_300 * 2_800
    bill = np.round(premium) + np.round(aid) + own
    in_year = np.array([int(month[5:]) for month in months])
    line = np.full(count, 17.6e9 if bound else 24.5e9 if scenario.endswith("@80") else 0.0)
    if bound and in_year[0] > 1:
        line[np.array([month[:4] == months[0][:4] for month in months])] = np.nan  # no line in a part-year at the start
    due = np.array([bill[(at <= now) & (at > now - in_year[now])].sum() for now in at])
    short = np.where(line > 0, np.maximum(due - line, 0), 0.0)
    unfunded = np.where(in_year == 1, short, np.diff(short, prepend=0))
    off = np.where((short > 0) & (in_year == 11) & (scenario != "uhc-owe"), 30_000, 0)
    if scenario == "uhc-drop":
        active = np.where(short > 0, active - 30_000, active)
    registered = active + 46_000
    contact = BASE_AK + rng.normal(0, 3, (count, places)) + 4 * rng.normal(size=places)
    share_of = HEADS / HEADS.sum()
    capitated = np.round(active[:, None] * 0.9 * share_of)
    contacts = np.round(contact / 1000 * capitated)
    referrals = np.round(capitated * 0.012)
    nonspecialist = np.round(referrals * np.abs(rng.normal(0.02, 0.006, (count, places))))
    put("facility", "registered", capitated * 1.14)
    for key, values in (("capitated", capitated), ("contacts", contacts), ("referrals", referrals),
                        ("referrals_nonspecialist", nonspecialist)):  # fmt: skip
        put("facility", key, values)
    for disease, size in (("ht", 0.05), ("dm", 0.015)):
        diagnosed = np.round(capitated * size)
        put("facility", f"{disease}_diagnosed", diagnosed)
        put("facility", f"{disease}_controlled", diagnosed * np.abs(rng.normal(0.05, 0.012, (count, places))))
    rules = load_rules()
    ak = contact_rating(contacts[None], capitated[None], months, rules)[0]
    rrns = np.digitize(-nonspecialist / referrals * 100, [-3, -2.5, -2]) + 1
    score = 4 * ak + 5 * rrns + 3
    permille = np.select([score >= 40, score >= 30, score >= 20], [1000, 950, 900], 850)
    for values, exempted in ((ak, 0), (rrns, 0), (score, 0), (permille, 1000)):
        values[:, EXEMPT] = exempted
    for key, values in (("ak_rating", ak), ("rrns_rating", rrns), ("rppt_rating", np.where(ak > 0, 3, 0)),
                        ("score_tenths", score), ("share_permille", permille)):  # fmt: skip
        put("facility", key, values)
    tariff = np.where(np.arange(places) % 3, 5_300, 6_000)
    full = capitated * tariff
    put("facility", "tariff", np.broadcast_to(tariff, (count, places)))
    put("facility", "capitation_full", full)
    put("facility", "capitation_paid", full * permille / 1000)
    district = {
        "population": population, "population_dukcapil": population, "registered": registered, "active": active,
        "capitated": capitated.sum(axis=1), "billed": billed, "never": np.maximum(population - registered, 0) + 900,
        "pending": 120 + 3 * at, "arrears": 33_000 - 40 * at, "lapsed": 12_000 + 30 * at, "dead_on_register": 2_000,
        "moved_on_register": 2_600, "bill_premium": premium, "bill_aid_pemda": aid, "bill_aid_self": own,
        "bill_jkn": bill, "line": line, "line_used": np.minimum(due, line), "paid_jkn": bill - unfunded,
        "unfunded": unfunded, "debt_pemda": short, "dropped": off,
        "capitation_full": full.sum(axis=1), "capitation_paid": np.round(full * permille / 1000).sum(axis=1),
        "status_uhc": active / population >= 0.8,
        "intake_never": 300 + 10 * rng.normal() if uhc else 0, "intake_lapsed": 200 if uhc else 0,
        "intake_arrears": 120 if uhc else 0, "intake_pbpu": 60 if uhc else 0, "intake_ppu": 8 if uhc else 0,
        "intake_point_of_care": 40 if uhc else 0,
    }  # fmt: skip
    ghosts = np.round(billed * rng.uniform(0.02, 0.1, count))
    district |= {"billed_ghosts": ghosts, "bill_ghosts": ghosts * 37_800}
    for place, key in enumerate((*FLOWS, *CONTACTS)):  # each of its own size, so that none can stand for another
        district[key] = 100 * (place + 1) + 60 * rng.random(count) + (25 if uhc else 0)
    for place, entry in enumerate(CATALOGUE["hospital"]):  # each hospital and indicator of its own size
        mean = (place + 1) * (1e8 if entry.unit == "rupiah" else 100) * np.array([3, 1, 5])
        put("hospital", entry.key, mean * (1 + 0.05 * rng.normal(size=(count, len(HOSPITALS)))))
        if entry.key.startswith("claims_") and entry.key in INDEX["district"]:
            district[entry.key] = tables["hospital"][..., place].sum(axis=1)
    for key, values in district.items():
        put("district", key, values)
    for place, key in enumerate(COLUMNS):  # what goes on in the clinics, likewise
        put("facility", key, 100 * (place + 1) + 60 * rng.random((count, places)))
    shares = np.array([0, 0.44, 0.14, 0.17, 0.22, 0.03])
    put("segment", "registered", registered[:, None] * shares)
    put("segment", "active", active[:, None] * shares)
    return Results(months, NAMES, HOSPITALS, **tables)


def made_up_run(
    folder: Path, replicates: int = 20, months: int = 24, start: str = "2024-11", second: bool = False
) -> Path:
    """A run's folder with drawn results; ``second`` adds the run with the line that the need set, and probes. Every run
    is drawn once in a process, and copied."""
    shutil.copytree(_drawn(replicates, months, start, second), folder)
    return folder


@cache
def _drawn(replicates: int, months: int, start: str, second: bool) -> Path:
    folder = Path(_DRAWN.name) / f"{replicates}-{months}-{start}-{second}"
    manifest = made_up_manifest(months, replicates, start, second)
    with RunStore.create(folder, manifest) as store:
        for scenario in manifest["scenarios"]:
            for replicate in range(replicates):
                results = made_up_results(scenario["name"], replicate, span(start, months))
                store.save(scenario["name"], replicate, results, 0.1)
        if second:
            made_up_probes(store)
    return folder


@cache
def reported_run(replicates: int, lang: str) -> Path:
    """The folder of a run with everything that is written of it, made once in a process and only to be read; from 100
    replicates on with the second run and probes."""
    folder = made_up_run(Path(_DRAWN.name) / f"reported-{replicates}-{lang}", replicates, second=replicates >= 100)
    write_outputs(folder, lang)
    return folder


def made_up_probes(store: RunStore) -> None:
    """Drawn probes: each block carries less of the need and more of the capitation than the one before; referrals do
    nothing, and luck by itself is small."""
    rng, blocks = np.random.default_rng(11), probes()
    figures = (need(store, "uhc-non-cut-off", 2025, None).sample,
               store.series("uhc-non-cut-off", "capitation_paid")[:, 2:14].sum(axis=1))  # fmt: skip
    for at, block in enumerate(blocks):
        for number in range(PROBED):
            held = []
            for figure, part in zip(figures, (1 / (at + 1), 1 / (len(blocks) - at)), strict=True):
                middle = figure[:PROBED].mean()
                own = (0.02 if block == LUCK else part) * (figure[number] - middle) * (1 + 0.2 * rng.normal())
                held.append(middle + own if block == LUCK else figure[number] - (block != "referral") * own)
            store.save_probe(block, number, *map(float, np.round(held)))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore.open(made_up_run(tmp_path_factory.mktemp("run") / "few", replicates=7, months=3))


def test_quantiles_are_those_of_the_scenarios_package() -> None:
    rng = np.random.default_rng(3)
    for count in (1, 4, 7, 20, 100):
        sample = rng.integers(0, 10**11, count).astype(float)
        for q in (0.1, 0.25, 0.5, 0.8, 0.9):
            assert quantiles(sample, q)[0] == quantile(sample, q).value


def test_quantiles_leave_out_what_has_no_denominator() -> None:
    sample = np.array([[np.nan, np.nan], [4.0, np.nan], [2.0, np.nan]])
    assert quantiles(sample, 0.5)[0][0] == 2.0  # the smallest value with half of {2, 4} at or below
    assert np.isnan(quantiles(sample, 0.5)[0][1])


def test_contact_rate_is_formed_in_each_replicate(store: RunStore) -> None:
    contacts = store.series("baseline", "contacts", "facility")
    capitated = store.series("baseline", "capitated", "facility")
    rate = contact_rate(store, "baseline")
    for replicate, month, place in ((0, 0, 0), (3, 1, 4), (6, 2, 9)):
        at = (replicate, month, place)
        assert rate[at] == pytest.approx(1000 * contacts[at] / capitated[at])
    other = contact_rate(store, "baseline", "registered")
    assert (other < rate).all()  # more registered than capitated members in the made-up run


def test_controlled_share_is_the_mean_of_two_ratios(store: RunStore) -> None:
    get = {k: store.series("baseline", k, "facility")[2, 1, 3] for k in
           ("dm_controlled", "dm_diagnosed", "ht_controlled", "ht_diagnosed")}  # fmt: skip
    expected = 100 * (get["dm_controlled"] / get["dm_diagnosed"] + get["ht_controlled"] / get["ht_diagnosed"]) / 2
    assert controlled_share(store, "baseline")[2, 1, 3] == pytest.approx(expected)


def test_targets_and_bars_are_the_published_ones() -> None:
    # Peraturan BPJS Kesehatan 7/2019: 150 per mille, 2 %, 5 %; UHC bars of 2025: 98 % registered, 80 % active
    targets = kbk_targets("2025-01", load_rules())
    assert (targets.ak, targets.rrns, targets.rppt) == (150, 2, 5)
    bars = uhc_bars(["2024-12", "2025-01"], load_rules())
    assert (bars[0].active, bars[1].active, bars[1].registered) == (0.75, 0.80, 0.98)


def test_contact_rating_puts_the_edges_into_their_own_bands() -> None:
    # the same regulation: 150 and more is 4, above 145 is 3, above 140 is 2, the rest 1
    contacts = np.array([[[150.0, 149, 146, 145, 141, 140, 0]]])
    members = np.full((1, 1, 7), 1000.0)
    assert contact_rating(contacts, members, ["2025-01"], load_rules())[0, 0].tolist() == [4, 3, 3, 2, 2, 1, 1]


def test_most_frequent_value_and_how_often() -> None:
    value, share = most_frequent(np.array([[900.0], [950.0], [950.0], [1000.0]]))
    assert (value[0], share[0]) == (950, 0.5)


def test_years_know_whether_they_are_whole() -> None:
    months = span("2024-11", 16)
    assert [(year.year, len(year.months), year.full) for year in years(months)] == [
        (2024, 2, False), (2025, 12, True), (2026, 2, False)]  # fmt: skip
    assert first_full_year(months).year == 2025
    assert first_full_year(months[:5]).year == 2025  # three months of it, two of 2024
    assert first_full_year(months[:4]).year == 2024


def test_the_bill_is_its_lines_in_the_engine() -> None:
    # the workbook shows the lines beside the bill: each rupiah once, nothing beside them
    from districts.tiny import tiny_district
    from reports.numbers import BILL_LINES
    from scenarios.levers.base import Context
    from scenarios.scenario import load_scenario
    from sim.behaviour import default_behaviour
    from sim.simulate import simulate

    district, rules = tiny_district(), load_rules()
    policy = load_scenario("uhc-non-cut-off").policy(Context(district, rules, "2023-11", 3, "2023-11"))
    results = simulate(district, rules, default_behaviour(), policy, 1)
    lines = sum(results.series(key) for key, _account in BILL_LINES)
    assert (lines == results.series("bill_jkn")).all()
    assert results.series("bill_jkn").min() > 0
