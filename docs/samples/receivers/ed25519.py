import base64
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(public_key, headers, body):
    """Returns the payload of a genuine request, or raises. The body is the bytes as they were received."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("too old, or from the future")
    message = f"{message_id}.{timestamp}.".encode() + body
    for given in headers["webhook-signature"].split(" "):
        if given.startswith("v1a,"):
            try:
                key.verify(base64.b64decode(given.removeprefix("v1a,")), message)
                return {"id": message_id, "payload": json.loads(body)}
            except InvalidSignature:
                pass
    raise ValueError("no signature matches")
