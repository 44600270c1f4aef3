"""Short series: a few irregular figures, forecast from those before them; and the published ones."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.backtesting.short import Point, load_published, published, short_backtest
from calibration.statistics.scores import crps_normal, crps_sample


def _points(*pairs: tuple[str, float]) -> list[Point]:
    return [Point(month, value) for month, value in pairs]


def test_irregular_dates_by_hand() -> None:
    """100, a year later 124 (2 a month), half a year later 130: last value 124, drift 124 + 6 x 2."""
    found = short_backtest(_points(("2021-06", 124.0), ("2020-06", 100.0), ("2021-12", 130.0)))
    last, line = found.of("naive"), found.of("drift")
    assert [(score.origin, score.month, score.ahead) for score in last] == [
        ("2020-06", "2021-06", 12),
        ("2021-06", "2021-12", 6),
    ]
    assert np.isnan(last[0].crps)
    assert last[0].error == pytest.approx(24 / 124)
    assert (last[1].centre, line[0].centre) == (124.0, 136.0)
    assert len(line) == 1
    # One change of 24 in 12 months: a month's variance is 48.
    assert last[1].crps == pytest.approx(crps_normal(124.0, np.sqrt(48.0 * 6), 130.0))
    assert last[1].high == pytest.approx(124.0 + 1.2816 * np.sqrt(48.0 * 6), rel=1e-4)


def test_a_model_is_scored_as_a_sample_where_it_speaks() -> None:
    members = np.array([10.0, 12.0, 20.0])

    def model(known: object, month: str) -> np.ndarray | None:
        return members if month == "2021-02" else None

    found = short_backtest(_points(("2021-01", 8.0), ("2021-02", 13.0), ("2021-03", 9.0)), {"model": model})
    (score,) = found.of("model")
    assert score.centre == 12.0
    assert score.crps == pytest.approx(crps_sample(members[None, :], [13.0])[0])
    # the member of rank i of m stands at (i - 1/2)/m: 1/6, 1/2, 5/6, so the range of 80 % is that of all three
    assert (score.low, score.high) == (10.0, 20.0)


def test_a_model_sees_only_the_past() -> None:
    seen = []

    def model(known: list[Point], month: str) -> np.ndarray:
        seen.append((known[-1].month, month))
        assert all(point.month < month for point in known)
        return np.zeros(2)

    short_backtest(_points(("2021", 1.0), ("2022", 2.0), ("2023", 3.0)), {"model": model})  # type: ignore[dict-item]
    assert seen == [("2021", "2022"), ("2022", "2023")]


def test_years_are_twelve_months_apart() -> None:
    found = short_backtest(_points(("2014", 1.0), ("2016", 2.0)))
    assert found.scores[0].ahead == 24


def test_two_figures_of_a_date_are_refused() -> None:
    with pytest.raises(ValueError):
        short_backtest(_points(("2021-12", 1.0), ("2021", 2.0)))


def test_published_districts_add_up_to_their_branch() -> None:
    """An internal check of the sources: the four districts of the branch office Curup, at all four dates."""
    districts = [f"Kab. {name}" for name in ("Bengkulu Utara", "Kepahiang", "Lebong", "Rejang Lebong")]
    for month in ("2019-08", "2021-10", "2021-12", "2022-10"):
        total = sum(published(place, "arrears").at(month) for place in districts)
        assert total == published("KC Curup", "arrears").at(month)
    for place in districts:
        by_class = sum(published(place, "arrears", f"class{k}").at("2021-10") for k in (1, 2, 3))
        assert by_class == published(place, "arrears").at("2021-10")


def test_every_published_figure_has_its_source() -> None:
    for series in load_published():
        assert series.unit in ("persons", "rupiah", "visits")
        assert len({point.month for point in series.points}) == len(series.points)
        for point in series.points:
            assert point.value > 0
            assert series.sources[point.source_id].title
    with pytest.raises(KeyError):
        published("Kab. Lebong", "nothing")
    with pytest.raises(KeyError):
        published("Kab. Lebong", "arrears").at("2000-01")
