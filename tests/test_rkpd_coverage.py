"""The study of the RKPD amount in small: four districts of 1,200 residents, so that only gross errors show; and its
parts. The whole study is docs/rkpd-coverage.md."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from calibration.history.errors import ErrorModel
from calibration.studies import rkpd
from calibration.studies.rkpd import (
    CERTAINTIES,
    COUNTS,
    FIRST,
    KEYS,
    KINDS,
    Case,
    Outcome,
    Study,
    closed_form,
    page,
    rate,
    run_study,
    verdict,
)
from calibration.worlds import own
from calibration.worlds.own import FURTHEST, REGISTER_OFF, RHYTHM, STOCK, Kind, heavier, lived, register_off, reported
from scenarios.quantiles import quantile
from scenarios.rkpd.known import known_at
from sim.behaviour import default_behaviour
from sim.random import Purpose, numpy_generator
from sim.rules import load_rules

RULES = load_rules()
KIND = Kind("small", 1_200, 1, (("pbi_jk", 430), ("pbpu_pemda", 250), ("ppu", 100), ("pbpu", 130), ("bp", 10)), quota=2)
CODES = ("P1",)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, list[Outcome]]:
    small = Study(RULES, tmp_path_factory.mktemp("coverage"), (KIND,), rows=40, replicates=19)
    return small, run_study(small, {"own": 4}, 1)


def test_amounts_are_not_grossly_wrong(study: tuple[Study, list[Outcome]]) -> None:
    """At 95 % at least two of four suffice, at 5 % at most two: each fails by chance in 0.05 % of studies whose
    certainties are right."""
    _, found = study
    assert all(outcome.need > 0 for outcome in found)
    assert all(sorted(outcome.amounts) == list(outcome.amounts) for outcome in found)
    assert len({outcome.need for outcome in found}) == 4  # every district has a year of its own
    assert sum(outcome.enough(0.95) for outcome in found) >= 2
    assert sum(outcome.enough(0.05) for outcome in found) <= 2


def test_finished_districts_are_read_again(study: tuple[Study, list[Outcome]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is simulated again."""
    small, found = study
    monkeypatch.setattr(rkpd, "lived", lambda *_: pytest.fail("simulated again"))
    assert run_study(small, {"own": 4}, 1) == found


