"""``prakira backtest --series FILE.csv``: simple forecasts of series that are not a district's history."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from calibration.backtesting.rolling import Name
    from calibration.backtesting.short import Point

#: From this mean on a series is shown in millions, so that its columns fit.
_LARGE = 1e7


def backtest_series(
    path: Path, horizon: int, origins: int | None, jobs: int, lang: str, quiet: bool, as_json: bool
) -> None:
    """Score simple forecasts of the series of a file, and print them."""
    from calibration.backtesting.backtest import check
    from calibration.backtesting.rolling import ORIGINS, series_backtest
    from cli.progress import shown

    origins = ORIGINS if origins is None else origins
    check(horizon=horizon, origins=origins)
    series = _read(path)
    with shown(lang, quiet or as_json) as progress:
        records = series_backtest(series, horizon, origins, jobs, progress)
    if as_json:
        typer.echo(json.dumps(records, ensure_ascii=False, indent=1))
        return
    short = [record for record in records if "one_by_one" in record]
    for record in records:
        if "scores" in record:
            _print_scores(record, lang)
    if short:
        _print_one_by_one(short, lang)
    from calibration.statistics.baselines import SHORT
    from districts.text import translator

    _ = translator(lang)
    if len(short) < len(records):
        _say(_("Each month's forecasts see only the figures before it. In brackets: how many figures were forecast; "
               "right: how many of them lay in the range of 5, 8 and 9.5 in 10. CRPS: the miss of a whole forecast, "
               "its range included; * the least. MASE: the miss over the mean change from month to month; under 1 is "
               "better than that. Months overlap, so that a range held 8 times in 10 is no proof."))  # fmt: skip
    if short:
        _say(_("Each figure but the first is forecast from those before it. Under {count} figures nothing is said of "
               "ranges.").format(count=SHORT))  # fmt: skip
    _say(_("The model needs more than a series: a district with a history."))


def _print_scores(record: Mapping[str, Any], lang: str) -> None:
    """The scores of one long series: a line for each forecast and distance."""
    from cli.tables import print_table
    from districts.text import month_name, number, translator
    from reports.reliability import decimals, method_words

    _ = translator(lang)
    sizes = [value for score in record["scores"] for value in score["miss"].values()]
    scale = 1e6 if max(sizes, default=0.0) >= _LARGE else 1.0
    places = decimals([size / scale for size in sizes])
    title = _("{indicator}, {place}: {points} figures, {first} to {last}, forecast from {origins} months").format(
        indicator=record["indicator"], place=record["place"], points=record["points"], origins=len(record["origins"]),
        first=month_name(record["first"], lang, short=True), last=month_name(record["last"], lang, short=True),
    )  # fmt: skip
    _say(title + (_("; in millions") if scale > 1 else ""))
    rows = []
    for score in record["scores"]:
        cases = number(score["cases"], lang)
        least = min(score["crps"], key=score["crps"].__getitem__)
        for name, miss in score["miss"].items():
            mase = score["mase"][name]
            rows.append([
                f"{score['group'][0]}–{score['group'][1]} ({cases})" if name == next(iter(score["miss"])) else "",
                method_words(name, lang),
                number(miss / scale, lang, places),
                number(score["crps"][name] / scale, lang, places) + ("*" if name == least else " "),
                "–" if mase is None else number(mase, lang, 2),
                " ".join(f"{score['inside'][name][level]:>3}" for level in ("50", "80", "95")),
            ])  # fmt: skip
    print_table([_("months\nahead"), _("forecast"), _("mean\nmiss"), "CRPS ", "MASE",
                 _("inside 5, 8,\n9.5 in 10")], rows, 2)  # fmt: skip


def _print_one_by_one(records: Sequence[Mapping[str, Any]], lang: str) -> None:
    """The mean misses of the short series."""
    from cli.tables import print_table
    from districts.text import percent, translator
    from reports.reliability import method_words

    _ = translator(lang)
    rows = [
        [record["place"], record["indicator"], method_words(row["method"], lang),
         f"{record['points']} ({row['forecasts']})", "–" if row["error"] is None else percent(row["error"], lang)]
        for record in records for row in record["one_by_one"]
    ]  # fmt: skip
    print_table([_("place"), _("indicator"), _("forecast"), _("figures\n(scored)"), _("mean\nmiss")], rows, 3)


def _say(text: str) -> None:
    typer.echo(textwrap.fill(text, 80, break_on_hyphens=False))


def _read(path: Path) -> dict[Name, list[Point]]:
    """The series of a file by place and indicator. Raises ``InputError`` with every fault, or ``UserError``."""
    import csv
    import math

    from calibration.backtesting.short import Point
    from districts.faults import Fault, InputError, UserError
    from scenarios.months import MONTH

    columns = ("place", "indicator", "month", "value")
    try:
        lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("{path} cannot be read ({reason})", path=path,
                        reason=getattr(error, "strerror", None) or error) from error  # fmt: skip
    if not lines or any(name not in lines[0] for name in columns):
        raise UserError("{path} needs the columns {columns} and at least one row", path=path,
                        columns=", ".join(columns))  # fmt: skip
    found: dict[Name, list[Point]] = {}
    faults = []
    for row, line in enumerate(lines, 2):
        month, text = line["month"] or "", line["value"] or ""
        points = found.setdefault((line["place"] or "", line["indicator"] or ""), [])
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not MONTH.fullmatch(month):
            faults.append(Fault(f"{path.name}:{row}", "{month} is not a month", "YYYY-MM", params=(("month", month),)))
        elif not math.isfinite(value):
            faults.append(Fault(f"{path.name}:{row}", "{value} is not a number", "a number with a decimal point",
                                params=(("value", text),)))  # fmt: skip
        elif month in [point.month for point in points]:
            faults.append(Fault(f"{path.name}:{row}", "the month {month} stands twice", "each month once in a series",
                                params=(("month", month),)))  # fmt: skip
        else:
            points.append(Point(month, value))
    if faults:
        raise InputError(faults)
    return found
