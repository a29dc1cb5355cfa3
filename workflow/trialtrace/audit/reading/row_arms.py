"""Arms that stand in rows: as the labels of a table whose columns are outcomes, or one below the
other under each outcome."""

import re
from collections.abc import Sequence

from trialtrace.audit.reading.arms import Arms, arms_of, bare, names_control
from trialtrace.audit.reading.heading_words import EVERYONE, said
from trialtrace.audit.reading.heads import ARM
from trialtrace.audit.reading.laid import Laid

_GROUPS = re.compile(
    r"(?:(?:study|treatment|randomi[sz]ed|trial)\s+)?"
    r"(?:groups?|arms?|treatments?|allocation|assignment|interventions?)",
    re.IGNORECASE,
)


def all_arms(every: Sequence[Laid]) -> tuple[Arms, list[Laid]]:
    """The arms of a paper, of columns and of rows, and the tables that have them in rows."""
    known = arms_of([one.columns for one in every if not _in_rows(one, Arms({}))])
    in_rows = [one for one in every if _in_rows(one, known) or _below_outcomes(one, known)]
    columns = arms_of([one.columns for one in every if one not in in_rows])
    labels = dict(columns.labels)
    for one in in_rows:
        found = _below_outcomes(one, known) or [said(label).rest for label in _labels(one)]
        for label in found:
            if not EVERYONE.fullmatch(label) and columns.of(label) is None and bare(label):
                labels.setdefault(bare(label), label)
    return Arms(labels, columns.guessed and len(labels) == len(columns.labels)), in_rows


def _labels(laid: Laid) -> list[str]:
    return [row[0] for row in laid.table.rows[laid.heads :] if any(row)]


def _no_arm_over(laid: Laid, known: Arms) -> bool:
    """Whether no head of a column names an arm."""
    columns = [column for column in laid.columns if column.role == ARM]
    heads = [column.arm or "" for column in columns]
    if any(column.size for column in columns) or any(map(names_control, heads)):
        return False
    return not any(known.of(head) for head in heads if head)


def _in_rows(laid: Laid, known: Arms) -> bool:
    """Whether labels of rows name arms: by the head over them, by their numbers of patients and a
    control among them, or as other tables name their arms; and no head of a column does."""
    labels = _labels(laid)
    if not any(column.arm or column.visit for column in laid.columns) or len(labels) < 2:
        return False
    if len(set(labels)) < len(labels) or not _no_arm_over(laid, known):
        return False
    # A section's own row has no numbers: the rows below it are no arms, or not the only ones.
    if not all(any(row[1:]) for row in laid.table.rows[laid.heads :] if any(row)):
        return False
    over = [row[0] for row in laid.table.rows[: laid.heads] if row[0]]
    if over and _GROUPS.fullmatch(over[-1].strip()):
        return True
    names = [bare(said(label).rest) for label in labels]
    if sum(name in known.labels for name in names) > 1:
        return True
    return len(labels) < 7 and any(_is_control(said(label).rest) for label in labels)


def _below_outcomes(laid: Laid, known: Arms) -> list[str]:
    """Labels that come back below several outcomes, of which one is a control's or a known arm."""
    blocks: dict[tuple[str | None, ...], list[str]] = {}
    for row in laid.rows:
        if row.own and (len(row.path) > 1 or row.visit) and row.kind != "p":
            blocks.setdefault((row.visit, *row.path[:-1]), []).append(row.path[-1])
    labels = next(iter(blocks.values()), [])
    again = [one for one in blocks.values() if {*labels} <= {*one}]
    if len(again) < 2 or not 1 < len(labels) < 6 or not _no_arm_over(laid, known):
        return []
    named = [label for label in labels if _is_control(label) or bare(label) in known.labels]
    return labels if named and len(set(labels)) == len(labels) else []


def _is_control(label: str) -> bool:
    """Whether a label is a control's and of nothing else, as "Control of pain" would be."""
    return names_control(label) and len(label.split()) < 4 and " of " not in label
