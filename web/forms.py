"""Reading what a browser sends, never more than a limit of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.types import Message

MEGABYTE = 1024**2
#: What a workbook may weigh, and what the rest of its form may add.
UPLOAD_LIMIT = 20 * MEGABYTE
_FORM_LIMIT = 2 * MEGABYTE
#: So much of what is too large is taken in and thrown away, so that the browser comes to read the answer.
_DRAINED = 4096 * MEGABYTE


class TooLarge(Exception):
    """What was sent is larger than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"more than {limit} bytes")


@asynccontextmanager
async def read_form(request: Request, limit: int = _FORM_LIMIT) -> AsyncIterator[FormData]:
    """The form that was sent; its files are gone afterwards.

    Raises :class:`TooLarge` once more than ``limit`` bytes have come, ``HTTPException`` for what is no form, and
    ``OSError`` where the disk is full.
    """
    if _announced(request) > limit:
        await _drain(request)
        raise TooLarge(limit)
    come = 0

    async def counted() -> Message:
        nonlocal come
        message = await request.receive()
        come += len(message.get("body", b""))
        if come > limit:
            if message.get("more_body", False):
                await _drain(request)
            raise TooLarge(limit)
        return message

    form = await Request(request.scope, counted).form(max_files=1, max_fields=20_000, max_part_size=limit)
    try:
        yield form
    finally:
        await form.close()


def _announced(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        raise HTTPException(400) from None


async def _drain(request: Request) -> None:
    """Takes in the rest and keeps none of it: a browser that is cut off shows an error of its own instead of ours."""
    come, more = 0, True
    while more and come < _DRAINED:
        message = await request.receive()
        come += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
