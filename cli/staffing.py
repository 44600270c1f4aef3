"""What ``prakira check`` says of staff: each puskesmas against the minimum of the law, in people and rupiah a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from districts.model import District
    from sim.facilities.staffing_gap import Posts, StaffingGap

Language = Literal["id", "en"]
_WIDTH, _LONGEST_NAME = 80, 32


def staffing_lines(found: District, lang: Language) -> list[str]:
    """The sum of the district, then a table of the posts that each puskesmas lacks; at most 80 columns wide."""
    import textwrap

    from districts.inventory import FACILITY_INPUTS
    from districts.text import number, rupiah_short, translator

    _, compared = translator(lang), _compare(found)
    if compared is None:
        return [_("Minimum staff of a puskesmas: no rule is known for this date")]
    gap, places = compared
    names = {column: labels[0 if lang == "id" else 1] for column, labels in FACILITY_INPUTS.items()}
    posts = ", ".join(f"{names[column]} {number(heads, lang)}" for column, heads in gap.missing.items())
    text = _("{below} of {puskesmas} puskesmas below the minimum staff of Permenkes 43/2019").format(
        below=number(gap.below, lang), puskesmas=number(gap.puskesmas, lang)
    )
    if posts:
        text += "; " + _(
            "posts missing: {posts}; {count} in all, {rupiah} a year at the pay that the rules assume"
        ).format(posts=posts, count=number(sum(gap.missing.values()), lang), rupiah=rupiah_short(gap.rupiah, lang))
    else:
        text += "; " + _("posts missing: none")
    if gap.unknown:
        text += "; " + _("staff figures only assumed, so unknown (?): {unknown}").format(
            unknown=number(gap.unknown, lang)
        )
    lines = textwrap.wrap(text, _WIDTH, subsequent_indent="  ")
    return lines + _table(places, lang)


def _table(places: dict[str, dict[str, Posts]], lang: Language) -> list[str]:
    """One line for each puskesmas that lacks a post or has an unknown figure, in the order of the cadres; those of
    which all is unknown are only counted."""
    from districts.text import number, translator

    _ = translator(lang)
    blank = [name for name, posts in places.items() if all(post.held is None for post in posts.values())]
    shown = {name: posts for name, posts in places.items() if name not in blank and any(map(_cell, posts.values()))}
    lines = []
    if shown:
        width = max(len(_cut(name)) for name in (*shown, _("posts missing")))
        cadres = _("doc den nur mid pro env nut pha lab")
        lines.append(f"  {_('posts missing'):<{width}} {cadres}  {_('IDR m/year'):>10}")
    for name, posts in shown.items():
        cells = " ".join(f"{_cell(post) or '·':>3}" for post in posts.values())
        rupiah = sum(post.rupiah for post in posts.values())
        lines.append(f"  {_cut(name):<{width}} {cells}  {number(rupiah / 10**6, lang) if rupiah else '?':>10}")
    if blank:
        lines.append("  " + _("puskesmas whose staff is unknown: {count}").format(count=number(len(blank), lang)))
    return lines


def _cell(post: Posts) -> str:
    return "?" if post.held is None else str(post.missing or "")


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def staffing_record(found: District) -> dict[str, Any] | None:
    """The same for JSON: the sum, and by puskesmas and staff column held (null: unknown), minimum, missing, rupiah a
    year; None before the first table."""
    compared = _compare(found)
    if compared is None:
        return None
    gap, places = compared
    by_place = {name: {column: post._asdict() for column, post in posts.items()} for name, posts in places.items()}
    return {**gap._asdict(), "facilities": by_place}


def _compare(found: District) -> tuple[StaffingGap, dict[str, dict[str, Posts]]] | None:
    """The puskesmas against the minimum staff at the default stock's month; None before the first table."""
    from pathlib import Path

    from sim.facilities.staffing_gap import posts_of, staffing_gap
    from sim.rules import RuleDateError, load_rules

    rules = load_rules(Path(found.rules_file) if found.rules_file else None)
    try:
        gap = staffing_gap(found.facilities, rules, found.default_stock)
        places = {facility.name: posts_of(facility, rules, found.default_stock) for facility in found.facilities}
    except RuleDateError:
        return None
    return gap, {name: posts for name, posts in places.items() if posts}
