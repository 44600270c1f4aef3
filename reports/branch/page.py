"""``cabang.html``: the branch on one page that needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from districts.text import month_name, number, rupiah_short, translator
from reports import palette
from reports.branch import words
from reports.branch.words import Record
from reports.canvas import Chart
from reports.report.html import drawn
from scenarios.branch.totals import CASH

if TYPE_CHECKING:
    from jinja2 import Environment

_COLOURS = {
    "ink": palette.INK, "soft": palette.SOFT, "accent": palette.ACCENT, "rule": palette.RULE,
    "hairline": palette.HAIRLINE, "ground": palette.ACCENT_GROUND,
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of the page: its heading, a sentence beneath, column heads (the first ``texts`` hold words, the others
    figures) and rows; the rows numbered ``sums`` are totals."""

    title: str
    lead: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    sums: tuple[int, ...] = ()


@dataclass(frozen=True)
class Content:
    """All words of the page but for its frame: the ``answer`` and the ``sentences`` beneath it, how the forecast was
    ``made``, the tables, how far past forecasts missed, and the notes."""

    branch: str
    answer: str
    sentences: tuple[str, ...]
    made: str
    tables: tuple[Table, ...]
    error: str
    error_title: str
    error_tables: tuple[Table, ...]
    error_notes: tuple[str, ...]
    notes_title: str
    notes: tuple[str, ...]


def content(record: Record, lang: str = "id") -> Content:
    """What the page tells of ``record``, in ``lang``."""
    _ = translator(lang)
    months = record["months"]
    made = _("{districts}; {first} to {last}; scenario: {scenario}; {replicates} replicates").format(
        districts=", ".join(one["title"] for one in record["districts"]), first=month_name(months[0], lang),
        last=month_name(months[-1], lang), scenario=record["scenario"]["title"][lang], replicates=record["replicates"],
    )  # fmt: skip
    return Content(
        branch=_("Branch {name}").format(name=words.bare_name(record)), answer=words.headline(record, lang),
        sentences=(words.cash_told(record, lang), words.years_told(record, lang)), made=made,
        tables=tuple(_tables(record, lang)), error=words.error_told(record, lang),
        error_title=_("How far past forecasts missed"), error_tables=tuple(_error_tables(record, lang)),
        error_notes=tuple(words.error_notes(record, lang)), notes_title=_("How to read this"),
        notes=tuple(words.notes(record, lang)),
    )  # fmt: skip


def render(record: Record, chart: Chart, links: Sequence[tuple[str, str]], lang: str = "id") -> str:
    """The page as HTML; ``links`` are (address relative to the page, words). Every name is escaped."""
    _ = translator(lang)
    variables = Markup(":root{" + ";".join(f"--{name}:{value}" for name, value in _COLOURS.items()) + "}")
    command = _("Computed by Prakira {version} with: {command}").format(version=record["program"],
                                                                        command=record["command"])  # fmt: skip
    return _templates().get_template("cabang.html").render(
        lang=lang, variables=variables, chart=chart, drawn=drawn(chart), links=links,
        files_title=_("Files of this run"), command=command, skip=_("Skip to the figures"),
        **vars(content(record, lang)),
    )  # fmt: skip


def _tables(record: Record, lang: str) -> Iterable[Table]:
    yield _cash(record, lang)
    year = words.year_of(record)
    yield _districts(record, year, lang)
    yield _facilities(record, year, lang)
    yield _hospitals(record, year, lang)


def _short(value: float | None, lang: str) -> str:
    return "–" if value is None else rupiah_short(value, lang)


def _range(point: dict[str, Any], lang: str) -> str:
    return "–" if point["low"] is None else f"{_short(point['low'], lang)} – {_short(point['high'], lang)}"


def _cash(record: Record, lang: str) -> Table:
    _ = translator(lang)
    money = record["cash"]
    rows = [
        [month_name(month, lang), *(_short(money[kind]["middle"][at], lang) for kind in (*CASH, "total")),
         _range({part: money["total"][part][at] for part in ("low", "high")}, lang)]
        for at, month in enumerate(record["months"])
    ]  # fmt: skip
    heads = [_("month"), *(words.kind_label(kind, lang) for kind in (*CASH, "total")), _("8-in-10 range")]
    return Table(_("The months in figures"), _("Central estimates; the branch's sum is formed replicate by replicate."),
                 heads, rows)  # fmt: skip


