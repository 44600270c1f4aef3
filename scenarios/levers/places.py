"""Which facilities a lever reaches: all, those with BLUD finance, some by name, or a group by what the district's files
say of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from districts.history_catalogue import BY_KEY, derived
from districts.model import District, Facility, FacilityType, Location
from districts.names import most_like
from scenarios.levers.fault import wrong
from sim.facilities.staffing_gap import posts_of

if TYPE_CHECKING:
    from sim.rules import Rules

#: Cadres of the table of minimum staff, by the staff columns of a facility.
Staff = Literal["doctors", "dentists", "nurses", "midwives", "health_promotion", "environmental_health",
                "nutritionists", "pharmacy", "laboratory"]  # fmt: skip
#: Months of the history over which a facility's contact rate is averaged: a year, since months differ by season.
_AK_MONTHS = 12


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Group(BaseModel):
    """The facilities that fit every line given; a line with several words is fitted by any of them.

    ``below_minimum``: puskesmas that lack a post of one of these cadres by the minimum staff of the law, staff figures
    that are only assumed aside. ``ak_below``: those whose contact rate, in the mean of the last twelve months known of
    it, lies below this; a facility without a known rate is not among them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kecamatan: Annotated[tuple[str, ...], BeforeValidator(_listed)] | None = Field(
        default=None, min_length=1, description="in one of these kecamatan"
    )
    type: Annotated[tuple[FacilityType, ...], BeforeValidator(_listed)] | None = Field(
        default=None, min_length=1, description="of one of these kinds"
    )
    location: Annotated[tuple[Location, ...], BeforeValidator(_listed)] | None = Field(
        default=None, min_length=1, description="urban, rural, remote or very remote"
    )
    blud: bool | None = Field(default=None, description="with BLUD finance, or without")
    inpatient: bool | None = Field(default=None, description="with beds, or without")
    below_minimum: Annotated[tuple[Staff, ...], BeforeValidator(_listed)] | None = Field(
        default=None, min_length=1, description="puskesmas that lack a post of one of these cadres"
    )
    ak_below: float | None = Field(
        default=None, gt=0, le=1000, description="contact rate of the last known year below this",
        json_schema_extra={"unit": "per mille"},
    )  # fmt: skip

    @model_validator(mode="after")
    def _says_something(self) -> Group:
        if not self.model_dump(exclude_none=True):
            raise wrong("at least one of {known}", known=", ".join(Group.model_fields))
        return self


def _form(value: object) -> str:
    return "<group>" if isinstance(value, dict | Group) else "<word>" if isinstance(value, str) else "<names>"


def _facilities(value: object) -> object:
    if value in ("all", "blud") or isinstance(value, dict | Group):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise wrong("all, blud, a list of names or codes of facilities, or a group such as kecamatan: NAME")


#: "all", "blud" (those with BLUD finance), names or codes of facilities of the district, or a :class:`Group`.
Facilities = Annotated[
    Annotated[Literal["all", "blud"], Tag("<word>")]
    | Annotated[tuple[str, ...], Tag("<names>")]
    | Annotated[Group, Tag("<group>")],
    Discriminator(_form),
    BeforeValidator(_facilities),
]


def names(facility: Facility, name: str) -> bool:
    """Whether ``name`` is the facility's name or code, whatever the case."""
    return name.casefold() in (facility.name.casefold(), facility.code.casefold())


def chosen(facilities: Facilities, district: District, rules: Rules, month: str) -> list[int]:
    """Indices of the facilities named, in the district's order; the law's minimum staff is that of ``month``.

    Raises ``KeyError`` for an unknown name, ``RuleDateError`` where the minimum is asked for and not known yet.
    """
    every = range(len(district.facilities))
    if isinstance(facilities, Group):
        return [index for index in every if _fits(facilities, index, district, rules, month)]
    if isinstance(facilities, str):
        return [index for index in every if facilities == "all" or district.facilities[index].blud]
    return sorted({_named(district, name) for name in facilities})


def _named(district: District, name: str) -> int:
    for index, facility in enumerate(district.facilities):
        if names(facility, name):
            return index
    raise KeyError(name)


def _fits(group: Group, index: int, district: District, rules: Rules, month: str) -> bool:
    facility = district.facilities[index]
    if not all(_has(facility, key, wanted) for key, wanted in _written(group)):
        return False
    if group.below_minimum is not None:
        posts = posts_of(facility, rules, month)
        if not any(posts[cadre].missing for cadre in group.below_minimum if cadre in posts):
            return False
    if group.ak_below is None:
        return True
    rate = contact_rate(district, facility.code)
    return rate is not None and rate < group.ak_below


