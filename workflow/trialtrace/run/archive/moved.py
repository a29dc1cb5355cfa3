"""Raw tables that moved: another file, format or kind of source, or another name of the item."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby

from trialtrace.base.config.changes import KeyChange
from trialtrace.base.config.compose import compose_text

FILE, SOURCE, KIND = "trial.yaml", "source", ("source", "kind")
# Keys of an item by which its cells are read: they change results where no cell changed.
SPELLING = ("decimal", "date_order")
# The length of source.items.<name>.
ITEM = 3


def renamed_tables(
    old: Mapping[str, bytes],
    new: Mapping[str, bytes],
    names_old: Collection[str],
    names_new: Collection[str],
) -> dict[str, str]:
    """Raw table of the older run -> of the newer, where a table of the trial reads the other now.

    `old` and `new` are configurations, `names_old` and `names_new` the raw tables of both runs.
    """
    before, after = _raw_tables(old), _raw_tables(new)
    pairs = {(before[table], after[table]) for table in before if table in after}
    gone, came = {*names_old} - {*names_new}, {*names_new} - {*names_old}
    moved = [(one, other) for one, other in pairs if one in gone and other in came]
    renamed = dict(moved)
    # Two tables that became one, or one that became two, are not the same under another name.
    return renamed if len(moved) == len(renamed) == len({*renamed.values()}) else {}


def _raw_tables(configuration: Mapping[str, bytes]) -> dict[str, str]:
    """Table of the trial -> the raw table that it reads."""
    tables: dict[str, str] = {}
    for file, content in configuration.items():
        if file.rpartition("/")[2] == FILE:
            document = compose_text(file, content.decode("utf-8", "backslashreplace"))
            entries = document.data.get("tables", {}).items()
            tables |= {name: str(entry.get("of")) for name, entry in entries}
    return tables


def moved_keys(changes: Collection[KeyChange], renamed: Mapping[str, str]) -> Iterator[KeyChange]:
    """The changed keys that say where raw tables come from, and not how their cells are read."""
    came_or_went = {
        (change.file, change.path[:ITEM], change.old is None)
        for change in changes
        if change.path[ITEM:] == ("format",) and None in (change.old, change.new)
    }
    for change in changes:
        spelling = change.path[-1:] and change.path[-1] in SPELLING
        with_item = (change.file, change.path[:ITEM], change.old is None) in came_or_went
        of_source = is_of_source(change) and (not spelling or with_item)
        if of_source or (_is_of_table(change) and _names(change) in renamed.items()):
            yield change


def is_of_source(change: KeyChange) -> bool:
    return change.file.rpartition("/")[2] == FILE and change.path[:1] == (SOURCE,)


def names_file(change: KeyChange) -> bool:
    """Whether the values of a changed key may name files and folders of an export."""
    return is_of_source(change) and change.path != KIND


def _is_of_table(change: KeyChange) -> bool:
    parts = change.path
    return change.file.rpartition("/")[2] == FILE and (*parts[:1], *parts[2:]) == ("tables", "of")


def _names(change: KeyChange) -> tuple[str, str]:
    return str(change.old).strip("'"), str(change.new).strip("'")


def with_moves_as_one(
    changes: Iterable[KeyChange], moved: Collection[KeyChange]
) -> Iterator[KeyChange]:
    """The changed keys, of which those that moved a trial's source are one."""
    for file, of_file in groupby(changes, key=lambda change: change.file):
        every = list(of_file)
        moves = [change for change in every if change in moved]
        for change in every:
            if change not in moved:
                yield change
            elif change is moves[0]:
                yield _as_one(file, moves)


def _as_one(file: str, moves: list[KeyChange]) -> KeyChange:
    """One change for several: that of the kind, where it is another; else all that changed."""
    kinds = [change for change in moves if change.path == KIND]
    if kinds or len(moves) == 1:
        return (kinds or moves)[0]
    of_source = [change for change in moves if is_of_source(change)]
    items = {change.path[:ITEM] for change in of_source}
    path = items.pop() if len(items) == 1 else (SOURCE,)
    old = _together(path, ((change, change.old) for change in of_source))
    new = _together(path, ((change, change.new) for change in of_source))
    first = of_source[0]
    return KeyChange(file, path, old, new, first.line_old, first.line_new)


def _together(
    path: tuple[str | int, ...], values: Iterable[tuple[KeyChange, str | None]]
) -> str | None:
    """ "path 'a.csv', separator ';'": keys below a path with their values."""
    texts = (
        f"{'.'.join(str(part) for part in change.path[len(path) :])} {value}"
        for change, value in values
        if value is not None
    )
    return ", ".join(texts) or None
