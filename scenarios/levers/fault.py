"""How a lever says what it expects."""

from __future__ import annotations

from pydantic_core import PydanticCustomError


def wrong(message: str, **params: object) -> PydanticCustomError:
    """A fault of a lever or its field: ``message`` says what is expected, an English id with ``params``."""
    return PydanticCustomError("lever", "{text}", {"id": message, "params": params, "text": message.format(**params)})
