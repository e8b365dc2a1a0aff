import hashlib
import hmac
import json
import time


def verify(secret, headers, body):
    """Returns the event of a genuine request, or raises. The body is the bytes as they were received."""
    timestamp = headers["x-wahooks-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("too old, or from the future")
    expected = "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, headers["x-wahooks-signature"]):
        raise ValueError("the signature does not match")
    event = json.loads(body)
    return {"type": event["event"], "instance": event["session"], "payload": event["payload"]}
