"""What scripts of R and Stata say of columns: labels, and those of codes."""

import re
from collections.abc import Iterator

# factor(trial$arm, levels = c(0, 1), labels = c("Placebo", "Drug")), or levels = 0:1;
# structure(arm, levels = c("placebo", "drug"), class = "factor").
FACTOR = re.compile(r"\b(factor|structure)\(\s*((?:[^()]|\([^()]*\))*)\)")
FIRST = re.compile(r"^(?:x\s*=\s*)?(?:([\w.]+)\$)?([A-Za-z.][\w.]*)\s*,")
LIST = r"\b{}\s*=\s*(?:c\(([^()]*)\)|(-?\d+)\s*:\s*(\d+))"
LEVELS, LABELS = re.compile(LIST.format("levels")), re.compile(LIST.format("labels"))
CELL = re.compile(r"\"([^\"]*)\"|'([^']*)'|(-?[\w.]+)")
# label variable arm "Arm", label define arms 0 "Placebo" 1 "Drug", label values arm arms.
VARIABLE = re.compile(
    r"^[ \t]*la(?:b(?:el?)?)?\s+va(?:r(?:iable)?)?\s+(\w+)\s+\"([^\"\n]*)\"", re.M
)
DEFINED = re.compile(
    r"^[ \t]*la(?:b(?:el?)?)?\s+de(?:f(?:ine)?)?\s+(\w+)((?:\s+(?:///\s*)?-?\d+\s+\"[^\"\n]*\")+)",
    re.M,
)
VALUES = re.compile(
    r"^[ \t]*la(?:b(?:el?)?)?\s+va(?:l(?:ues?)?)?\s+([\w \t]+?)[ \t]+(\w+)[ \t]*$", re.M
)
PAIR = re.compile(r"(-?\d+)\s+\"([^\"\n]*)\"")


def columns_in(text: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Each name with its line, and its label and codes, as far as the script tells them."""
    every = [(one[1], one.start(), "label", one[2]) for one in VARIABLE.finditer(text)]
    every += _factors(text)
    lists = {one[1]: _joined(PAIR.findall(one[2])) for one in DEFINED.finditer(text)}
    for one in VALUES.finditer(text):
        codes = lists.get(one[2], "")
        every += [(name, one.start(), "codes", codes) for name in one[1].split() if codes]
    made: dict[str, tuple[int, dict[str, str]]] = {}
    for name, at, field, said in every:
        line = text.count("\n", 0, at) + 1
        made.setdefault(name, (line, {"label": ""}))[1][field] = said
    yield from ((name, line, fields) for name, (line, fields) in made.items())


def _factors(text: str) -> Iterator[tuple[str, int, str, str]]:
    for called in FACTOR.finditer(text):
        named, levels, labels = (one.search(called[2]) for one in (FIRST, LEVELS, LABELS))
        if named and (
            _is_made(text, named)
            or _is_recoded(text[: text.rfind("\n", 0, called.start()) + 1], named[2])
        ):
            continue
        if called[1] == "structure" and ("factor" in called[2]):
            # The levels of codes from 1 on.
            words = _cells(levels)
            codes = [str(n) for n in range(1, len(words) + 1)]
        else:
            codes, words = _cells(levels), _cells(labels)
        if named and len(codes) == len(words) > 1:
            yield named[2], called.start(), "codes", _joined([*zip(codes, words, strict=True)])


def _is_made(text: str, named: re.Match[str]) -> bool:
    """Whether the data frame of a column is made in the script, and read from no file."""
    made = r"(?:data\.frame|structure|list|tibble|expand\.grid)\("
    return bool(
        named[1] and re.search(rf"(?<![\w.]){re.escape(named[1])}\s*(?:<-|=)\s*{made}", text)
    )


def _is_recoded(before: str, name: str) -> bool:
    """Whether a script gives a column other values before it labels them."""
    given = rf"^[^\n#]*(?<![\w.]){re.escape(name)}\s*(?:<-|=(?!=))(?![^\n]*\bfactor\()"
    return re.search(given, before, re.MULTILINE) is not None


def _cells(found: re.Match[str] | None) -> list[str]:
    if found is None:
        return []
    if found[2]:
        return [str(n) for n in range(int(found[2]), int(found[3]) + 1)]
    return ["".join(cell) for cell in CELL.findall(found[1])]


def _joined(pairs: list[tuple[str, str]]) -> str:
    return "; ".join(f"{code} = {label}" for code, label in pairs)
