"""Columns of 0 and 1 that exclude each other and are one factor: doses, or visits of a row."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.arms import BALANCED
from trialtrace.run.drafting.cells import Cells
from trialtrace.run.drafting.described import Described
from trialtrace.run.drafting.likely_outcome import NUMBERED
from trialtrace.run.drafting.names import REPEATS, VISITS, is_dose, rank, rank_of_arm
from trialtrace.run.drafting.profile import Column
from trialtrace.run.sources.raw import BETWEEN
from trialtrace.run.tables.measures import parts

# Fewer may be of anything.
FEWEST = 3
# Two columns are of one lot, not of two, where of so many rows that would have both none has.
LEAST_OVERLAP = 10
# treat_info, treatmentorder; text_treatment.
OF_TREATMENT = re.compile(
    r"(?P<stem>treat(?:ment|ed)?|trt|arm)[._ ]?(?P<what>[a-z][a-z._ ]+)|"
    r"(?P<ahead>[a-z][a-z._ ]*)[._ ](?P<end>treat(?:ment|ed)?|trt|arm)",
    re.IGNORECASE,
)
# "Dosage=15", "Dose: 15 mg", "Dose is 15"; what stands behind in brackets is how it is coded.
LEVEL = re.compile(r"(?P<head>[^\W\d][\w ]*?)\s*(?:=|:| is )\s*(?P<level>[^=:(]+?)\s*(?:\(.*)?")


@dataclass(frozen=True)
class Factor:
    """A column that is made of others, its name and what is said of it."""

    name: str
    parts: tuple[str, ...]
    about: Described


def factors(columns: Sequence[Column], cells: Cells) -> Iterator[Factor]:
    """The factors of columns that are numbered from 1 on and have one label before an equals sign,
    or without labels the name of a dose, an arm or a visit, where no row has two of them and all
    levels, none of them too, have as many rows."""
    yield from _treatments(columns, cells)
    families: dict[str, list[Column]] = defaultdict(list)
    for one in columns:
        match = NUMBERED.fullmatch(one.name)
        if match and not one.blank and {text for text, _ in one.values} == {"0", "1"}:
            families[match[1]].append(one)
    for stem, each in families.items():
        each.sort(key=lambda one: len(one.name))
        names = [one.name for one in each]
        if len(each) < FEWEST or names != [f"{stem}{n}" for n in range(1, len(each) + 1)]:
            continue
        said = [LEVEL.fullmatch(one.label) for one in each]
        heads = {found["head"] for found in said if found}
        one_head = heads if len(heads) == 1 and all(said) else set()
        unsaid = all(one.label == one.name for one in each)
        heads = one_head or ({stem} if unsaid and _may_be(stem) else set())
        rows = _rows(names, cells)
        if not heads or any(row.count("1") > 1 or {*row} > {"0", "1"} for row in rows):
            continue
        if min(rows.values()) < BALANCED * max(rows.values()):
            continue
        head = min(heads).strip(" ._")
        # Rows of a patient that are numbered are of visits.
        name = "visit" if rank(stem, REPEATS) is not None else "_".join(parts(head))
        levels = [found["level"] if found else "" for found in said]
        named = zip(each, levels, strict=True)
        labels = [f"{head} {level}" if level else one.label for one, level in named]
        codes = _codes(len(each))
        if sum(row.count("1") for row in rows) < len(rows):
            codes.append(BETWEEN.join("0" * len(each)))
            rest = [level or label for level, label in zip(levels, labels, strict=True)]
            labels.append(f"{head} other than {', '.join(rest)}")
        choices = tuple(zip(codes, labels, strict=True))
        if name not in {one.name for one in columns}:
            by = f"{names[0]} to {names[-1]}"
            yield Factor(name, tuple(names), Described(by, head, choices))


def _treatments(columns: Sequence[Column], cells: Cells) -> Iterator[Factor]:
    """The factors of columns of one word of an arm and another each, treat_info and treat_order:
    nobody has two of these treatments, though many would if each had a lot of its own, and as many
    have none of them, who are the controls."""
    families: dict[str, list[tuple[str, Column]]] = defaultdict(list)
    for one in columns:
        match = OF_TREATMENT.fullmatch(one.name)
        if match and not one.blank and {text for text, _ in one.values} == {"0", "1"}:
            families[(match["stem"] or match["end"]).casefold()].append(
                (match["what"] or match["ahead"], one)
            )
    known = {one.name.casefold() for one in columns}
    for stem, each in families.items():
        names = [one.name for _, one in each]
        if len(each) < 2 or stem in known:
            continue
        rows = _rows(names, cells)
        n = rows.total()
        shares = [
            sum(k for row, k in rows.items() if row[at] == "1") / n for at in range(len(each))
        ]
        apart = all(a * b * n >= LEAST_OVERLAP for a, b in combinations(shares, 2))
        counts = [k for _, k in rows.items()]
        one_each = all(row.count("1") < 2 and {*row} <= {"0", "1"} for row in rows)
        if not (apart and one_each and len(rows) == len(each) + 1):
            continue
        if min(counts) < BALANCED * max(counts):
            continue
        words = [" ".join(parts(what)) for what, _ in each]
        codes = [*_codes(len(each)), BETWEEN.join("0" * len(each))]
        labels = [*words, f"neither {' nor '.join(words)}"]
        about = Described(one_of(names), stem, tuple(zip(codes, labels, strict=True)))
        yield Factor(stem, tuple(names), about)


def _rows(names: Sequence[str], cells: Cells) -> Counter[tuple[str, ...]]:
    """How often each combination of the cells of these columns stands in a row."""
    each = (zip(*part.to_pydict().values(), strict=True) for part in cells.of(names))
    return Counter(row for rows in each for row in rows)


def _codes(n: int) -> list[str]:
    """The cells of a row with one of these columns, for each in turn."""
    return [BETWEEN.join("1" if at == one else "0" for at in range(n)) for one in range(n)]


def _may_be(stem: str) -> bool:
    kinds = (rank(stem, VISITS), rank(stem, REPEATS), rank_of_arm(stem))
    return is_dose(stem) or any(one is not None for one in kinds)
