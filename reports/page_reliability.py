"""The section of the result page on how reliable forecasts of this district were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from districts.text import month_name, number, translator
from reports.charts_reliability import record_chart
from reports.reliability import (
    SHOWN,
    Line,
    how_made,
    how_to,
    lines_of,
    method_words,
    weights_told,
    what_words,
    winners,
)
from reports.run import Run

#: What the page shows of the table, and of the pooled forecast; the sheet of the workbook has all.
_ROWS = (("active", "district"), ("registered", "district"), ("arrears", "district"), ("bill_jkn", "district"),
         ("capitation_paid", "district"), ("capitation_paid", "facility"), ("ak", "district"),
         ("ak", "facility"))  # fmt: skip
_AHEAD = ("active", "bill_jkn")


def reliability_section(run: Run, lang: str = "id") -> str:
    """Past forecasts as a chart and a table, what they mean, and the pooled forecast of the next months; without a
    record, how to get one."""
    _ = translator(lang)
    record, chart = run.record, record_chart(run, lang)
    title = chart.title if chart else _("How reliable forecasts of this district are")
    name = _("How reliable is this forecast")
    parts = [f'<p class="soft">{escape(name)}</p><h2>{escape(title)}</h2>']
    if told := how_to(record, lang):
        parts.append(f"<p>{escape(told)}</p>")
    if record is not None:
        if chart:
            parts.append(f"<p>{escape(chart.lead)}</p><figure>{chart.svg(titled=False)}</figure>")
        lines = lines_of(record, lang)
        shown = [line for line in lines if (line.indicator, line.kind) in _ROWS] or lines
        parts += [_record_table(shown, lang), *_paragraphs(winners(record, lang)),
                  *_paragraphs(how_made(record, lang)), _ahead(record, lang)]  # fmt: skip
    return f"<section>{''.join(parts)}</section>"


def _paragraphs(sentences: Sequence[str]) -> list[str]:
    return [f'<p class="soft">{escape(text)}</p>' for text in sentences]


def _record_table(lines: Sequence[Line], lang: str) -> str:
    """One row per figure and distance: mean misses, the least in bold, and how many facts lay inside."""
    _ = translator(lang)
    heads = [(_("what is forecast"), ""), (_("months ahead"), "n"),
             *((method_words(name, lang), "n") for name in SHOWN), (_("facts inside the range"), "n")]  # fmt: skip
    rows = []
    before = ""
    for line in lines:
        cells = [f"<td>{escape(line.what if line.what != before else '')}</td>",
                 f'<td class="n">{escape(line.distance)}</td>']  # fmt: skip
        before = line.what
        for name in SHOWN:
            text = escape(line.misses.get(name, "–"))
            cells.append(f'<td class="n">{f"<b>{text}</b>" if name == line.least else text}</td>')
        cells.append(f'<td class="n">{escape(line.inside or "–")}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    caption = _("Mean miss by forecast and distance; the least of each line in bold. All figures are in the sheet "
                "“{sheet}”.").format(sheet=_("Reliability"))  # fmt: skip
    return f'<p class="soft">{escape(caption)}</p>{_table(heads, rows)}'


def _ahead(record: Mapping[str, Any], lang: str) -> str:
    """The pooled forecast of the months after the history beside the model's own, with weights and reason."""
    _ = translator(lang)
    keys = [key for key in _AHEAD if key in record["ahead"]]
    if not keys:
        return ""
    months = record["ahead"][keys[0]]["months"]
    heads = [(_("month"), "")]
    for key in keys:
        heads += [(_("{name}: {part}").format(name=what_words(key, "district", lang), part=method_words(name, lang)),
                   "n") for name in ("prakira", "pool")]  # fmt: skip
    rows = []
    for at, month in enumerate(months):
        cells = [f"<td>{escape(month_name(month, lang, True))}</td>"]
        for key in keys:
            for part in ("own", "pool"):
                cells.append(f'<td class="n">{_ranged(record["ahead"][key][part][at], key, lang)}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    words = _("The next months if the policy of the past goes on ({past}), forecast from the end of the history: "
              "Prakira alone, and pooled with the simple forecasts by the weights that the past earned them. Middle "
              "and range of 8 in 10. Simple forecasts know no policy, so that all scenarios and the figure for the "
              "RKPD stay Prakira's own.").format(past=record["past"])  # fmt: skip
    weights = []
    for key in keys:
        told = " ".join(weights_told(record, key, lang))
        weights.append(f"<li>{escape(what_words(key, 'district', lang).rsplit(',', 1)[0])}. {escape(told)}</li>")
    title = _("Pooled forecast")
    return (
        f'<h3>{escape(title)}</h3><p>{escape(words)}</p>{_table(heads, rows)}<ul class="soft">{"".join(weights)}</ul>'
        f'<p class="soft">{escape(_why(record, keys[0], lang))}</p>'
    )


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


def _ranged(three: Sequence[float], key: str, lang: str) -> str:
    low, middle, high = (number(v / 1e6, lang, 1) if key == "bill_jkn" else number(v, lang) for v in three)
    return f'{escape(middle)}<div class="about">{escape(low)} – {escape(high)}</div>'


def _table(heads: Sequence[tuple[str, str]], rows: Sequence[str]) -> str:
    titles = "".join(f'<th class="{kind}">{escape(text)}</th>' for text, kind in heads)
    return f"<figure><table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table></figure>"
