"""Sensitivity: known shares found again through the whole pipeline, luck told apart, switches, and going on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from districts.faults import UserError
from districts.tiny import tiny_district
from scenarios.sensitivity.analysis import Sensitivity, analyse
from scenarios.sensitivity.known import DRAWN, shares
from scenarios.sensitivity.question import ACTIVE, CAPITATION, DistrictQuestion
from scenarios.sensitivity.runs import AGAIN, DRAWS, Kept, Work, compute
from scenarios.sensitivity.screening import design, screen
from scenarios.sensitivity.surrogate import HELD_OUT, fit, held_out, judged
from sim.behaviour import PARAMETERS, default_behaviour
from sim.policy import baseline_policy
from sim.posterior import Posterior
from sim.random import Purpose, make_key, normals, numbered
from sim.rules import load_rules

FloatArray = np.ndarray


@dataclass(frozen=True)
class Ishigami:
    """Ishigami's function (a = 7, b = 0.1) of three uniform angles, and two parameters that it does not read."""

    names: tuple[str, ...] = ("x1", "x2", "x3", "unread", "unread too")
    figures: tuple[str, ...] = ("f",)
    independent: bool = True

    def draw(self, row: int) -> FloatArray:
        return normals(make_key(5, row), numbered(len(self.names)), 0, Purpose.BEHAVIOUR)

    def quantiles(self, shares: FloatArray) -> FloatArray:
        return ndtri(shares)

    def outcome(self, point: FloatArray, luck: int, row: int | None = None) -> FloatArray:
        x = np.pi * (2 * ndtr(point) - 1)
        return np.array([np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])])


@dataclass(frozen=True)
class Linear(Ishigami):
    """3 a + 2 b, with a luck of standard deviation 2; a and b have the correlation given."""

    names: tuple[str, ...] = ("a", "b", "unread")
    independent: bool = True
    correlation: float = 0.0

    def draw(self, row: int) -> FloatArray:
        z = normals(make_key(6, row), numbered(3), 0, Purpose.BEHAVIOUR)
        z[1] = self.correlation * z[0] + np.sqrt(1 - self.correlation**2) * z[1]
        return z

    def outcome(self, point: FloatArray, luck: int, row: int | None = None) -> FloatArray:
        noise = normals(make_key(7, luck), numbered(1), 0, Purpose.SHOCK)[0]
        return np.array([3 * point[0] + 2 * point[1] + 2 * noise])


def run(question: Ishigami, folder: Path, runs: int, jobs: int = 1) -> Sensitivity:
    with Kept.open(folder, {"question": str(question)}) as kept:
        return analyse(question, kept, runs, jobs=jobs)


@pytest.fixture(scope="module")
def ishigami(tmp_path_factory: pytest.TempPathFactory) -> Sensitivity:
    return run(Ishigami(), tmp_path_factory.mktemp("ishigami"), 400)


# -- known answers ---------------------------------------------------------------------------------------------------


def test_ishigami_is_found_again(ishigami: Sensitivity) -> None:
    """Variances by Sobol and Levitan 1999: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225."""
    first, second, both = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 8 * 0.01 * np.pi**8 / 225
    whole = first + second + both
    finding = ishigami.of("f")
    assert finding.error is not None
    found = {one.name: one for one in finding.influences}
    assert set(found) == {"x1", "x2", "x3"}
    assert finding.idle == ("unread", "unread too")
    # The stated error: what the surrogate leaves untold, and the 95 % interval of each share. The variance itself comes
    # from 400 draws, whose error is about a tenth at most.
    slack = finding.untold + 0.1
    for name, share, total in (("x1", first, first + both), ("x2", second, second), ("x3", 0.0, both)):
        one = found[name]
        assert one.low - slack * share - 0.01 <= share / whole <= one.high + slack * share + 0.01
        assert one.total == pytest.approx(total / whole, abs=slack * total / whole + 0.03)
    assert finding.untold < 0.1
    assert not finding.rough
    assert finding.next is not None
    assert finding.next.name == "x2"


