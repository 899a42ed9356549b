"""A second port, plain HTTP on 127.0.0.1, through which a script watches the stand-in and turns its knobs."""

import dataclasses
import http.server
import json
import threading

from .errors import ServiceError


def state(standin):
    """Requests, and the calls so far without bodies and credentials."""
    shown = ("time", "route", "path", "role", "status", "code", "note")
    calls = [dataclasses.asdict(entry) for entry in standin.journal.entries()]
    requests = standin.requests()
    return {
        "requests": [standin.ledger.shown(request) for request in requests],
        "open": sum(request.open for request in requests),
        "calls": [{name: call[name] for name in shown} for call in calls],
    }


def apply(standin, command):
    """Members: knobs, advance (seconds), end ({"id","status"}), end_api_key ({"value","after"}), clear (true)."""
    if command.pop("clear", False):
        standin.knobs.clear()
    standin.knobs.set(**command.pop("knobs", {}))
    if "advance" in command:
        standin.clock.advance(command.pop("advance"))
    if "end" in command:
        end = command.pop("end")
        standin.end_request(end["id"], end["status"])
    if "end_api_key" in command:
        standin.access.end_api_key(**command.pop("end_api_key"))
    if command:
        raise ValueError(f"unknown member {sorted(command)[0]!r}")


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self._answer(200, state(self.server.standin))

    def do_POST(self):
        try:
            apply(self.server.standin, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(200, state(self.server.standin))
        except (ValueError, TypeError, KeyError, ServiceError) as error:
            self._answer(400, {"error": str(error)})

    def _answer(self, status, value):
        body = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(standin):
    """Starts the port in a thread; gives back its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.standin = standin
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"
