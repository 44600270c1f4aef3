"""The default behaviour beside published figures: simulate, compare, and write ``docs/validation.md``.

``python -m calibration.defaults.validation docs/validation.md`` runs it; failures stay in the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from calibration.defaults import medan
from calibration.defaults.predictive import Over, sample, write_page
from calibration.defaults.quantities import DEFAULT_RUN, RUNS
from calibration.defaults.targets import load_targets
from districts.model import District
from scenarios.directions import DIRECTIONS, move
from scenarios.feedbacks import FEEDBACKS, measure
from scenarios.loop import SHARES, loop_gain
from sim.behaviour import PARAMETERS

DOCS = Path(__file__).parent.parent.parent / "docs"
#: Pages of docs/ that close with verdicts, and what they are about.
STUDIES = {
    "recovery.md": "Does calibration find what is hidden",
    "skill.md": "Forecasts of made-up districts of another world",
    "rkpd-coverage.md": "The RKPD amount in districts whose next year is known",
    "published-backtest.md": "Published series, forecast one figure at a time",
}
_REPLICATES = 24
_SEED = 2024
#: Replicates of the joint fit's check; not those that it was fitted to.
_FRESH = range(1000, 1032)


@dataclass(frozen=True)
class Comparison:
    """One target with what the prior predictive runs gave: median and the 90 % interval (5 % and 95 % points)."""

    target: dict[str, Any]
    low: float
    median: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the source's interval and the simulated 90 % interval overlap."""
        return self.low <= float(self.target["high"]) and float(self.target["low"]) <= self.high

    @property
    def median_inside(self) -> bool:
        """Whether the simulated median lies in the source's interval."""
        return float(self.target["low"]) <= self.median <= float(self.target["high"])


def compare_defaults(district: District, replicates: int = _REPLICATES, over: Over = map) -> list[Comparison]:
    """Every target against runs with behaviour drawn from its priors: what the defaults promise before any data."""
    targets = load_targets()
    found: dict[str, Any] = {}
    for kind in dict.fromkeys(RUNS.get(target["quantity"], DEFAULT_RUN) for target in targets):
        names = [t["quantity"] for t in targets if RUNS.get(t["quantity"], DEFAULT_RUN) == kind]
        drawn = sample(district, names, range(replicates), _SEED, kind=kind, drawn=True, over=over)
        found.update(zip(names, np.nanquantile(drawn, [0.05, 0.5, 0.95], axis=0).T, strict=True))
    return [Comparison(target, *map(float, found[target["quantity"]])) for target in targets]


def _show(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e9:,.2f} bn"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def report(district: District, replicates: int = _REPLICATES, over: Over = map) -> str:
    """The text of ``docs/validation.md``."""
    lines = [
        "# Validation of the defaults",
        "",
        "Written by `make validation`; do not edit. The shipped district is simulated with behaviour drawn from its "
        f"priors ({replicates} replicates, seed {_SEED}), and compared with published figures. *Inside*: the source's "
        "interval and the simulated 90 % interval overlap; *median*: whether the simulated median lies in the source's "
        "interval too. Where a default was tuned to the figure the comparison shows that tuning holds, not that the "
        "model is right. A source interval is what the source says, never what the model gives.",
        "",
        "| figure | unit | source interval | simulated median (90 % interval) | tuned | verdict | median |",
        "|---|---|---|---|---|---|---|",
    ]
    comparisons = compare_defaults(district, replicates, over)
    for c in comparisons:
        target = c.target
        lines.append(
            f"| {target['name']} | {target['unit']} | {_show(target['low'])} – {_show(target['high'])} "
            f"| {_show(c.median)} ({_show(c.low)} – {_show(c.high)}) | {'yes' if target['fitted'] else 'no'} "
            f"| {'inside' if c.inside else '**outside**'} | {'inside' if c.median_inside else 'outside'} |"
        )
    outside = [c for c in comparisons if not c.inside]
    near = [c for c in comparisons if c.inside and not c.median_inside]
    lines += [
        "",
        f"{len(comparisons) - len(outside)} of {len(comparisons)} inside ({len(outside) / len(comparisons):.0%} "
        f"outside); the median of {len(comparisons) - len(outside) - len(near)} lies in the source's interval. Of the "
        f"{sum(not c.target['fitted'] for c in comparisons)} to which nothing was tuned "
        f"{sum(c.inside and not c.target['fitted'] for c in comparisons)} are inside; for "
        f"{sum('general knowledge' in c.target['source'] for c in comparisons)} figures the source is general "
        "knowledge.",
        "",
    ]
    lines += [f"- Outside: **{c.target['name']}**: {c.target.get('note', 'not explained')}." for c in outside]
    lines += [
        f"- Inside, with the median beyond the source's interval: **{c.target['name']}**: {c.target['note']}."
        for c in near if "note" in c.target
    ]  # fmt: skip
    plain = [c.target["name"] for c in near if "note" not in c.target]
    lines += [f"- Inside, with the median beyond the source's interval: {', '.join(plain)}."] if plain else []
    lines += ["", "Sources, and what sets the width of the intervals:", ""]
    lines += [f"- {c.target['name']}: {c.target['source']}. Interval: {c.target['reason']}." for c in comparisons]
    lines += _fit_lines(district, over)
    lines += _feedback_lines(district, over)
    lines += _loop_lines(district, over)
    lines += _lever_lines(district, over)
    lines += _elsewhere(DOCS)
    return "\n".join(lines) + "\n"


