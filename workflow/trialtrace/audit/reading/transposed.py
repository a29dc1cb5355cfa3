"""Tables whose rows are arms and whose columns are outcomes, turned so that arms are columns."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.audit.reading.arms import Arms, arms_of, bare
from trialtrace.audit.reading.crossed import names_control
from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.heads import ARM, LABEL, Column
from trialtrace.audit.reading.item import Left
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.tables import Laid, laid_out

_GROUPS = re.compile(
    r"(?:(?:study|treatment|randomi[sz]ed|trial)\s+)?"
    r"(?:groups?|arms?|treatments?|allocation|assignment|interventions?)",
    re.IGNORECASE,
)


def upright(every: Sequence[Laid]) -> tuple[list[Laid], list[Left]]:
    """The tables with their arms in columns, and the numbers of those that could not be turned."""
    known = arms_of([one.columns for one in every if not _arms_in_rows(one, Arms({}))])
    made: list[Laid] = []
    left: list[Left] = []
    for one in every:
        if not _arms_in_rows(one, known):
            made.append(one)
            continue
        again = laid_out(_turned(one)) if _can_turn(one) else None
        kept = [] if again is None else [at for at in _data(one) if at.role == ARM]
        made += [] if again is None else [again]
        left += [
            Left(
                one.table.place_of(row.at, [column.at]),
                row.cells[column.at],
                "its arms seem to stand in rows",
            )
            for row in one.rows
            for column in _data(one)
            if column not in kept and re.search(r"[0-9]", row.cells[column.at])
        ]
    return made, left


def _data(laid: Laid) -> list[Column]:
    return [column for column in laid.columns if column.role != LABEL]


def _labels(laid: Laid) -> list[str]:
    return [row[0] for row in laid.table.rows[laid.heads :] if any(row)]


def _arms_in_rows(laid: Laid, known: Arms) -> bool:
    """Whether labels of rows name arms: by the head over them, by their numbers of patients and a
    control among them, or as other tables name their arms; and no head of a column does."""
    columns = [column for column in laid.columns if column.role == ARM]
    heads = [column.arm or "" for column in columns]
    labels = _labels(laid)
    if not any(heads) or len(labels) < 2 or len(set(labels)) < len(labels):
        return False
    if any(column.size for column in columns) or any(map(names_control, heads)):
        return False
    if any(bare(head) in known.labels for head in heads):
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


def _is_control(label: str) -> bool:
    """Whether a label is a control's and of nothing else, as "Control of pain" would be."""
    return names_control(label) and len(label.split()) < 4 and " of " not in label


def _can_turn(laid: Laid) -> bool:
    """Whether each column is an outcome of its own, with one column of labels."""
    labels = [column for column in laid.columns if column.role == LABEL]
    names = Counter(column.arm for column in laid.columns if column.role == ARM)
    return len(labels) == 1 and laid.heads > 0 and max(names.values()) == 1


def _turned(laid: Laid) -> Table:
    table = laid.table
    body = [(at, row) for at, row in enumerate(table.rows) if at >= laid.heads and any(row)]
    columns = [column.at for column in laid.columns if column.role == ARM]
    grid = [("", *(row[0] for _, row in body))]
    for at in columns:
        head = ", ".join(dict.fromkeys(row[at] for row in table.rows[: laid.heads] if row[at]))
        grid.append((head, *(row[at] for _, row in body)))
    return replace(
        table,
        rows=tuple(grid),
        heads=1,
        turned=(tuple(at for at, _ in body), tuple(columns)),
    )
