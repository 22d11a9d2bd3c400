"""Values of bodies that administrators send."""

import base64
import binascii

from local.graph.answers import GraphError
from local.graph.directory import Json


def text_of(body: Json, name: str) -> str:
    """A text that must be there. Raises `GraphError`."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name)
    return value


def texts_of(body: Json, name: str) -> list[str]:
    """A list of texts that must be there. Raises `GraphError`."""
    value = body.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise _invalid(name)
    return value


def bytes_of(body: Json, name: str) -> bytes:
    """Bytes that must be there, in base64. Raises `GraphError`."""
    try:
        return base64.b64decode(text_of(body, name), validate=True)
    except binascii.Error:
        raise _invalid(name) from None


def _invalid(name: str) -> GraphError:
    return GraphError(
        400, "Request_BadRequest", f"Invalid value specified for property '{name}' of resource."
    )
