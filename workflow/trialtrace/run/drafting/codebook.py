"""What a codebook of any form says of columns: text, notes, help pages of R, sheets and tables.

A section of it is one of the data where most of its names are columns of a table; what it says has
the file and the line.
"""

import csv
import dataclasses
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import yaml

from trialtrace.run.drafting import script_labels, spss_syntax
from trialtrace.run.drafting.described import (
    Described,
    by_rules,
    with_codes,
    with_missing,
    with_values,
)
from trialtrace.run.drafting.formats import sheet_rows
from trialtrace.run.drafting.help_pages import (
    FORMAT,
    PRINTED,
    TYPES,
    Entry,
    bare,
    by_number,
    of_source,
    of_text,
)
from trialtrace.run.drafting.names import SHORTEST, UNITS, not_known, vocabulary
from trialtrace.run.drafting.places import SCRIPTS, name_of
from trialtrace.run.drafting.word_text import DOCUMENT, word_text
from trialtrace.run.tables.measures import parts, plain

# What a sheet or a file is called that says what columns mean, and how its own columns are called.
DESCRIBING = set(
    vocabulary("""
    dictionary description descriptions codebook variable variables legend columns fields metadata
    instrument instruments questionnaire questionnaires fragebogen labels valuelabels codes coding
    codelist codelists
    beschreibung datenbeschreibung variablen codierung codebuch kodierung dictionnaire codage
    diccionario codificacion dizionario codifica dicionario codificacao codeboek""")
)
OF_COLUMNS = set(
    vocabulary("""
    variable variablename variables var varname vars field fieldname column columnname columns name
    variableid fieldid columnid item variablennamen variablenname merkmal feld spalte
    nom champ colonne nombre campo columna variabile nome colonna variavel coluna
    variabele variabelenaam naam veld kolom""")
)
OF_LABELS = set(
    vocabulary("""
    description descriptions label labels meaning definition explanation variablelabel question
    valuelabel codelabel codemeaning
    variabledescription details beschreibung bezeichnung bedeutung beschriftung wertelabel
    libelle intitule signification etiqueta descripcion definicion significado
    etichetta descrizione definizione significato rotulo descricao definicao
    omschrijving beschrijving betekenis""")
)
NAMES_IN_WORDS = {"variablename", "name", "fullname", "longname"}
OF_CODES = set(
    vocabulary("""
    codes code coding codings values value valuelabels levels level categories choices options
    response responses werte wert kodierung codierung auspragungen auspragung valuesrange range
    modalites modalite codage valeurs valeur valores valor codigos codigo codificacion categorias
    valori valore codici codice codifica modalita categorie codificacao
    waarden waarde codering categorieen""")
)
OF_UNITS = set(vocabulary("unit units einheit unite unidad unita unidade eenheid"))
OF_MISSING = set(
    vocabulary("""
    missing missingvalues missingcodes fehlend fehlendewerte manquant manquants valeursmanquantes
    perdidos valoresperdidos mancanti valorimancanti ausentes ontbrekend""")
)
ROLES = {"name": OF_COLUMNS, "label": OF_LABELS, "codes": OF_CODES}
ROLES |= {"unit": OF_UNITS, "missing": OF_MISSING}
NOTES, TEXTS = ("", ".txt", ".md", ".rd", ".rst", ".dat", DOCUMENT), (".csv", ".tsv", ".tab")
DICTIONARIES, SYNTAX = (".yaml", ".yml"), ".sps"
# Larger files are data; rows among which the heads of a sheet are looked for.
MOST_BYTES, LATEST_HEAD = 2_000_000, 30
# Columns of a list without known heads, and a word that says what a name is.
MOST_BESIDE, WORD = 5, re.compile(r"[^\W\d_]{3,}")
# Names that are columns: as a share of those of a section, and at least.
MOSTLY, FEWEST = 0.5, 2
# Columns that one name with numbers may stand for.
MOST_OF_A_RANGE = 200
# What a label has before its codes, and no column is called.
AS_CODES = re.compile(
    r"[\s,;:(]*\b(?:coded(?: as)?|an? (?:factor|\w+ vector) with(?: \w+)?(?: levels)?)$",
    re.IGNORECASE,
)
# What a help page of R says of a column first, which is no word on what it holds.
AS_VECTOR = re.compile(
    r"(?:an? (?:\w+ )?(?:vector|variable|factor)|(?:\w+ )?vectors) "
    r"(?:containing|indicating|giving|of) (?:the )?"
    r"(?:(?:patient|subject|participant)(?:'s|s') )?(?=\w)",
    re.IGNORECASE,
)
# A type alone, or behind what is said: "Age, a numeric vector".
OF_TYPE = re.compile(
    r"(?:^|[,;]\s*)an? (?:numeric|integer|character|logical|binary) (?:vector|variable)\.?$|"
    r"^(?:numeric|integer|character|logical|factor|string|num|int|chr)$",
    re.IGNORECASE,
)
# Codes that stand with another column: (same code as pain_2).
SAME = re.compile(
    r"(?:\(|[,;] |^)(?:the )?(?:same|see) (?:codes?|coding|scale) (?:as|of|in) ([\w.]+)\)?$", re.I
)
# A sentence of the role alone: "Whether the child is at school. Outcome."
OF_ROLE = re.compile(r"(?:the )?(?:outcome|response|dependent)(?: variable)?\.?", re.IGNORECASE)
RULE = re.compile(r"[\s|:=+-]+")
# A cell of one code alone: 1, -9, ASA; and one that is a number.
CODE, CODE_NUMBER = re.compile(r"-?\w{1,12}"), re.compile(r"-?\d{1,4}")
# A name in quotes needs no mark behind it, nor does one before its codes: group (1=drug, 0=none).
ITEM = re.compile(
    r"\s*(?:[-*+•$]\s+|\d+[.)]\s+)?(?P<quoted>[`\"'])?[`*_\"']*"
    r"(?P<name>[^\W\d][^:=–—`*\"'\t]{0,60}?)"
    r"(?:(?(quoted)(?P=quoted)|(?!)),?\s+(?=[(\w])|\s*(?=\(-?\w{1,12}\s*=\s*[^\W\d])|"
    r"[`*_\"']*\s*(?:[:=–—]|\s-\s|,?\s*$)\s*)(?P<text>.*)"
)
# Between names that are marked one by one: `sbp_0`, `sbp_12`: systolic.
LISTED = re.compile(r"`\s*(?:,|&|/|\band\b)\s*(?:and\s+)?`")
# A name and what it is, in columns between blanks.
ALIGNED = re.compile(r"^(\s*[^\W\d][\w.]*) {2,}(?=[^\W\d])")
# A cell that says what an outcome is for, whatever its column is called.
ROLE = re.compile(r"(?:the )?(?:primary|main) (?:outcome|end ?point)(?: measure)?", re.IGNORECASE)
# Below it a code a line, set in.
SET_IN = re.compile(
    r"(?:\t| {2})\s*(?P<code>-?\d{1,4})(?:\t+| {2,}|\s*[=:–-]\s*)(?P<text>[^\W\d].*)"
)
OF_FILE = re.compile(
    r"[\w.()-]+\.(?:csv|txt|tsv|dta|sav|xlsx?|sas7bdat|rds|rdata)\b", re.IGNORECASE
)
# A line of a note that heads what is said of a file: alone, or behind a few words and a colon.
ON_FILE = re.compile(
    rf"\W*(?:\d+[.)]\W*)?(?:[^\W\d_][\w ,/-]{{0,60}}:[\s`*_\"']*)?({OF_FILE.pattern})"
    r"[\s`*_\"':#-]*",
    re.IGNORECASE,
)
NUMBERS = re.compile(
    r"(?P<stem>.*?)(?P<low>\d+)\s*(?:\.{2,}|…|[-–:]|to)\s*(?:(?P=stem)|\w*_)?(?P<high>\d+)"
)
BESIDE = re.compile(r"(?P<first>[\w.]+)\s*\((?P<others>[\w.]+(?:\s*,\s*[\w.]+)*)\)")
IN_UNIT = re.compile(r"in\s+(\S+)", re.IGNORECASE)
# Between sentences; "No. of visits" is one, as are abbreviations of one letter.
SENTENCE = re.compile(r"(?<!\bno)(?<!\bnr)(?<!\bvs)(?<!\b\w)(\.) ", re.IGNORECASE)
Row = tuple[int, Mapping[int, str]]


