"""The rows of a table: sections, labels, and what their words say of the numbers beside them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trialtrace.audit.reading.heading_words import Said, said
from trialtrace.audit.reading.heads import ARM, COMPARE, LABEL, Column, begins_block, is_head, of_p
from trialtrace.audit.reading.paper import Table


@dataclass(frozen=True)
class Row:
    """A row of numbers. `path` are its labels from the section down, without words of kinds; `own`
    of them, at the end, are of the row itself. `size` stands beside its label or its section's,
    or in a column of the row. Whether its section is its own is open where `loose`."""

    at: int
    cells: tuple[str, ...]
    path: tuple[str, ...]
    kind: str | None
    size: int | None
    visit: str | None
    change: bool
    label: str
    measure: str | None = None
    heads: tuple[str, ...] | None = None
    opens: bool = False
    own: int = 0
    loose: bool = False

    @property
    def section(self) -> str | None:
        return " – ".join(self.path[:-1]) or None


def rows(
    table: Table,
    heads: int,
    every: Sequence[Column],
    other: Collection[str] = (),
) -> list[Row]:
    """The rows below the heads. `heads` of a row are the head cells in the midst of the table that
    stand above it; `opens` says that it is a section's own row, with a p perhaps. `other` are
    abbreviations of measures that are short for something else here."""
    labels = [one for one in every if one.role == LABEL]
    first = len(labels)
    arms = [one for one in every if one.role == ARM]
    sizes = [one.size for one in arms]
    # A table of estimates alone, as of a model, has its numbers in the columns that it has.
    numbers = [one.at for one in arms or every if one.role != LABEL]
    estimates = [one.at for one in every if one.role == COMPARE and one.kind not in ("p", None)]
    made: list[Row] = []
    sections = _Sections(table, indented=first == 1)
    carried = ""
    going = set[int]()
    over: tuple[str, ...] | None = None
    whole: tuple[str, ...] | None = None
    if begins_block(table, heads, first):
        sections.open(
            heads - 1, *(said(text, other) for text in table.rows[heads - 1][:first] if text)
        )
    answers = _answers(table, heads, first)
    headings = _with_estimates(table, heads, [one.at for one in arms], estimates)
    other = {*other, *_measured(table, heads, first)}
    for at in range(heads, len(table.rows)):
        cells = tuple(table.rows[at])
        if not any(cells):
            continue
        headed = is_head(cells, first)
        over_all = {*filter(None, cells)} if headed and all(cells[first - 1 :]) else {""}
        if len(over_all) == 1 and said(text := over_all.pop()).rest:
            # One text over all columns of numbers names a section, and no column.
            sections.open(at, said(text, other))
            carried = ""
            continue
        if headed and cells[0] and len(set(cells[first:])) == 1 and not said(cells[first]).kind:
            # A row of one and the same word names no columns.
            continue
        if headed:
            kinds = [said(cell).kind for cell in cells[first:] if cell]
            if len(kinds) > 1:
                over = whole = cells
                if _is_sized(cells, first):
                    sections.open(at, *(said(text, other) for text in cells[:first] if text))
                continue
            if cells[0] and kinds[0] in ("effect", "p"):
                over = tuple(new or old for new, old in zip(cells, over or cells, strict=True))
                cells = (*cells[:first], *[""] * (len(cells) - first))
        texts = [cells[column.at] for column in labels] or [""]
        # A difference alone in a row is of the row; a p may be of the rows below.
        lone = {one.at for one in arms if one.tested and of_p(cells[one.at])}
        opens = any(texts) and not any(cells[at] for at in {*numbers, *estimates} - lone)
        opens = opens or at in headings
        if opens and first > 1 and not texts[0] and carried:
            opens = False
        if opens and _closes(texts[0], carried) and not any(cells[first:]):
            continue
        if opens:
            if not headed and any(over[one.at] and one.arm for one in arms if over):
                # A head over one column of an arm, "P", ends with its section.
                over, sections.loose = whole, []
            label = " – ".join(dict.fromkeys(text for text in texts if text))
            own = said(label, other)
            if _OF_CHILDREN.fullmatch(label):
                # Of a mother, and no number of patients.
                own = Said(label)
            sections.open(at, own)
            carried = ""
            if any(cells[first:]):
                made.append(_row(at, cells, sections.path(), [], labels, over, other, opens=True))
            continue
        carried = texts[0] or carried
        # A row without a label goes on with the one above it.
        texts[0] = carried
        # A label over both columns of labels stands in each of them.
        texts = [text if text not in texts[:place] else "" for place, text in enumerate(texts)]
        label = " – ".join(text for text in texts if text)
        named = Said(label) if label in answers else said(label, other)
        sections.enter(at, named, label, [cells[one.at] for one in arms])
        row = _row(at, cells, sections.path(), texts, labels, over, other, answers=answers)
        row = replace(row, loose=bool(sections.stacked and sections.loose))
        if not sections.path() and (further := _going_on(row, made)):
            row, going = further, {*going, row.at}
        made.append(row)
        sections.count(at, named, label, [cells[one.at] for one in arms], sizes)
    made = _surely_going_on(made, going)
    # Nothing ends the last section of a table but its indents.
    last = [at for at, row in enumerate(made) if row.at > sections.before and sections.loose]
    return [replace(row, loose=row.loose or at in last[1:]) for at, row in enumerate(made)]


_AVERAGES = ("mean", "median", "geometric_mean")
_AT_FIRST = re.compile(r"[\s,:–-]+\(?(?:(?:at )?baseline|before(?: \w+)?|pre[\w-]*)\)?$", re.I)


def _going_on(row: Row, above: Sequence[Row]) -> Row | None:
    """A row whose words tell a time, a change or a mean or median alone, as one of the row above it
    that names what was measured; None where rows that name nothing begin the table."""
    last = above[-1] if above and all(one.path for one in above) else None
    told = _ANSWERED.fullmatch(last.path[-1]) if last else None
    if last and told and [_OPPOSITE[told[2].lower()]] == [one.lower() for one in row.path]:
        path = (*last.path[:-1], told[1], row.path[-1])
        return replace(row, path=path, label=", ".join(path), kind=row.kind or last.kind)
    if last is None or row.path or last.opens or {row.kind, last.kind} & {"p", "effect", "count"}:
        return None
    again = row.kind not in (None, last.kind)
    again = again and all((one or "").startswith(_AVERAGES) for one in (row.kind, last.kind))
    if not again and (not (row.visit or row.change) or (last.visit and last.own)):
        return None
    path = last.path if again else (*last.path[:-1], _AT_FIRST.sub("", last.path[-1]))
    visit = row.visit or (last.visit if again else None)
    label = ", ".join([*path, *([visit] if visit else [])])
    kind = row.kind or last.kind
    return replace(row, path=path, kind=kind, visit=visit, label=label, own=0, loose=True)


def _surely_going_on(made: Sequence[Row], going: Collection[int]) -> list[Row]:
    """The rows, of which those that go on with the one above do so without a doubt where others do
    that have the same words, below another outcome."""
    of: dict[object, set[tuple[str, ...]]] = {}
    for one in (one for one in made if one.at in going):
        of.setdefault((one.visit, one.change), set()).add(one.path)
    sure = {word for word, paths in of.items() if len(paths) > 1}
    return [
        replace(one, loose=False) if one.at in going and (one.visit, one.change) in sure else one
        for one in made
    ]


def _with_estimates(
    table: Table, heads: int, arms: Sequence[int], estimates: Sequence[int]
) -> set[int]:
    """The rows that are sections though an estimate stands in them: the first of all is one, none
    has a number of an arm, and none of the rows below them has an estimate."""
    body = [at for at in range(heads, len(table.rows)) if any(table.rows[at])]
    having = [any(table.rows[at][one] for one in estimates) for at in body]
    found = {at for at, has in zip(body, having, strict=True) if has}
    empty = {at for at in body if not any(table.rows[at][one] for one in arms)}
    labels = {table.rows[at][0] for at in found}
    several = 1 < len(found) == len(labels) and body[:1] == [min(found)] and body[-1] not in found
    bare = not any(said(label).kind for label in labels)
    return found if arms and several and bare and found == empty else set()


def _is_sized(cells: Sequence[str], first: int) -> bool:
    """ "Neonatal | n = 84 | n = 86" is a section with its numbers of patients."""
    bare = all(said(cell).rest == "" for cell in cells[first:])
    labels = [text for text in cells[:first] if text]
    timed = any(said(text).visit for text in labels)
    return bare and (bool(cells[0]) or timed) and not any(map(_OF_SIZES.match, labels))


def _closes(text: str, above: str) -> bool:
    """ "range 0-100)" goes on with the label above it."""
    return text.count(")") > text.count("(") and above.count("(") > above.count(")")


def _measured(table: Table, heads: int, first: int) -> set[str]:
    """Abbreviations of measures that are short for something else, "RD" over means of groups."""
    names = set()
    for row, below in pairwise(table.rows[heads:]):
        label = next((text for text in row if text), "")
        alone = re.fullmatch("[A-Z]{2,4}", label) and not any(row[first:])
        if alone and "±" in " ".join(below[first:]):
            names.add(label)
    return names


_LISTED = re.compile(r"[-–—•·・]\s*(?=[^\W\d_])")
# "Smoking: yes", over "No".
_ANSWERED = re.compile(r"(.*\w)(?:\s?[:,(–—-]\s?)(yes|no)\)?", re.IGNORECASE)
_OPPOSITE = {"yes": "no", "no": "yes", "y": "n", "n": "y", "m": "f", "f": "m"}


def _answers(table: Table, heads: int, first: int) -> set[str]:
    """Labels that are one of two answers in a table that has the other one: "No" beside "Yes" is
    no number, "F" beside "M" no statistic."""
    labels = {cell for row in table.rows[heads:] for cell in row[:first]}
    small = {label.lower() for label in labels}
    small |= {match[2].lower() for match in map(_ANSWERED.fullmatch, labels) if match}
    return {label for label in labels if _OPPOSITE.get(label.lower(), "–") in small}


class _Sections:
    """The sections that a row stands in: by indents of the labels where the file has them, else up
    to the next section, to the row that makes its counts whole, or to one of another kind."""

    def __init__(self, table: Table, *, indented: bool) -> None:
        self.table = table
        self.indented = indented
        self.indents = table.indents if indented else ()
        self.loose: list[Said] = []
        self.nested: list[tuple[int, Said]] = []
        self.before = -1
        self.counted: list[list[str]] = []
        self.kinds: list[str | None] = []
        self.units = False
        self.numbered = 0
        self.times = 0
        self.stacked = False

    def path(self) -> list[Said]:
        return [*self.loose, *(own for _, own in self.nested)]

    def _indent(self, at: int) -> int:
        """How far a label is indented, by spaces or by a dash before it."""
        listed = self.indented and bool(_LISTED.match(self.table.rows[at][0]))
        return (self.indents[at] if at < len(self.indents) else 0) + listed

    def _next(self, at: int) -> int:
        """The row below."""
        below = range(at + 1, len(self.table.rows))
        return next((one for one in below if any(self.table.rows[one])), at)

    def _holds(self, at: int) -> bool:
        """Whether the row below is indented further."""
        return self._indent(self._next(at)) > self._indent(at)

    def open(self, at: int, said: Said, *below: Said) -> None:
        """A row that is a section's name alone, or that of one with what stands in further columns
        of labels, "All patients (n = 84) | Day 90", beside numbers of patients of its own."""
        self._leave(at)
        if below:
            said = replace(said, size=None)
        if self._holds(at):
            # Whether one by indents stands below one without that has had its rows is open.
            if self.counted and _LISTED.match(self.table.rows[self._next(at)][0]):
                # A list below its name begins a section anew.
                self.loose = []
            self.stacked = bool(self.loose and self.counted)
            self.nested.append((self._indent(at), said))
        else:
            sibling = len(self.loose) > 1 and bool(self.loose[-1].size and said.size)
            above = self.loose[-1:] if self.before == at - 1 else self.loose[:1] if sibling else []
            if len(self.loose) > 1 and self.loose[-1].visit and said.visit and not said.rest:
                above = self.loose[:-1]
            self.loose = [*above, said, *below]
            self.nested = []
            self.stacked = False
        self.counted, self.kinds, self.units, self.numbered = [], [], False, 0
        self.times, self.before = 0, at

    def _leave(self, at: int) -> None:
        self.nested = [one for one in self.nested if one[0] < self._indent(at)]

    def enter(self, at: int, said: Said, label: str, cells: Sequence[str]) -> None:
        """A row of numbers, before it is read."""
        self._leave(at)
        kind = said.kind or _kind_of(cells)
        if not self.loose:
            return
        # Rows of numbers end a section whose own rows count patients, and the other way.
        above = self.loose[-1]
        other = len(self.kinds) > 1 and all(_unlike(one, kind) for one in self.kinds)
        ended = other or _unlike(above.kind, kind) or (self.units and not is_unit(label))
        told = all((one or "").startswith(("mean", "median")) for one in (above.kind, said.kind))
        timed, new = self.times == len(self.counted) > 0, said.kind != above.kind
        if told and said.rest and (timed or new):
            # "Appetite, % of ration, mean ± SD" behind "Nausea, median (range)" at two hours.
            own = re.search("[,(]", said.rest) and not _OF_VISITS.search(label)
            ended = ended or bool(timed and new and own)
            self.stacked = True
        # Words end a section of numbers: "Smoker" below "0", "1" and "2 or more".
        if ended or (self.numbered > 1 and not _NUMBERED.search(label)):
            self.loose, self.kinds, self.units, self.numbered = self.loose[:-1], [], False, 0

    def count(
        self,
        at: int,
        said: Said,
        label: str,
        cells: Sequence[str],
        sizes: Sequence[int | None],
    ) -> None:
        """A row of numbers, once it is read: others may stand below it, or the section is whole."""
        below = self.table.rows[self._next(at)]
        numbers = self._holds(at) and re.search("[0-9]", " ".join(below[1:]))
        if numbers and not _apart(label, below[0]):
            self.nested.append((self._indent(at), said))
        self.kinds.append(said.kind or _kind_of(cells))
        self.units = is_unit(label) and (self.units or not self.counted)
        self.numbered += len(self.counted) == self.numbered and bool(_NUMBER.fullmatch(label))
        self.times += bool(said.visit and not said.rest)
        self.counted.append(list(cells))
        if self.loose and len(self.counted) > 1 and _whole(self.counted, sizes):
            self.loose, self.counted = self.loose[:-1], []


_OF_VISITS = re.compile(
    r"\b(?:peak|max\w*|min\w*|nadir|auc|area|total|mean of|average|slope|changes?|differences?)\b",
    re.IGNORECASE,
)


def _kind_of(cells: Sequence[str]) -> str | None:
    """What the numbers of a row are by their signs."""
    text = " ".join(cells)
    if "±" in text:
        return "mean_sd"
    return "count_percent" if re.search(r"(?<![0-9.])[0-9]+ ?\([0-9.]+ ?%", text) else None


_NUMBER = re.compile(r"[≤≥<>]?\s?[0-9]+(?:\s?(?:[-–+]|to|or more)\s?[0-9]*)?", re.IGNORECASE)
_NUMBERED = re.compile(
    r"[0-9]|\b(?:or (?:more|less)|none|more than|missing|unknown|other|not|total|no)\b|^\W*$", re.I
)


def is_unit(label: str) -> bool:
    """Whether a label is a unit alone, of which a section has the same values."""
    of = r"(?:[dmµμ]?l|k?g|m?mol|m?U|[cm]?m[²³23]?|s|min|h|day|week|[0-9.]+\s?[a-z]{0,3}[²³23]?)"
    per = rf"[µμa-z]{{1,5}}\s?/\s?{of}(?:\s?/\s?[a-z0-9.²³]{{1,6}})?"
    # "M" stands for men.
    return label != "M" and bool(re.fullmatch(rf"%|{per}|k?g|[cm]?m|mm ?Hg|bpm", label, re.I))


def _apart(label: str, below: str) -> bool:
    """Whether labels have units of their own, "Age (years)" over "Weight (kg)": none is of the
    other, whatever their indents say."""
    units = [re.search(r"\(([^()]+)\)\W*$", text) for text in (label, below)]
    return all(units) and len({unit[1] for unit in units if unit}) == 2


def _whole(rows: Sequence[Sequence[str]], sizes: Sequence[int | None]) -> bool:
    """Whether the counts or percentages of rows add up to all patients of each column."""
    found = []
    for cells, size in zip(zip(*rows, strict=True), sizes, strict=True):
        counts = [re.match(r"([0-9,]+)(?![0-9.]|\s?%)", cell) for cell in cells]
        shares = [re.search(r"([0-9.]+)\s?%|[0-9]\s*\(([0-9.]+)\)", cell) for cell in cells]
        if all(counts) and size:
            found.append(sum(int(one[1].replace(",", "") or 0) for one in counts if one) == size)
        elif all(shares):
            whole = sum(float((one[1] or one[2]).strip(".") or 0) for one in shares if one)
            found.append(abs(whole - 100) <= 0.5 + 0.05 * len(shares))
        elif any(cells):
            return False
    return bool(found) and all(found)


_COUNTED = ("count", "percent", "fraction")


def _unlike(section: str | None, own: str | None) -> bool:
    """Whether a row's kind is of numbers where its section's is of patients, or the other way."""
    if section is None or own is None or own in ("p", "effect") or section in ("p", "effect"):
        return False
    return section.startswith(_COUNTED) != own.startswith(_COUNTED)


_OF_SIZES = re.compile(
    r"sample size|n\b|no\.|numbers?\b|(?:patients|participants|subjects)"
    r"(?: (?:in (?:the )?(?:analysis|population|model)|analy[sz]ed|evaluated|assessed|included))?$",
    re.IGNORECASE,
)
# Of ages "6 years" is no time.
_OF_CHILDREN = re.compile(r"(?:no\.?|numbers?) of (?:children|siblings|births)", re.IGNORECASE)
_AGES = re.compile(r"\bage(?: groups?)?\W*(?:in )?(?:years?|yrs?|months?)?\W*$", re.IGNORECASE)
# Of tumours T1 to T4 are no times.
_STAGED = re.compile(r"\b(?:stages?|staging|tumou?r|TNM|classification|T)\b", re.IGNORECASE)


def _row(
    at: int,
    cells: tuple[str, ...],
    section: Sequence[Said],
    texts: Sequence[str],
    labels: Sequence[Column],
    over: tuple[str, ...] | None,
    other: Collection[str],
    opens: bool = False,
    answers: Collection[str] = (),
) -> Row:
    row = []
    over_all = " ".join(one.rest for one in section)
    for text, column in zip(texts, labels, strict=False):
        if text and column.visit and re.fullmatch(r"[0-9.–-]+", text):
            row.append(Said("", None, visit=f"{column.visit} {text}"))
        elif text:
            own = Said(text) if text in answers else said(text, other)
            staged = re.fullmatch(r"T ?[0-9]", own.visit or "") and _STAGED.search(over_all)
            if staged or (own.visit and _AGES.search(over_all)):
                own = Said(own.visit or "")
            row.append(own)
    every = [*section, *row]
    path = tuple(one.rest for one in every if one.rest)
    return Row(
        at,
        cells,
        path,
        _last([one.kind for one in every]),
        next((one.size for one in reversed(every) if one.size), None),
        _when(section, row),
        _changes(section, row),
        ", ".join([*path, *[one.visit for one in every if one.visit]]) or f"row {at + 1}",
        _last([one.measure for one in every if one.kind == "effect"]),
        over,
        opens,
        sum(bool(one.rest) for one in row),
    )


def _when(section: Sequence[Said], row: Sequence[Said]) -> str | None:
    """When a row's numbers were measured: sections that are a visit and nothing else count beside
    its own words."""
    alone = [one.visit for one in section if not one.rest and not one.change]
    own = [one.visit for one in row]
    return visits([*alone, *own]) or _last([one.visit for one in section])


def _changes(section: Sequence[Said], row: Sequence[Said]) -> bool:
    """Whether a row is of changes; one at baseline is none, whatever its section says."""
    if any(one.visit and re.search("baseline|before|^pre", one.visit, re.I) for one in row):
        return any(one.change for one in row)
    return any(one.change for one in (*section, *row))


def visits(texts: Sequence[str | None]) -> str | None:
    """When, by all that tell it, from the section down: "Week 2, 10:00"."""
    made: list[str] = []
    for text in filter(None, texts):
        if not any(text.lower() in other.lower() for other in made):
            made = [other for other in made if other.lower() not in text.lower()] + [text]
    return ", ".join(made) or None


def _last(texts: Sequence[str | None]) -> str | None:
    return next((one for one in reversed(texts) if one), None)
