"""gate-http.sh against an HTTP service."""

import http.server
import json
import os
import shutil
import threading

import pytest
from conftest import Program


class Service:
    """Answers each POST with the next of `replies`: status, body."""

    def __init__(self):
        self.replies, self.requests = [], []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.requests.append((self.path, dict(self.headers), body.decode()))
                status, text = service.replies.pop(0)
                if status is None:
                    return
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/gate"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def service():
    service = Service()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def gate(tmp_path, service):
    if shutil.which("curl", path="/usr/bin:/bin") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("curl is not installed")
    program = Program("gate-http.sh", tmp_path)
    program.environment["GATE_URL"] = service.url
    return program


def test_the_question_goes_to_the_service_and_its_answer_comes_back(gate, service, request_made):
    answer = {"status": "waiting", "service_id": "REL-7", "missing": ["bob"]}
    service.replies = [(200, json.dumps(answer, indent=2))]
    assert gate.ask("submit", request_made) == answer
    path, headers, body = service.requests[0]
    assert path == "/gate"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"version": 1, "verb": "submit", "request": request_made}


def test_the_question_arrives_byte_by_byte(gate, service):
    question = json.dumps({"text": "a\u00e4\\ % $HOME `id` @file"}) + "  \n\n"
    service.replies = [(200, "{}")]
    assert gate.run(stdin=question).stdout == "{}\n"
    assert service.requests[0][2] == question


def test_headers_come_from_a_file_and_stand_in_no_command_line(gate, service, tmp_path):
    (tmp_path / "headers").write_text("Authorization: Bearer s3cret\nX-Team: release\n")
    gate.environment["GATE_HEADERS"] = str(tmp_path / "headers")
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "curl").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{tmp_path}/argv"\nexec /usr/bin/curl "$@"\n')
    (fake / "curl").chmod(0o755)
    gate.environment["PATH"] = f"{fake}:/usr/bin:/bin"
    service.replies = [(200, "{}")]
    assert gate.run(stdin="{}").returncode == 0
    assert service.requests[0][1]["Authorization"] == "Bearer s3cret"
    assert service.requests[0][1]["X-Team"] == "release"
    assert "s3cret" not in (tmp_path / "argv").read_text()
    assert "@" + str(tmp_path / "headers") in (tmp_path / "argv").read_text()


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_service_may_be_asked_again(gate, service, status):
    service.replies = [(status, '{"status":"permitted"}')]
    done = gate.run(stdin="{}")
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr == f"the gate answered with HTTP status {status}\n"


@pytest.mark.parametrize("status", [201, 302, 401, 403, 404])
def test_any_other_status_is_no_answer(gate, service, status):
    service.replies = [(status, '{"status":"permitted"}')]
    done = gate.run(stdin="{}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"the gate answered with HTTP status {status}\n"
    assert len(service.requests) == 1


def test_a_service_that_is_away_may_be_asked_again(gate, service):
    service.replies = [(None, "")]
    done = gate.run(stdin="{}")
    assert (done.returncode, done.stdout) == (75, "")
    service.server.shutdown()
    service.server.server_close()
    done = gate.run(stdin="{}")
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr.startswith("curl: (7) ")


@pytest.mark.parametrize(
    "url", ["", "http://gate.example.com", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "-o/tmp/x", "file:///x"]
)
def test_questions_go_out_encrypted_or_stay_on_this_machine(gate, url):
    gate.environment["GATE_URL"] = url
    done = gate.run(stdin="{}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("GATE_URL must begin with https://\n" if url else "GATE_URL is not set\n")


def test_a_headers_file_that_cannot_be_read_is_an_error(gate, service, tmp_path):
    gate.environment["GATE_HEADERS"] = str(tmp_path / "none")
    done = gate.run(stdin="{}")
    assert (done.returncode, done.stderr) == (1, f"{tmp_path}/none cannot be read\n")
    assert not service.requests
