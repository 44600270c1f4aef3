"""Bengkulu Utara in 2023, month by month, in both readings of a published budget: ``docs/bengkulu-utara-2023.md``.

``python -m calibration.defaults.readings docs/bengkulu-utara-2023.md`` writes it. The sums are published, what the
existing Rp3.7 billion paid for is not; a third run asks what a start in June would have done to the same line.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from calibration.defaults.predictive import Over, write_page
from districts.model import District
from scenarios.levers import Context
from scenarios.months import span
from scenarios.scenario import load_scenario
from sim.behaviour import default_behaviour
from sim.results import Results
from sim.rules import load_rules
from sim.simulate import simulate
from sim.uhc_budget import READINGS, reading_table

FloatArray = NDArray[np.float64]

#: Published: the existing and the added money, the heads added and the month from which they were paid for (Model
#: implementasi jaminan kesehatan semesta Kab. Bengkulu Utara, journal article 2025, Table 1).
EXISTING, ADDED, MEMBERS, START, YEAR = 3_700_000_000, 2_176_902_000, 28_795, 11, 2023
_STOCK, _REPLICATES, _SEED = "2022-05", 100, 2023
_SCENARIOS = {
    "full_year": "bengkulu-utara-2023-full-year",
    "january_to_may": "bengkulu-utara-2023-january-to-may",
    "june_start": "bengkulu-utara-2023-june-start",
}
_MONTHS = span(f"{YEAR}-01", 12)
_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


def one_run(district: District, scenario: str, replicate: int) -> Results:
    """The year under one scenario, with drawn parameters and shocks, from the stock of May 2022."""
    rules = load_rules()
    policy = load_scenario(scenario).policy(Context(district, rules, "2022-06", 19))
    behaviour = default_behaviour().draw(_SEED, replicate)
    found = simulate(district, rules, behaviour, policy, _SEED, replicate=replicate, stock=_STOCK)
    return found.since(_MONTHS[0])


def yearly(district: District, scenario: str, replicates: int, over: Over) -> dict[str, FloatArray]:
    """Months of the year by replicate (replicates, 12): heads billed, active share, status, bill without budget."""
    runs = list(over(partial(one_run, district, scenario), range(replicates)))
    keys = ("billed", "active", "registered", "population_dukcapil", "status_uhc", "unfunded")
    stacked = {key: np.stack([run.series(key) for run in runs]) for key in keys}
    for key in ("active", "registered"):
        stacked[key] = stacked[key] / stacked["population_dukcapil"]
    return stacked


def _table(reading: str, found: dict[str, FloatArray], share: int) -> list[str]:
    rows = reading_table(reading, EXISTING, MEMBERS, START, share)
    lines = [
        "| month | heads by accounting | rupiah by accounting | billed heads, simulated | active share (8 in 10) "
        "| registered share | UHC status held |",
        "|---|--:|--:|--:|---|---|---|",
    ]
    for at, row in enumerate(rows):
        low, middle, high = np.quantile(found["active"][:, at], [0.1, 0.5, 0.9])
        lines.append(
            f"| {_NAMES[at]} | {row.existing_heads + row.added_heads:,} | {row.rupiah:,} "
            f"| {np.median(found['billed'][:, at]):,.0f} | {middle:.1%} ({low:.1%} – {high:.1%}) "
            f"| {np.median(found['registered'][:, at]):.1%} | {found['status_uhc'][:, at].mean():.0%} |"
        )
    effective = sum(row.rupiah > 0 for row in rows)
    return [*lines, f"| together, {effective} effective months | | **{sum(row.rupiah for row in rows):,}** | | | | |"]


def _end_of_money(found: dict[str, FloatArray]) -> list[str]:
    """In which month a bill first found no budget, with its chance."""
    short = found["unfunded"] > 0
    first = np.where(short.any(axis=1), short.argmax(axis=1), 12)
    counts = np.bincount(first, minlength=13)
    total = len(first)
    lines = ["| month in which the money ends | chance |", "|---|---|"]
    lines += [f"| {_NAMES[at]} | {counts[at] / total:.0%} |" for at in range(12) if counts[at]]
    return [*lines, f"| it lasts the year | {counts[12] / total:.0%} |"]


def page(district: District, replicates: int = _REPLICATES, over: Over = map) -> str:
    """The text of the page."""
    found = {name: yearly(district, scenario, replicates, over) for name, scenario in _SCENARIOS.items()}
    share = int(load_rules().value("premium.pbpu_pemda.district_cost", _MONTHS[0]))
    to_may, monthly = 5 * EXISTING / 12, MEMBERS * share + EXISTING / 12  # of a start in June, full-year reading
    months_after_may = (EXISTING + ADDED - to_may) / monthly
    lines = [
        "# Bengkulu Utara 2023: one sum, two readings",
        "",
        "Written by `make readings`; do not edit.",
        "",
        f"Published are Rp{EXISTING:,} that the line held already and Rp{ADDED:,} for {MEMBERS:,} heads in "
        f"November and December 2023, together Rp{EXISTING + ADDED:,}. Not published is what the first sum paid for. "
        "The text of the source says January to May; divided by twelve months it fits the 7,914 heads of May 2022. **"
        "The sources do not decide.** By accounting both readings add up to the same rupiah; what differs is who was "
        "covered when.",
        "",
        f"The simulation starts from the members of May 2022 ({replicates} replicates with drawn parameters and "
        f"shocks, seed {_SEED}; scenarios `{'`, `'.join(_SCENARIOS.values())}`). How members came in between is "
        "assumed, so that the published 265,875 registered of October 2023 are met. Heads billed differ a little from "
        "the accounting: some die, move or find work, and under UHC status families ask to be taken over. Shares are "
        "of the Dukcapil count that the rule uses, so that a share can lie above 100 %.",
    ]
    titles = {
        "full_year": "The money was meant for the full year",
        "january_to_may": "The money was meant for January to May",
    }
    for reading, title in titles.items():
        first, last = READINGS[reading]
        months = last - first + 1
        heads = round(EXISTING / share / months)
        lines += [
            "",
            f"## {title} (`{reading}`)",
            "",
            f"{EXISTING:,} / {share:,} / {months} months = {heads:,} heads.",
            "",
        ]
        lines += _table(reading, found[reading], share)
    lines += [
        "",
        "## A start in June under the same line",
        "",
        f"The {MEMBERS:,} heads from June 2023, when BPJS Kesehatan had asked for them, with the same "
        f"Rp{EXISTING + ADDED:,} for the year (full-year reading). By accounting January to May cost Rp{to_may:,.0f}, "
        f"and every month after it Rp{monthly:,.0f}: the rest lasts {months_after_may:.1f} months, into September. "
        "Simulated, with the heads that UHC status brings and those who leave:",
        "",
        *_end_of_money(found["june_start"]),
        "",
        "Under *owe* members stay active and what is not covered becomes debt: "
        f"Rp{np.median(found['june_start']['unfunded'].sum(axis=1)):,.0f} by December (middle).",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_page(lambda district, over: page(district, over=over))
