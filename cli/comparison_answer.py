"""What ``prakira compare`` prints, 80 columns: differences, cost per result, the efficiency frontier, information."""

from __future__ import annotations

import textwrap
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from districts.text import number, rupiah_short, translator

if TYPE_CHECKING:
    from scenarios.comparison.costs import UnitCost
    from scenarios.comparison.differences import Difference
    from scenarios.comparison.frontier import Option
    from scenarios.comparison.information import Information
    from scenarios.comparison.runs import Source

_WIDTH = 80


def difference_table(scenario: str, reference: str, differences: list[Difference], lang: str) -> str:
    """All differences that are not zero, with their 8-in-10 range where there are replicates enough for one; one line
    where everything is equal. Places, where there are any, stand before the indicator."""
    from cli.answer import table
    from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

    _ = translator(lang)
    told = [difference for difference in differences if not difference.equal]
    title = _("{scenario} minus {reference}").format(scenario=scenario, reference=reference)
    if not told:
        return _("{title}: every figure is equal.").format(title=title)
    ranged = min(difference.replicates for difference in told) >= MIN_REPLICATES_FOR_RANGE
    head = [_("period"), _("middle"), *([_("8 in 10")] if ranged else [])]
    cells = [
        [
            difference.period,
            _amount(difference.median, difference.unit, lang),
            f"{_amount(difference.low, difference.unit, lang)} … {_amount(difference.high, difference.unit, lang)}",
        ][: len(head)]
        for difference in told
    ]
    room = _WIDTH - sum(2 + max(len(row[at]) for row in [head, *cells]) for at in range(len(head)))
    rows: list[list[str]] = []
    named = [(f"{one.place}: " if one.place else "") + (one.label_id if lang == "id" else one.label_en) for one in told]
    for name, group in groupby(zip(named, cells, strict=True), key=lambda pair: pair[0]):
        lines, periods = textwrap.wrap(name, max(room, 12)), [row for _name, row in group]
        blank = [""] * len(head)
        rows += [[line or "", *(row or blank)] for line, row in zip_longest(lines, periods)]
    return f"{title}\n{table([_('indicator'), *head], rows)}"


def _amount(value: float, unit: str, lang: str) -> str:
    """A difference in its unit; a difference of shares in percentage points."""
    _ = translator(lang)
    if unit == "rupiah":
        return rupiah_short(value, lang)
    if unit == "share":
        return _("{value} % points").format(value=number(value * 100, lang, 2))
    return number(value, lang)


def cost_lines(source: Source, scenario: str, found: list[UnitCost], lang: str) -> str:
    """What a unit of each effect costs under one scenario, by payer."""
    from reports.comparison_words import effect_words, payer_words, period_words, signed, unit_cost_words

    _ = translator(lang)
    title = _("Cost per result, {scenario}, {period}: means of the replicates").format(
        scenario=scenario, period=period_words(source, lang)
    )
    lines = [_filled(title)]
    for payer in dict.fromkeys(one.payer for one in found):
        mine = [one for one in found if one.payer == payer]
        lines.append(_filled(f"{payer_words(payer, lang)}: {signed(mine[0].cost_change, lang, money=True)}", "  "))
        for one in mine:
            change = f"{effect_words(one.effect, lang)} {signed(one.effect_change, lang)}"
            lines.append(_filled(f"{change}: {unit_cost_words(one, lang)}", "    "))
    return "\n".join(lines)


def frontier_lines(found: list[Option], effect: str, payer: str, replicates: int, lang: str) -> str:
    """Every option with its change of cost and effect, and where it stands, the cheapest first."""
    from reports.comparison_words import effect_words, option_words, payer_words, signed

    _ = translator(lang)
    title = _("Efficiency: {payer} against {effect}, means of the replicates").format(
        payer=payer_words(payer, lang), effect=effect_words(effect, lang)
    )
    lines = [_filled(title)]
    for option in sorted(found, key=lambda option: option.cost):
        change = f"{signed(option.cost, lang, money=True)}, {signed(option.effect, lang)}"
        lines.append(_filled(f"{option.name}: {change}: {option_words(option, effect, replicates, lang)}", "  "))
    return "\n".join(lines)


def information_lines(found: Information | None, effect: str, payer: str, lang: str) -> str:
    """What knowing beforehand would be worth; how to ask for it, where no worth was given."""
    from reports.comparison_words import information_words

    if found is None:
        return _filled(translator(lang)(
            "--worth RUPIAH, the worth of a unit of the effect, tells which option is best and what knowing more "
            "before choosing would be worth."
        ))  # fmt: skip
    return "\n".join(_filled(sentence) for sentence in information_words(found, effect, payer, lang))


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  " if indent else "",
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip
