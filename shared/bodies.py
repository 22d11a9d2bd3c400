"""Read an HTTP body into a model. Everything wrong is told at once, by field and rule, never by value."""

import json
import re
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from shared.responses import Fault

LARGEST_BODY = 16 * 1024
_FIELD_NAME = re.compile(r"[A-Za-z]{1,32}|sha256")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


class BadInput(Exception):
    """The call breaks rules; `faults` says which, without any value."""

    def __init__(self, status: HTTPStatus, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = faults


class RuleBroken(ValueError):
    """Text of ours that says which rule; it never holds a value."""


class Body(BaseModel):
    """A JSON object with the fields that are named, and no others; made ready when the first one comes."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        alias_generator=to_camel,
        defer_build=True,
    )


Read = TypeVar("Read", bound=Body)


def read_body(model: type[Read], body: bytes, content_type: str) -> Read:
    """The body as `model`. Raises `BadInput` with every fault found."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise BadInput(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    if len(body) > LARGEST_BODY:
        raise BadInput(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body may have at most 16 KiB.")
    return validated(model, parsed(body))


def validated(model: type[Read], fields: object) -> Read:
    """What was parsed as `model`. Raises `BadInput` with every fault found."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise bad(*(_fault(detail) for detail in details)) from None


def bad(*faults: Fault) -> BadInput:
    """400 with these faults."""
    return BadInput(HTTPStatus.BAD_REQUEST, "The request breaks the rules listed under errors.", faults)


def moment(text: str) -> datetime | None:
    """The time that a text tells as RFC 3339 has it, None for any other text: ISO 8601 has more forms."""
    try:
        return datetime.fromisoformat(text.upper()) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def form(pattern: re.Pattern[str], rule: str) -> AfterValidator:
    """Hold a text to a pattern."""

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise RuleBroken(rule)
        return value

    return AfterValidator(check)


def parsed(body: bytes) -> object:
    """One JSON value that every reader reads alike. Raises `BadInput`."""

    def no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
        fields = dict(pairs)
        if len(fields) != len(pairs) or None in fields.values():
            raise ValueError
        return fields

    try:
        # from bytes, `loads` would take UTF-16 and UTF-32 as well, which nobody who filters bodies reads
        parsed: object = json.loads(body.decode(), object_pairs_hook=no_twins)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        detail = "The body must be one JSON object in UTF-8, no field given twice, none null."
        raise BadInput(HTTPStatus.BAD_REQUEST, detail) from None
    return parsed


_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "model_type": "must be a JSON object",
}


def _fault(detail: ErrorDetails) -> Fault:
    cause = detail.get("ctx", {}).get("error")
    rule = str(cause) if isinstance(cause, RuleBroken) else _RULES.get(detail["type"], "is not valid")
    return Fault("/" + "/".join(_safe_name(part) for part in detail["loc"]), rule)


def _safe_name(part: int | str) -> str:
    """A field's name, unless it is a text that may be somebody's data put where a name belongs."""
    return str(part) if isinstance(part, int) or _FIELD_NAME.fullmatch(part) else "(unknown)"
