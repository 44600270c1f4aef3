"""How an optimisation speaks: the levers of a mix, their values, and what was found, from its record."""

from __future__ import annotations

from typing import Any

from districts.text import number, percent, rupiah_short, translator
from reports.wording import chance_told

Record = dict[str, Any]


def axis_label(name: str, lang: str = "id") -> str:
    """What an axis moves: the lever and its field in words, or the scenario that is taken or left."""
    from scenarios.levers import LEVERS
    from scenarios.scenario import library, load_scenario

    kind, _dot, field = name.partition(".")
    if kind in LEVERS and field:
        lever = LEVERS[kind]
        about = translator(lang)(lever.model_fields[field].description or field)
        return f"{lever.title_id if lang == 'id' else lever.title_en}: {about}"
    return load_scenario(name).title[lang] if name in library() else name


def axis_value(name: str, value: float | bool, record: Record, lang: str = "id") -> str:
    """The value of an axis: yes or no, a percentage for a share, else a number with its unit."""
    _ = translator(lang)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    unit = next(str(axis["unit"]) for axis in record["axes"] if axis["name"] == name)
    if unit.startswith("share"):
        return percent(value, lang, 0 if round(value * 100, 6).is_integer() else 2)
    decimals = next(places for places in range(7) if places == 6 or round(value, places) == round(value, 6))
    return " ".join(part for part in (number(value, lang, decimals), _(unit) if unit else "") if part)


def told_chance(share: list[float], replicates: int, lang: str = "id") -> str:
    """A chance of a check, [value, low, high], within a sentence."""
    hits = round(share[0] * replicates)
    return chance_told([True] * hits + [False] * (replicates - hits), lang)


def finding(record: Record, lang: str = "id") -> str:
    """The answer in one sentence."""
    _ = translator(lang)
    found, year = record["confirmed"], record["targets"]["year"]
    cost = rupiah_short(found["cost"][0], lang)
    chance = told_chance(found["status_chance"], found["replicates"], lang)
    if record["feasible"]:
        text = _("The cheapest mix that keeps UHC status all through {year} takes {cost}: {chance}")
    else:
        text = _("No mix found meets the targets of {year}; the nearest takes {cost}: {chance} to keep UHC status")
    return text.format(year=year, cost=cost, chance=chance)


def period(record: Record, lang: str = "id") -> str:
    """What the money is of, where decisions begin before the year."""
    from districts.text import month_name

    _ = translator(lang)
    year = record["targets"]["year"]
    if record["start"] == f"{year}-01":
        return _("Pemda money of {year}").format(year=year)
    return _("Pemda money of {year}, with the programmes from {month} on").format(
        year=year, month=month_name(record["start"], lang)
    )
