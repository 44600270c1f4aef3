"""``index.html``: one page that needs nothing else, no script, no network. The answer first, then the charts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from districts.text import month_name, number, percent, rupiah, translator
from reports import palette
from reports.answer import Answer
from reports.canvas import Chart
from reports.law import BarsMet, bars_met, uhc_bars
from reports.numbers import HEADS, Year, active_share, middle
from reports.numbers import label as indicator_label
from reports.origins import block_words, calibration_told, findings, kinds_told, share_told
from reports.page_reliability import reliability_section
from reports.reliability import first_page
from reports.run import Run
from reports.wording import chance_words, scenario_explanation, scenario_title
from scenarios.blocks import calibrated
from scenarios.need import held_status

FONTS = '"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'

STYLE = f"""
*{{box-sizing:border-box}}
body{{margin:0;color:{palette.INK};background:{palette.PAPER};font:16px/1.55 {FONTS};
font-variant-numeric:tabular-nums lining-nums}}
h1,h2,h3,p,figure,table,ul{{margin:0;padding:0}}
h1{{font-size:36px;line-height:1.2;letter-spacing:-.01em;max-width:24em;margin:18px 0;text-wrap:balance}}
h2{{font-size:24px;line-height:1.25;max-width:30em;margin-bottom:6px;text-wrap:balance}}
h3{{font-size:16px;margin-bottom:4px}}
a{{color:{palette.ACCENT}}}
.wrap{{max-width:1040px;margin:0 auto;padding:0 28px}}
header{{border-bottom:1px solid {palette.RULE};padding:14px 0}}
main.wrap{{padding-top:24px}}
.soft{{color:{palette.SOFT}}}
.lead{{font-size:21px;line-height:1.45;max-width:44em;margin-top:14px}}
.less{{border-left:4px solid {palette.WARNING};padding-left:18px}}
section{{border-top:1px solid {palette.RULE};margin-top:36px;padding-top:30px}}
section>p{{color:{palette.SOFT};max-width:48em;margin-bottom:10px}}
figure svg{{display:block;width:100%;height:auto}}
figure{{overflow-x:auto}}
svg text{{font-family:{FONTS}!important}}
.facts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:0 28px;margin-top:28px;
border-top:1.5px solid {palette.INK};border-bottom:1px solid {palette.RULE};padding:14px 0;font-size:14.5px}}
table{{border-collapse:collapse;width:100%;font-size:14.5px;line-height:1.4}}
th,td{{text-align:left;padding:8px 12px 8px 0;border-bottom:1px solid {palette.HAIRLINE};vertical-align:top}}
th{{color:{palette.SOFT};font-size:13.5px;font-weight:600;vertical-align:bottom;
border-bottom:1.5px solid {palette.INK}}}
td.n,th.n{{text-align:right;white-space:nowrap}}
ul{{list-style:none}}li{{margin:6px 0}}
.about{{color:{palette.SOFT};font-size:12.5px;max-width:30em}}
footer{{margin:40px 0 30px;font-size:14px;color:{palette.SOFT}}}
@media(max-width:640px){{h1{{font-size:28px}}.lead{{font-size:19px}}.wrap{{padding:0 16px}}
figure svg{{min-width:640px}}}}
@media print{{section{{break-inside:avoid}}body{{font-size:10pt}}}}
""".replace("\n", "")


def render_page(run: Run, answer: Answer, charts: Sequence[Chart], files: Sequence[str], lang: str = "id") -> str:
    """The page as HTML. ``files`` are names relative to the run's folder; every name and label is escaped."""
    _ = translator(lang)
    title = str(run.manifest["district"]["title"])
    period = f"{month_name(run.months[0], lang)} – {month_name(run.months[-1], lang)}"
    head = f"{_('JKN forecast')} · {title} · {period}"
    less = "less" if run.binding else ""
    told = ((answer.second, ""), (answer.third, less))
    sentences = "".join(f'<p class="lead {kind}">{escape(text)}</p>' for text, kind in told if text)
    body = [
        f'<p class="soft">{escape(head)}</p><h1>{escape(answer.first)}</h1>{sentences}',
        _facts(run, lang),
        *(chart_section(chart) for chart in charts),
        reliability_section(run, lang),
        _origins(run, lang),
        _scenarios(run, lang),
        _files(run, files, lang),
    ]
    return document(head, "".join(body), lang)


