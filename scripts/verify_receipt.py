"""Verify a receipt: `python verify_receipt.py receipt.jws keys.json`. Needs PyJWT and cryptography alone."""

import base64
import json
import sys
from pathlib import Path

import jwt

try:
    receipt, keys = (Path(name).read_text(encoding="ascii").strip() for name in sys.argv[1:3])
    kid = jwt.get_unverified_header(receipt)["kid"]
    key = next(one for one in json.loads(keys)["keys"] if one["kid"] == kid)
    jws = jwt.PyJWS().decode_complete(receipt, jwt.PyJWK(key, "ES256"), ["ES256"])
except (jwt.PyJWTError, StopIteration, LookupError, TypeError, ValueError, OSError) as error:
    sys.exit(f"NOT verified: {type(error).__name__}")
# Other letters may spell the same signature; older releases of PyJWT take them.
if not receipt.endswith("." + base64.urlsafe_b64encode(jws["signature"]).decode().rstrip("=")):
    sys.exit("NOT verified: the signature is spelled in another way than it was made")
print(json.dumps(json.loads(jws["payload"]), indent=2))