def test_luck_is_told_apart_and_nobody_can_know_it(tmp_path: Path) -> None:
    """Variance 9 + 4 + 4: a carries 9/17, b 4/17, luck 4/17. Luck comes from 60 pairs: within 4 of its standard
    errors, sqrt(2/60) each; a share's variance from 600 draws, sqrt(2/600), and the surrogate's 480."""
    finding = run(Linear(), tmp_path, 600).of("f")
    found = {one.name: one for one in finding.influences}
    assert finding.luck == pytest.approx(4 / 17, abs=4 * np.sqrt(2 / 60) * 4 / 17)
    assert found["a"].share == pytest.approx(9 / 17, abs=0.1)
    assert found["b"].share == pytest.approx(4 / 17, abs=0.1)
    assert found["a"].total == pytest.approx(found["a"].share, abs=0.03)  # nothing works together
    assert finding.error is not None
    assert finding.error.r2 == pytest.approx(13 / 17, abs=0.15)
    assert finding.error.rmse == pytest.approx(2, abs=0.5)
    # known exactly: sqrt(8) and sqrt(13) of sqrt(17) are left of the width of a normal, 2 x 1.2816 standard deviations
    assert finding.width == pytest.approx(2 * 1.2816 * 17**0.5, rel=0.1)
    assert found["a"].width == pytest.approx(2 * 1.2816 * 8**0.5, rel=0.1)
    assert found["b"].width == pytest.approx(2 * 1.2816 * 13**0.5, rel=0.1)
    # the mean at the 10 % and 90 % points of a: 3 x 1.2816 either way
    assert found["a"].at_low == pytest.approx(-3 * 1.2816, abs=0.5)
    assert found["a"].at_high == pytest.approx(3 * 1.2816, abs=0.5)


def test_parameters_that_go_together_tell_of_each_other(tmp_path: Path) -> None:
    """Correlation 0.8: var = 9 + 4 + 2 x 3 x 2 x 0.8 + 4 = 26.6; given a the mean is (3 + 1.6) a: 21.16 / 26.6; given
    b it is (2 + 2.4) b: 19.36 / 26.6. Independent marginals would give 9/17 and 4/17."""
    found = run(Linear(correlation=0.8, independent=False), tmp_path, 400).of("f")
    by_name = {one.name: one for one in found.influences}
    assert by_name["a"].share == pytest.approx(21.16 / 26.6, abs=0.1)
    assert by_name["b"].share == pytest.approx(19.36 / 26.6, abs=0.1)
    assert by_name["a"].total is None


def test_shares_from_given_data_have_no_bias_where_there_is_nothing() -> None:
    """A parameter that the figure does not read: strata differ by chance alone, which is taken off. The mean of 40 such
    shares, each cut at 0, is below half of what would be left in (31/4096)."""
    points = np.array([normals(make_key(8, row), numbered(41), 0, Purpose.BEHAVIOUR) for row in range(DRAWN)])
    found = shares(lambda z: z[:, 0], points, range(41), 1.0)  # type: ignore[arg-type]
    assert found[0] == pytest.approx(1.0, abs=0.1)
    assert found[1:].mean() < 0.5 * 31 / DRAWN


# -- held-out runs, screening, luck in common ------------------------------------------------------------------------


def test_the_error_is_of_runs_that_the_surrogate_did_not_see() -> None:
    question = Linear()
    points = np.array([question.draw(row) for row in range(100)])
    values = np.array([question.outcome(point, row)[0] for row, point in enumerate(points)])
    apart = held_out(100)
    assert apart.sum() == 100 // HELD_OUT
    surrogate = fit(points[~apart], values[~apart], (0, 1))
    error = judged(surrogate, points[apart], values[apart], 80, 4.0)
    changed = np.where(apart, values + 1000.0, values)  # what is held out moves no prediction, and all of the error
    same = fit(points[~apart], changed[~apart], (0, 1))
    assert np.array_equal(same(points), surrogate(points))
    assert judged(same, points[apart], changed[apart], 80, 4.0).rmse == pytest.approx(1000, abs=10)
    assert error.rmse == pytest.approx(np.sqrt(np.mean((values[apart] - surrogate(points[apart])) ** 2)))


def test_an_effect_is_the_parameters_and_not_lucks(tmp_path: Path) -> None:
    question = Linear()
    steps, points = design(question, 3, 1)
    units = [("screening", number) for number in range(len(points))]
    with Kept.open(tmp_path, {}) as kept:
        found = compute(Work(question, points), units, kept)
    screened = screen(question, steps, np.array([found[unit][0] for unit in units]))
    # a step is two thirds of the way from the 10 % to the 90 % point, here or there of the middle: of 3 z or 2 z
    assert screened.effects[0] / screened.effects[1] == pytest.approx(1.5, rel=0.4)
    assert screened.effects[2] == 0.0
    assert screened.kept == (0, 1)


@pytest.fixture(scope="module")
def district() -> DistrictQuestion:
    policy = baseline_policy(12, 2)
    return DistrictQuestion(tiny_district(2000, 2), load_rules(), policy, "2023-10", 2024, 1)


@pytest.mark.parametrize(
    ("name", "switch", "figure"),
    [("care.kbk_effort", "feedback.kbk_to_contacts", CAPITATION), ("premium.facility_sd", "shock.size", ACTIVE)],
)
def test_a_parameter_behind_a_switch_that_is_off_has_no_effect(
    district: DistrictQuestion, name: str, switch: str, figure: str
) -> None:
    """Two standard deviations either way move the figure; with the switch off not a rupiah and not a head."""
    assert switch not in district.names  # switches are never drawn
    ends = np.where(np.array(district.names) == name, [[-2.0], [2.0]], 0.0)

    def moved(question: DistrictQuestion) -> FloatArray:
        return question.outcome(ends[1], 0) - question.outcome(ends[0], 0)

    assert moved(district)[district.figures.index(figure)] != 0
    assert not moved(replace(district, behaviour=default_behaviour().but({switch: 0.0}))).any()


def test_draws_are_the_replicates_of_a_run(district: DistrictQuestion) -> None:
    drawn = default_behaviour().draw(1, 3)
    values = [parameter for parameter in PARAMETERS if parameter.scale != "fixed"]
    point = district.draw(3)
    for parameter, z in zip(values, point, strict=True):
        assert parameter.quantile(float(z)) == pytest.approx(drawn[parameter.name], rel=1e-9)
    assert district.independent
    ends = district.quantiles(np.array([np.full(len(values), 0.1), np.full(len(values), 0.9)]))
    for at, parameter in enumerate(values):
        assert parameter.quantile(float(ends[1, at])) == pytest.approx(parameter.high, rel=1e-6)
        assert parameter.quantile(float(ends[0, at])) == pytest.approx(parameter.low, rel=1e-6, abs=1e-9)


def test_a_posterior_is_asked_for_its_joint_draws(district: DistrictQuestion) -> None:
    sick = np.linspace(0.05, 0.06, 11)
    values = np.column_stack([sick, 2 * sick])
    about = {"history": ["2023-11", "2024-10"], "informed": ["care.sick"], "uninformed": []}
    posterior = Posterior(("care.sick", "care.well"), values, (), ("P1", "P2"), np.zeros((11, 0, 2)), about)
    question = replace(district, posterior=posterior)
    assert not question.independent
    by_name = {parameter.name: parameter for parameter in PARAMETERS}
    for row in range(5):
        point = dict(zip(question.names, question.draw(row), strict=True))
        one, other = (by_name[name].quantile(float(point[name])) for name in ("care.sick", "care.well"))
        assert other == pytest.approx(2 * one)
    middle = question.quantiles(np.full((1, len(question.names)), 0.5))[0]
    at = question.names.index("care.sick")
    assert by_name["care.sick"].quantile(float(middle[at])) == pytest.approx(0.055)


# -- kept runs -------------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    question = Linear()
    _, points = design(question, 4, 1)
    with Kept.open(tmp_path, {"question": str(question)}) as kept:
        compute(Work(question, points), [*((DRAWS, row) for row in range(0, 60, 3)), (AGAIN, 4)], kept)
    return tmp_path


def test_a_stopped_analysis_goes_on_and_says_the_same(stopped: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = run(Linear(), tmp_path_factory.mktemp("whole"), 60)
    told: list[tuple[int, int]] = []
    with Kept.open(stopped, {"question": str(Linear())}) as kept:
        found = analyse(Linear(), kept, 60, progress=lambda state: told.append((state.done, state.total)))
    assert found == whole
    assert told[0] == (21, 16 + 60 + 20)  # four ways of 3 + 1 steps
    assert told[-1] == (96, 96)
    assert run(Linear(), stopped, 60, jobs=2) == whole


def test_other_simulations_are_refused(stopped: Path) -> None:
    with pytest.raises(UserError, match="these differ: question"):
        Kept.open(stopped, {"question": "another"})
    (stopped / "sensitivity.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 30)
    with pytest.raises(UserError, match="cannot be read"):
        Kept.open(stopped, {"question": "another"})


def test_too_few_runs_are_refused(tmp_path: Path) -> None:
    with Kept.open(tmp_path, {}) as kept, pytest.raises(ValueError, match="no basis"):
        analyse(Linear(), kept, 59)