@dataclass(frozen=True)
class Section:
    """Entries under one heading, which may name the `file` that has the columns; `called` says that
    a sheet or a file has the name of a codebook."""

    place: str
    heading: str
    entries: tuple[Entry, ...]
    called: bool = False
    sheet: str = ""
    item: str = ""

    @property
    def file(self) -> str:
        """The file that the heading names, in small letters."""
        found = OF_FILE.search(self.heading)
        return found[0].lower() if found else ""

    def describes(self, names: Collection[str], files: Collection[str]) -> bool:
        """Whether most of its names are columns of these, each told once; one of a file that is
        among these, in small letters, may have others."""
        known = {name.casefold() for name in names}
        each = [(entry.name, columns_of(entry.name, known)) for entry in self.entries]
        told = [columns for name, columns in each if columns or " " not in name.strip()]
        there = sum(map(bool, told))
        names_told = len({entry.name.casefold() for entry in self.entries})
        # Rows of patients have each item again and again, whatever their file is called.
        if self.file in files or (self.called and 2 * names_told > len(self.entries)):
            return bool(there)
        once = names_told == len(self.entries)
        return once and there >= max(FEWEST, MOSTLY * len(told))


def by_place(section: Section, tables: Sequence[Sequence[str]]) -> Section:
    """The section; of columns told by their numbers from 1 on, whose names no table has, with those
    at these places of the one table with as many columns, given with the columns of each."""
    entries = section.entries
    told = [one.number for one in entries] == [str(n + 1) for n in range(len(entries))]
    known = {name.casefold() for names in tables for name in names}
    alike = [names for names in tables if len(names) == len(entries)]
    if not told or len(alike) != 1 or any(one.name.casefold() in known for one in entries):
        return section
    named = [dataclasses.replace(e, name=n) for e, n in zip(entries, alike[0], strict=True)]
    return dataclasses.replace(section, entries=tuple(named))


