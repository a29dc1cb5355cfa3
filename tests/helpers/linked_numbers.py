"""Numbers in the tables of a report's results that are no link to a trace."""

import re

from trialtrace.report.shown.compare import CAPTION, NUMBER
from trialtrace.report.shown.html_lines import html_lines

# The first section after the results of a page: what follows tells of print, configuration, data.
AFTER = re.compile(r"S?\d* ?(?:Endpoints|Limitations|Methods, software and references)")
WORD = re.compile(r"[^\W\d_]{2,}")
OF_NUMBERS = {"of", "to", "CI", "and", "days", "months", "years"}
COUNT = re.compile(r"\d+ of \d+\b")
# Who has a value is counted in the data and is no result.
KNOWN = re.compile(r"(?:Outcome|Times) known\b[^.]*\.")
# A category by its number before its count: "4: 5 (9.1 %)".
LEVEL = re.compile(r"(?<!\S)\d+: ")
IN_A_HEAD = re.compile(r"n = (\d+)")


def unlinked(page: bytes) -> list[str]:
    """Table and cell of each number that leads nowhere; the first column names a row, the first
    row a column, and a cell with words of its own is a label."""
    found, table = [], ""
    for line in html_lines(page):
        if line.kind == "heading" and AFTER.fullmatch(line.text):
            return found
        if line.kind == "text" and (caption := CAPTION.match(line.text)):
            table = caption[0]
        if line.kind != "row":
            continue
        for piece in line.pieces[1:]:
            rest = LEVEL.sub("", piece.text)
            for text, target in piece.links:
                assert target.startswith("trace/") or not NUMBER.search(text), (table, piece)
                rest = rest.replace(text, "", 1)
            if line.row == 1:
                found += [f"{table}: {piece.text}"] if IN_A_HEAD.search(rest) else []
            elif NUMBER.search(rest) and not set(WORD.findall(rest)) - OF_NUMBERS:
                found.append(f"{table}: {piece.text}")
    raise AssertionError("a page without what follows its results")


NOT_OF_DATA = (
    "planned patients",
    "recomputed by an independent path",
    "results were computed twice, by independent code",
    "with what else is printed",
)


def unlinked_counts(page: bytes) -> list[str]:
    """Sentences on results in which "events of subjects" leads nowhere."""
    found = []
    for line in html_lines(page):
        if line.kind == "heading" and AFTER.fullmatch(line.text):
            return found
        for piece in line.pieces if line.kind == "text" and not CAPTION.match(line.text) else ():
            rest = piece.text
            for text, _ in piece.links:
                rest = rest.replace(text, "", 1)
            # Of the design, and of the checks: not of the data.
            beside = any(words in rest for words in NOT_OF_DATA)
            found += [piece.text] if COUNT.search(KNOWN.sub("", rest)) and not beside else []
    raise AssertionError("a page without what follows its results")
