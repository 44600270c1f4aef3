"""What every lever shares: its form, the dates and places it may name, and the context it is applied in.

A lever is a small frozen class with units, bounds and evidence. ``apply`` is a pure function from a policy table to
a policy table: it copies what it changes and writes into nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from districts.model import District, Facility
from scenarios.months import MONTH, number_of
from sim.policy import Policy

if TYPE_CHECKING:
    from sim.rules import Rules


def wrong(message: str, **params: object) -> PydanticCustomError:
    """A fault of a lever or its field: ``message`` says what is expected, an English id with ``params``."""
    return PydanticCustomError("lever", "{text}", {"id": message, "params": params, "text": message.format(**params)})


def _month(value: object) -> object:
    # YAML reads an unquoted +3 as the number 3
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return f"+{value}"
    if isinstance(value, str) and (MONTH.fullmatch(value) or (value[:1] == "+" and value[1:].isdecimal())):
        return value
    raise wrong("a month as YYYY-MM, or +3 for three months after the run's start")


def _facilities(value: object) -> object:
    if value in ("all", "blud"):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise wrong("all, blud, or a list of names or codes of facilities")


#: "YYYY-MM", or "+N": N months after the run's start (its first reported month).
Month = Annotated[str, BeforeValidator(_month), Field(json_schema_extra={"unit": "YYYY-MM or +N"})]

#: "all", "blud" (those with BLUD finance), or names or codes of facilities of the district.
Facilities = Annotated[Literal["all", "blud"] | tuple[str, ...], BeforeValidator(_facilities)]


@dataclass(frozen=True)
class Context:
    """Where and when a policy applies: month 0 is ``first_month``, and the policy has ``months`` months.

    ``start`` is the run's first reported month ("YYYY-MM"), from which relative dates ("+3") count; without it they
    count from ``first_month``. The two differ when a run starts later than the month after the stock.
    """

    district: District
    rules: Rules
    first_month: str
    months: int
    start: str = ""

    def position(self, month: str) -> int:
        """The index of ``month``; below 0 or at ``months`` and above when it lies outside the policy."""
        first = number_of(self.first_month)
        if month.startswith("+"):
            return number_of(self.start or self.first_month) - first + int(month[1:])
        return number_of(month) - first

    def index(self, month: str) -> int:
        """The index of ``month`` held within 0..``months``: where a lever that lasts begins (or ends)."""
        return min(max(self.position(month), 0), self.months)

    def chosen(self, facilities: Facilities) -> list[int]:
        """Indices of the named facilities, in the district's order. Raises ``KeyError`` for an unknown one."""
        if facilities in ("all", "blud"):
            every = enumerate(self.district.facilities)
            return [position for position, facility in every if facilities == "all" or facility.blud]
        return sorted({self._facility(name) for name in facilities})

    def _facility(self, name: str) -> int:
        for position, facility in enumerate(self.district.facilities):
            if names(facility, name):
                return position
        raise KeyError(name)


def names(facility: Facility, name: str) -> bool:
    """Whether ``name`` is the facility's name or code, whatever the case."""
    return name.casefold() in (facility.name.casefold(), facility.code.casefold())


class Lever(BaseModel):
    """Base of all levers: immutable, unknown fields refused.

    ``title_id``/``title_en`` are the names a reader sees, ``evidence`` says where the effect's size comes from: a
    source, or "assumed".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_id: ClassVar[str]
    title_en: ClassVar[str]
    evidence: ClassVar[str]
    kind: str

    @abstractmethod
    def apply(self, policy: Policy, context: Context) -> Policy:
        """The policy with this lever pulled; ``policy`` itself stays as it was."""