def _districts(record: Record, year: str, lang: str) -> Table:
    _ = translator(lang)
    entries = [(one["title"], one["years"][year]) for one in record["districts"]]
    entries.append((_("Branch, by replicate"), record["years"][year]))
    rows = [[name, *(_short(entry[kind]["middle"], lang) for kind in (*CASH, "total")), _range(entry["total"], lang)]
            for name, entry in entries]  # fmt: skip
    heads = [_("district"), *(words.kind_label(kind, lang) for kind in (*CASH, "total")), _("8-in-10 range")]
    title = _("Cash call by district, {year}").format(year=words.year_head(record, year, lang))
    return Table(title, "", heads, rows, sums=(len(rows) - 1,))


def _facilities(record: Record, year: str, lang: str) -> Table:
    _ = translator(lang)
    first = record["months"][0]
    rows, sums = [], []
    for district in record["districts"]:
        for one in district["facilities"]:
            paid = one["years"][year]["paid"]
            rows.append([district["title"], one["name"], number(one["heads"]["middle"][0], lang),
                         number(one["tariff"][0] or 0, lang), _percent(one["share_permille"][0], lang),
                         _short(one["paid"]["middle"][0], lang), _short(paid["middle"], lang),
                         _range(paid, lang)])  # fmt: skip
        paid = district["years"][year]["paid"]
        sums.append(len(rows))
        rows.append([district["title"], _("District, by replicate"), number(district["heads"]["middle"][0], lang), "",
                     "", _short(district["paid"]["middle"][0], lang), _short(paid["middle"], lang),
                     _range(paid, lang)])  # fmt: skip
    told = month_name(first, lang, True)
    heads = [_("district"), _("facility"), _("capitated heads, {month}").format(month=told), _("tariff, Rp a head"),
             _("share paid"), _("capitation {month}").format(month=told),
             _("capitation {year}").format(year=words.year_head(record, year, lang)), _("8-in-10 range")]  # fmt: skip
    lead = _("Every month of every facility stands in the workbook.")
    return Table(_("Capitation by facility"), lead, heads, rows, 2, tuple(sums))


def _percent(permille: int, lang: str) -> str:
    return f"{number(permille / 10, lang, 1 if permille % 10 else 0)}\u00a0%"


def _hospitals(record: Record, year: str, lang: str) -> Table:
    _ = translator(lang)
    last = max(at for at, month in enumerate(record["months"]) if month.startswith(year))
    rows = [
        [one["name"], ", ".join(one["districts"]), _short(one["years"][year]["incurred"]["middle"], lang),
         _short(one["years"][year]["paid"]["middle"], lang), _range(one["years"][year]["paid"], lang),
         _short(one["owed"]["middle"][last], lang)]
        for one in record["hospitals"]
    ]  # fmt: skip
    heads = [_("hospital"), _("members from"), _("claims incurred"), _("claims paid"), _("8-in-10 range, paid"),
             _("not yet paid at the end")]  # fmt: skip
    title = _("Hospital claims, {year}").format(year=words.year_head(record, year, lang))
    return Table(title, _("A hospital that treats members of several districts is one row."), heads, rows, 2)


def _error_tables(record: Record, lang: str) -> Iterable[Table]:
    _ = translator(lang)
    error = record["error"]
    if error["last"] is None:
        return
    heads = [_("what is forecast"), _("figures compared"), "MAPE", _("bias"), _("inside 8 in 10")]
    for title, key in ((month_name(error["last"], lang), "last_month"),
                       (_("All {months} months compared").format(months=error["months"]), "all_months")):  # fmt: skip
        rows = [[words.indicator_label(miss, lang), words.cases_told(miss, lang), words.shown(miss["mape"], lang),
                 words.shown(miss["bias"], lang, True),
                 f"{miss['inside']}/{miss['ranged']}" if miss["ranged"] else "–"] for miss in error[key]]  # fmt: skip
        yield Table(title, "", heads, rows)


@cache
def _templates() -> Environment:
    """The templates; everything that is put into them is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("reports.branch", "templates"), autoescape=True, trim_blocks=True,
                       lstrip_blocks=True, undefined=StrictUndefined)  # fmt: skip
