"""What a syntax file of SPSS says of columns: their labels, those of codes, codes for missing."""

import re
from collections.abc import Iterator

# A command as far as the point at the end of a line.
COMMAND = re.compile(
    r"^[ \t]*(?P<what>var\w* lab\w*|(?:add )?val\w* lab\w*|mis\w* val\w*)\b(?P<body>.*?)\.[ \t]*$",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
TOKEN = re.compile(
    r"'(?P<single>(?:[^']|'')*)'|\"(?P<double>(?:[^\"]|\"\")*)\"|\((?P<listed>[^()]*)\)|"
    r"(?P<range>[\w.@#$]+\s+to\s+[\w.@#$]+)\b|(?P<word>[\w.@#$-]+)|(?P<mark>/)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"-?[0-9.]+")
FIELDS = ("label", "codes", "missing")


def columns_in(text: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Each name with the line of its first command, and its label, codes and codes for missing."""
    made: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    for command in COMMAND.finditer(text):
        what = command["what"].lower()
        field = "missing" if what.startswith("mis") else "label" if what[:3] == "var" else "codes"
        for name, said, at in _each(command["body"], field):
            made.setdefault(name, dict.fromkeys(FIELDS, ""))[field] = said
            lines.setdefault(name, text.count("\n", 0, command.start("body") + at) + 1)
    yield from ((name, lines[name], fields) for name, fields in made.items())


def _each(body: str, field: str) -> Iterator[tuple[str, str, int]]:
    """The names of a command with what it says of each, and where the name stands."""
    names, pairs, value = list[tuple[str, int]](), list[str](), ""
    for token in TOKEN.finditer(body + "/"):
        kind = str(token.lastgroup)
        text = " ".join(token[kind].replace("''", "'").replace('""', '"').split())
        quoted = kind in ("single", "double")
        if field == "codes" and quoted and value:
            pairs, value = [*pairs, f"{value} = {text}"], ""
        elif (
            field == "codes"
            and names
            and (quoted or pairs or NUMBER.fullmatch(text))
            and text != "/"
        ):
            value = text
        elif quoted or kind == "listed":
            yield from ((name, text, at) for name, at in names)
            names = []
        elif kind != "mark":
            names.append((text, token.start()))
        else:
            yield from ((name, "; ".join(pairs), at) for name, at in names if pairs)
            names, pairs, value = [], [], ""
