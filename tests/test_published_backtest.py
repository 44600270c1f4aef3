"""Districts built from published arrears, and the page of published series."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.backtesting.short import published
from calibration.studies import arrears
from calibration.studies.arrears import (
    BRANCH,
    COLUMNS,
    DATES,
    DISTRICTS,
    START,
    Runs,
    _adjusted,
    district_of,
    forecast,
    owed,
    own_premiums,
    prior,
    simulate_all,
)
from calibration.studies.published_backtest import page_of
from sim.people.margins import PREMIUM
from sim.random import Purpose, numpy_generator
from sim.rules import load_rules


def _made_up(count: int = 60, seed: int = 1) -> Runs:
    generator = numpy_generator(seed, Purpose.BOOTSTRAP)
    start = np.array(
        [[published(place, "arrears", f"class{k}").at("2021-10") for k in (1, 2, 3)] for place in DISTRICTS]
    )
    rupiah = np.array([published(place, "arrears_rupiah").at("2021-10") for place in DISTRICTS])
    both = np.column_stack([start, rupiah])[None, :, None, :]
    return Runs(both * np.exp(generator.normal(0.0, 0.1, (count, len(DISTRICTS), len(DATES), len(COLUMNS)))))


@pytest.mark.parametrize("place", DISTRICTS)
def test_a_district_starts_with_the_published_arrears(place: str) -> None:
    district, scale = district_of(place, 0.7)
    stock = district.stock(START)
    own = {row.klass: row for row in stock.segments if row.segment == "pbpu"}
    for klass in (1, 2, 3):
        assert own[klass].arrears * scale == pytest.approx(
            published(place, "arrears", f"class{klass}").at(START), abs=scale
        )
        assert own[klass].registered == own[klass].active + own[klass].arrears
    # Months owed a person at the premiums of 2019, which is what the synthesis finds at those of 2021.
    heads = np.array([0, *(published(place, "arrears", f"class{k}").at(START) for k in (1, 2, 3))])
    months = published(place, "arrears_rupiah").at(START) / (heads @ [0, 80_000, 51_000, 25_500])
    assert stock.arrears_rupiah is not None
    assert stock.arrears_rupiah * scale / (heads @ np.array(PREMIUM)) == pytest.approx(months, rel=1e-3)
    assert 5 < months < 24


def test_own_premiums_follow_the_law() -> None:
    """Perpres 82/2018 until 2019, 75/2019 from January 2020, the court's return in April, 64/2020; 35,000 from 2021."""
    rules = load_rules()
    expected = {"2019-08": 25_500, "2020-01": 42_000, "2020-04": 25_500, "2020-12": 25_500, "2021-01": 35_000}
    for month, amount in expected.items():
        assert own_premiums(rules, month)[3] == amount
    assert own_premiums(rules, "2020-07")[1:3].tolist() == [150_000, 100_000]


def test_months_owed_by_hand() -> None:
    """At the law that is found, the sum of rupiah is the published one; an upper end is everyone at the cap."""
    before = owed("Kab. Lebong", "2021-12", 10)
    persons = published("Kab. Lebong", "arrears").at("2021-12")
    # 24 months to October 2022: two at 25,500 and 22 at 35,000; class I 150,000 and II 100,000 throughout.
    most = np.array([527, 978, 7066]) @ [24 * 150_000, 24 * 100_000, 2 * 25_500 + 22 * 35_000] / 8571
    assert before.most == pytest.approx(most)
    assert published("Kab. Lebong", "arrears_rupiah").at("2021-12") < before.later < most * persons
    assert owed("Kab. Lebong", "2021-12", 0).later == pytest.approx(
        published("Kab. Lebong", "arrears_rupiah").at("2021-12")
    )
    assert 0 < before.at_cap < before.months / 24 < 1


def test_runs_reach_october_2022_and_depend_on_behaviour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Families that hardly return and often miss end in arrears, more of them and with more owed."""
    monkeypatch.setattr(arrears, "_PERSONS", 500)

    def worst(replicate: int) -> object:
        return prior(replicate).but({"premium.miss": 0.3, "premium.return": 0.001})

    usual = simulate_all([0])
    bad = simulate_all([0], worst)  # type: ignore[arg-type]
    assert usual.values.shape == (1, len(DISTRICTS), len(DATES), len(COLUMNS))
    for place in (*DISTRICTS, BRANCH):
        for indicator in ("arrears", "arrears_rupiah"):
            assert bad.of(place, indicator)[0, -1] > usual.of(place, indicator)[0, -1] > 0
    assert usual.of(BRANCH, "arrears")[0, 0] == pytest.approx(sum(usual.of(p, "arrears")[0, 0] for p in DISTRICTS))


def test_a_month_that_was_not_simulated_has_no_forecast() -> None:
    series = published("Kab. Lebong", "arrears")
    assert forecast(_made_up(), "Kab. Lebong", "arrears", "", series.points[:1], "2020-01") is None


def test_without_later_figures_all_draws_count() -> None:
    runs = _made_up()
    series = published("Kab. Lebong", "arrears")
    members = forecast(runs, "Kab. Lebong", "arrears", "", series.points[:1], "2021-10")
    assert members is not None
    np.testing.assert_allclose(members, runs.of("Kab. Lebong", "arrears")[:, 0])


def test_conditioning_finds_the_normal_answer() -> None:
    """Target and condition jointly normal: given a condition one deviation up, the mean is the correlation, and the
    spread falls to the root of one less its square."""
    generator = numpy_generator(2, Purpose.BOOTSTRAP)
    x = generator.normal(size=4000)
    target = 0.8 * x + 0.6 * generator.normal(size=4000)
    members = _adjusted(target, (x - 1.0)[:, None])
    assert members.mean() == pytest.approx(0.8, abs=0.08)
    assert members.std() == pytest.approx(0.6, rel=0.1)


def test_the_page_tells_every_series_and_is_the_same_again() -> None:
    text = page_of(_made_up())
    for place in (*DISTRICTS, BRANCH, "Indonesia"):
        assert f"| {place} |" in text
    assert "model" in text
    assert "nan" not in text
    assert page_of(_made_up()) == text
