"""Receipts and keys as HTTP answers."""

import json

from delete_function.receipts_http import KEYS_FRESH_FOR, keys, receipt
from tests.unit.receipts import signer_of


def test_a_receipt_is_answered_as_it_was_signed() -> None:
    answer = receipt("header.claims.signature")
    assert (answer.status_code, answer.get_body()) == (200, b"header.claims.signature")
    assert answer.mimetype == "application/jose"
    assert dict(answer.headers) == {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def test_while_there_is_none_the_answer_is_a_conflict_that_says_when_there_will_be() -> None:
    answer = receipt(None)
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert json.loads(answer.get_body())["code"] == "receipt_not_ready"


async def test_the_keys_are_answered_as_a_set_that_anybody_may_keep_for_a_while() -> None:
    signer = signer_of()
    await signer.sign({"sub": "reference"})
    answer = await keys(signer)
    assert (answer.status_code, answer.mimetype) == (200, "application/jwk-set+json")
    assert json.loads(answer.get_body()) == await signer.public_keys()
    assert answer.headers["Cache-Control"] == f"public, max-age={KEYS_FRESH_FOR}"
