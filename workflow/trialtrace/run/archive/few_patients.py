"""Kept runs whose reports, side by side with the last one, give away the few patients between."""

from collections.abc import Iterator

from trialtrace.base.errors import UserError
from trialtrace.run.archive.kept_tables import kept_table
from trialtrace.run.archive.shelf import Shelf

# Counts and means of fewer patients than these are told by the difference of two reports.
FEWEST = 5


def few_between(shelf: Shelf) -> Iterator[tuple[str, int]]:
    """Each kept run of which fewer than FEWEST patients are not in the last, or the other way, and
    how many; not one of the same patients."""
    names = list(dict.fromkeys(kept["run"] for kept in shelf.log()))
    if names:
        last = _patients(shelf, names.pop())
        for name in names:
            differ = len(last ^ _patients(shelf, name))
            if 0 < differ < FEWEST:
                yield name, differ


def _patients(shelf: Shelf, run: str) -> set[str]:
    """The patients of a kept run; none of one that is not whole or has no such table."""
    try:
        kept = shelf.manifest(run)["tables"].get("derived/adsl.parquet")
        return set(kept_table(kept, shelf.objects)["USUBJID"].to_pylist()) if kept else set()
    except UserError:
        return set()


def few_lines(shelf: Shelf) -> Iterator[str]:
    """What is said, at the end of a run and on the page of changes, of a trial of which single
    patients may not be shown."""
    for run, many in few_between(shelf):
        who = "1 patient" if many == 1 else f"{many} patients"
        yield (
            f"the last run and the kept run {run} differ by {who}: whoever has the reports of both "
            "can work out what is known of them; mail one of the two"
        )
