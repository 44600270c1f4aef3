"""Workbooks that were uploaded: looked into before they are kept, each in a folder of its own.

The name that a browser sends is only shown, never used as a path. What could do harm is refused with a reason: another
kind of file, macros, and an archive that unpacks to far more than a district holds.
"""

from __future__ import annotations

import re
import secrets
import shutil
import struct
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from districts.faults import UserError
from web.forms import MEGABYTE
from web.site import write_json

#: Bytes that a workbook may unpack to, the most parts it may have, and how many times its size it may grow.
MOST_BYTES, MOST_PARTS, MOST_GROWTH = 48 * MEGABYTE, 1_000, 200
_CHUNK = 256 * 1024
_OLD_EXCEL, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_BOOK = "data.xlsx"


@dataclass(frozen=True)
class Upload:
    """One uploaded workbook: the name of its folder, the name of the file as the user has it, and when it came."""

    key: str
    folder: Path
    name: str
    when: float

    @property
    def path(self) -> Path:
        """Where the workbook lies."""
        return self.folder / _BOOK


@dataclass(frozen=True)
class Uploads:
    """The uploads below ``folder``, which is made when the first one comes."""

    folder: Path

    def add(self, file: BinaryIO, name: str) -> Upload:
        """Keep a workbook. Raises ``UserError`` for what is no workbook that may be read, ``OSError`` on a full disk;
        nothing of it is kept then."""
        check_workbook(file, name)
        key = f"{time.strftime('%Y%m%d')}-{secrets.token_hex(5)}"
        half = self.folder / f".{key}"
        half.mkdir(parents=True)
        try:
            file.seek(0)
            with (half / _BOOK).open("wb") as kept:
                shutil.copyfileobj(file, kept)
            write_json(half / "upload.json", {"name": shown_name(name), "when": time.time()})
            half.rename(self.folder / key)
        except OSError:
            shutil.rmtree(half, ignore_errors=True)
            raise
        return self.get(key)

    def get(self, key: str) -> Upload:
        """The upload of this key. Raises ``UserError`` when there is none."""
        import json

        if re.fullmatch(r"\d{8}-[0-9a-f]{10}", key):
            try:
                said = json.loads((self.folder / key / "upload.json").read_text(encoding="utf-8"))
                return Upload(key, self.folder / key, str(said["name"]), float(said["when"]))
            except (OSError, ValueError, KeyError, TypeError):
                pass
        raise UserError("there is no such upload any more; upload the workbook again")

    def all(self) -> list[Upload]:
        """All uploads, the newest first."""
        found = []
        for path in self.folder.glob("*/upload.json"):
            try:
                found.append(self.get(path.parent.name))
            except UserError:
                continue  # being removed, or not made by this program
        return sorted(found, key=lambda upload: upload.when, reverse=True)

    def remove(self, upload: Upload) -> None:
        """Remove an upload. Runs keep a copy of what they were computed from."""
        shutil.rmtree(upload.folder)


def shown_name(name: str) -> str:
    """The last part of a file name, without what no name holds; for people to read only."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in last if letter.isprintable()).strip()
    return kept[-100:] or "data.xlsx"


def check_workbook(file: BinaryIO, name: str) -> None:
    """Look into what calls itself a workbook. Raises ``UserError`` with what it is and what is expected."""
    shown = shown_name(name)
    file.seek(0)
    start = file.read(8)
    if start == _OLD_EXCEL:
        raise UserError("{name} is an old .xls workbook, or one with a password. Expected: an .xlsx workbook without "
                        "password; in Excel: Save as, Excel workbook (.xlsx)", name=shown)  # fmt: skip
    if not start.startswith(_ZIP):
        raise UserError("{name} is not an Excel workbook. Expected: the template as an .xlsx file", name=shown)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive, shown)
            _unpack(archive, shown)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, struct.error, EOFError, RuntimeError) as e:
        raise UserError("{name} is damaged and cannot be opened. Expected: a whole .xlsx workbook; save it anew and "
                        "upload it again", name=shown) from e  # fmt: skip


def _check_parts(archive: zipfile.ZipFile, shown: str) -> None:
    """What the archive says of itself: its parts, their sizes, whether there is a workbook, and no macros in it."""
    parts = archive.infolist()
    names = {part.filename.casefold() for part in parts}
    packed, unpacked = (sum(getattr(part, size) for part in parts) for size in ("compress_size", "file_size"))
    if len(parts) > MOST_PARTS or unpacked > MOST_BYTES or unpacked > MEGABYTE + MOST_GROWTH * max(packed, 1):
        raise _bomb(shown)
    if any(name.endswith("vbaproject.bin") for name in names) or shown.casefold().endswith((".xlsm", ".xltm")):
        raise UserError("{name} holds macros. Expected: an .xlsx workbook without macros; in Excel: Save as, Excel "
                        "workbook (.xlsx)", name=shown)  # fmt: skip
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise UserError("{name} is not an Excel workbook. Expected: the template as an .xlsx file", name=shown)
    with archive.open("[Content_Types].xml") as said:
        if b"macroEnabled" in said.read(_CHUNK):
            raise UserError("{name} holds macros. Expected: an .xlsx workbook without macros; in Excel: Save as, Excel "
                            "workbook (.xlsx)", name=shown)  # fmt: skip


def _unpack(archive: zipfile.ZipFile, shown: str) -> None:
    """Unpack every part and throw it away, so that what an archive says of its sizes need not be believed."""
    come = 0
    for part in archive.infolist():
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                come += len(chunk)
                if come > MOST_BYTES:
                    raise _bomb(shown)


def _bomb(shown: str) -> UserError:
    return UserError("{name} unpacks to more than {mb} MB or grows more than {times} times, far more than a district "
                     "holds. Expected: the template, filled", name=shown, mb=MOST_BYTES // MEGABYTE,
                     times=MOST_GROWTH)  # fmt: skip
