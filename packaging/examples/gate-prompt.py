#!/usr/bin/python3 -I
"""A program for notation-pkcs11's approval backend `exec`: people answer at a prompt on another terminal.

    gate-prompt.py          answers one question from standard input
    gate-prompt.py answer   shows each open request and asks

GATE_FOLDER names the folder with ID.request.json, the request, and ID.end.json, the answer that ended it. Each is made
whole and once, so that the first decision stands, whoever else decides or withdraws at that moment. Whoever may write
there can approve.

In the configuration: "command": ["/usr/local/bin/gate-prompt.py"], "environment": ["GATE_FOLDER"].
"""

import datetime
import json
import os
import pathlib
import sys
import tempfile


def read(path):
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None


def make_once(path, content):
    """Makes the file, unless it is there; what is in it afterwards."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        json.dump(content, file)
        os.fchmod(file.fileno(), 0o640)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return read(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return content


def end_of(request):
    return datetime.datetime.strptime(request["expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def is_over(request):
    return end_of(request) <= datetime.datetime.now(datetime.timezone.utc)


# The questions


def read_question():
    try:
        text = sys.stdin.read()
        if not text.strip():
            sys.exit("standard input is empty: notation-pkcs11 writes its question there")
        question = json.loads(text)
        request = question["request"]
        if not (str.isalnum(request["id"]) and end_of(request) and isinstance(question["verb"], str)):
            raise ValueError
    except (ValueError, LookupError, TypeError, RecursionError):
        sys.exit("standard input holds no question of notation-pkcs11")
    return question


def failed(message):
    return {"status": "failed", "message": message}


def state(folder, request):
    end = read(folder / f"{request['id']}.end.json")
    if end:
        return end
    if is_over(request):
        return {"status": "expired"}
    return {"status": "waiting", "missing": ["somebody"], "where": f"GATE_FOLDER={folder} {sys.argv[0]} answer"}


def answer_question(folder, question):
    request, verb = question["request"], question["verb"]
    path = folder / f"{request['id']}.request.json"
    known = make_once(path, request) if verb == "submit" else read(path)
    if verb == "withdraw":
        make_once(folder / f"{request['id']}.end.json", {"status": "withdrawn"})
        return {"status": "withdrawn"}
    if known is None:
        return failed("the request is not known")
    if known != request:
        return failed("another request has this id")
    answer = state(folder, request)
    if verb == "redeem" and answer["status"] in ("waiting", "withdrawn"):
        return failed(f"the request is {answer['status']}")
    return answer


# The prompt


def visible(text):
    """No character that moves the cursor, turns the direction of writing or has no width."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def in_words(seconds):
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    return f"{seconds} seconds"


def show(request):
    subject = request["subject"]
    artifact = subject["artifact"]
    end = f"expires {in_words(subject['lifetime'])} after it is made" if "lifetime" in subject else "does not expire"
    print(f"\nrequest   {request['id'][:8]}, until {visible(request['expires'])}")
    print(f"key       {visible(request['key']['name'])}, SHA-256 {visible(request['key']['sha256'])}")
    print(f"artifact  {visible(artifact['digest'])}")
    print(f"          {visible(artifact['mediaType'])}, {artifact['size']} bytes")
    for name, value in sorted(artifact.get("annotations", {}).items()):
        print(f"          {visible(name)} = {visible(value)}")
    print(f"signature {visible(subject['signingScheme'])}, {end}")
    print("claims of the requester, verified by nobody:")
    for name, value in sorted(request["claims"].items()):
        print(f"          {visible(name)} = {visible(value)}")


def decide(name):
    while True:
        choice = input("sign it? [y]es, [n]o, [l]ater: ").strip().lower()
        if choice == "y":
            return {"status": "permitted", "approved": [name]}
        if choice == "n":
            return {"status": "refused", "by": [name], "reason": input("why not: ").strip()[:200]}
        if choice == "l":
            return None


def is_open(folder, path):
    request = read(path)
    return request is not None and state(folder, request)["status"] == "waiting"


def answer_people(folder):
    paths = sorted(folder.glob("*.request.json"), key=lambda path: path.stat().st_mtime)
    if not any(is_open(folder, path) for path in paths):
        print("no open request")
        return
    name = ""
    while not name:
        name = input("your name: ").strip()[:60]
    for path in paths:
        if not is_open(folder, path):
            continue
        request = read(path)
        show(request)
        decision = decide(name)
        if decision is None:
            continue
        if is_over(request):
            print("too late: the request has expired")
            continue
        end = make_once(folder / f"{request['id']}.end.json", decision)
        print("recorded" if end == decision else f"too late: the request is {end['status']}")


def main():
    folder = pathlib.Path(os.environ.get("GATE_FOLDER", ""))
    if not folder.is_absolute():
        sys.exit("GATE_FOLDER is not set to an absolute path")
    if sys.argv[1:] == ["answer"]:
        answer_people(folder)
    elif len(sys.argv) == 1:
        print(json.dumps(answer_question(folder, read_question())))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nnothing more was recorded")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
