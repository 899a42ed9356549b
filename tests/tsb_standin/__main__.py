"""Runs the stand-in as a process: prints one line of JSON that says where it is, and serves until it is ended."""

import argparse
import json
import pathlib
import signal
import sys

from . import configuration, control

ENDING = {signal.SIGTERM, signal.SIGINT}


def main():
    parser = argparse.ArgumentParser(prog="tsb_standin", description=__doc__)
    parser.add_argument("--config", type=pathlib.Path, help="JSON file with keys, policies and demands (README.md)")
    parser.add_argument("--folder", help="where ca.pem and the other certificates go; a temporary one unless given")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; a free one unless given")
    options = parser.parse_args()
    try:
        standin = configuration.start(options.config, options.port, options.folder)
    except Exception as error:
        sys.exit(f"tsb_standin: {error}")
    with standin:
        client, key = standin.client_certificate()
        where = {
            "url": standin.url,
            "ca_file": str(standin.ca_file),
            "client_certificate": str(client),
            "client_key": str(key),
            "control": control.serve(standin),
        }
        print(json.dumps(where), flush=True)
        signal.sigwait(ENDING)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # before any thread is made: sigwait takes them
    main()
