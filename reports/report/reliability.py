"""How good forecasts of this district have been: past ones against what came, or plainly that there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from districts.text import month_name, number, translator
from reports.charts_reliability import record_chart
from reports.reliability import (
    SHOWN,
    Line,
    enough,
    first_page,
    how_made,
    how_to,
    lines_of,
    method_words,
    weights_told,
    what_words,
    winners,
)
from reports.report.blocks import Block, Cell, Facts, Figure, Section, Table, Text
from reports.run import Run

#: What the report shows of the table, and of the pooled forecast; the sheet of the workbook has all.
_ROWS = (("active", "district"), ("registered", "district"), ("arrears", "district"), ("bill_jkn", "district"),
         ("capitation_paid", "district"), ("capitation_paid", "facility"), ("ak", "district"),
         ("ak", "facility"))  # fmt: skip
_AHEAD = ("active", "bill_jkn")


def reliability_section(run: Run, lang: str = "id") -> Section:
    """Past forecasts as a chart and a table, what they mean, and the pooled forecast of the next months; without a
    record, how to get one."""
    _ = translator(lang)
    record, chart = run.record, record_chart(run, lang)
    title = chart.title if chart and enough(record) else first_page(record, lang).rstrip(".")
    blocks: list[Block] = [Text(told)] if (told := how_to(record, lang)) else []
    if record is not None:
        if chart:
            blocks.append(Figure(chart))
        lines = lines_of(record, lang)
        shown = [line for line in lines if (line.indicator, line.kind) in _ROWS] or lines
        blocks.append(_table(shown, lang))
        blocks += [Text(text) for text in (*winners(record, lang), *how_made(record, lang))]
        blocks += _ahead(record, lang)
    return Section("keandalan", _("Reliability"), _("How reliable is this forecast"), title, tuple(blocks))


def _table(lines: Sequence[Line], lang: str) -> Table:
    """One row per figure and distance: mean misses, the least in bold, and how many facts lay inside."""
    _ = translator(lang)
    heads = (_("what is forecast"), _("months ahead"), *(method_words(name, lang) for name in SHOWN),
             _("facts inside the range"))  # fmt: skip
    rows = []
    for line in lines:
        misses = [Cell(line.misses.get(name, "–"), mark="bold" if name == line.least else "") for name in SHOWN]
        rows.append((Cell(line.what), Cell(line.distance), *misses, Cell(line.inside or "–")))
    note = _("Mean miss by forecast and distance; the least of each line in bold. All figures are in the sheet "
             "“{sheet}”.").format(sheet=_("Reliability"))  # fmt: skip
    return Table(_("How far past forecasts missed"), heads, tuple(rows), frozenset(range(1, len(heads))), note=note)


def _ahead(record: Mapping[str, Any], lang: str) -> list[Block]:
    """The pooled forecast of the months after the history beside the model's own, with weights and reason."""
    _ = translator(lang)
    keys = [key for key in _AHEAD if key in record["ahead"]]
    if not keys:
        return []
    heads = [_("month")]
    for key in keys:
        heads += [_("{name}: {part}").format(name=what_words(key, "district", lang), part=method_words(name, lang))
                  for name in ("prakira", "pool")]  # fmt: skip
    rows = []
    for at, month in enumerate(record["ahead"][keys[0]]["months"]):
        cells = [Cell(month_name(month, lang, True))]
        cells += [_ranged(record["ahead"][key][part][at], key, lang) for key in keys for part in ("own", "pool")]
        rows.append(tuple(cells))
    past = record.get("past_title", {}).get(lang, record["past"])
    words = _("The next months if the policy of the past goes on ({past}), forecast from the end of the history: "
              "Prakira alone, and pooled with the simple forecasts by the weights that the past earned them. Middle "
              "and range of 8 in 10. Simple forecasts know no policy, so that all scenarios and the figure for the "
              "RKPD stay Prakira's own.").format(past=past)  # fmt: skip
    table = Table(_("Pooled forecast"), tuple(heads), tuple(rows), frozenset(range(1, len(heads))), note=words)
    weights = [
        f"{what_words(key, 'district', lang).rsplit(',', 1)[0]}. {' '.join(weights_told(record, key, lang))}"
        for key in keys
    ]
    return [table, Facts(_("Weights of the pool"), (*weights, _why(record, keys[0], lang)))]


def _why(record: Mapping[str, Any], key: str, lang: str) -> str:
    """The reason for the weights of the first months of a figure."""
    entry = next(entry for entry in record["scores"] if (entry["indicator"], entry["kind"]) == (key, "district"))
    text = str(entry["weights"]["reason"][lang])
    for name in ("prakira", *SHOWN[1:], "seasonal_naive"):
        if text.startswith(f"{name} "):
            text = method_words(name, lang) + text.removeprefix(name)
    first, last = entry["group"]
    head = translator(lang)("{first}–{last} months ahead, {name}: {text}")
    return head.format(first=first, last=last, name=what_words(key, "district", lang).rsplit(",", 1)[0], text=text)


def _ranged(three: Sequence[float], key: str, lang: str) -> Cell:
    low, middle, high = (number(v / 1e6, lang, 1) if key == "bill_jkn" else number(v, lang) for v in three)
    return Cell(middle, f"{low} – {high}")
