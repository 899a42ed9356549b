"""An HTTP server on a free port of loopback, a thread of the test: what certificates point to, and a time stamper."""

import base64
import http.server
import threading
import urllib.parse


class Loopback:
    """`serve` puts a function below a path; it gets the body of a POST, or what a GET has after the path, decoded from
    base64 (the two ways of OCSP), and gives back the answer's bytes. Used as a context manager."""

    def __init__(self):
        self.asked = []  # paths, in their order
        self._places = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer._answer(self, None)

            def do_POST(self):
                outer._answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)  # one request at a time
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path):
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def serve(self, path, media_type, answer):
        """Gives back the address."""
        self._places[path] = (media_type, answer)
        return self.url(path)

    def _answer(self, handler, body):
        self.asked.append(handler.path)
        path = next((place for place in self._places if handler.path.startswith(place)), None)
        if path is None:
            handler.send_error(404)
            return
        media_type, answer = self._places[path]
        if body is None:
            body = base64.b64decode(urllib.parse.unquote(handler.path[len(path) :].lstrip("/")))
        content = answer(body)
        handler.send_response(200)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
