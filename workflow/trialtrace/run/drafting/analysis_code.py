"""What analysis code beside the tables compares: examples of help pages, scripts of R and Stata."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from trialtrace.run.drafting.codebook import MOST_BYTES, NOTES, text_of
from trialtrace.run.drafting.described import Compared
from trialtrace.run.drafting.places import SCRIPTS

# A name before a bracket, and a column, of a data frame or not, in quotes of a formula or not.
CALLED = re.compile(r"[A-Za-z.][\w.:]*$")
NAME = re.compile(r"(?<![\w.$])(?:[A-Za-z.][\w.]*\$)?(`[^`\n]+`|[A-Za-z.][\w.]*)(?!\s*\(|[\w.])")
COMMENT = re.compile(r"#[^\n]*|^[ \t]*\*[^\n]*|//[^\n]*", re.MULTILINE)
QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
# What calls name the outcome, and those that cross it with groups by place: tapply(y, arm, mean).
RESPONSE = re.compile(
    r"(?:response|outcome|y|dv|endpoint)\s*=(?!=)\s*(.+)", re.DOTALL | re.IGNORECASE
)
# Random effects, by which nothing is compared: (1 | site).
RANDOM = re.compile(r"\([^()|]*\|[^()]*\)")
BY_PLACE = {"tapply", "boxplot", "pairwise.t.test", "pairwise.wilcox.test", "kruskal.test"}
# One group against another: t.test(y[arm == "A"], y[arm == "B"]).
TESTS = re.compile(r"(?:t|wilcox|var|ks|prop)\.test")
# The status of a time that is the event: status == 2, and of who had none: 1 - status, !status.
EVENT = re.compile(r"(?P<name>[\w.$`]+)\s*==\s*[\"']?(?P<code>[\w-]+)[\"']?")
TURNED = re.compile(r"1\s*-\s*(?P<less>[\w.$`]+)|!\s*(?P<none>[\w.$`]+)")
# A command of Stata that models its first variable by the others, or compares it by groups.
STATA = re.compile(
    r"^[ \t]*(?:(?:xi|by [^:\n]*|bysort [^:\n]*|qui\w*|eststo\w*)\s*:?\s+)*"
    r"(?P<what>reg(?:ress)?|areg|logi(?:t|stic)|ologit|probit|poisson|nbreg|mixed|xtmixed|xtreg|glm|"
    r"binreg|anova|oneway|ttest|ranksum|kwallis|median)\s+(?P<rest>[^\n,]+)(?P<options>,[^\n]*)?",
    re.MULTILINE,
)
TIMED = re.compile(
    r"^[ \t]*stset\s+(?P<time>\w+)[^\n]*\bf(?:ail(?:ure)?)?\(\s*(?P<status>\w+)"
    r"(?:\s*==?\s*(?P<code>\d+))?[^)]*\)",
    re.MULTILINE,
)
OPENED, CLOSED = "([{", ")]}"
# Longer calls are no comparisons.
LONGEST = 1500


def compared_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> Iterator[Compared]:
    """The comparisons in code of texts and scripts; nothing of a call that has no column of the
    table, whose `values` are given, on both sides."""
    for path in map(Path, dict.fromkeys(files)):
        ending = path.suffix.lower()
        if ending not in (*NOTES, *SCRIPTS) or path.stat().st_size > MOST_BYTES:
            continue
        text = COMMENT.sub(lambda found: " " * len(found[0]), text_of(path))
        calls = _of_stata(text, values) if ending == ".do" else _of_r(text, values)
        for at, outcomes, by, status, event in calls:
            rest = tuple(one for one in by if one not in (*outcomes, status))
            if outcomes and rest:
                place = f"{path.name}, line {text.count(chr(10), 0, at) + 1}"
                yield Compared(outcomes, rest, place, status, event)


Call = tuple[int, tuple[str, ...], tuple[str, ...], str, str]


def _of_r(text: str, values: Mapping[str, Collection[str]]) -> Iterator[Call]:
    for at, name, cells in _calls(text):
        status = event = ""
        formula = next((cell for cell in cells if _sides(cell)), "")
        by: tuple[str, ...] = ()
        if left_right := _sides(formula):
            left, right = left_right
            outcomes, by = _columns(left, values), _columns(RANDOM.sub("", right), values)
            if timed := next((one for one in _calls(left) if one[1].endswith("Surv")), None):
                outcomes, status, event = _timed(timed[2], values)
        elif told := next(
            (one for cell in cells if (one := RESPONSE.fullmatch(cell.strip()))), None
        ):
            outcomes = _columns(told[1], values)
            by = _columns(" ".join(cell.partition("=")[2] for cell in cells), values)
        elif TESTS.fullmatch(name) and len(cells) > 1 and "[" in cells[0]:
            inside = cells[0].partition("[")
            outcomes, by = _columns(inside[0], values), _columns(inside[2], values)
            outcomes = outcomes if outcomes == _columns(cells[1].partition("[")[0], values) else ()
        elif name in BY_PLACE and len(cells) > 1:
            outcomes, by = _columns(cells[0], values), _columns(cells[1], values)
        else:
            continue
        yield at, outcomes, by, status, event


def _calls(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each call, inner ones too: where it stands, its name, and its cells between commas."""
    opened: list[tuple[int, list[int]]] = []
    blanked = QUOTED.sub(lambda found: re.sub(r"[][(){},]", "_", found[0]), text)
    for at, letter in enumerate(blanked):
        if letter == "\n" and blanked[at + 1 : at + 2] == "\n":
            opened = []
        elif letter in OPENED:
            opened.append((at, []))
        elif letter == "," and opened:
            opened[-1][1].append(at)
        elif letter in CLOSED and opened:
            start, commas = opened.pop()
            named = CALLED.search(blanked, max(0, start - 60), start)
            if named and blanked[start] == "(" and at - start < LONGEST:
                ends = [start, *commas, at]
                cells = [text[a + 1 : b] for a, b in pairwise(ends)]
                yield named.start(), named[0].rpartition(":")[2], cells


