"""Which columns may be the arm: few levels, the name or the levels of one, one arm a subject."""

from collections.abc import Mapping, Sequence

import numpy as np

from trialtrace.run.drafting.fingerprints import joined
from trialtrace.run.drafting.keys import Load
from trialtrace.run.drafting.names import ARM_PARTS, ARMS, NO_ARM_PARTS, TREATED, parts, rank
from trialtrace.run.drafting.profile import Column

MOST_ARMS = 8
# The smallest arm, as a share of the largest.
BALANCED = 0.4
# The least score of a candidate: what speaks for an arm is added up, what speaks against it taken.
LEAST = 2.0
VARIES, CROSSED = 3.0, 1.0
# Pairs of a subject and a level, of all there could be.
WHOLLY_CROSSED = 0.9
LABELS = ("treatment arm", "study arm", "randomis", "randomiz", "treatment group", "allocat")


def arms_of(
    columns: Sequence[Column], subject: Sequence[str], constant: Mapping[str, bool], load: Load
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The candidates, the best first, and a sentence on each."""
    why: dict[str, str] = {}
    found: list[tuple[tuple[float, int], str]] = []
    for place, one in enumerate(columns):
        levels = one.distinct
        if not 2 <= levels <= MOST_ARMS or one.validation == "number" or one.mostly_lacking:
            continue
        score, told = _score(one)
        if score >= LEAST and constant.get(one.name) is False:
            if _crossed(subject[0], one.name, load):
                score -= CROSSED
                told.append("subjects have all levels, as in a crossover")
            else:
                score -= VARIES
                told.append("it varies within subjects")
        if score < LEAST:
            continue
        found.append(((-score, place), one.name))
        why[f"arm.{one.name}"] = f"It has {levels} levels; {'; '.join(told)}."
    ranked = tuple(name for _, name in sorted(found))
    if ranked:
        why["arm"] = f"{ranked[0]}: {why[f'arm.{ranked[0]}']}"
    else:
        why["arm"] = "No column of few levels has the name or the levels of an arm."
    return ranked, why


def _crossed(subject: str, name: str, load: Load) -> bool:
    """Whether nearly every subject has every level."""
    marks = load([subject, name])
    subjects, levels = (len(np.unique(marks[one])) for one in (subject, name))
    pairs = len(np.unique(joined([marks[subject], marks[name]])))
    return pairs >= WHOLLY_CROSSED * subjects * levels


def _score(one: Column) -> tuple[float, list[str]]:
    told, score = [], 0.0
    named, words = rank(one.name, ARMS), set(parts(one.name))
    if named is not None:
        score += 4 - 2 * named / len(ARMS)
        told.append("its name is that of an arm")
    elif words & set(ARM_PARTS) and not words & set(NO_ARM_PARTS):
        score += 2
        told.append("its name speaks of an arm")
    elif any(word in one.label.lower() for word in LABELS):
        score += 3
        told.append("its label is that of an arm")
    levels = [*(text for text, _ in one.values), *(label for _, label in one.choices)]
    if any(TREATED.search(level) for level in levels):
        score += 2
        told.append("its levels read like treatments")
    counts = [count for _, count in one.values]
    if counts and min(counts) >= BALANCED * max(counts):
        score += 1
        told.append(f"they are balanced ({', '.join(map(str, counts))} rows)")
    if one.distinct == 2:
        score += 0.5
    return score, told