def columns_of(name: str, known: Collection[str]) -> list[str]:
    """The columns, in small letters, that a name of a codebook stands for: ms_1..4, day_1(2, 3)."""
    text = name.casefold().strip()
    if text in known:
        return [text]
    made: list[str] = []
    if match := NUMBERS.fullmatch(text):
        low, high = int(match["low"]), int(match["high"])
        if low < high <= low + MOST_OF_A_RANGE:
            width = len(match["low"]) if match["low"].startswith("0") else 0
            made = [f"{match['stem']}{n:0{width}}" for n in range(low, high + 1)]
    elif match := BESIDE.fullmatch(text):
        others = re.split(r"\s*,\s*", match["others"])
        first = match["first"]
        stem, mark, rest = (*re.split(r"([._])", first, maxsplit=1), "", "")[:3]
        # Another end, another beginning, or another name as a whole.
        made = [first, *(first[: -len(one)] + one for one in others)]
        made += [one + mark + rest for one in others if stem]
    else:
        made = re.split(r"\s*[,/&]\s*|\s+and\s+", text)
        # "score, can help": words of a sentence, and no list of columns.
        made = made if all(one in known or " " not in one for one in made) else [text]
    found = [one for one in made if one in known]
    if not found and len(parts(text)) in (2, 3):
        # "T-stage" of tstage or t_stage, "treatment group" of treatm, which is cut within a word.
        cut = [text[:at] for at in range(SHORTEST, text.find(" ") - 1)]
        apart = [mark.join(parts(one)) for mark in "_." for one in (text, text.removesuffix("s"))]
        found = [*dict.fromkeys(one for one in (plain(text), *apart, *cut) if one in known)]
    return found if len(found) == 1 or {*made} & {*known} else []


