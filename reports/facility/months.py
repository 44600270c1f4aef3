"""The ratings of a facility month by month as one strip of cells, in the colours and digits of the KBK bands."""

from __future__ import annotations

from collections import Counter

from districts.text import month_name, percent, translator
from reports import palette
from reports.canvas import Canvas, Chart
from reports.charts_kbk_map import UNSURE
from reports.facility.facts import Facts, Month

_ROW, _LEFT = 0.27, 1.75  # inches
_LEFT_NARROW, _ON_A_PHONE = 0.95, 12  # on a phone: inches for the names, and months in a strip
_BANDS = {4: 100, 3: 95, 2: 90, 1: 85}  # the colour of a rating is that of the share it stands for


def months_chart(facts: Facts, lang: str = "id") -> Chart:
    """AK, RRNS and RPPT ratings and the share paid of every month of the run; the months before the page's own are
    told apart from those that follow."""
    _ = translator(lang)
    months = facts.months
    shares = [month.share_permille for month in months if month.share_permille is not None and not month.data]
    share, often = Counter(shares).most_common(1)[0]
    title = _("In the forecast paid {share} most often: in {count} of {months} months").format(
        share=percent(share / 1000, lang, 0), count=often, months=len(shares))  # fmt: skip
    lead = _("Ratings 1 to 4 by the central estimate; last row: percent of capitation paid that month, by the score "
             "before. Folded corner: fewer than 6 of 10 replicates agree. The frame is this page's "
             "month.")  # fmt: skip
    if known := [month.month for month in months if month.data]:
        lead += " " + _("Left of the rule, to {month}: the district's own data.").format(
            month=month_name(known[-1], lang, short=True)
        )
        lead += _step(months, lang)
    names = [_("contact rate (AK)"), _("referrals (RRNS)"), _("control (RPPT)"), _("paid, %")]
    short = ["AK", "RRNS", "RPPT", _("paid, %")]
    strip = 4 * _ROW + 0.62
    strips = -(-len(months) // _ON_A_PHONE)
    told = "; ".join(
        f"{month_name(month.month, lang, True)}: {', '.join(map(str, month.ratings))}, {_paid(month)}"
        for month in months
    )

    def paint(canvas: Canvas) -> None:
        if not canvas.narrow:
            _strip(canvas, facts, slice(0, len(months)), 0.1, names, lang)
            return
        for at in range(strips):
            part = slice(at * _ON_A_PHONE, (at + 1) * _ON_A_PHONE)
            _strip(canvas, facts, part, 0.1 + (strips - 1 - at) * strip, short, lang)

    return Chart("peringkat", title, lead, f"{title}. {told}", strip, paint, strips * strip)


def _step(months: tuple[Month, ...], lang: str) -> str:
    """That the ratings or the share change between the last month of data and the first of the forecast; empty where
    they do not, or are not known."""
    _ = translator(lang)
    first = next(month for month in months if not month.data)
    rated = [month for month in months if month.data and any(month.ratings)][-1:]
    paid = [month for month in months if month.data and month.share_permille is not None][-1:]
    steps = [
        _("ratings {seen} in {last}, {begun} in {first}").format(
            seen=", ".join(map(str, month.ratings)), last=month_name(month.month, lang, short=True),
            begun=", ".join(map(str, first.ratings)), first=month_name(first.month, lang, short=True))
        for month in rated if month.ratings != first.ratings
    ] + [
        _("paid {seen} % in {last}, {begun} % in {first}").format(
            seen=_paid(month), last=month_name(month.month, lang, short=True),
            begun=_paid(first), first=month_name(first.month, lang, short=True))
        for month in paid if month.share_permille != first.share_permille
    ]  # fmt: skip
    if not steps:
        return ""
    return " " + _("Where they meet: {steps}. That step is from data to forecast, not a change that was seen.").format(
        steps="; ".join(steps)
    )


def _strip(canvas: Canvas, facts: Facts, part: slice, bottom: float, names: list[str], lang: str) -> None:
    """Some of the months, a column each."""
    from matplotlib.patches import Polygon, Rectangle

    months = facts.months[part]
    left, count = (_LEFT_NARROW, _ON_A_PHONE) if canvas.narrow else (_LEFT, len(months))
    axes = canvas.axes(left, bottom, canvas.width - left - 0.1, 4 * _ROW)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, count)
    axes.set_ylim(4, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for row, name in enumerate(names):
        axes.annotate(name, (0, row + 0.5), xytext=(-6, 0), textcoords="offset points", ha="right", va="center",
                      fontsize=12 if canvas.narrow else 10.5, color=palette.INK, annotation_clip=False)  # fmt: skip
    for at, month in enumerate(months):
        for row, figure in enumerate((*month.ratings, (month.share_permille or 0) // 10)):
            ground, ink = palette.kbk_colours(figure or 100 if row == 3 else _BANDS.get(figure, 100))
            axes.add_patch(Rectangle((at, row), 1, 1, facecolor=ground, edgecolor=palette.PAPER, linewidth=1.0))
            words = str(figure) if figure else "–"
            axes.text(at + 0.48, row + 0.53, words, ha="center", va="center", color=ink,
                      fontsize=12 if canvas.narrow else 10)  # fmt: skip
        if month.replicates < UNSURE * facts.replicates and not facts.exempt and not month.data:
            fold = [(at + 0.74, 3.0), (at + 1.0, 3.0), (at + 1.0, 3.32)]
            ink = palette.kbk_colours((month.share_permille or 0) // 10)[1]
            axes.add_patch(Polygon(fold, facecolor=ink, linewidth=0))
        _month_name(axes, at, month.month, lang, 12.0 if canvas.narrow else 9.5)
        if month.month == facts.month:
            axes.add_patch(Rectangle((at + 0.03, 0.04), 0.94, 3.92, fill=False, edgecolor=palette.WARNING,
                                     linewidth=2.4, zorder=5))  # fmt: skip
    before = sum(month.data for month in months)
    if before and not all(month.data for month in facts.months[: part.stop]):
        axes.axvline(before, color=palette.INK, linewidth=2.0, zorder=4)


def _paid(month: Month) -> str:
    """The percent paid in a month; "–" where it is not known."""
    return "–" if month.share_permille is None else str(month.share_permille // 10)


def _month_name(axes: object, at: int, month: str, lang: str, size: float) -> None:
    short, year = month_name(month, lang, short=True).rsplit(" ", 1)
    annotate = axes.annotate  # type: ignore[attr-defined]
    annotate(short, (at + 0.5, 0), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=size,
             color=palette.SOFT, annotation_clip=False)  # fmt: skip
    if month.endswith("-01") or (at == 0 and int(month[5:]) < 11):  # two years' names need two cells between them
        annotate(year, (at, 0), xytext=(2, 18), textcoords="offset points", fontsize=max(size, 10.5), fontweight="bold",
                 color=palette.INK, annotation_clip=False)  # fmt: skip
