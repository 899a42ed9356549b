"""What a route is given and what it gives back."""

import json
from dataclasses import dataclass


@dataclass
class Call:
    core: object
    parameters: dict  # from the path
    body: dict
    spans: dict  # bytes on the wire by member of the body


@dataclass
class Answer:
    status: int
    value: object = None
    code: int = 0

    def encoded(self):
        return b"" if self.value is None else json.dumps(self.value).encode()