def described_by(
    section: Section, values: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, Described, int]]:
    """Columns with what the section says of them, and in which line; `values` are the different
    cells of each, nothing where they are many."""
    known = {name.casefold(): name for name in values}
    told: dict[str, Described] = {}
    for entry in section.entries:
        for small in columns_of(entry.name, known):
            name = known[small]
            about = _described(entry, section, values[name])
            if (
                same := told.get(alike[1].casefold())
                if (alike := SAME.search(about.label))
                else None
            ):
                label = SAME.sub("", about.label).strip(" ;,.")
                about = dataclasses.replace(same, by=about.by, label=label)
            told[small] = about
            if not about.choices and any(map(not_known, values[name])):
                rest = [value for value in values[name] if not not_known(value)]
                about = _described(entry, section, rest)
            yield name, about, entry.line


def _described(entry: Entry, section: Section, values: Collection[str]) -> Described:
    by = f"{section.place} {entry.line}"
    unit = IN_UNIT.fullmatch(entry.codes)
    measured = entry.unit or (UNITS.get(unit[1].lower(), "") if unit else "")
    form = name_of(section.heading) if section.heading else ""
    about = Described(by=by, label=_first_sentence(entry.label), unit=measured, form=form)
    told = [one for one in re.split(r"[\s,;]+", entry.missing) if one in values]
    told += with_missing(Described(label=entry.codes)).missing
    about = dataclasses.replace(about, missing=tuple(dict.fromkeys(told)))
    listed = with_codes(Described(label=entry.codes)).choices
    if values and {*values} <= {*dict(listed)}:
        return dataclasses.replace(about, choices=listed)
    if coded := with_values(entry.codes, values):
        return dataclasses.replace(about, choices=coded[1])
    if ruled := by_rules(entry.name, entry.label, values):
        return dataclasses.replace(about, choices=ruled)
    if coded := with_values(entry.label, values):
        head = AS_CODES.sub("", _first_sentence(coded[0]))
        return dataclasses.replace(about, label=head, choices=coded[1])
    known = {*values} & {*dict(listed)}
    few = 2 * len(known) > len(values) or not values
    return dataclasses.replace(about, choices=listed) if listed and few else about


def _first_sentence(label: str) -> str:
    """What a label says of a column itself; how it was made stands behind, but for its role."""
    label = AS_VECTOR.sub("", label, count=1) if AS_VECTOR.match(label) else label
    label = OF_TYPE.sub("", label)
    first, _, rest = [*SENTENCE.split(label, maxsplit=1), "", ""][:3]
    if OF_ROLE.fullmatch(rest):
        return f"{first.rstrip('.')}, outcome variable"
    told = {"main", "primary", "exclude", "excluded"} & {*rest.lower().split()}
    text = label if told else first.rstrip(".")
    # What is left where codes stood alone: "=" of =1 (smoked).
    return text if re.search(r"\w", text) else ""


def sections_of(path: Path) -> list[Section]:
    """What a file may say of columns, by its headings; nothing where it has no such form."""
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return []
    found = _sections(path, path.stat().st_mtime_ns)
    return [dataclasses.replace(one, item=str(path)) for one in found]


@lru_cache(maxsize=16)
def _sections(path: Path, state: int) -> list[Section]:
    ending = path.suffix.lower()
    if ending in (".xls", ".xlsx", ".xlsm"):
        sheets = sheet_rows(path).items()
        return [one for sheet, rows in sheets for one in _of_rows(rows, path.name, sheet, "row")]
    if ending not in (*NOTES, *TEXTS, *DICTIONARIES, *SCRIPTS, SYNTAX):
        return []
    text = text_of(path)
    if ending in (*SCRIPTS, SYNTAX):
        said_by = spss_syntax if ending == SYNTAX else script_labels
        told = said_by.columns_in(text)
        each = tuple(Entry(name, line=line, **said) for name, line, said in told)
        # A script that labels one column alone speaks of it.
        place, called = f"{path.name}, line", ending in SCRIPTS
        return [Section(place, "", each, called)] if each else []
    if ending in DICTIONARIES:
        return [Section(f"{path.name}, line", "", one) for one in _of_yaml(text) if one]
    place = f"{path.name}, line"
    of_r = tuple(of_source(text)) if ending not in TEXTS else ()
    if len(of_r) >= (1 if ending == ".rd" else FEWEST):
        return [Section(place, "", of_r)]
    if ending == ".rd":
        return [*_of_lines(text, path)]
    numbered = tuple(by_number(text)) if ending not in TEXTS else ()
    counted = [Section(place, "", numbered)] if len(numbered) >= FEWEST else []
    scripted = script_labels.columns_in(text) if ending not in TEXTS else ()
    coded = tuple(Entry(name, line=line, **said) for name, line, said in scripted)
    counted += [Section(place, "", coded, True)] * bool(coded)
    rows = [*_of_tables(text)] if ending == DOCUMENT else [*_delimited(text)]
    if ending in TEXTS:
        return list(_of_rows(rows, path.name, "", "line"))
    if FORMAT.search(text) and len(entries := tuple(of_text(text))) >= FEWEST:
        return [*counted, Section(place, "", entries)]
    return [*counted, *_of_rows(rows, path.name, "", "line"), *_of_lines(text, path)]


