"""The HTTPS server: reads a request, plays faults, writes the answer. TLS is done in the connection's own thread."""

import http.server
import os
import socket
import socketserver
import ssl
import struct
import threading
import time

from . import knobs, routes
from .answer import Answer
from .journal import Entry

MAX_BODY = 1 << 20


class Dropped(Exception):
    """The connection was ended on purpose."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "tsb-standin"
    sys_version = ""
    timeout = 60

    def log_message(self, *arguments):
        pass

    def _serve(self):
        core = self.server.core
        route, parameters = routes.find(self.command, self.path)
        name = route.name if route else f"{self.command} {self.path}"
        role = route.role if route else ""
        entry = Entry(core.clock.now(), name, self.path, role, self.headers.get("X-API-KEY", ""))
        core.journal.add(entry)
        fault = core.knobs.next_fault(name)
        try:
            self._play(core, entry, fault, route, parameters)
        except Dropped:
            self.close_connection = True
        except OSError:
            self.close_connection, entry.status = True, 0
        finally:
            entry.note = entry.note or ("" if entry.status else "the client left")
            core.journal.changed()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _play(self, core, entry, fault, route, parameters):
        kind = fault.kind if fault else None
        entry.note = kind or ""
        if kind == knobs.RESET_BEFORE_READING:
            self._reset()
        entry.body = self._read_body()
        core.pause(core.knobs.latency.get(entry.route, core.knobs.latency.get("*", 0)))
        if kind == knobs.RESET_BEFORE_PROCESSING:
            self._reset()
        if kind == knobs.HANG:
            self._hang()
        if kind == knobs.ANSWER:
            self._send(fault.status, fault.body, fault.headers, fault.fill, entry)
            return
        if route:
            answer = routes.process(core, route, parameters, self.headers, entry.body)
        else:
            answer = Answer(404, {"message": "no such resource"})
        entry.code = answer.code
        core.journal.changed()
        if kind == knobs.RESET_AFTER_PROCESSING:
            self._reset()
        if kind == knobs.HANG_AFTER_PROCESSING:
            self._hang()
        if kind == knobs.ANSWER_AFTER_PROCESSING:
            self._send(fault.status, fault.body, fault.headers, fault.fill, entry)
            return
        self._send_answer(answer, kind, fault, entry)

    def _read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            self._send(411, b"", {"Connection": "close"}, 0, Entry(0, "", "", "", ""))
            raise Dropped
        size = int(self.headers.get("Content-Length", 0))
        if size > MAX_BODY:
            self._send(413, b"", {"Connection": "close"}, 0, Entry(0, "", "", "", ""))
            raise Dropped
        body = self.rfile.read(size)
        if len(body) < size:
            raise Dropped
        return body

    def _head(self, status, length, headers, content_type="application/json"):
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('Unknown',))[0]}"]
        given = {name.lower() for name in headers}
        if length and "content-type" not in given:
            lines.append(f"Content-Type: {content_type}")
        if "content-length" not in given:
            lines.append(f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if headers.get("Connection") == "close":
            self.close_connection = True
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _send(self, status, body, headers, fill, entry):
        entry.status = status  # before the client has it, who may look at the journal at once
        self.wfile.write(self._head(status, len(body) + fill, headers, "text/plain") + body)
        while fill > 0:
            self.wfile.write(b" " * min(fill, 65536))
            fill -= 65536

    def _send_answer(self, answer, kind, fault, entry):
        body = answer.encoded()
        data = self._head(answer.status, len(body), {}) + body
        if kind in (knobs.RESET_MID_ANSWER, knobs.CUT_MID_ANSWER):
            self.wfile.write(data[: len(data) - len(body) // 2 - 1])
            if kind == knobs.CUT_MID_ANSWER:
                raise Dropped
            self._reset()
        entry.status = answer.status
        if kind == knobs.SLOW_ANSWER:
            for byte in data:
                self.wfile.write(bytes([byte]))
                self.server.core.pause(fault.pace)
        else:
            self.wfile.write(data)

    def _reset(self):
        """Ends the connection with RST: what the client has not read yet is lost."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.forget(self.connection)
        os.close(self.connection.detach())
        raise Dropped

    def _hang(self):
        """Until the client leaves or the server ends."""
        self.connection.settimeout(None)
        self.rfile.read(1)
        raise Dropped


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port, core, context):
        self.core = core
        self._context = context
        self._live = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without looking up the host's name
        self.server_name, self.server_port = self.server_address[:2]

    def finish_request(self, request, client_address):
        if self.core.knobs.take_connection_drop():
            self._note("dropped before TLS")
            return
        request.settimeout(Handler.timeout)
        try:
            secure = self._context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError) as error:
            self._note(f"TLS failed: {error}")
            return
        with self._lock:
            self._live.add(secure)
        try:
            Handler(secure, client_address, self)
        except (OSError, ValueError):
            pass
        finally:
            self.forget(secure)
            secure.close()

    def _note(self, text):
        self.core.journal.add(Entry(self.core.clock.now(), "connection", "", "", "", note=text))

    def forget(self, connection):
        with self._lock:
            self._live.discard(connection)

    def end_connections(self):
        """Those who talk or hang find the connection gone."""
        with self._lock:
            live, self._live = list(self._live), set()
        for connection in live:
            try:
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # SSLSocket's own would confuse its reader
            except OSError:
                pass

    def handle_error(self, request, client_address):
        self._note("the connection broke")


def pause(seconds):
    if seconds > 0:
        time.sleep(seconds)
