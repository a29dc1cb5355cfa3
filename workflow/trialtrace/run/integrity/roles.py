"""What dates of patients are by their names and labels, and which of two comes first by that.

Birth comes first of all and death last; randomisation, else entry, is before the start of treatment
and both before follow-up. A name goes before a label, of which what follows a "before" or an
"after" is of another date. What was planned, reported or of earlier treatment has no place.
"""

import re
from collections.abc import Iterator
from itertools import permutations

import numpy as np

from trialtrace.base.arrays import Flags
from trialtrace.run.integrity.export import DATE, Column, Export, Slice

BIRTH = re.compile(r"\w*(birth|born|dob|geburt|geboren|naissance|nascita|nacimiento)\w*", re.I)
DEATH = re.compile(
    r"death|died|deceas|\bdod\b|\bdth|dthdt|verst(or|ar)b|todes|\btod\b|d[ée]c[èe]s|\bmort[eo]?\b"
    r"|fallec|overl(e|ij)d|[óo]bito|zgon|exitus",
    re.IGNORECASE,
)

# A date of death or of something else.
LATER = re.compile(r"last|contact|follow|censor|status|letzt|dernier|ultim", re.IGNORECASE)

# A day that was planned may lie after a death.
PLANNED = re.compile(r"plan|schedul|target|\bdue\b|\bsoll|pr[ée]vu|programad", re.IGNORECASE)

RANDOMISED = re.compile(r"randomi[sz]|\brand(|date?|dt|day)\b|\brnddt|date?rand\b|aleatori", re.I)
STARTED = re.compile(
    r"(start|begin\w*|onset|first day|first) (date )?(of )?(the )?(study |trial )?"
    r"(treatment|therapy|drug|medication|dose|intervention|infusion)\b|\btrtsdt|rfxstdt|first ?dose"
    r"|(treat(ment)?|therapy|drug|medication|intervention) ?(start|begin)|\w+(sbeginn|ebeginn)\b"
    r"|(d[ée]but|inicio|inizio) (du|del|della) tra[it]",
    re.IGNORECASE,
)
FOLLOWED = re.compile(
    r"last ?(date ?|day ?)?(of ?)?(contact|seen|visit|follow|known|alive|news)|follow[ -]?up|censor"
    r"|lstalv|\bl?fu ?dat|end of (study|follow|treatment)|letzte\w* (kontakt|visite)"
    r"|derni[èe]res? (nouvelles|visite)|[úu]ltimo contact|lost to",
    re.IGNORECASE,
)
OTHER = re.compile(
    rf"{PLANNED.pattern}|previous|prior|histor|before|earlier|run.?in|lead.?in|induction|frühere"
    r"|(start|begin\w*) (of )?(the )?follow|follow[ -]?up (start|begin)"
    r"|report|notif|inform|certif|autops|export|extract|entered|entry of|signed|query|form\b"
    r"|analys|assay|\bresult|update|modif|upload|verif|burial|funeral"
    r"|mother|father|partner|donor|child|infant|baby",
    re.IGNORECASE,
)
# When something was written down.
WRITTEN = re.compile(r"\bentered|entry of|data entry|\bform\b|typed", re.IGNORECASE)
QUALIFIED = re.compile(r"\b(after|since|from|until|at|nach|seit|apr[èe]s|despu[ée]s)\b.*", re.I)
BORN, ENTERED, BEGUN, SEEN, DEAD = range(5)


def is_death(export: Export, item: Slice) -> bool:
    """Whether a column is a date of death, by its name and label."""
    single = export.known((item.table, item.column)) is not None
    texts = (f"{column.name} {column.label}" for column in _columns(export, item))
    return (
        item.kind == DATE
        and single
        and any(DEATH.search(text) and not LATER.search(text) for text in texts)
    )


def died(export: Export) -> Flags | None:
    """Who has a day of death; None where no column holds one."""
    days = [one.values for one in export.slices if is_death(export, one)]
    return np.any(~np.isnan(np.column_stack(days)), axis=1) if days else None


def rank_of(name: str, label: str) -> int | None:
    """Where a date stands among those of a patient; None where neither name nor label says it."""
    if OTHER.search(_words(name, label)):
        return None
    for text in (name, label):
        said = QUALIFIED.sub("", _words(text))
        if DEATH.search(said) and not LATER.search(said):
            return DEAD
        ranks = ((FOLLOWED, SEEN), (STARTED, BEGUN), (RANDOMISED, ENTERED), (BIRTH, BORN))
        found = [rank for words, rank in ranks if words.search(said)]
        if found:
            return found[0]
    return None


def ranked(export: Export) -> Iterator[tuple[Slice, int | None]]:
    """Each date of a patient with where it stands; none of what was planned or reported."""
    for one in export.slices:
        at = one.table, one.column
        for column in _columns(export, one) if one.kind == DATE and export.known(at) else ():
            rank = rank_of(column.name, column.label)
            if rank is None and at == export.entry:
                rank = ENTERED
            if rank is not None or not OTHER.search(_words(column.name, column.label)):
                yield one, rank


def in_order(export: Export) -> Iterator[tuple[Slice, Slice, bool]]:
    """Each two dates of a patient of which one comes first: all after birth and before death, of
    which the third says whether one of both is."""
    for (one, first), (later, last) in permutations(ranked(export), 2):
        both = first is not None and last is not None and first < last
        if both or (first == BORN and last is None) or (first is None and last == DEAD):
            yield one, later, first == BORN or last == DEAD


def is_written(column: Column) -> bool:
    """Whether a date is that of a form, or of its entry."""
    return WRITTEN.search(_words(column.name, column.label)) is not None


def _words(*texts: str) -> str:
    """Names as words: what is between them may be a line."""
    return " ".join(texts).replace("_", " ")


def _columns(export: Export, item: Slice) -> Iterator[Column]:
    for sheet in export.sheets:
        if sheet.name == item.table:
            yield from (column for column in sheet.columns if column.name == item.column)