def test_nothing_uncertain_is_heads_times_months_times_price() -> None:
    """By the stock alone: 270 of 300 Pemda heads of 37,800 rupiah and 140 of 155 class III self-payers of 2,800."""
    kind = Kind("still", 1_200, 1, (("pbi_jk", 430), ("pbpu_pemda", 250), ("ppu", 100), ("pbpu", 130), ("bp", 10)))
    self_payers = 1_200 * 130 // 1000
    expected = 12 * (270 * 37_800 + (self_payers - self_payers // 10) * 2_800)
    assert closed_form(kind, RULES) == (expected, expected)


def test_a_further_replicate_passes_the_amount_with_exactly_its_chance() -> None:
    """The k-th of n replicates is not passed by one more with chance k / (n + 1), whatever the distribution."""
    for count in (19, 39):
        for certainty in CERTAINTIES:
            position = quantile(np.arange(1, count + 1), certainty).value
            assert math.isclose(position / (count + 1), certainty)


def test_reports_differ_from_facts_only_by_the_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = lived(KIND, RULES, 1, 7, 4)
    rows = reported(facts, CODES, KEYS, 3, 7)
    assert {row.month for row in rows} == {"2024-06", "2024-07", "2024-08"}
    told = {(row.indicator, row.place, row.month): row.value for row in rows}
    assert all(told["active", place, month] <= told["registered", place, month]
               for indicator, place, month in told if indicator == "active")  # fmt: skip
    off = np.array([told["billed", "district", month] for month in ("2024-06", "2024-07", "2024-08")])
    assert np.abs(np.log(off / facts.series("billed")[:3])).max() < 0.02  # 8 standard deviations, and rounding
    monkeypatch.setattr(own, "error_of", lambda _: ErrorModel(0.0, 0.0, "none", "assumed"))
    exact = {(row.indicator, row.place, row.month): row.value for row in reported(facts, CODES, KEYS, 3, 7)}
    assert [exact["bill_jkn", "district", f"2024-0{month}"] for month in (6, 7, 8)] == pytest.approx(
        facts.series("bill_jkn")[:3])  # fmt: skip


def test_the_amount_starts_from_the_register_of_the_last_report() -> None:
    district = KIND.district()
    history = reported(lived(KIND, RULES, 1, 8, 24), CODES, KEYS, 24, 8)
    known = known_at(district.model_copy(update={"history": history}), RULES, rkpd.YEAR, rkpd.KNOWN)
    assert (known.stock.month, known.rebuilt) == (rkpd.KNOWN, True)
    assert known.stock.population != district.stock().population


def test_the_other_world_has_heavier_tails_a_rhythm_and_another_register() -> None:
    luck = numpy_generator(1, Purpose.WALK)
    plain = default_behaviour().draw(1, 7)
    wide = heavier(plain, luck)
    z = np.array([(p.z(plain[p.name]), p.z(wide[p.name])) for p in own.DRAWN]).T
    assert np.abs(z[1]).max() <= FURTHEST + 1e-9
    assert (np.abs(z[1]) > np.abs(z[0]) + 1e-9).mean() > 0.5  # the median of chi-square(3) is below 3
    assert wide["shock.size"] != 1.0
    district = KIND.district()
    shares = {register_off(district, numpy_generator(seed, Purpose.WALK)).stock().ghost_share for seed in range(12)}
    written = district.stock().ghost_share
    assert sorted(shares) == pytest.approx([written * (1 - REGISTER_OFF), written * (1 + REGISTER_OFF)])
    policy = own.with_rhythm(KIND.policy(RULES, 24), district, luck)
    assert (np.flatnonzero(policy.switch_off) % 12).tolist() == [np.flatnonzero(policy.switch_off)[0] % 12] * 2
    assert (
        (policy.intake_quota > KIND.quota).sum() == (policy.pbi_cut > 0).sum() == (policy.added_central > 0).sum() == 2
    )
    assert RHYTHM[0] <= policy.switch_off.max() <= RHYTHM[1]
    same, differs = (lived(KIND, RULES, 1, 7, 3, other).series("bill_jkn") for other in (False, True))
    assert not np.array_equal(same, differs)


def _outcome(enough: bool, world: rkpd.World = "own", kind: str = "rural") -> Outcome:
    return Outcome(kind, world, 1, 100 if enough else 111, (80, 90, 100, 110, 120))


@pytest.mark.parametrize(("enough", "met"), [(74, False), (75, True), (85, True), (86, False)])
def test_the_verdict_is_of_the_own_world_alone(enough: int, met: bool) -> None:
    found = [_outcome(at < enough) for at in range(100)] + [_outcome(False, "other")] * 50
    assert ("**not met**" in verdict(found)) is not met


def test_rates_by_hand() -> None:
    told = rate([_outcome(True), _outcome(False)])
    assert (told.districts, told.share) == (2, 0.5)
    assert told.width == pytest.approx(0.1)
    assert told.over == pytest.approx((110 / 100 + 110 / 111) / 2 - 1)


def test_the_page_tells_every_kind_in_both_worlds_and_whether_the_closed_form_is_met() -> None:
    found = [_outcome(at < 8, world, kind) for world in ("own", "other") for kind in ("a", "b") for at in range(10)]
    text = page(found, (500, 500), "about")
    assert text.count("| a | 10 | 80.0%") == text.count("| b | 10 | 80.0%") == 2
    assert text.count("| 80% | 80.0%") == 2
    assert "to the rupiah" in text
    assert "not met" not in text
    assert "**not the same: -1**" in page(found, (499, 500), "about")


def test_the_study_has_districts_enough_and_none_stands_in_a_table(tmp_path: Path) -> None:
    assert len(KINDS) * COUNTS["own"] >= 300
    assert len(KINDS) * COUNTS["other"] >= 100
    assert min(FIRST, *(kind.residents for kind in KINDS)) > 2_400
    names = {Study(RULES, tmp_path, KINDS, 2, 3).kept(Case(kind.name, "own", FIRST)).name for kind in KINDS}
    assert len(names) == len(KINDS)
    assert {kind.district().default_stock for kind in KINDS} == {STOCK}
