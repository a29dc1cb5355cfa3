"""Where the tables are that somebody named: files, sheets, folders, data sets of the registry."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.run.drafting.formats import ENDINGS, format_of, sheets_of

REGISTRY = "registry:"
LONGEST_NAME = 40
# In a folder, text with another ending is rather a note than a table.
OF_FOLDERS = tuple(ending for ending in ENDINGS if ending not in (".txt", ".dat"))
DESCRIPTIONS = (".xml",)
# What programs leave beside a file that is open.
LOCKS = ("~$", ".")


@dataclass(frozen=True)
class Place:
    """One table: a data set of the registry, or a file, of a workbook with its sheet."""

    shown: str
    name: str
    path: Path | None = None
    sheet: str = ""

    @property
    def item(self) -> str:
        """The data set of the registry package; nothing for a file."""
        return "" if self.path else self.shown.removeprefix(REGISTRY)


def files_of(given: Sequence[str]) -> list[str]:
    """What was given, each folder replaced by its tables and their descriptions."""
    return [file for one in given for file in _expanded(one)]


def _expanded(given: str) -> Iterator[str]:
    if not given:
        raise UserError(Problem("the files", found="an empty name", expected="a file or a folder"))
    if given.startswith(REGISTRY):
        yield given
        return
    if not _is_folder(given):
        yield _file(given)
        return
    with os.scandir(given) as entries:
        files = sorted(entry.path for entry in entries if entry.is_file())
    known = [file for file in files if _is_wanted(file)]
    if not any(Path(file).suffix.lower() in OF_FOLDERS for file in known):
        raise UserError(
            Problem(
                given,
                found="a folder without a table",
                expected=f"files in it that end in {one_of(OF_FOLDERS, 20)}",
                do="give the folder in which the files are, or the files themselves",
            )
        )
    yield from known


def _file(given: str) -> str:
    """The file, where it is one: what is no plain file, such as a pipe, may never end."""
    try:
        there = Path(given).is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise UserError(
            Problem(given, "there is no such file", expected="a file or a folder that is there")
        )
    return given


def _is_folder(given: str) -> bool:
    try:
        return Path(given).is_dir()
    except (OSError, ValueError):
        return False


def _is_wanted(file: str) -> bool:
    name = Path(file).name
    return not name.startswith(LOCKS) and Path(name).suffix.lower() in (*OF_FOLDERS, *DESCRIPTIONS)


def places(given: Sequence[str]) -> list[Place]:
    """The tables, each with a name of its own, in the order in which they were given."""
    found = [place for one in given for place in _places(one)]
    shared = _twice(found)
    # Sheets of one name in two workbooks are told apart by the workbook.
    found = [
        replace(one, name=name_of(f"{one.path.stem}_{one.sheet}"))
        if one.path and one.sheet and one.name in shared
        else one
        for one in found
    ]
    if twice := _twice(found):
        which = [one.shown for one in found if one.name in twice]
        raise UserError(
            Problem(
                "the files",
                found=f"several that would be the table {one_of(twice)}: {one_of(which)}",
                expected="a name of its own for each",
                do="rename one of them, or give one alone",
            )
        )
    return found


def _twice(found: Sequence[Place]) -> list[str]:
    """Names that several tables would have."""
    counts = Counter(one.name for one in found)
    return sorted(name for name, count in counts.items() if count > 1)


def _places(given: str) -> Iterator[Place]:
    if given.startswith(REGISTRY):
        yield Place(given, name_of(given.rpartition("/")[2]))
        return
    path = Path(_file(given))
    if format_of(path) != "excel":
        yield Place(given, name_of(path.stem), path)
        return
    sheets = sheets_of(path, given)
    if not sheets:
        raise UserError(Problem(given, "no sheet of the workbook has a cell", expected="a table"))
    for sheet in sheets:
        yield Place(given, name_of(path.stem if len(sheets) == 1 else sheet), path, sheet)


def name_of(stem: str) -> str:
    """A name of the configuration: small letters, digits and _."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    name = name if re.match("[a-z]", name) else f"t_{name}".rstrip("_")
    return name[:LONGEST_NAME].rstrip("_")
