"""Receipts, and the keys by which anybody can verify them, as HTTP answers."""

import json
from http import HTTPStatus

import azure.functions as func

from shared.domain.receipts import ReceiptSigner
from shared.responses import problem

KEYS_FRESH_FOR = 300
"""Seconds for which the keys may be kept; whoever misses one by its name asks anew."""


def receipt(standing: str | None) -> func.HttpResponse:
    """The receipt as it was signed (RFC 7515, section 9.2.1); 409 while there is none."""
    if standing is None:
        detail = "There is no receipt yet: it is made once the deletion has ended."
        return problem(HTTPStatus.CONFLICT, "receipt_not_ready", detail)
    return func.HttpResponse(
        standing,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        mimetype="application/jose",
        charset="utf-8",
    )


async def keys(signer: ReceiptSigner) -> func.HttpResponse:
    """Every key that ever signed a receipt, as a JWK set (RFC 7517). Raises `StorageUnavailable`."""
    return func.HttpResponse(
        json.dumps(await signer.public_keys()),
        headers={"Cache-Control": f"public, max-age={KEYS_FRESH_FOR}", "X-Content-Type-Options": "nosniff"},
        mimetype="application/jwk-set+json",
        charset="utf-8",
    )