def text_of(path: Path) -> str:
    if path.suffix.lower() == DOCUMENT:
        return word_text(path)
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("windows-1252", "replace")
    # Roxygen's comments are a help page.
    text = re.sub(r"^#' ?", "", text, flags=re.MULTILINE)
    # What stands on lines of its own in a cell.
    text = re.sub(r"[ \t]*<br */?>[ \t]*", "; ", text, flags=re.IGNORECASE)
    return re.sub(r"‘([^‘’\n]*)’|“([^“”\n]*)”", r"`\1\2`", text)


def _of_tables(text: str) -> Iterator[Row]:
    """The rows of the tables of a document, as cells."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line:
            yield number, {at: cell for at, cell in enumerate(line.split("\t"), 1) if cell}


def _delimited(text: str) -> Iterator[Row]:
    """The lines of a text as cells: those of the mark of its heads, or none."""
    lines = text.splitlines()
    for mark in ("\t", ";", ","):
        for line in lines[:LATEST_HEAD]:
            if mark in line and _heads(dict(enumerate(line.split(mark), start=1))):
                rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
                width = line.count(mark) + 1
                for cells in rows:
                    # Codes with the mark between them, without quotes: 1 = yes; 2 = no.
                    cells[width - 1 :] = [f"{mark} ".join(cells[width - 1 :])]
                    yield (
                        rows.line_num,
                        {at: c.strip() for at, c in enumerate(cells, 1) if c.strip()},
                    )
                return


def _heads(cells: Mapping[int, str]) -> dict[str, int]:
    """The columns of a codebook by what they hold; nothing where these cells are no heads."""
    made: dict[str, int] = {}
    for at, cell in cells.items():
        # "label::English" of a form in several languages.
        word = plain(cell.partition("::")[0].strip(' "*`'))
        role = next((one for one, known in ROLES.items() if word in known), "")
        # Description/Code, of both; the name beside a column of names is what it is.
        role = role or ("label" if plain(cell.partition("/")[0]) in OF_LABELS else "")
        role = "label" if role == "name" in made and word in NAMES_IN_WORDS else role
        # variable, label, code, code_label: the first is of the variable, that behind of the code.
        again = role == "label" and role in made and made.get("codes") == at - 1
        if role:
            made.setdefault("meaning" if again else role, at)
    if made == {"codes": 1, "label": 3} and len(cells) == 2:
        # As SPSS prints labels of values: nothing stands above the values of each variable.
        return {"name": 1, "codes": 2, "label": 3}
    return made if "name" in made and {"label", "codes"} & {*made} else {}


def _of_rows(rows: Sequence[Row], file: str, sheet: str, what: str) -> Iterator[Section]:
    """The sections of a sheet: rows below heads, divided by rows of one cell."""
    called = bool(DESCRIBING & {*parts(sheet), *parts(Path(file).stem)})
    place = f"{file} [{sheet}], {what}" if sheet and what == "row" else f"{file}, {what}"
    at: dict[str, int] = {}
    heading, entries = "", list[Entry]()
    if what == "row" and not any(_heads(cells) for _, cells in rows[:LATEST_HEAD]):
        # Names and what they are, without heads that are known.
        if told := tuple(_without_heads(rows)):
            yield Section(place, "", told, called, sheet)
        return

    def made() -> Iterator[Section]:
        if entries:
            yield Section(place, heading, tuple(_by_column(entries)), called, sheet)

    for number, (line, cells) in enumerate(rows):
        if heads := _heads(cells):
            yield from made()
            at, entries = heads, []
        elif at and entries and {at.get("codes"), at.get("meaning", at.get("label"))} == {*cells}:
            # A further value of the column above, whose name is not said again.
            entries.append(_entry(entries[-1].name, line, cells, at))
        elif (
            at and len(cells) == 1 and (OF_FILE.search(text := min(cells.values())) or not entries)
        ):
            yield from made()
            heading, entries = text, []
        elif at and (name := cells.get(at["name"], "").strip(" `*")):
            entries.append(_entry(name, line, cells, at))
        elif not at and number >= LATEST_HEAD:
            return
    yield from made()


def _without_heads(rows: Sequence[Row]) -> Iterator[Entry]:
    """The entries of a sheet of names with words beside them, the longest of which say what each
    is; nothing of numbers, as of a table of results."""
    every = [(line, cells) for line, cells in rows if 1 in cells]
    places = {at for _, cells in every for at in cells if at > 1}
    if max(places, default=1) > MOST_BESIDE or len(every) < len(rows):
        return
    length = {at: sum(len(cells.get(at, "")) for _, cells in every) for at in places}
    said = max(sorted(places), key=lambda at: length[at], default=2)
    words = sum(bool(WORD.search(cells.get(said, ""))) for _, cells in every)
    if 2 * words > len(every):
        yield from (Entry(cells[1], bare(cells.get(said, "")), line) for line, cells in every)


def _by_column(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries; rows of the values of one column, a value each with what it means, are one."""
    groups = [[*rows] for _, rows in groupby(entries, key=lambda entry: entry.name)]
    valued = [
        [one for one in each if CODE.fullmatch(one.codes) and (one.meaning or one.label)]
        for each in groups
    ]
    listed = any(len(each) >= FEWEST for each in valued)
    for each, coded in zip(groups, valued, strict=True):
        first, others = each[0], len(each) - len(coded)
        # In a list one code alone is one for what is missing.
        alone = listed and len(coded) == 1 and CODE_NUMBER.fullmatch(coded[0].codes)
        said = [one.meaning or one.label for one in coded]
        several = len(coded) >= max(FEWEST, len(each) - 1) and len({*said}) > 1
        if not (alone or several) or others > (not first.codes):
            yield from each
            continue
        codes = "; ".join(f"{one.codes} = {text}" for one, text in zip(coded, said, strict=True))
        label = first.label if first.meaning or not first.codes else ""
        yield dataclasses.replace(first, label=label, codes=codes, meaning="")


