"""Write ``docs/benchmarks.md`` and its two charts from the last measurements (the JSON files beside this one).

    python -m benchmarks.report

Every number in the text comes from those files; run peers, scaling, unit_cost, run_cost, ten_scenarios, queue_speed and
common_luck first, the last five with ``--save`` (``make benchmarks`` does all).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from benchmarks import common_luck, peers, queue_speed, run_cost, scaling, ten_scenarios, unit_cost, w1
from reports import palette

DOCS = Path(__file__).parent.parent / "docs"

_TEXT = """# Benchmarks

Measured, not promised: `make benchmarks` measures everything and writes this page. Numbers hold for one machine;
ratios carry over better than speeds.

## The same work, done by others

Work W1 (`benchmarks/w1.py`): {facilities} facilities, {months} months; each month every resident ages, pays or not,
keeps or loses control of hypertension, seeks care, is referred. It is simpler than this model (no families, births,
queues or budgets), so that it can be written in every framework. The mean and the variance of each of its {cells:,}
counts follow exactly from the rates; `rms z` is near 1 and the largest `z` of the district's totals, pooled over the
runs, below {worst:g} when an implementation does the work it claims.

Machine: {machine}.

Limits at the time: one thread makes {uniforms:.0f} million float64 uniforms a second (NumPy's PCG64 into a buffer of
65,536) and copies {copied:.1f} GB/s; two threads make {gain:.2f} times the uniforms of one (2 on two idle cores, 1
where other programs or the other half of the same core take the second). No code that computes gains much more from a
second thread than that.

{table}

{verdicts}

One thread unless stated, rounds alternate, median of seven, months only (making the residents is not counted); one
thread is timed by processor time, two threads by the wall clock. Peak memory includes the interpreter and imports,
for this model also the compiler. mesa-frames is represented by its engine, polars: its only release asks for NumPy
below 2, which this project cannot use. Starsim draws with its common random numbers, which, as here, name every draw by
its agent; all others read one stream, so that a change of policy changes everybody's luck.

![Agent-months per second of this model and its peers](images/benchmark-peers.png)

## The whole model, from 10,000 to 5,000,000 residents

Everything on: families, premiums, births, deaths, care, chronic illness, clinics by the day, claims and budget
(`sim.simulate` on a made-up district with one facility for about 13,600 residents). Machine: {scaling_machine}.

{scaling_table}

*Families* are made once for a district, *making* is the synthesis of the people of each replicate; *bytes per
resident* are the peak over what the program and its compiled code take. Small districts pay the fixed cost of a month
(clinics, offices, calendar) with few residents.

![Cost of a resident-month and peak memory by district size](images/benchmark-scaling.png)

## A resident-month, step by step

{residents:,} residents, {cost_months} months, one thread; the unit is one float64 of NumPy's PCG64 ({uniform:.2f} ns in
the same process). Machine: {cost_machine}.

{steps_table}

{cost_verdicts}