def document(head: str, body: str, lang: str) -> str:
    """A whole page with the common look; ``head`` is its title, ``body`` is HTML."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(head)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        f'<header><div class="wrap"><b>Prakira</b></div></header><main class="wrap">{body}</main>'
        "</body></html>\n"
    )


def _facts(run: Run, lang: str) -> str:
    """The four head counts at the start, what the run is, and how much of it is assumed."""
    _ = translator(lang)
    first = {key: middle(run.store.series(run.reference, key)[:, 0]) for key in HEADS}
    counts = [f"{number(value, lang)} {indicator_label(key, lang)}" for key, value in first.items()]
    inputs = run.manifest.get("inputs", [])
    assumed = sum(bool(entry["assumed"]) for entry in inputs)
    made = [
        _("{scenarios} scenarios, {replicates} replicates").format(
            scenarios=len(run.scenarios), replicates=min(run.replicates(name) for name in run.scenarios)
        ),
        _("membership data of {month}").format(month=month_name(run.manifest["stock"], lang)),
        _("random seed {seed}").format(seed=run.manifest["seed"]),
    ]
    rests = [
        _("{assumed} of {count} inputs are assumed.").format(assumed=assumed, count=len(inputs)),
        calibration_told(run.manifest, lang),
        first_page(run.record, lang),
    ]
    blocks = (
        (_("State at the end of {month} (persons)").format(month=month_name(run.months[0], lang)), counts),
        (_("This run"), made),
        (_("What it rests on"), rests),
    )
    return (
        '<div class="facts">'
        + "".join(
            f"<div><h3>{escape(name)}</h3>{''.join(f'<div>{escape(line)}</div>' for line in lines)}</div>"
            for name, lines in blocks
        )
        + "</div>"
    )


def chart_section(chart: Chart) -> str:
    """A chart as a section of a page, its title the heading."""
    return (
        f"<section><h2>{escape(chart.title)}</h2><p>{escape(chart.lead)}</p>"
        f"<figure>{chart.svg(titled=False)}</figure></section>"
    )


def _origins(run: Run, lang: str) -> str:
    """Which part of the model carries the uncertainty, in sentences and one row per part; or why it is not told."""
    _ = translator(lang)
    title = escape(_("Where the uncertainty comes from"))
    sentences = "".join(f"<p>{escape(text)}</p>" for text in findings(run, lang))
    if (shares := run.shares) is None:
        return f"<section><h2>{title}</h2>{sentences}</section>"
    heads = (_("part of the model"), _("what it holds"), _("how its parameters are known"),
             _("of the variance of the need"), _("of the variance of capitation"))  # fmt: skip
    rows = []
    known = calibrated(run.manifest)
    for block in shares.need:
        words = block_words(block, lang)
        told = (share_told(found[block], lang) for found in (shares.need, shares.capitation))
        rows.append(
            "<tr>"
            + "".join(f"<td>{escape(text)}</td>" for text in (words.name, words.holds, kinds_told(block, lang, known)))
            + "".join(f'<td class="n">{escape(text)}</td>' for text in told)
            + "</tr>"
        )
    return f"<section><h2>{title}</h2>{sentences}{html_table(heads, (3, 4), rows)}</section>"


def _scenarios(run: Run, lang: str) -> str:
    """One row per scenario: what it is, the active share and the bill of the year, whether the status holds."""
    _ = translator(lang)
    months, last = run.year.months, int(run.year.months[-1])
    bar = uhc_bars(run.months, run.rules)[last].active
    heads = [_("scenario"), _("active share at year's end"), _("bill to the district"), _("unfunded"),
             _("capitation paid"), *(_("UHC status held all {year}").format(year=run.period_of(year, lang))
                                     for year in run.full_years)]  # fmt: skip
    rows = []
    for name in run.scenarios:
        store = run.store
        flows = ("bill_jkn", "unfunded", "capitation_paid")
        sums = [middle(store.series(name, key)[:, months].sum(axis=1)) for key in flows]
        held, met = held_status(store, name), bars_met(store, name, run.rules)
        cells = [percent(middle(active_share(store, name)[:, last]), lang), *(rupiah(value, lang) for value in sums)]
        rows.append(
            f"<tr><td>{escape(scenario_title(run.manifest, name, lang))}"
            f'<div class="about">{escape(scenario_explanation(run.manifest, name, lang))}</div></td>'
            + "".join(f'<td class="n">{escape(cell)}</td>' for cell in cells)
            + "".join(
                f"<td>{escape(chance_words(held[year.year], lang))}"
                f'<div class="about">{escape(_bars_words(met, year, lang))}</div></td>'
                for year in run.full_years
            )
            + "</tr>"
        )
    words = _("Middle of the replicates, {year}. UHC bar for active members: {bar}. Where a ceiling binds, the bill is "
              "spending, not need.").format(year=run.period(lang), bar=percent(bar, lang, 0))  # fmt: skip
    title = escape(_("Scenarios side by side"))
    return f"<section><h2>{title}</h2><p>{escape(words)}</p>{html_table(heads, (1, 2, 3, 4), rows)}</section>"


def html_table(heads: Sequence[str], figures: Sequence[int], rows: Sequence[str]) -> str:
    """A table of ``rows``, which are HTML; the columns ``figures`` hold numbers."""
    titles = "".join(f'<th class="{"n" if at in figures else ""}">{escape(text)}</th>' for at, text in enumerate(heads))
    return f"<figure><table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table></figure>"


def _bars_words(met: BarsMet, year: Year, lang: str) -> str:
    """In what share of the year's months both bars were met, under the two denominators in use."""
    by_count, now = (percent(float(part[:, year.months].mean()), lang, 0) for part in (met.dukcapil, met.residents))
    text = translator(lang)("bars met in {by_count} of the months by the Dukcapil count, in {now} by residents now")
    return text.format(by_count=by_count, now=now)


def _files(run: Run, files: Sequence[str], lang: str) -> str:
    _ = translator(lang)
    links = "".join(f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in files)
    note = _(
        "Registered: on the JKN register, active or not. Active: may use care today. Capitated: counted for capitation "
        "on day 1. Billed: counted on the bill to the district."
    )
    program = _("Computed by Prakira {version} with: {command}").format(
        version=run.manifest["program"]["prakira"], command=run.manifest["command"]
    )
    return (
        f"<section><h2>{escape(_('Files of this run'))}</h2><ul>{links}</ul></section>"
        f"<footer><p>{escape(note)}</p><p>{escape(program)}</p></footer>"
    )
