"""What operators send about lists."""

import re
from enum import StrEnum
from typing import Annotated, TypeVar

import azure.functions as func
from pydantic import BeforeValidator, Field

from shared.bodies import Body, RuleBroken, bad, form, read_body
from shared.domain.bulk.batch import Handed, ListForm
from shared.domain.bulk.bounds import MOST_BYTES
from shared.domain.states import Kind
from shared.intake import LawOf, read_idempotency_key
from shared.responses import Fault

_SHA256 = re.compile(r"[0-9a-f]{64}")
Word = TypeVar("Word", bound=StrEnum)


def _one_of(words: type[Word]) -> BeforeValidator:
    def check(value: object) -> Word:
        try:
            return words(str(value))
        except ValueError:
            raise RuleBroken(f"must be one of: {', '.join(words)}") from None

    return BeforeValidator(check)


def _size(value: object) -> int:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if not isinstance(whole, int) or isinstance(whole, bool) or not 1 <= whole <= MOST_BYTES:
        raise RuleBroken(f"must be a number from 1 to {MOST_BYTES}")
    return whole


class _BatchBody(Body):
    kind: Annotated[Kind, _one_of(Kind)]
    regulation: LawOf
    format: Annotated[ListForm, _one_of(ListForm)]
    dry_run: bool = False
    size: Annotated[int, BeforeValidator(_size)]
    sha256: Annotated[str, form(_SHA256, "must be 64 lower-case hexadecimal digits")] = Field(alias="sha256")


def read_batch(req: func.HttpRequest) -> tuple[str, Handed]:
    """The key and what is handed in under it. Raises `BadInput`."""
    body = read_body(_BatchBody, req.get_body(), str(req.headers.get("content-type", "")))
    key = read_idempotency_key(req.headers.get("idempotency-key"))
    if key is None:
        raise bad(Fault("Idempotency-Key", "is required"))
    return key, Handed(body.kind, body.regulation, body.format, body.dry_run, body.size, body.sha256)
