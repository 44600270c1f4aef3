"""The districts that a planner may choose: shipped examples and uploaded workbooks, each looked through once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from districts.faults import Fault, UserError
from districts.model import District
from districts.read import example_folder, read_district, shipped_examples
from scenarios.usable import Checked, checked
from web.uploads import Upload, Uploads

#: The example that stands first.
FIRST_EXAMPLE = "bengkulu-utara"


@dataclass(frozen=True)
class Choice:
    """One district of the list: its ``key`` in addresses, what a run is told to read (``where``), its ``title``, and
    the upload it is (None: an example)."""

    key: str
    where: str
    title: str
    upload: Upload | None = None

    @property
    def checked(self) -> Checked:
        """The district and every fault of it; looked through once as long as the file stays as it is."""
        path = Path(self.where) if self.upload else example_folder(self.where)
        return _checked(self.where, path.stat().st_mtime_ns)

    @property
    def district(self) -> District | None:
        """The district, None where its files hold an error."""
        return self.checked.district

    def faults(self, severity: str) -> list[Fault]:
        """Its faults of one severity: "error" or "warning"."""
        return [fault for fault in self.checked.faults if fault.severity == severity]


def examples() -> list[Choice]:
    """The shipped examples, the first one first."""
    names = sorted(shipped_examples(), key=lambda name: name != FIRST_EXAMPLE)
    return [Choice(f"example:{name}", name, _title(name)) for name in names]


def uploaded(uploads: Uploads) -> list[Choice]:
    """The uploaded workbooks, the newest first, named as the user's files are."""
    return [_of_upload(upload) for upload in uploads.all()]


def choice_of(key: str, uploads: Uploads) -> Choice:
    """The district of an address. Raises ``UserError`` when there is none."""
    kind, _, name = key.partition(":")
    if kind == "upload":
        return _of_upload(uploads.get(name))
    if kind == "example" and name in shipped_examples():
        return Choice(key, name, _title(name))
    raise UserError("there is no such district; choose one of the list")


def _of_upload(upload: Upload) -> Choice:
    return Choice(f"upload:{upload.key}", str(upload.path), upload.name, upload)


@lru_cache(maxsize=32)
def _checked(where: str, _written: int) -> Checked:
    return checked(where)


@lru_cache(maxsize=32)
def _title(name: str) -> str:
    return read_district(name).title
