"""JSON of Graph's answers as values: what `json.loads` gives, in two thirds of its time."""

import json

from pydantic_core import from_json


def json_value(body: bytes) -> object:
    """The value. Raises `ValueError` for what is no JSON, `RecursionError` where it is nested too deep.

    What the quick reader refuses, halves of surrogate pairs for one, is left to the patient one.
    """
    try:
        value: object = from_json(body, cache_strings="keys")
    except ValueError:
        value = json.loads(body)
    return value
