"""Keys of trial.yaml that say where raw tables come from: a file, its format, a kind of source."""

from collections.abc import Collection, Iterator

from trialtrace.base.config.changes import KeyChange

FILE, SOURCE, KIND = "trial.yaml", "source", ("source", "kind")
# Keys of an item by which its cells are read: they change results where no cell changed.
SPELLING = ("decimal", "date_order")
# The length of source.items.<name>.
ITEM = 3


def moved_keys(changes: Collection[KeyChange]) -> Iterator[KeyChange]:
    """The changed keys that say where raw tables come from, and not how their cells are read."""
    came_or_went = {
        (change.file, change.path[:ITEM], change.old is None)
        for change in changes
        if change.path[ITEM:] == ("format",) and None in (change.old, change.new)
    }
    for change in changes:
        spelling = change.path[-1:] and change.path[-1] in SPELLING
        with_item = (change.file, change.path[:ITEM], change.old is None) in came_or_went
        if is_of_source(change) and (not spelling or with_item):
            yield change


def is_of_source(change: KeyChange) -> bool:
    return change.file.rpartition("/")[2] == FILE and change.path[:1] == (SOURCE,)


def names_file(change: KeyChange) -> bool:
    """Whether the values of a changed key may name files and folders of an export."""
    return is_of_source(change) and change.path != KIND
