"""What is the same in the tokens of every product."""

import time

from local.graph.directory import Json

LIFE = 3600


def life() -> Json:
    """Issued now, for an hour."""
    now = int(time.time())
    return {"iat": now, "nbf": now, "exp": now + LIFE}


def only_present(claims: Json) -> Json:
    """Without what is null or empty: no product sends that."""
    return {name: value for name, value in claims.items() if value not in (None, "", [])}
