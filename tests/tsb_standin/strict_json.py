"""Strict reading of JSON bodies: every member known, of the right type, given once."""

import base64
import json
import re

from .errors import ServiceError

BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
JSON_SPACE = re.compile(r"[ \t\r\n]*")


def refuse(message):
    raise ServiceError(600, message)


def _no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def parse_object(raw):
    """Gives back the members of a JSON object and, by member name, the bytes each value has on the wire."""
    try:
        text = raw.decode("utf-8")
        start = JSON_SPACE.match(text).end()
        value, end = _DECODER.raw_decode(text, start)
        if text[end:].strip(" \t\r\n"):
            raise ValueError("more follows the JSON value")
    except (ValueError, RecursionError) as error:
        raise ServiceError(621, f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        refuse("the body is not an object")
    return value, _spans(text, start)


def _spans(text, start):
    """Walks over the members of a well-formed object."""

    def skip(position):
        return JSON_SPACE.match(text, position).end()

    spans = {}
    position = skip(start + 1)
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        position = skip(skip(position) + 1)
        _, end = _DECODER.raw_decode(text, position)
        spans[name] = text[position:end].encode()
        position = skip(end)
        if text[position] == ",":
            position = skip(position + 1)
    return spans


def is_compact(raw):
    """Whether JSON text has no white space between its tokens."""
    return not re.search(r"\s", JSON_STRING.sub("", raw.decode()))


class Members:
    """The members of one object; done() refuses those nobody asked for. null counts as absent."""

    def __init__(self, value, where):
        if not isinstance(value, dict):
            refuse(f"{where} is not an object")
        self._left = dict(value)
        self._where = where

    def optional(self, name, check):
        value = self._left.pop(name, None)
        return None if value is None else check(value, f"{self._where}.{name}")

    def required(self, name, check):
        value = self.optional(name, check)
        if value is None:
            refuse(f"{self._where}.{name} is missing")
        return value

    def done(self):
        if self._left:
            refuse(f"{self._where} has the unknown member {sorted(self._left)[0]!r}")


def text(value, where):
    if not isinstance(value, str) or not value:
        refuse(f"{where} is not a text")
    return value


def boolean(value, where):
    if not isinstance(value, bool):
        refuse(f"{where} is not true or false")
    return value


def integer(value, where):
    if not isinstance(value, int) or isinstance(value, bool):
        refuse(f"{where} is not a whole number")
    return value


def binary(value, where):
    """Standard base64 with padding, decoded."""
    if not isinstance(value, str) or not BASE64.fullmatch(value):
        refuse(f"{where} is not base64 with padding")
    return base64.b64decode(value)


def an_object(value, where):
    if not isinstance(value, dict):
        refuse(f"{where} is not an object")
    return value


def a_list(check):
    def check_list(value, where):
        if not isinstance(value, list):
            refuse(f"{where} is not an array")
        return [check(item, f"{where}[{index}]") for index, item in enumerate(value)]

    return check_list


def one_of(*names):
    def check_name(value, where):
        if text(value, where) not in names:
            raise ServiceError(501, f"{where} is not one of {', '.join(names)}")
        return value

    return check_name


def password(value, where):
    """An array of texts of one character each."""
    for index, item in enumerate(a_list(text)(value, where)):
        if len(item) != 1:
            refuse(f"{where}[{index}] is not one character")
    return "".join(value)