def _section(title: str, text: str, columns: str) -> list[str]:
    """The head of a section with one table; ``columns`` are separated by " | "."""
    return ["", f"## {title}", "", text, "", f"| {columns} |", "|---" * (columns.count("|") + 1) + "|"]


def _fit_lines(district: District, over: Over) -> list[str]:
    """Medan's three shares at the defaults, on replicates that the fit has not seen, and how sure the fit can be."""
    names = list(medan.MEDAN)
    shares = sample(district, names, _FRESH, _SEED, over=over)
    apart = medan.distance(shares)
    lines = _section(
        "Joint fit to Medan",
        "`python -m calibration.defaults.medan` fits levels and spreads between facilities at once to the three "
        f"shares of Medan's {medan.FKTP} FKTP (December 2023; here all months of a year) and to the national means. "
        "The shares of other places differ by far more than Medan's binomial error: all 11 puskesmas of Denpasar "
        "reached 150 per mille in 2020 and 2022, those of Jombang stayed below, 2 of 38 in Depok reached everything. "
        "A district without data of its own therefore keeps a wide interval in the table above: its level of contacts "
        "is known to about 10 %, and close to the target that moves many facilities across. Below, the default "
        f"behaviour is run on {len(_FRESH)} replicates that the fit has not seen. The squared distance of the three "
        f"shares together, by Medan's binomial error and that of the simulation, is {apart:.2f} (chi-square with "
        f"3 degrees of freedom: p = {stats.chi2.sf(apart, 3):.2f}).",
        "share of facility-months | Medan (standard error) | simulated (standard error)",
    )
    for name, column in zip(names, shares.T, strict=True):
        aim = medan.MEDAN[name]
        lines.append(
            f"| {name} | {aim:.2f} ({(aim * (1 - aim) / medan.FKTP) ** 0.5:.3f}) "
            f"| {column.mean():.3f} ({column.std(ddof=1) / len(column) ** 0.5:.3f}) |"
        )
    lines += _section(
        "What the joint fit can tell",
        "Error of each fitted parameter on its scale (logit of shares, log of rates), from the binomial error of "
        "Medan, the width of the national intervals and, where marked, a prior; beside it half the width of the "
        "default prior between its 10 % and 90 % points, which holds the differences between districts as well.",
        "parameter | default | error of the fit | half width of the prior | strongest correlation",
    )
    covariance = medan.uncertainty(district, over=over)
    errors = np.sqrt(np.diag(covariance))
    together = covariance / np.outer(errors, errors) - np.eye(len(errors))
    table = {parameter.name: parameter for parameter in PARAMETERS}
    for index, name in enumerate(medan.FITTED):
        parameter, other = table[name], int(np.abs(together[index]).argmax())
        half = (medan.on_scale(name, parameter.high) - medan.on_scale(name, parameter.low)) / 2
        lines.append(
            f"| {name}{' (prior)' if name in medan.PRIORS else ''} | {parameter.default:g} | {errors[index]:.2f} "
            f"| {half:.2f} | {together[index, other]:+.2f} with {medan.FITTED[other]} |"
        )
    return lines


