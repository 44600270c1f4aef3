"""The waterfall: what turns the need of the year in one scenario into that of another, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from districts.text import number, rupiah, rupiah_short, signed_rupiah, translator
from reports import palette
from reports.canvas import TEXT, TICK, Canvas, Chart, wrap
from reports.parts import Account, Part, bill_parts
from reports.run import Run
from reports.wording import scenario_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _ROW_NARROW = 0.44, 0.62
_LABELS = 3.6
_BAR = 0.6


def waterfall_chart(run: Run, lang: str = "id", before: str | None = None, after: str | None = None) -> Chart | None:
    """From scenario ``before`` (the reference) to ``after`` (the headline, else the first other whose line does not
    bind, else the first other). None for a run of one scenario."""
    before = before or run.reference
    others = [name for name in run.main if name != before]
    if after is None:
        if not others:
            return None
        free = [name for name in others if name in run.needs]
        after = run.headline if run.headline in others else (free or others)[0]
    _ = translator(lang)
    account, is_need = bill_parts(run, before, after)
    titles = [scenario_title(run.manifest, name, lang) for name in (before, after)]
    title = _title(run, account, titles, is_need, lang)
    what = _("Need") if is_need else _("Bill (a ceiling binds, so that it is spending, not need)")
    lead = _("{what} of {year}, from “{before}” to “{after}”: means over the replicates, since only means add up; the "
             "parts add up to the rupiah.").format(what=what, year=run.period(lang), before=titles[0],
                                                   after=titles[1])  # fmt: skip
    if account.central is not None:
        lead += " " + _("The middle of the changes is {central}.").format(central=signed_rupiah(account.central, lang))
    rows = len(account.parts) + 2

    def paint(canvas: Canvas) -> None:
        pitch = _ROW_NARROW if canvas.narrow else _ROW
        left = 0.08 if canvas.narrow else 0.25 + _LABELS
        axes = canvas.axes(left, 0.1, canvas.width - left - (0.08 if canvas.narrow else 1.4), rows * pitch)
        _draw(canvas, axes, account, titles, pitch, lang)

    steps = "; ".join(f"{_part_words(part, lang)}: {_whole(part.value, lang)}" for part in account.parts)
    description = _("{before}: {start}; {steps}; {after}: {end}.").format(
        before=titles[0], after=titles[1], start=rupiah(account.start, lang), end=rupiah(account.end, lang), steps=steps
    )
    return Chart("air-terjun", title, lead, description, rows * _ROW + 0.2, paint, rows * _ROW_NARROW + 0.2)


def _title(run: Run, account: Account, titles: list[str], is_need: bool, lang: str) -> str:
    _ = translator(lang)
    words = {
        True: (
            _("“{after}” changes the need of {year} by {change} on average"),
            _("“{after}” does not change the need of {year}"),
        ),
        False: (
            _("“{after}” changes the bill of {year} by {change} on average"),
            _("“{after}” does not change the bill of {year}"),
        ),
    }
    change = account.end - account.start
    if not change:
        return words[is_need][1].format(after=titles[1], year=run.period(lang))
    text = words[is_need][0].format(after=titles[1], year=run.period(lang), change=signed_rupiah(change, lang))
    most = max(account.parts, key=lambda part: abs(part.value))
    return text + _(", most of all “{part}”").format(part=_part_words(most, lang, short=True))


def _part_words(part: Part, lang: str, short: bool = False) -> str:
    _ = translator(lang)
    words = {
        "heads": _("premiums of PBPU Pemda: person-months"),
        "tariff": _("premiums of PBPU Pemda: another premium"),
        "aid": _("premium aid of PBPU Pemda"),
        "aid_self": _("premium aid of class III self-payers"),
        "correction": _("correction for the dead and the moved"),
        "levers": _("programme costs"),
        "debt": _("debt carried in"),
        "others": _("other"),
    }[part.key]
    if part.heads is None or short:
        return words
    heads = ("+" if part.heads > 0 else "") + number(part.heads, lang)
    return f"{words} ({heads})"


def _whole(value: int, lang: str) -> str:
    return ("+" if value > 0 else "") + rupiah(value, lang)


def _draw(canvas: Canvas, axes: Axes, account: Account, titles: list[str], pitch: float, lang: str) -> None:
    """One row per bar: the two scenarios dark, a rise filled, a fall hatched; thin lines carry the level down."""
    steps = [0, account.start]
    for one in account.parts:
        steps.append(steps[-1] + one.value)
    reach = max(*steps, 1) - min(0, *steps)
    room = 0.44 if canvas.narrow else 0.02
    axes.set_xlim(min(0, *steps) - 0.01 * reach, max(*steps, 1) + room * reach)
    rows = len(account.parts) + 2
    axes.set_ylim(rows, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.axvline(0, color=palette.INK, linewidth=1.2)
    level = 0
    offset, tall = (0.68, 0.36) if canvas.narrow else (0.5, _BAR)
    for row in range(rows):
        part = account.parts[row - 1] if 0 < row < rows - 1 else None
        style: dict[str, Any] = {"color": palette.ACCENT}
        if part is None:
            value, words = (account.start, titles[0]) if row == 0 else (account.end, titles[1])
            low, told, whole = 0, rupiah_short(value, lang), rupiah(value, lang)
        else:
            value, words, low = part.value, _part_words(part, lang), level
            told, whole = signed_rupiah(value, lang), _whole(value, lang)
            fill = {"color": palette.FAN_5} if value > 0 else {"color": palette.PAPER, "hatch": "////"}
            style = {"edgecolor": palette.ACCENT, "linewidth": 0.9, **fill}
        level = low + value
        middle = row + offset
        axes.barh(middle, value, left=low, height=tall, **style)
        if row < rows - 1:
            axes.plot([level, level], [middle + tall / 2, middle + 1 - tall / 2], color=palette.SOFT, linewidth=0.8)
        axes.annotate(told, (max(low, level), middle), xytext=(5, 0), textcoords="offset points", va="center",
                      fontsize=TEXT, color=palette.INK, fontweight="normal" if part else "bold",
                      annotation_clip=False)  # fmt: skip
        _label(canvas, words, row, rows, pitch, part is None)
        canvas.tip(axes, *axes.get_xlim(), f"{words}\n{whole}", row, row + 1)


def _label(canvas: Canvas, words: str, row: int, rows: int, pitch: float, bold: bool) -> None:
    """The name of a row: at its left, on a phone above its bar."""
    weight = "bold" if bold else "normal"
    if canvas.narrow:
        line = words if len(words) <= 46 else f"{words[:45]}…"
        canvas.text(0.14, 0.1 + pitch * (rows - row - 0.28), line, color=palette.INK, fontweight=weight, fontsize=12,
                    bbox={"facecolor": palette.PAPER, "edgecolor": "none", "pad": 0.6})  # fmt: skip
        return
    lines = wrap(words, 44)
    lines = lines if len(lines) <= 2 else [lines[0], f"{lines[1][:42]}…"]
    canvas.text(0.25, 0.1 + pitch * (rows - row - 0.5), "\n".join(lines), color=palette.INK, fontweight=weight,
                fontsize=TICK, va="center")  # fmt: skip
