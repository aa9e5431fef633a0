"""A webhook receiver in a few lines: it checks the signature of each delivery and prints `sequence type what-it-shows`, one line an event.

    .venv/bin/python examples/receiver.py http://127.0.0.1:8099 SECRET

The HTTP part is Python's own; signatures are checked by the library `standardwebhooks`. What it does not do: remember the ids of messages.
A delivery may come twice under one `webhook-id`, so a real receiver does what it does once for each id.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook, WebhookVerificationError

ADDRESS, SECRET = urlsplit(sys.argv[1]), sys.argv[2]


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what was signed with the secret, 401 to all else."""

    def do_POST(self) -> None:
        """One delivery. Its bytes are checked as they came: JSON that was read and written again has another signature."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = Webhook(SECRET).verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            self.send_response(401)
        else:
            sys.stdout.write(f"{self.headers['duebook-sequence']} {event['event_type']} {shown(event['data'])}\n")
            sys.stdout.flush()
            self.send_response(204)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No line for each request."""


def shown(data: dict[str, Any]) -> str:
    """What the event shows, in short."""
    if "error" in data:
        return f"{data['batch_invoice_id']}: {data['error']['message']}"
    document = data.get("invoice", data)
    return f"{document.get('number')} {document.get('status')} {document.get('total_amount')}"


ThreadingHTTPServer((ADDRESS.hostname or "127.0.0.1", ADDRESS.port or 8099), Receiver).serve_forever()
