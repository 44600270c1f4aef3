"""What a run says of the district's past forecasts: the record that ``prakira backtest`` left beside the posterior."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from districts.faults import UserError
from sim.posterior import posterior_folder

FILE = "backtest.json"
#: Version of the stored form.
FORMAT = 1
_KEPT = ("program", "history", "months", "past", "announced", "stock", "start", "rows", "draws", "origins", "scores",
         "recent", "ahead")  # fmt: skip


def read_record(path: Path) -> dict[str, Any]:
    """The record in ``path``. Raises ``UserError`` for one that cannot be read."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        found = record["format"]
    except OSError as error:
        raise UserError("{path} cannot be read ({reason})", path=path, reason=error.strerror) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError("{path} is damaged or no record of forecasts of this program; run prakira backtest anew",
                        path=path) from error  # fmt: skip
    if found != FORMAT:
        raise UserError("{path} has format {found}; this program reads format {known}",
                        path=path, found=found, known=FORMAT)  # fmt: skip
    if any(key not in record for key in _KEPT):
        raise UserError("{path} is damaged or no record of forecasts of this program; run prakira backtest anew",
                        path=path)  # fmt: skip
    return dict(record)


def found_record(where: str, folder: str | None = None) -> dict[str, Any] | None:
    """What a manifest says of past forecasts: the part that reports show of the record beside the posterior in
    ``folder`` (default: that of the district at ``where``); None where there is none.

    Raises ``UserError`` for a record that cannot be read.
    """
    path = (Path(folder) if folder else posterior_folder(where)) / FILE
    if not path.is_file():
        return None
    record = read_record(path)
    return {key: record[key] for key in _KEPT}
