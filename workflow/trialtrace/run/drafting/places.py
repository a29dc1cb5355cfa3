"""Where the tables are that somebody named: files, sheets, folders, data sets of the registry."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from trialtrace.base.errors import Problem, ProblemsError, UserError, one_of, wrong
from trialtrace.run.drafting.formats import ENDINGS, format_of, read_file, sheets_of
from trialtrace.run.drafting.names import TABLES
from trialtrace.run.tables.measures import folded, plain

REGISTRY = "registry:"
LONGEST_NAME = 40
# Workbooks of which the sheets are remembered.
MOST_BOOKS = 16
NEUTRAL = "data"
# In a folder, text with another ending is rather a note than a table.
OF_FOLDERS = tuple(ending for ending in ENDINGS if ending not in (".txt", ".dat"))
DESCRIPTIONS = (".xml",)
# Analysis code of R and Stata.
SCRIPTS = (".r", ".rmd", ".qmd", ".do")
# What may say in a folder what the columns of its tables mean.
NOTES = (
    *("", ".md", ".rd", ".txt", ".dat", ".rst", ".html", ".pdf", ".docx", ".doc", ".rtf"),
    *(".yaml", ".yml", ".sps", *SCRIPTS),
)
# Notes that may hold a table too, unless they are called README.
MAY_BE_TABLES, README = ("", ".txt", ".dat"), "readme"
# What programs leave beside a file that is open.
LOCKS = ("~$", ".")


@dataclass(frozen=True)
class Place:
    """One table: a data set of the registry, or a file, of a workbook with its sheet; `fault` is
    why the sheets of one in a folder cannot be told."""

    shown: str
    name: str
    path: Path | None = None
    sheet: str = ""
    fault: UserError | None = None

    @property
    def item(self) -> str:
        """The data set of the registry package; nothing for a file."""
        return "" if self.path else self.shown.removeprefix(REGISTRY)


def files_of(texts: Sequence[str]) -> list[str]:
    """What was given, each folder replaced by its tables and their descriptions."""
    return [file for text in texts for file in _expanded(text)]


def notes_of(texts: Sequence[str]) -> list[str]:
    """The files in given folders that may describe the tables."""
    return [
        str(path)
        for text in texts
        if not text.startswith(REGISTRY) and _is_folder(text)
        for path in sorted(Path(text).iterdir())
        if path.suffix.lower() in NOTES and not path.name.startswith(LOCKS) and path.is_file()
    ]


def is_note(text: str) -> bool:
    """Whether what was given by its name is a text by its ending, or is called README."""
    path = Path(text)
    ending = path.suffix.lower()
    named = plain(path.stem).startswith(README)
    return (
        not text.startswith(REGISTRY) and ending in NOTES and (named or ending not in MAY_BE_TABLES)
    )


def folders_of(texts: Sequence[str]) -> Iterator[tuple[Path, int]]:
    """The folders in given folders, and how many files each and its own have."""
    given = {Path(text).resolve() for text in texts if _is_folder(text)}
    for text in texts:
        for path in sorted(Path(text).iterdir()) if _is_folder(text) else ():
            if path.is_dir() and not path.name.startswith(LOCKS) and path.resolve() not in given:
                files = sum(len(names) for _, _, names in os.walk(path))
                if files and not any(
                    path.resolve() in Path(each).resolve().parents for each in texts
                ):
                    yield path, files


def _expanded(text: str) -> Iterator[str]:
    if not text:
        raise wrong("the files", "an empty name", "a file or a folder")
    if text.startswith(REGISTRY):
        yield text
        return
    if not _is_folder(text):
        yield _file(text)
        return
    with os.scandir(text) as entries:
        files = sorted(entry.path for entry in entries if entry.is_file())
    known = [file for file in files if _is_wanted(file)]
    if not any(Path(file).suffix.lower() in OF_FOLDERS for file in known):
        known += [file for file in files if _holds_table(Path(file))]
    if not any(Path(file).suffix.lower() not in DESCRIPTIONS for file in known):
        fault = "a folder without a table"
        mend = "give the folder in which the files are, or the files themselves"
        need = f"files in it that end in {one_of(OF_FOLDERS, 20)}, or .txt and .dat with a table"
        refused = [one for file in files for one in _refused(Path(file))]
        raise ProblemsError([Problem(text, found=fault, expected=need, do=mend), *refused])
    yield from known


def _file(text: str) -> str:
    """The file, where it is one: what is no plain file, such as a pipe, may never end."""
    try:
        there = Path(text).is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise UserError(text, "there is no such file", expected="a file or a folder that is there")
    return text


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):
        return False


def _holds_table(path: Path) -> bool:
    """Whether a text, where a folder has no other table, reads as one."""
    if path.suffix.lower() not in (".txt", ".dat") or path.name.startswith(LOCKS):
        return False
    try:
        return len(read_file(path, path.name).cells.names) > 1
    except UserError:
        return False


def _refused(path: Path) -> list[Problem]:
    """Why a text, where a folder has no table, cannot be read as one."""
    if path.suffix.lower() not in (".txt", ".dat") or path.name.startswith(LOCKS):
        return []
    try:
        read_file(path, path.name)
    except UserError as error:
        return error.problems
    return []


def _is_wanted(file: str) -> bool:
    name = Path(file).name
    return not name.startswith(LOCKS) and Path(name).suffix.lower() in (*OF_FOLDERS, *DESCRIPTIONS)


def places(texts: Sequence[str]) -> list[Place]:
    """The tables, each with a name of its own, in the order in which they were given: data, data_2
    where files have none that reports may show, and sheets of one name."""
    counts: Counter[str] = Counter()
    made: list[Place] = []
    for place in (place for text in texts for place in _places(text)):
        counts[place.name] += 1
        n = counts[place.name]
        if n > 1 and not (place.sheet or place.name == NEUTRAL):
            which = [one.shown for one in (*made, place) if one.name == place.name]
            fault = f"several that would be the table {place.name}: {one_of(which)}"
            need = "a name of its own for each"
            raise wrong("the files", fault, need, "rename one of them, or give one alone")
        made.append(place if n == 1 else replace(place, name=f"{place.name}_{n}"))
    return made


def _places(text: str) -> Iterator[Place]:
    if text.startswith(REGISTRY):
        yield Place(text, name_of(text.rpartition("/")[2]))
        return
    path = Path(_file(text))
    if format_of(path) != "excel":
        yield Place(text, neutral_name(path.stem), path)
        return
    state = path.stat() if path.exists() else None
    try:
        sheets = _sheets(path, text, state and (state.st_mtime_ns, state.st_size))
        if not sheets:
            raise UserError(text, "no sheet of the workbook has a cell", expected="a table")
    except UserError as error:
        yield Place(text, neutral_name(path.stem), path, fault=error)
        return
    for sheet in sheets:
        yield Place(text, neutral_name(path.stem if len(sheets) == 1 else sheet), path, sheet)


@lru_cache(maxsize=MOST_BOOKS)
def _sheets(path: Path, text: str, state: tuple[int, int] | None) -> list[str]:
    """The sheets of a workbook in the state that is told: a draft asks for them many times, and it
    takes a reading of all its cells to know which are empty."""
    return sheets_of(path, text)


def neutral_name(stem: str) -> str:
    """A table's name, as reports show it: that of its file or sheet where these are words for what
    a table holds, else one that tells neither who nor when."""
    words = re.findall(r"[a-z]+|[0-9]+", folded(stem).lower())
    known = all(word in TABLES or re.fullmatch("[0-9]{1,2}", word) for word in words)
    dated = sum(word.isdecimal() for word in words) > 1
    return name_of(stem) if known and not dated else NEUTRAL


def name_of(stem: str) -> str:
    """A name of the configuration: small letters, digits and _."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    name = name if re.match("[a-z]", name) else f"t_{name}".rstrip("_")
    return name[:LONGEST_NAME].rstrip("_")