def _spread(changes: list[float], form: str) -> str:
    """Middle and range of a sample."""
    return f"{form} ({form} … {form})".format(np.median(changes), min(changes), max(changes))


def _feedback_lines(district: District, over: Over, replicates: int = 6) -> list[str]:
    """The size of every feedback at default strength, with the range over replicates."""
    lines = _section(
        "Feedbacks at default strength",
        f"Change of the indicator over 24 months when the feedback is switched on, same luck, {replicates} replicates "
        "with drawn behaviour: middle and range. Zero is an allowed answer. The sign of each is tested at ten times "
        "its strength under strain.",
        "feedback | indicator | change",
    )
    for feedback in FEEDBACKS:
        task = partial(measure, feedback, district, 1.0, 24, seed=_SEED, drawn=True)
        changes = list(over(task, range(replicates)))
        lines.append(f"| {feedback.text_en} | {feedback.indicator} | {_spread(changes, '{:+.2%}')} |")
    return lines


def _loop_lines(district: District, over: Over, replicates: int = 12) -> list[str]:
    """The gain of the loop KBK → cash → drugs → referrals and control → KBK, with its range over replicates."""
    gains = list(over(partial(loop_gain, district, 1.0, 24, seed=_SEED, drawn=True), range(replicates)))
    middle, low, high = (float(np.quantile(gains, share)) for share in (0.5, 0.1, 0.9))
    mean, error = float(np.mean(gains)), float(np.std(gains, ddof=1) / len(gains) ** 0.5)
    return _section(
        "The loop of KBK and cash",
        f"Everyone is paid {SHARES[0] / 10:g} % of capitation and then {SHARES[1] / 10:g} %, whatever the score, on "
        "the same luck; the gain is the fall in the share that the ratings would have earned over the fall in the "
        f"share paid. Below 1 the loop settles. {replicates} replicates with drawn behaviour at default strength; zero "
        "is an allowed answer.",
        "gain: middle | 8 in 10 lie within | mean (standard error) | a point lost costs in the end",
    ) + [f"| {middle:.3f} | {low:.3f} … {high:.3f} | {mean:.3f} ({error:.3f}) | {1 / (1 - mean):.2f} points |"]


def _lever_lines(district: District, over: Over, replicates: int = 6) -> list[str]:
    """What every scenario of the library moves at the strength it is given there, with the range over replicates."""
    lines = _section(
        "Levers at the strength of the library",
        f"Difference over 14 months against the reference, same luck, {replicates} replicates with drawn behaviour: "
        "middle and range; rupiah where the reference is zero. The sign of each is tested at ten times the strength.",
        "scenario | against | indicator | difference",
    )
    for direction in DIRECTIONS:
        task = partial(move, direction, district, 14, seed=_SEED, drawn=True)
        changes = list(over(task, range(replicates)))
        form = "{:+,.0f}" if max(map(abs, changes)) > 100 else "{:+.2%}"
        lines.append(
            f"| {direction.scenario} | {direction.reference} | {direction.indicator} | {_spread(changes, form)} |"
        )
    return lines


def _elsewhere(folder: Path) -> list[str]:
    """The verdicts of the studies that have pages of their own in ``folder``, as they were last written."""
    lines = ["", "## What else was compared", "",
             "Each study has a page with its figures; these are its verdicts, met or not."]  # fmt: skip
    for name, about in STUDIES.items():
        page = folder / name
        if not page.exists():
            continue
        text = page.read_text(encoding="utf-8").partition("## Verdicts\n")[2].partition("\n## ")[0].strip()
        lines += ["", f"[{about}]({name}):", "", text]
    return lines


if __name__ == "__main__":
    write_page(lambda district, over: report(district, over=over))
