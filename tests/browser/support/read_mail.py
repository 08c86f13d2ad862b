"""Reads a message from standard input with Python's own email package, and prints what is in it as JSON."""

import email
import email.policy
import hashlib
import json
import sys

message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)


def part_of(part):
    octets = part.get_payload(decode=True)
    return {
        "type": part.get_content_type(),
        "disposition": part.get_content_disposition(),
        "fileName": part.get_filename(),
        "contentId": part["Content-ID"],
        "sha256": hashlib.sha256(octets).hexdigest(),
        "text": part.get_content() if part.get_content_maintype() == "text" else None,
    }


json.dump(
    {
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "parts": [part_of(part) for part in message.walk() if not part.is_multipart()],
    },
    sys.stdout,
)
