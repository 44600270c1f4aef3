"""The KBK plan: against brute force, a hand calculation, the store of a run, and as a user types it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from command import ROOT, prakira, typed
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reports_made_up import EXEMPT, NAMES, made_up_run

from cli.main import main
from districts.faults import UserError
from districts.model import HistoryRow
from districts.read import read_district
from districts.tiny import tiny_district
from reports.run import Run
from reports.workbook import write_workbook
from scenarios.kbk_efforts import Effort, best_effort, certain_plan
from scenarios.kbk_sites import Site, sites_of_history, sites_of_run
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.kbk import Counts, Scheme, scheme
from sim.kbk_plan import Plan, Terms, payback, plans, terms
from sim.rules import load_rules

TERMS = Terms(contact=26_000, referral=60_000, patient=75_000, lag=1)


@pytest.fixture(scope="module")
def today() -> Scheme:
    return scheme(load_rules(), "2026-01")


def test_a_plan_by_hand(today: Scheme) -> None:
    """10,000 members: ratings 2, 3, 3 (144.9 per mille, 9 of 400, mean of 4 % and 4 %), score 2.6, 90 %.

    95 % needs 3.0: two contacts (145.1 per mille, 3.0) at 52,000 beat two referrals (7 of 398, 3.1) at 120,000 and
    patients (2.7 at most). 100 % needs all at 4: 51 contacts, those two referrals, and DM from 4 to 6 % beside HT at
    4 %, 10 patients (with HT it takes 20): 1,326,000 + 120,000 + 750,000. Full capitation 47.7 million: 5 % of it are
    2,385,000. What is spent from month 1 on is earned from month 2 on: 2 x 52,000 against 1 x 2,385,000 in month 2;
    4,770,000 (n - 1) covers 2,196,000 n in month 2 too (4,770,000 against 4,392,000).
    """
    counts = Counts(1449, 10000, 9, 400, 20, 500, 40, 1000)
    now, found = plans(counts, "puskesmas", today, 5300, TERMS, capitated=9000)
    assert now.share_permille == 900
    next_band, top = found
    assert (next_band.contacts, next_band.referrals, next_band.dm_controlled, next_band.ht_controlled) == (2, 0, 0, 0)
    assert (next_band.share_permille, next_band.score_tenths) == (950, 30)
    assert (next_band.cost, next_band.gain, next_band.net) == (52_000, 2_385_000, 2_333_000)
    assert next_band.payback == 2
    assert (top.contacts, top.referrals, top.dm_controlled, top.ht_controlled) == (51, 2, 10, 0)
    assert (top.share_permille, top.cost, top.gain, top.payback) == (1000, 2_196_000, 4_770_000, 2)


def test_the_other_way_where_contacts_are_dear(today: Scheme) -> None:
    counts = Counts(1449, 10000, 9, 400, 20, 500, 40, 1000)
    _now, found = plans(counts, "puskesmas", today, 5300, replace(TERMS, contact=60_001), capitated=9000)
    assert (found[0].contacts, found[0].referrals) == (0, 2)


def _pairs(top: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(0, top).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


SMALL = st.tuples(_pairs(22), _pairs(6), _pairs(7), _pairs(5)).map(
    lambda pairs: Counts(*(number for pair in pairs for number in pair))
)
COSTS = st.builds(Terms, st.integers(0, 9), st.integers(0, 20), st.integers(0, 20), st.integers(0, 2))


@given(SMALL, COSTS, st.sampled_from(["puskesmas", "klinik_pratama"]))
@settings(max_examples=60, deadline=None)
def test_no_way_is_cheaper_than_the_plan(counts: Counts, costs: Terms, kind: str) -> None:
    """Against trying every number of contacts, referrals and patients in a small facility."""
    rule = scheme(load_rules(), "2026-01")
    now, found = plans(counts, kind, rule, 5300, costs)
    cheapest: dict[int, int] = {}
    rooms = (counts.members - counts.contacts, counts.nonspecialist, counts.dm_diagnosed - counts.dm_controlled,
             counts.ht_diagnosed - counts.ht_controlled)  # fmt: skip
    for contacts, referrals, dm, ht in product(*(range(room + 1) for room in rooms)):
        after = Counts(counts.contacts + contacts, counts.members, counts.nonspecialist - referrals,
                       counts.referrals - referrals, counts.dm_controlled + dm, counts.dm_diagnosed,
                       counts.ht_controlled + ht, counts.ht_diagnosed)  # fmt: skip
        share = rule.evaluate_counts(after, kind).share_permille
        cost = contacts * costs.contact + referrals * costs.referral + (dm + ht) * costs.patient
        cheapest[share] = min(cost, cheapest.get(share, cost))
    higher = sorted(share for share in cheapest if share > now.share_permille)
    for share in higher:
        least = min(cost for other, cost in cheapest.items() if other >= share)
        assert min(plan.cost for plan in found if plan.share_permille >= share) == least
    assert bool(found) == bool(higher)
    for plan in found:
        reached = rule.evaluate_counts(plan.added(counts), kind)
        assert (reached[:3], reached.score_tenths, reached.share_permille) == (
            plan.ratings, plan.score_tenths, plan.share_permille
        )  # fmt: skip
        assert plan.gain == counts.members * 5300 * (plan.share_permille - now.share_permille) // 1000


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_payback_is_the_first_month_that_covers_what_was_spent(cost: int, gain: int, lag: int) -> None:
    """Against adding month after month, 400 at most: the gain of a month begins ``lag`` months after the effort."""
    found = payback(cost, gain, lag)
    months = range(1, 401)
    covered = (n for n in months if max(n - lag, 0) * gain >= n * cost and (gain > cost))
    assert found == next(covered, None)


def test_at_the_top_and_under_the_zones(today: Scheme) -> None:
    best = Counts(1500, 10000, 8, 400, 25, 500, 50, 1000)
    assert plans(best, "puskesmas", today, 5300, TERMS)[1] == []
    with pytest.raises(UserError, match="zones_2017"):
        plans(best, "puskesmas", scheme(load_rules(), "2018-01"), 5300, TERMS)


def test_the_costs_are_rules_and_labelled_assumed() -> None:
    rules = load_rules()
    assert terms(rules.but({"kbk.cost.contact": 123}), "2026-01").contact == 123
    for key in ("kbk.cost.contact", "kbk.cost.averted_referral", "kbk.cost.controlled_patient"):
        assert rules.entry(key, "2026-01").confidence == "assumed"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore.open(made_up_run(tmp_path_factory.mktemp("plan") / "run", replicates=12, months=3))


def test_a_run_gives_the_middle_of_its_replicates(store: RunStore, today: Scheme) -> None:
    sites = sites_of_run(store, "baseline", "2024-12", load_rules())
    assert [site.name for site in sites] == list(NAMES)
    contacts = store.series("baseline", "contacts", "facility")[:, 1, 4]
    capitated = store.series("baseline", "capitated", "facility")[:, 1, 4]
    site = sites[4]
    assert (site.counts.contacts, site.capitated) == (quantile(contacts, 0.5).value, quantile(capitated, 0.5).value)
    assert [world.contacts for world in site.worlds] == contacts.tolist()
    assert sites[EXEMPT].plans(today, TERMS)[1] == []
    with pytest.raises(UserError, match="2030-01"):
        sites_of_run(store, "baseline", "2030-01", load_rules())


def test_enough_counts_the_replicates_in_which_the_share_is_reached(today: Scheme) -> None:
    """Two contacts more make 145.1 per mille of 1,449, and 145 of 1,448: above 145 or not."""
    counts = Counts(1449, 10000, 9, 400, 20, 500, 40, 1000)
    site = Site("P", "puskesmas", False, "2026-01", counts, 9000, 5300, (counts, counts._replace(contacts=1448)))
    _now, found = site.plans(today, TERMS)
    assert site.enough(found[0], today) == [True, False]


WORLDS = st.lists(SMALL.map(lambda counts: counts._replace(ht_controlled=0, ht_diagnosed=0)), min_size=10, max_size=10)


@given(WORLDS, COSTS, st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([900, 950, 1000]))
@settings(max_examples=25, deadline=None)
def test_no_way_is_cheaper_at_a_certainty(worlds: list[Counts], costs: Terms, certainty: float, share: int) -> None:
    """Against trying every number of contacts, referrals and patients with DM in ten small worlds."""
    rule = scheme(load_rules(), "2026-01")
    site = Site("P", "puskesmas", False, "2026-01", worlds[0], worlds[0].members, 5300, tuple(worlds))
    found = certain_plan(site, rule, costs, share, certainty)
    rooms = (max(one.members - one.contacts for one in worlds), max(one.nonspecialist for one in worlds),
             max(one.dm_diagnosed - one.dm_controlled for one in worlds))  # fmt: skip
    least: int | None = None
    for contacts, referrals, dm in product(*(range(room + 1) for room in rooms)):
        cost = contacts * costs.contact + referrals * costs.referral + dm * costs.patient
        if least is not None and cost >= least:
            continue
        way = Plan(contacts, referrals, dm, 0, (0, 0, 0), 0, share, cost, 0, None)
        if sum(site.enough(way, rule)) >= certainty * len(worlds):
            least = cost
    assert (None if found is None else found.cost) == least
    if found is not None:
        assert sum(site.enough(found, rule)) >= certainty * len(worlds)


@given(WORLDS, COSTS)
@settings(max_examples=25, deadline=None)
def test_no_effort_leaves_more_on_average(worlds: list[Counts], costs: Terms) -> None:
    """Against trying every number of contacts, referrals and patients with DM in ten small worlds."""
    rule = scheme(load_rules(), "2026-01")
    site = Site("P", "puskesmas", False, "2026-01", worlds[0], worlds[0].members, 5300, tuple(worlds))
    found = best_effort(site, rule, costs)
    rooms = (max(one.members - one.contacts for one in worlds), max(one.nonspecialist for one in worlds),
             max(one.dm_diagnosed - one.dm_controlled for one in worlds))  # fmt: skip
    full, now = worlds[0].members * 5300, [rule.evaluate_counts(one, "puskesmas").share_permille for one in worlds]
    most = 0.0
    for contacts, referrals, dm in product(*(range(room + 1) for room in rooms)):
        cost = contacts * costs.contact + referrals * costs.referral + dm * costs.patient
        if 0.15 * full - cost <= most:  # from 85 to 100 percent everywhere
            continue
        way = Plan(contacts, referrals, dm, 0, (0, 0, 0), 0, 0, cost, 0, None)
        then = [rule.evaluate_counts(way.added(one), "puskesmas").share_permille for one in worlds]
        most = max(most, sum(np.subtract(then, now)) * full / 1000 / len(worlds) - cost)
    assert (0 if found is None else found.net) == pytest.approx(most, abs=1)
    if found is not None:
        assert found.shares == (pytest.approx(np.mean(now)), pytest.approx(1000 * found.brings / full + np.mean(now),
                                                                           abs=1000 / full))  # fmt: skip


def test_an_effort_pays_only_beyond_the_luck_of_the_replicates() -> None:
    """A mean of 100 with a standard error of 10 above a cost of 80 is 2 errors above it; above 90 it is 1."""
    plan = Plan(1, 0, 0, 0, (4, 4, 4), 40, 1000, 80, 200, None)
    assert Effort(plan, 100, 10.0, 5, 10, (950.0, 975.0)).pays
    assert not Effort(replace(plan, cost=90), 100, 10.0, 5, 10, (950.0, 975.0)).pays


def test_a_certain_plan_needs_replicates(today: Scheme) -> None:
    counts = Counts(1449, 10000, 9, 400, 20, 500, 40, 1000)
    site = Site("P", "puskesmas", False, "2026-01", counts, 9000, 5300, (counts,) * 9)
    with pytest.raises(UserError, match="10 replicates"):
        certain_plan(site, today, TERMS, 950, 0.8)


def test_a_history_gives_the_last_month_that_is_whole() -> None:
    figures = {"contacts": 100, "capitated": 800, "referrals": 20, "referrals_nonspecialist": 1, "dm_diagnosed": 30,
               "dm_controlled": 1, "ht_diagnosed": 60, "ht_controlled": 2}  # fmt: skip
    paper: dict[str, Any] = {"source": "made up", "confidence": "assumed"}
    rows = [HistoryRow(month="2025-01", indicator=key, place="P2", value=value, **paper)
            for key, value in figures.items()]  # fmt: skip
    rows += [HistoryRow(month="2025-02", indicator="contacts", place="P2", value=120, **paper)]
    district = tiny_district().model_copy(update={"history": tuple(rows)})
    (site,) = sites_of_history(district, load_rules())
    assert (site.name, site.month, site.counts) == ("Puskesmas 2", "2025-01", Counts(100, 800, 1, 20, 1, 30, 2, 60))
    assert (site.capitated, site.worlds) == (800, ())
    with pytest.raises(UserError, match="Kabupaten Contoh"):
        sites_of_history(tiny_district(), load_rules())


def test_the_sheet_holds_the_plans_and_what_pays(store: RunStore, tmp_path: Path, today: Scheme) -> None:
    write_workbook(Run(store, load_rules()), tmp_path / "tables.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)["Rencana KBK"]
    every = list(sheet.iter_rows(values_only=True))
    cut = [row[0] for row in every].index("Jalan termurah ke jenjang berikutnya menurut perkiraan tengah")
    efforts, rows = ({row[0]: row for row in part} for part in (every[:cut], every[cut:]))
    for site in sites_of_run(store, "uhc-non-cut-off", "2024-11", load_rules()):
        now, found = site.plans(today, terms(load_rules(), "2024-11"))
        row = rows[site.name]
        assert row[5] == now.share_permille / 10
        if found:
            plan = found[0]
            assert row[6:11] == (plan.share_permille / 10, plan.contacts, plan.referrals, plan.dm_controlled,
                                 plan.ht_controlled)  # fmt: skip
            assert row[11:15] == (plan.gain, plan.cost, plan.net, site.mean_net(plan, today))
            assert row[15] == f"{sum(site.enough(plan, today))} dari 12 ulangan"
        best = best_effort(site, today, terms(load_rules(), "2024-11"))
        if now.share_permille == 1000:
            assert site.name not in efforts
        elif best is not None:
            plan = best.plan
            assert efforts[site.name][5:7] == pytest.approx([share / 10 for share in best.shares])
            assert efforts[site.name][7:14] == (plan.contacts, plan.referrals, plan.dm_controlled, plan.ht_controlled,
                                                best.brings, plan.cost, best.net)  # fmt: skip
            assert efforts[site.name][14:] == ("ya" if best.pays else "tidak", f"{best.raised} dari 12 ulangan")
    assert "Jumlah" not in rows  # gains that no facility surely reaches are not added up
    assert rows[NAMES[EXEMPT]][15] == "dikecualikan: dibayar penuh berapa pun nilainya"


def test_as_a_planner_types_it(today: Scheme) -> None:
    done = typed("kbk", "plan", "kabupaten-contoh", at=ROOT)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    said = " ".join(done.stdout.split())
    assert "kurang" in said
    assert "peserta kontak" in said
    assert "Biaya ini asumsi" in said
    record = json.loads(prakira("kbk", "plan", "kabupaten-contoh", "--json", "--cost-contact", 1, at=ROOT).stdout)
    sites = {site.name: site for site in sites_of_history(read_district("kabupaten-contoh"), load_rules())}
    assert [one["facility"] for one in record["facilities"]] == list(sites)
    for one in record["facilities"]:
        _now, found = sites[one["facility"]].plans(today, replace(TERMS, contact=1))
        assert [(plan["cost"], plan["contacts"], plan["net"]) for plan in one["plans"]] == [
            (plan.cost, plan.contacts, plan.net) for plan in found
        ]


def test_a_run_is_planned_by_its_folder(store: RunStore) -> None:
    words = ("--facility", NAMES[0].upper(), "--month", "2025-01", "--lang", "en")
    done = prakira("kbk", "plan", store.folder, *words, at=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{NAMES[0]}, January 2025: AK")
    every = prakira("kbk", "plan", store.folder, "--lang", "en", at=ROOT).stdout
    sure = prakira("kbk", "plan", store.folder, "--certainty", 0.8, "--lang", "en", at=ROOT).stdout
    assert max(map(len, sure.splitlines())) <= 80
    assert "as sure as you ask" in " ".join(sure.split())
    refused = prakira("kbk", "plan", store.folder, "--certainty", 1.5, "--lang", "en", at=ROOT)
    assert "certainty is 1.5" in refused.stderr
    record = json.loads(prakira("kbk", "plan", store.folder, "--certainty", 0.8, "--json", at=ROOT).stdout)
    for one in record["facilities"]:
        assert one.get("certain") is None or one["certain"]["enough"] >= 0.8
    assert "of 12 replicates" in every
    assert f"{NAMES[EXEMPT]}, November 2024" in every


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kabupaten-contoh", "--facility", "Puskesmas 9"], "faskes Puskesmas 9 tidak dikenal"),
        (["kabupaten-contoh", "--month", "2025-01"], "--month hanya untuk hasil hitungan"),
        (["bengkulu-utara"], "tidak memuat hitungan KBK bulanan satu fasilitas pun"),
    ],
)
def test_mistakes_are_named(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["prakira", "kbk", "plan", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert told in said.err
