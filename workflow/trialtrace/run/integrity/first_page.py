"""The checks of a trial's rows, and the one line that page 1 of its report has of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from trialtrace.run.cleaning.account import CONTRADICTION, RedLine, run_text
from trialtrace.run.integrity import look as kinds
from trialtrace.run.integrity.export import At
from trialtrace.run.integrity.look import PAGE_LEVEL, Judged, Look, judged
from trialtrace.run.integrity.read import Uses, read_export
from trialtrace.run.integrity.registry import CHECKS, OF_ROWS, look_at
from trialtrace.run.trial.load import Trial

RUNS_SHOWN, NAMES_SHOWN = 8, 4
RED, BLACK = "unusual_rows", "remark"


def checks_of_rows(
    trial: Trial, clean_dir: Path, uses: Uses
) -> tuple[tuple[Look, ...], tuple[RedLine, ...]]:
    """Every look at the clean tables but those at entry, and the line of page 1, if any."""
    looks = tuple(look_at(read_export(trial, clean_dir, uses), OF_ROWS))
    labels = {
        (table, name): variable.label
        for table, columns in trial.dictionary.items()
        for name, variable in columns.items()
    }
    return looks, tuple(page_line(trial.name, judged(looks), uses, labels, known_columns(trial)))


def known_columns(trial: Trial) -> dict[str, str]:
    """TABLE.COLUMN -> the reason that cleaning.yaml gives for what is unusual there."""
    return {
        f"{name}.{column}": reason
        for name, table in trial.cleaning.tables.items()
        for column, reason in table.known.items()
    }


def page_line(
    trial: str,
    looks: Iterable[Judged],
    uses: Uses,
    labels: Mapping[At, str],
    known: Iterable[str] = (),
) -> list[RedLine]:
    """One line at most: red for a contradiction or a loss beyond chance, black for a single
    contradiction, or a pattern beyond chance; and how many more flags the item report has."""
    flags = [one for one in looks if one.flagged and one.look.where not in known]
    found = sorted((one for one in flags if _rank(one) < NOT_SHOWN), key=_rank)
    if not found:
        return []
    first = found[0]
    others = len(flags) - 1
    look, check = first.look, CHECKS[first.look.check]
    table, _, column = look.where.partition(".")
    label = labels.get((table, column), "")
    called = f"{label} ({look.where})" if label else look.where
    rows = f"Rows {rows_text(look.rows)} of {look.table}, " if look.rows else ""
    used = list(dict.fromkeys(uses.get((table, column), ())))
    text = f"{rows}{called}: {look.told}. {check.ask}"
    if used:
        more = f" and {len(used) - NAMES_SHOWN} more" if len(used) > NAMES_SHOWN else ""
        text += f" Used by {', '.join(used[:NAMES_SHOWN])}{more}."
    if others:
        text += f" {others} more {'flags' if others > 1 else 'flag'}: trialtrace integrity {trial}."
    kind = (RED, CONTRADICTION, BLACK)[_rank(first)]
    return [RedLine(kind, table, column or None, text)]


NOT_SHOWN = 3


def _rank(one: Judged) -> int:
    """Red, a single contradiction, a pattern; `NOT_SHOWN` for what the item report alone has."""
    beyond = one.adjusted < PAGE_LEVEL
    if beyond and one.look.kind in (kinds.CONTRADICTION, kinds.LOSS):
        return 0
    if one.look.kind == kinds.CONTRADICTION:
        return 1
    return 2 if beyond else NOT_SHOWN


def rows_text(rows: tuple[int, ...]) -> str:
    """Rows as runs, "12 to 18, 40"; the first of many."""
    runs = run_text(rows).split(", ")
    return ", ".join(runs if len(runs) <= RUNS_SHOWN else [*runs[:RUNS_SHOWN], "…"])