def _entry(name: str, line: int, cells: Mapping[int, str], at: Mapping[str, int]) -> Entry:
    texts = {role: cells.get(place, "") for role, place in at.items() if role != "name"}
    if not texts.get("label") and len(cells) > 1 and max(cells) < at.get("label", 0):
        # A mark that is missing between the type and what it says.
        texts["label"] = TYPES.sub("", cells[max(cells)], count=1)
    role = next((cell for cell in cells.values() if ROLE.fullmatch(cell.strip())), "")
    if role and role not in texts.values():
        texts["label"] = f"{texts.get('label', '')}; {role}".strip("; ")
    return Entry(name, line=line, **{"label": "", **{k: bare(v) for k, v in texts.items()}})


def _of_yaml(text: str) -> Iterator[tuple[Entry, ...]]:
    """The columns of a dictionary in YAML: names, each with a label, a unit, codes with what they
    mean; and those of each mapping of names and texts alone."""
    try:
        waiting = [*yaml.compose_all(text, Loader=yaml.SafeLoader)]
    except yaml.YAMLError:
        return
    # An alias is the same node again, and may stand in itself.
    seen, made = set[int](), list[Entry]()
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, yaml.MappingNode) or id(node) in seen:
            continue
        seen.add(id(node))
        alone = []
        for key, value in node.value:
            about, line = _texts_of(value), key.start_mark.line + 1
            roles = {one: said for word, said in about.items() for one in _roles_of(word)}
            if roles.get("label"):
                made.append(Entry(str(key.value), line=line, **roles))
            elif isinstance(value, yaml.ScalarNode):
                alone.append(Entry(str(key.value), bare(str(value.value)), line))
            else:
                waiting.append(value)
        yield tuple(alone)
    yield tuple(made)


