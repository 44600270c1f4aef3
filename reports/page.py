"""The common look of plain pages, such as ``kalibrasi.html``: no script, no network; charts and tables as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from reports import palette
from reports.canvas import Chart

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


def document(head: str, body: str, lang: str) -> str:
    """A whole page with the common look; ``head`` is its title, ``body`` is HTML."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(head)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        f'<header><div class="wrap"><b>Prakira</b></div></header><main class="wrap">{body}</main>'
        "</body></html>\n"
    )


def chart_section(chart: Chart) -> str:
    """A chart as a section of a page, its title the heading."""
    return (
        f"<section><h2>{escape(chart.title)}</h2><p>{escape(chart.lead)}</p>"
        f"<figure>{chart.svg(titled=False)}</figure></section>"
    )


def html_table(heads: Sequence[str], figures: Sequence[int], rows: Sequence[str]) -> str:
    """A table of ``rows``, which are HTML; the columns ``figures`` hold numbers."""
    titles = "".join(f'<th class="{"n" if at in figures else ""}">{escape(text)}</th>' for at, text in enumerate(heads))
    return f"<figure><table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table></figure>"
