"""What a terminal shows after it got some text: lines, carriage returns, and the one escape sequence allowed."""

import re

ERASE = "\x1b[K"
FRAME = re.compile(r"\r([^\r\n\x1b]*)\x1b\[K")


def frames(text):
    """Each status line that was drawn, in its order; an empty one clears."""
    return FRAME.findall(text)


def render(text, columns=80):
    """The screen's lines. Anything else than text, \\r, \\n, ^C's echo and the erasing of a line's end is an error."""
    lines, column = [""], 0
    for part in re.split(r"(\r|\n|\x1b\[K)", text):
        if part == "\r":
            column = 0
        elif part == "\n":
            lines.append("")
        elif part == ERASE:
            lines[-1] = lines[-1][:column]
        else:
            assert part.isprintable() or not part, f"{part!r} is drawn"
            lines[-1] = lines[-1][:column] + part + lines[-1][column + len(part) :]
            column += len(part)
    return [line.rstrip() for line in lines]


def fits(frame, columns=80):
    """The last column stays free: many terminals wrap as soon as it is filled."""
    return len(frame) < columns
