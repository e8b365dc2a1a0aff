import hashlib
import hmac
import json


def verify(secret, headers, body):
    """Returns the event of a genuine request, or raises. The body is the bytes as they were received."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, headers["x-webhook-signature"]):
        raise ValueError("the signature does not match")
    event = json.loads(body)
    return {"type": event["event"], "payload": event["data"]}