Making a resident costs {making:.0f} ns, once per replicate. *State* is what a running district keeps (people, patients,
families, a month's visits, room for two years of newcomers); the peak above also holds the copy from which the next
policy starts and what the synthesis needs for a moment.

In a run as users start it, with everything on and the results stored (replicates {run_first} to {run_last} of the
shipped example, {run_residents:,} residents, {run_months} months, one process; `benchmarks/run_cost.py`), a
resident-month costs {run_ns:.0f} ns:

{run_verdict}

## Ten scenarios at once

{ten_scenarios} scenarios × {ten_replicates} replicates × {ten_months} months of the shipped example
({ten_residents:,} residents), typed as a user types it, with two processes; reports are in the time, and so is the
second run that the command adds from 100 replicates on (`benchmarks/ten_scenarios.py`). Scenarios of a replicate that
decide alike up to a month share what happens until then: of {ten_all} months of a replicate {ten_simulated} are
simulated. Most of these scenarios begin with the run; what begins later shares more. Machine: {ten_machine}.

{ten_verdicts}

## The clinic day

Patients who register, wait for a room, are urgent or lose patience: SimPy's process of events
(`sim/facilities/clinic_day.py`) beside the compiled recursion (`sim/facilities/clinic.py`), on the same days, turn and
turn about in one process. *Whole month* is what a run does: sort the visits, give each its day, hour and minutes, run
the queues, add up. Machine: {queue_machine}.

{queue_table}

{queue_verdicts}

## What common luck is worth

{luck_residents:,} residents, {luck_months} months, {pairs} pairs, each lever raised by a tenth, all feedbacks on: how
many times smaller the variance of the difference is when both policies meet the same luck; target 10 for active
members, contacts and bill of the first three. *All drawn*: parameters and shocks are drawn too, as in a plain run. The
last two levers are set where luck decides at which review the bars are met, or in which month the line ends: at a
threshold a small difference in luck is a large one in the outcome, and common luck helps less.

{luck_table}
"""


def _table(head: str, rows: list[str]) -> str:
    """A Markdown table; ``head`` and ``rows`` are cells joined by ``|``, all but the first column right-aligned."""
    columns = head.count("|") + 1
    rule = "|".join(["---", *["--:"] * (columns - 1)])
    return "\n".join(f"|{line}|" for line in (head, rule, *rows))


def peers_table(measured: list[dict[str, Any]]) -> str:
    """One row per implementation; how many times slower it is than the first."""
    first = measured[0]["speed"]
    return _table(
        "implementation|version|residents|M agent-months/s|times slower|peak MB|rms z|largest z",
        [
            f"{one['label']}|{one['version']}|{one['residents']:,}|{one['speed'] / 1e6:.2f}|{first / one['speed']:.1f}"
            f"|{one['memory'] / 1e6:.0f}|{one['rms_z']:.3f}|{one['worst_z']:.2f}"
            for one in measured
        ],
    )


def verdict_lines(record: dict[str, Any]) -> str:
    """One line per target: reached or missed."""
    lines = [
        f"- {'reached' if reached >= wanted else '**missed**'}: {what} is {reached:.1f}, target {wanted:g}"
        for what, reached, wanted in record["verdicts"]
    ]
    same = "reached" if record["same"] else "**missed**"
    return "\n".join([*lines, f"- {same}: one and two threads give the same counts"])


def scaling_table(costs: list[dict[str, Any]]) -> str:
    """One row per district size."""
    return _table(
        "residents|facilities|families, s|making, s|resident-month, ns|on two threads, ns|peak MB|bytes per resident",
        [
            f"{cost['residents']:,}|{cost['facilities']}|{cost['families']:.2f}|{cost['making']:.2f}"
            f"|{cost['month']:.0f}|{cost['month_on_two']:.0f}|{cost['peak'] / 1e6:.0f}"
            f"|{(cost['peak'] - cost['program']) / cost['residents']:.0f}"
            for cost in costs
        ],
    )


def steps_table(cost: dict[str, Any]) -> str:
    """One row per step of the month."""
    rows = [f"{name}|{ns:.1f}|{uniforms:.1f}" for name, (ns, uniforms) in cost["steps"].items()]
    for name, (ns, uniforms) in (("**people**", cost["people"]), ("**whole month**", cost["whole"])):
        rows.append(f"{name}|{ns:.1f}|{uniforms:.1f}")
    return _table("step|ns|uniforms", rows)


def cost_verdicts(cost: dict[str, Any]) -> str:
    """One line per target of the resident-month."""
    checks = (
        ("a resident-month of the people, in uniforms,", cost["people"][1], unit_cost.TARGET_UNIFORMS, "at most"),
        ("a resident's state, in bytes,", cost["state"], unit_cost.TARGET_BYTES, "under"),
        ("two threads over one, fastest rounds,", cost["threads"][0], unit_cost.TARGET_THREADS, "at least"),
    )
    return "\n".join(
        f"- {'reached' if (found >= wanted) == (bound == 'at least') else '**missed**'}: "
        f"{what} is {found:.1f}, target {bound} {wanted:g}"
        for what, found, wanted, bound in checks
    )


def run_verdict(cost: dict[str, Any]) -> str:
    """A resident-month of a run against its target."""
    word = "reached" if cost["uniforms"] <= run_cost.TARGET_UNIFORMS else "**missed**"
    return (
        f"- {word}: a resident-month with everything on, in uniforms of {cost['uniform_ns']:.2f} ns, is "
        f"{cost['uniforms']:.1f}, target at most {run_cost.TARGET_UNIFORMS:g}"
    )


def ten_verdicts(found: dict[str, Any]) -> str:
    """One line per target of the ten scenarios. Time is that of the clock; what two idle cores would have needed at
    least follows from the processor time."""
    minutes, least = found["seconds"] / 60, found["processor"] / found["jobs"] / 60
    checks = (
        (minutes, ten_scenarios.TARGET_MINUTES, f"{minutes:.1f} minutes by the clock, while other programs ran too; "
         f"{found['processor']:,.0f} seconds of processor time, which are {least:.1f} minutes on {found['jobs']} cores",
         f"{ten_scenarios.TARGET_MINUTES:g} minutes"),
        (found["memory"], ten_scenarios.TARGET_MEMORY, f"{found['memory'] / 2**30:.2f} GiB of memory in all processes",
         f"{ten_scenarios.TARGET_MEMORY / 2**30:g} GiB"),
        (found["size"], ten_scenarios.TARGET_SIZE, f"{found['size'] / 1e6:.0f} MB of results",
         f"{ten_scenarios.TARGET_SIZE / 1e6:g} MB"),
    )  # fmt: skip
    judged = found["replicates"] >= ten_scenarios.REPLICATES  # the targets are those of the whole
    words = {True: "reached", False: "**missed**"}
    return "\n".join(f"- {words[value <= most] if judged else 'not judged with so few replicates'}: {told}, target at "
                     f"most {wanted}" for value, most, told, wanted in checks)  # fmt: skip


def queue_table(speeds: list[dict[str, Any]]) -> str:
    """One row per size of a clinic, in visits a second."""
    return _table(
        "patients a day|desks|rooms|who left|SimPy, visits/s|recursion, visits/s|times|whole month, visits/s",
        [
            f"{one['patients']}|{one['desks']}|{one['rooms']}|{one['left']:.1%}|{one['simpy']:,.0f}"
            f"|{one['recursion']:,.0f}|{one['recursion'] / one['simpy']:,.0f}|{one['month']:,.0f}"
            for one in speeds
        ],
    )


def queue_verdicts(speeds: list[dict[str, Any]]) -> str:
    """The slowest size against the target, and whether all waits agree."""
    least = min(one["recursion"] / one["simpy"] for one in speeds)
    fast, same = least >= queue_speed.TARGET, all(one["same"] for one in speeds)
    return "\n".join([
        f"- {'reached' if fast else '**missed**'}: visits a second over SimPy's are at least {least:,.0f}, "
        f"target {queue_speed.TARGET:g}",
        f"- {'reached' if same else '**missed**'}: every wait is equal to the last bit, and the same patients leave",
    ])  # fmt: skip


def luck_table(luck: dict[str, Any]) -> str:
    """One row per lever and figure."""
    return _table("lever|figure|luck only|all drawn", ["|".join(row) for row in luck["rows"]])


def peers_chart(measured: list[dict[str, Any]]) -> Figure:
    """Bars of agent-months a second on a logarithmic axis, the fastest on top."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    ordered = sorted(measured, key=lambda one: float(one["speed"]))
    speeds = [one["speed"] / 1e6 for one in ordered]
    ours = (peers.THIS, peers.THIS_ON_TWO)
    colours = [palette.ACCENT if one["label"] in ours else palette.FAN_EDGE for one in ordered]
    bars = axes.barh([one["label"] for one in ordered], speeds, color=colours)
    axes.bar_label(bars, labels=[f"{speed:.3g}" for speed in speeds], padding=3, color=palette.INK)
    axes.set_xscale("log")
    axes.set_xlim(right=max(speeds) * 2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("million agent-months per second (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def scaling_chart(costs: list[dict[str, Any]]) -> Figure:
    """Cost of a resident-month on one and two threads, and peak memory, by residents; all axes logarithmic."""
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    residents = [cost["residents"] for cost in costs]
    for field, label, style in (("month", "one thread", "o-"), ("month_on_two", "two threads", "s--")):
        left.plot(residents, [cost[field] for cost in costs], style, color=palette.ACCENT, label=label)
    left.set_ylabel("ns per resident-month")
    left.legend(frameon=False)
    right.plot(residents, [cost["peak"] / 1e6 for cost in costs], "o-", color=palette.ACCENT)
    right.set_ylabel("peak memory, MB")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("residents")
        axes.spines[["top", "right"]].set_visible(False)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    return figure


def main() -> None:
    """Read, write."""
    codes = (peers, scaling, unit_cost, run_cost, ten_scenarios, queue_speed, common_luck)
    record, grown, cost, whole, ten, queue, luck = (json.loads(code.RESULTS.read_text()) for code in codes)
    one, two = record["uniforms"]
    text = _TEXT.format(
        facilities=w1.FACILITIES, months=w1.MONTHS, cells=w1.empty_counts().size, worst=w1.WORST,
        machine=record["machine"], uniforms=one / 1e6, gain=two / one, copied=record["copied"] / 1e9,
        table=peers_table(record["measured"]), verdicts=verdict_lines(record),
        scaling_machine=grown["machine"], scaling_table=scaling_table(grown["costs"]),
        residents=cost["residents"], cost_months=cost["months"], uniform=cost["uniform"], making=cost["making"],
        cost_machine=cost["machine"], steps_table=steps_table(cost), cost_verdicts=cost_verdicts(cost),
        run_first=run_cost.FIRST + 1, run_last=run_cost.LAST, run_residents=whole["residents"],
        run_months=whole["months"], run_ns=whole["ns"], run_verdict=run_verdict(whole),
        ten_scenarios=ten["scenarios"], ten_replicates=ten["replicates"], ten_months=ten["months"],
        ten_residents=ten["residents"], ten_simulated=ten["simulated"], ten_machine=ten["machine"],
        ten_all=ten["scenarios"] * ten["months"], ten_verdicts=ten_verdicts(ten),
        queue_machine=queue["machine"], queue_table=queue_table(queue["speeds"]),
        queue_verdicts=queue_verdicts(queue["speeds"]),
        luck_residents=luck["residents"], luck_months=luck["months"], pairs=luck["pairs"], luck_table=luck_table(luck),
    )  # fmt: skip
    (DOCS / "benchmarks.md").write_text(text, encoding="utf-8")
    charts = (("peers", peers_chart(record["measured"])), ("scaling", scaling_chart(grown["costs"])))
    for name, figure in charts:
        figure.savefig(DOCS / "images" / f"benchmark-{name}.png", dpi=130, metadata={"Software": None})


if __name__ == "__main__":
    main()
