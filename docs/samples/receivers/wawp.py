import hashlib
import hmac
import json


def verify(secret, headers, body):
    """Returns the payload of a genuine request, or raises. The body is the bytes as they were received."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, headers["x-wawp-signature"]):
        raise ValueError("the signature does not match")
    return {"payload": json.loads(body)}