def _sides(cell: str) -> tuple[str, str] | None:
    """What stands on both sides of a formula: `y ~ arm`, formula = y ~ arm."""
    left, mark, right = re.sub(r"^\s*\w+\s*=(?!=)", "", cell).partition("~")
    return (left.strip(" \"'"), right) if mark and left.strip(" \"'") and right.strip() else None


def _timed(
    cells: Sequence[str], values: Mapping[str, Collection[str]]
) -> tuple[tuple[str, ...], str, str]:
    """The time, the status and the code of the event of Surv(time, status == 2); as R has it, the
    larger of 0 and 1, or of 1 and 2, where the code is not said. Nothing of intervals."""
    cells = [re.sub(r"^\s*(?:time|event|status)\s*=(?!=)", "", cell).strip() for cell in cells]
    if len(cells) != 2:
        return (), "", ""
    status = _columns(cells[1], values)
    if len(status) != 1:
        return _columns(cells[0], values), "", ""
    codes = {*values[status[0]]} - {""}
    said, turned = EVENT.search(cells[1]), TURNED.fullmatch(cells[1])
    usual = "1" if codes <= {*"01"} else "2" if codes <= {*"12"} else ""
    event = said["code"] if said else "0" if turned and usual == "1" else usual
    return _columns(cells[0], values), status[0], event if event in codes else ""


def _of_stata(text: str, values: Mapping[str, Collection[str]]) -> Iterator[Call]:
    times = [*TIMED.finditer(text)]
    for at in times:
        # The comparisons of the time that is set stand below it.
        rest = re.split(r"^[ \t]*stset\b", text[at.end() :], maxsplit=1, flags=re.MULTILINE)[0]
        for one in re.finditer(
            r"^[ \t]*(?:xi:\s*)?(?:stcox|sts test|streg)\s+([^\n,]+)", rest, re.M
        ):
            code = at["code"] or "1"
            known = at["status"] in values and at["time"] in values
            event = code if known and code in values[at["status"]] else ""
            if known:
                by = _columns(_bare(one[1]), values)
                yield at.start(), (at["time"],), by, at["status"], event
    for said in STATA.finditer(text):
        first, *others = re.split(r"\s+(?:if|in)\b", said["rest"])[0].split()
        groups = re.search(r"\bby\((\w+)\)", said["options"] or "")
        named = groups[1] if groups else _bare(" ".join(others))
        yield said.start(), _columns(first, values), _columns(named, values), "", ""


def _bare(text: str) -> str:
    """The variables of a command of Stata, without marks of factors: i.arm, ib1.arm, c.age."""
    return re.sub(r"\b[ic]b?\d*\.", "", text)


def _columns(text: str, values: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The columns among the names of a text, each once."""
    bare = QUOTED.sub("", text) if not text.strip().startswith(("'", '"')) else text
    names = (one.strip("`") for one in NAME.findall(bare))
    return tuple(dict.fromkeys(name for name in names if name in values))