def _texts_of(node: "yaml.Node") -> dict[str, str]:
    """What stands under each key of a mapping in one text: 1 = yes; 2 = no of codes."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    made = {}
    for key, value in node.value:
        pairs = value.value if isinstance(value, yaml.MappingNode) else ()
        scalars = [(one.value, two.value) for one, two in pairs if isinstance(two.value, str)]
        if isinstance(value, yaml.ScalarNode):
            made[str(key.value)] = " ".join(str(value.value).split())
        elif scalars:
            made[str(key.value)] = "; ".join(f"{one} = {two}" for one, two in scalars)
    return made


def _roles_of(word: str) -> Iterator[str]:
    """What a key of a dictionary in YAML holds, by the heads of a codebook in a table."""
    return (role for role, known in ROLES.items() if plain(word) in known and role != "name")


def files_of_lines(lines: Sequence[str]) -> list[str]:
    """The file, in small letters, on which a heading above each line of a note says that it is, as
    far as the next heading of its level; nothing of a list of files, one below the other."""
    told = [one[1].lower() if (one := ON_FILE.fullmatch(line)) else "" for line in lines]
    made, file, of_file, level, fenced = list[str](), "", 0, 0, False
    for at, line in enumerate(lines):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        marks = 0 if fenced else len(line) - len(line.lstrip("#"))
        named = OF_FILE.search(line) if marks else None
        level = marks or level
        if (told[at] and not fenced) or named:
            listed = any(told[max(at - 1, 0) : at] + told[at + 1 : at + 2])
            file = "" if listed else told[at] or (named[0].lower() if named else "")
            of_file = level if marks else level + 1
        elif marks and marks <= of_file:
            file = ""
        made.append(file)
    return made


def _of_lines(text: str, path: Path) -> Iterator[Section]:
    """Lists and tables of a note: `name`: what it is, under the headings of its sections."""
    place, heading, above = f"{path.name}, line", "", ""
    entries, cards, at, fenced = list[Entry](), list[Entry](), dict[str, int](), False
    called = bool(DESCRIBING & {*parts(path.stem)})
    lines = text.splitlines()
    files, file, below = [*files_of_lines(lines), ""], "", 0
    for line, each in enumerate([*lines, "# "], start=1):
        cells = dict(enumerate(each.strip().strip("|").split("|"), start=1)) if "|" in each else {}
        at = at if cells else {}
        code = SET_IN.fullmatch(each)
        item = ITEM.fullmatch(LISTED.sub(", ", ALIGNED.sub(r"\1: ", each)))
        if fence := each.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fence or (fenced and line <= len(lines)):
            continue
        if each.startswith("#") or files[line - 1] != file:
            if told := tuple(cards or entries):
                yield Section(place, heading, told, called)
            file, entries, cards = files[line - 1], [], []
            heading = each.strip("# ")
            heading += f": {file}" * (file not in heading.lower())
        elif cells and not RULE.fullmatch(each):
            heads = _heads(cells)
            name = bare(cells.get(at.get("name", 0), ""))
            entries += [_entry(name, line, cells, at)] if name and not heads else []
            if at and entries and not (name or heads):
                # The rest of the cell above.
                rest = bare(cells.get(at.get("label", 0), ""))
                entries[-1] = dataclasses.replace(
                    entries[-1], label=f"{entries[-1].label} {rest}".strip()
                )
            at = heads or at
        elif code and entries and line == below + 1:
            below, last = line, entries.pop()
            codes = f"{last.codes}; " * bool(last.codes) + f"{code['code']} = {bare(code['text'])}"
            entries.append(dataclasses.replace(last, codes=codes))
        elif item and plain(item["name"]) in OF_COLUMNS and len(item["text"].split()) == 1:
            # The name of a column stands below what it is, beside its type and its range.
            cards.append(Entry(bare(item["text"]), above, line))
        elif item and not PRINTED.match(item["text"]):
            entries.append(Entry(item["name"].strip(), bare(item["text"]), line))
            below = line
        elif each.startswith("**"):
            above = bare(each)
