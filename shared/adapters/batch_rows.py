"""A batch as the text of a table's row, and back."""

from functools import cache

from pydantic import TypeAdapter
from pydantic_core import to_json

from shared.domain.bulk.batch import Batch


def text_of(batch: Batch) -> str:
    """JSON; some 2 KiB, far below what a property may hold."""
    return to_json(batch).decode()


def batch_of(text: str) -> Batch:
    """The batch that this text holds."""
    return _batches().validate_json(text)


@cache
def _batches() -> TypeAdapter[Batch]:  # made at first use: it takes longer than an import should
    return TypeAdapter(Batch)
