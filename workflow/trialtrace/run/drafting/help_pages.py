"""What help pages of R say of columns: their source, their text, columns by number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.run.drafting.names import vocabulary, without_tags

TYPES = re.compile(
    r"(character|numeric|integer|factor|string|date|logical|double|text|number|num|chr|int)\b\s*",
    re.IGNORECASE,
)
# What R prints of a column, in str(): no words on it.
PRINTED = re.compile(r"(num|int|chr|cplx|logi|Factor|Date|POSIXct)\b( \[| w/ ).*")
OF_R = re.compile(r"\\item\s*\{(?:\\code\{)?\s*([^{}]+?)\s*\}{1,2}\s*\{")
# A help page of R as text: its headings, the one under which its columns stand, and how a paragraph
# on one begins; a name alone is told by the paragraph below it.
HEADED = re.compile(r"(?:#+\s*)?([A-Z][\w() ]{2,20}):?")
FORMAT = re.compile(r"^(?:(?:#+\s*)?Format:?|(?:Variables|Columns):)\s*$", re.MULTILINE)
OF_HELP = re.compile(
    r"(?P<mark>[•*-]\s+)?[`']?(?P<name>[^\W\d][\w.]*)[`']?[:.]?(?:\s+(?P<text>.+))?", re.DOTALL
)
# A column by its number in the file: [,1] child  integer, child id, as R's pages have it, or first
# column - times: time to event, as far as the next or an empty line.
COUNTED = vocabulary("first second third fourth fifth sixth seventh eighth ninth tenth")
BY_NUMBER = re.compile(
    rf"^[ \t]*(?:[•*-][ \t]+)?(?:\[,[ ]?(?P<at>\d+)\][ \t]+(?P<name>[\w.]+)[ \t]+|"
    rf"(?:the )?(?:column (?P<number>\d+)|(?P<word>{'|'.join(COUNTED)}|\d+(?:st|nd|rd|th)) column)"
    r"[ \t]*(?:[-–—:=]|is)[ \t]*(?:(?P<called>[\w.]+)[ \t]*[:–—-][ \t]+)?)(?P<text>[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
NO_NAMES = {"a", "an", "the", "this"}


@dataclass(frozen=True)
class Entry:
    """What stands in one line of a column, or of several with numbers in one name; `meaning` is
    what a code of a list of a row a code means, `number` the place of its column where that is
    told."""

    name: str
    label: str
    line: int
    codes: str = ""
    unit: str = ""
    missing: str = ""
    meaning: str = ""
    number: str = ""


def bare(text: str) -> str:
    """A text without the marks of its layout."""
    text = without_tags(text)
    return " ".join(re.sub(r"\\(code|emph|strong|link)\{([^{}]*)\}|[`*]", r"\2", text).split())


def of_source(text: str) -> Iterator[Entry]:
    """The items of a help page of R: \\item{name}{what it is}."""
    for match in OF_R.finditer(text):
        end, depth = match.end(), 1
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        label = bare(text[match.end() : end - 1]).strip(" :")
        yield Entry(match[1].strip(" `"), label, text.count("\n", 0, match.start()) + 1)


def by_number(text: str) -> Iterator[Entry]:
    """The columns of a text that tells each by its number, with a name or without."""
    found = [*BY_NUMBER.finditer(text)]
    for match, after in zip(found, [*found, None][1:], strict=True):
        rest = text[match.end() : after.start() if after else len(text)]
        rest = re.split(r"\n[^\S\n]*\n", rest, maxsplit=1)[0]
        said = " ".join(f"{match['text']}{rest}".split())
        label = "" if PRINTED.match(said) else TYPES.sub("", said, count=1).lstrip(",;: ")
        word = (match["at"] or match["number"] or match["word"]).lower()
        number = COUNTED.index(word) + 1 if word in COUNTED else int(re.sub(r"\D", "", word))
        line = text.count("\n", 0, match.start()) + 1
        yield Entry(match["name"] or match["called"] or word, bare(label), line, number=str(number))


def of_text(text: str) -> Iterator[Entry]:
    """The columns in a help page of R that became text: paragraphs under Format, marked ones under
    any heading."""
    inside, above, line = False, "", 1
    for block in re.split(r"((?:[^\S\n]*\n){2,})", text):
        at, words = line, " ".join(block.split())
        line += block.count("\n")
        if not words:
            continue
        first = block.strip("\n").split("\n")[0]
        if HEADED.fullmatch(words) and not first.startswith(" "):
            inside, above = bool(FORMAT.fullmatch(words)), ""
            continue
        made = OF_HELP.fullmatch(words)
        if above:
            yield Entry(above, bare(words), at)
            above = ""
        elif made and made["name"].lower() not in NO_NAMES and (inside or made["mark"]):
            if made["text"]:
                yield Entry(made["name"].rstrip("."), bare(made["text"]), at)
            elif inside:
                above = made["name"]
