"""What every spec is: frozen, strict about names, free of NaN and infinity, and re-validated on change."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from explorer.errors import ExplorerError

# Text that a file brings along is shown and exported: no control characters (XML has no place for them), no line breaks,
# and none of the marks that turn the direction of writing.
PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
Text = Annotated[str, Field(max_length=2000, pattern=PLAIN)]
_MOST_LINES = 50


class SpecError(ExplorerError):
    """A value that a spec refuses: which field, and what was expected. ``further``: what else it refuses, a line each."""

    def __init__(self, message: str, *further: str) -> None:
        super().__init__(message)
        self.further = further


class Spec(BaseModel):
    """Frozen data. Change it with `replace`, which validates."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True, ser_json_inf_nan="strings")

    def replace(self, **changes: Any) -> Self:
        """A copy with ``changes``, validated. Raises `SpecError` in one line."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return build(type(self), values | changes)


T = TypeVar("T", bound=Spec)


def build(kind: type[T], values: dict[str, Any], where: str = "") -> T:
    """Validate ``values`` as a ``kind``; the first thing wrong becomes one line, with ``where`` in front."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise SpecError(*problem_lines(error, where)) from None


def build_json(kind: type[T], text: str, where: str = "") -> T:
    """As `build`, from JSON text: arrays become tuples, numbers keep their type."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise SpecError(*problem_lines(error, where)) from None


def problem_lines(error: ValidationError, where: str = "") -> list[str]:
    """What is wrong, a line for each (50 at most): ``where``, field, what, and what was given."""
    return [_line(e, where) for e in error.errors(include_url=False, include_context=False)[:_MOST_LINES]]


def _line(found: ErrorDetails, where: str) -> str:
    place = ".".join(str(part) for part in found["loc"])
    given = found.get("input")
    shown = f" (given {str(given)[:40]!r})" if place and isinstance(given, (str, int, float, bool)) else ""
    return ": ".join(part for part in (where, place, f"{_said(found['msg'])}{shown}") if part)


def _said(message: str) -> str:
    """What was expected, in place of a regular expression."""
    if "'^[a-z0-9][a-z0-9." in message:
        return "lower case letters, digits, dots and dashes, 1 to 64 of them"
    if PLAIN[:6] in message:
        return "plain text on one line, without control characters"
    return message.removeprefix("Value error, ")
