"""Faults in what a user gave, told so that the person who can mend them finds them.

A :class:`Fault` names the place and the expectation; an :class:`InputError` carries all of them at once.
A :class:`UserError` is any other mistake in a request (an unknown scenario, a wrong option). The command line turns
both into a message and exit code 2, never into a stack trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from districts.text import translator


@dataclass(frozen=True)
class Fault:
    """One fault: ``file`` (as the user typed it), ``sheet``, ``row`` (1-based, as a spreadsheet shows it),
    ``column`` (header), what was ``found`` and what is ``expected``. ``warning`` faults do not stop a run.

    ``found`` and ``expected`` are English message ids with ``params`` for ``str.format``.
    """

    file: str
    found: str
    expected: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    severity: Literal["error", "warning"] = "error"
    params: tuple[tuple[str, object], ...] = ()

    def where(self, lang: str = "id") -> str:
        """The place in words: file, sheet, row and column, as far as they are known."""
        _ = translator(lang)
        parts = [self.file]
        if self.sheet:
            parts.append(_("sheet {sheet}").format(sheet=self.sheet))
        if self.row is not None:
            parts.append(_("row {row}").format(row=self.row))
        if self.column:
            parts.append(_("column {column}").format(column=self.column))
        return ", ".join(parts)

    def describe(self, lang: str = "id") -> str:
        """One line: place, what is there, what is expected."""
        _ = translator(lang)
        params = dict(self.params)
        found, expected = _(self.found).format(**params), _(self.expected).format(**params)
        return f"{self.where(lang)}: {found}. " + _("Expected: {expected}").format(expected=expected)


class InputError(Exception):
    """Input files that cannot be used; ``faults`` holds every fault found, errors first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.severity != "error")
        super().__init__("\n".join(fault.describe("en") for fault in self.faults))

    def describe(self, lang: str = "id") -> str:
        """All faults, one per line."""
        return "\n".join(fault.describe(lang) for fault in self.faults)


class UserError(Exception):
    """A request that cannot be carried out; ``message`` is an English message id with ``params``."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message.format(**params))

    def describe(self, lang: str = "id") -> str:
        """The message in ``lang``."""
        return translator(lang)(self.message).format(**self.params)


def together(errors: list[tuple[str, InputError | UserError]]) -> InputError | UserError:
    """The one error there is, the faults of files as one error, or :class:`SeveralErrors`. ``errors`` as there."""
    if len(errors) == 1:
        return errors[0][1]
    inputs = [error for _name, error in errors if isinstance(error, InputError)]
    if len(inputs) == len(errors):
        return InputError([fault for error in inputs for fault in error.faults])
    return SeveralErrors(errors)


class SeveralErrors(UserError):
    """What is wrong with several things asked for at once: ``errors`` as (what was asked for, its error)."""

    def __init__(self, errors: list[tuple[str, InputError | UserError]]) -> None:
        self.errors = tuple(errors)
        Exception.__init__(self, self.describe("en"))

    def describe(self, lang: str = "id") -> str:
        """Every message once, one per line; one that names nothing itself after the names that it concerns."""
        placed: dict[str, None] = {}
        named: dict[str, list[str]] = {}
        for name, error in self.errors:
            if isinstance(error, InputError):
                placed |= dict.fromkeys(error.describe(lang).splitlines())
            else:
                named.setdefault(error.describe(lang), []).append(name)
        for message, names in named.items():
            missing = [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", message)]
            placed[f"{', '.join(missing)}: {message}" if missing else message] = None
        return "\n".join(placed)