def _written(group: Group) -> Iterator[tuple[str, Any]]:
    """What the group asks of the columns of the table of facilities."""
    for key in ("kecamatan", "type", "location", "blud", "inpatient"):
        if (wanted := getattr(group, key)) is not None:
            yield key, wanted


def _has(facility: Facility, key: str, wanted: Any) -> bool:
    own = getattr(facility, key)
    if isinstance(wanted, tuple):
        return own.casefold() in {word.casefold() for word in wanted}
    return bool(own == wanted)


def contact_rate(district: District, code: str) -> float | None:
    """The contact rate (AK, per mille) of the facility ``code``: the mean of the last twelve months of the district's
    history in which it is known, given as such or as contacts over members; None where no month is."""
    rows = {(row.indicator, row.month): row.value for row in district.history
            if row.place == code and len(row.month) == 7}  # fmt: skip
    months = sorted({month for _, month in rows})
    rates = [rows.get(("ak", month), _counted(rows, month)) for month in months]
    known = [rate for rate in rates if rate is not None][-_AK_MONTHS:]
    return sum(known) / len(known) if known else None


def _counted(rows: dict[tuple[str, str], float], month: str) -> float | None:
    parts = {key: rows.get((key, month)) for key in BY_KEY["ak"].parts}
    if None in parts.values():
        return None
    return derived("ak", lambda key: float(parts[key] or 0.0))


class Unknown(NamedTuple):
    """What a lever asks of a district that it does not have: ``where`` among the lever's fields, and the fault's two
    message ids with their ``params``."""

    where: tuple[str | int, ...]
    found: str
    expected: str
    params: dict[str, object]


def unknown(facilities: Facilities, district: District) -> Iterator[Unknown]:
    """What ``facilities`` names and ``district`` does not have. That nobody lies below a threshold is no fault."""
    if isinstance(facilities, Group):
        yield from _unknown_group(facilities, district)
    elif facilities == "blud" and not any(facility.blud for facility in district.facilities):
        yield Unknown(
            ("facilities",), "no facility of {district} is marked as BLUD",
            "names of facilities, or blud: yes in the district's table of facilities", {"district": district.title},
        )  # fmt: skip
    elif not isinstance(facilities, str):
        known = [facility.name for facility in district.facilities]
        for position, name in enumerate(facilities):
            if not any(names(facility, name) for facility in district.facilities):
                yield Unknown(
                    ("facilities", position), "unknown facility {name}",
                    "a facility of {district}, for example {near}",
                    {"name": name, "district": district.title, "near": most_like(name, known)},
                )  # fmt: skip


def _unknown_group(group: Group, district: District) -> Iterator[Unknown]:
    kecamatan = list(dict.fromkeys(facility.kecamatan for facility in district.facilities if facility.kecamatan))
    strange = [name for name in group.kecamatan or () if name.casefold() not in {own.casefold() for own in kecamatan}]
    for name in strange:
        near = most_like(name, kecamatan) if kecamatan else "–"
        yield Unknown(
            ("facilities", "kecamatan"), "no facility of {district} lies in kecamatan {name}",
            "a kecamatan in the table of facilities, nearest: {near}",
            {"name": name, "district": district.title, "near": near},
        )  # fmt: skip
    fitting = [facility for facility in district.facilities
               if all(_has(facility, key, wanted) for key, wanted in _written(group))]  # fmt: skip
    if not strange and not fitting:
        yield Unknown(
            ("facilities",), "no facility of {district} fits {group}",
            "a group with at least one facility, or names of facilities",
            {"district": district.title, "group": ", ".join(_told(key, wanted) for key, wanted in _written(group))},
        )  # fmt: skip
    if group.ak_below is not None and all(contact_rate(district, own.code) is None for own in district.facilities):
        yield Unknown(
            ("facilities", "ak_below"), "the history of {district} tells the contact rate of no facility",
            "ak, or contacts and capitated, by facility in the table history", {"district": district.title},
        )  # fmt: skip


def _told(key: str, wanted: Any) -> str:
    return f"{key}: {', '.join(wanted) if isinstance(wanted, tuple) else 'yes' if wanted else 'no'}"
