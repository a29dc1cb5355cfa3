"""Columns of 0 and 1 that exclude each other and are one factor: doses, or visits of a row."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
        rows = Counter(
            row for part in cells.of(names) for row in zip(*part.to_pydict().values(), strict=True)
        )
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
        codes = [
            BETWEEN.join("1" if at == n else "0" for at in range(len(each)))
            for n in range(len(each))
        ]
        if sum(row.count("1") for row in rows) < len(rows):
            codes.append(BETWEEN.join("0" * len(each)))
            rest = [level or label for level, label in zip(levels, labels, strict=True)]
            labels.append(f"{head} other than {', '.join(rest)}")
        choices = tuple(zip(codes, labels, strict=True))
        if name not in {one.name for one in columns}:
            by = f"{names[0]} to {names[-1]}"
            yield Factor(name, tuple(names), Described(by, head, choices))


def _may_be(stem: str) -> bool:
    kinds = (rank(stem, VISITS), rank(stem, REPEATS), rank_of_arm(stem))
    return is_dose(stem) or any(one is not None for one in kinds)
