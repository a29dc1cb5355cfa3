"""What built-in rules say of the rows of a table: outcome by its labels, kind as the nearest words
say it, visit, and parts of numbers that stand in the row below."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from trialtrace.audit.locate.cells import Cell as Form
from trialtrace.audit.locate.cells import is_number
from trialtrace.audit.locate.paper import CAPTION, NOTES, Cell, LocatedPaper, Table
from trialtrace.audit.meaning.head_words import (
    CHANGE,
    CI_LABEL,
    N_LABEL,
    SIZE,
    SPREAD_LABEL,
    bare,
    is_time,
    same_words,
)
from trialtrace.audit.meaning.kinds import cell_of, fits, stated, unit_alone
from trialtrace.audit.meaning.mapping import MapGroup, Meaning, Said, kind_of
from trialtrace.audit.meaning.statements import EMPTY, merged

NO_KIND = "nothing says what kind of numbers these are"
NO_OUTCOME = "no label names what was measured"
TWICE = "another row has the same labels"
PATIENTS_BELOW = "numbers of patients of the rows below"
_AVERAGES = {"mean", "median", "mean_sd", "mean_se", "median_iqr", "median_range"}
OVER_ROWS = "a cell over several rows, which no section names"
_PAIRS = ("pair", "plus_minus", "ranged", "count_percent", "fraction_percent")
_SHARES = ("count_percent", "fraction_percent", "percent_fraction")


@dataclass(frozen=True)
class Column:
    """A column that the heads explain: its meaning, and the kind that a head of it states."""

    at: int
    meaning: Meaning
    kind: tuple[str, Said] | None
    spread: str


@dataclass
class _Section:
    label: Cell
    sums: dict[int, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)


def propose_rows(
    paper: LocatedPaper,
    table: Table,
    columns: list[Column],
    groups: Mapping[str, MapGroup],
    caption: Meaning,
    commas: bool,
) -> tuple[dict[str, Meaning], dict[str, Meaning]]:
    """What is said of rows, and of single cells, by their ids."""
    rules = _Rows(paper, table, columns, groups, caption, commas)
    for row in range(table.heads, table.height):
        rules.read(row)
    return rules.finished()


def second_labels(table: Table) -> bool:
    """Whether the second column holds labels too: words in most rows, and numbers in none."""
    cells = [
        cell
        for row in range(table.heads, table.height)
        if (cell := table.own(row, 1)) is not None and cell.text
    ]
    rows = table.height - table.heads
    return 2 * len(cells) > rows and not any(
        is_number(cell.text) and not is_time(cell.text) for cell in cells
    )


class _Rows:
    def __init__(
        self,
        paper: LocatedPaper,
        table: Table,
        columns: list[Column],
        groups: Mapping[str, MapGroup],
        caption: Meaning,
        commas: bool,
    ):
        self.paper, self.table, self.columns = paper, table, columns
        self.groups, self.caption, self.commas = groups, caption, commas
        self.sections: list[_Section] = []
        self.made: dict[int, Meaning] = {}
        self.cells: dict[str, Meaning] = {}
        self.before: int | None = None
        self.sizes: dict[int, str] = {}
        self.outer: Cell | None = None
        labels = [cell for cell in table.cells if cell.column == 0 and cell.row >= table.heads]
        self.second = second_labels(table)
        self.indented = any(cell.indent for cell in labels)
        # Rows of times alone hold what the caption names.
        self.times_alone = all(is_time(cell.text) for cell in labels if cell.text)
        self.every: list[_Section] = []

    def read(self, row: int) -> None:
        """Decide on one row."""
        label = self.table.at(row, 0)
        forms = {
            column.at: cell_of(cell.text, self.commas)
            for column in self.columns
            if (cell := self.table.own(row, column.at)) is not None and cell.text
            if any(map(str.isdigit, cell.text)) or cell_of(cell.text, self.commas)
        }
        if self.second and (inner := self.table.own(row, 1)) and inner.text:
            if (label is None or not label.text) and self.outer is not None:
                label = self.outer
            elif label is not None and label.text:
                self.outer = label
        if label is None or not bare(label.text) or (label.columns > 1 and not forms):
            if label is not None and label.text and not forms:
                self._open(label, row)
            elif forms:
                self.made[row] = replace(EMPTY, leave=NO_OUTCOME)
            return
        if self.indented:
            self.sections = [one for one in self.sections if one.label.indent < label.indent]
        if sizes := self._sizes_in(row):
            # "n = 40" in each column: the rows below are of so many patients.
            self._open(label, row)
            self.made[row] = replace(EMPTY, leave=PATIENTS_BELOW)
            self.sizes = sizes
            return
        if not any(self._of_group(at) for at in forms):
            # A section's own row may hold the P of all its categories.
            if forms:
                self.made[row] = self._fitting(row, forms, self._outcome(label))
            self._open(label, row)
            return
        self._numbers(row, label, forms)

    def _sizes_in(self, row: int) -> dict[int, str]:
        found: dict[int, str] = {}
        for column in self.columns:
            if not column.meaning.group:
                continue
            cell = self.table.own(row, column.at)
            match = SIZE.fullmatch(cell.text.strip()) if cell is not None else None
            if cell is None or match is None:
                return {}
            found[column.at] = self.paper.within[self._id(cell)][0].id
        return found

    def _of_group(self, at: int) -> bool:
        return any(one.at == at and one.meaning.group for one in self.columns)

    def _open(self, label: Cell, row: int) -> None:
        self.sections = [
            one for one in self.sections if self.indented and one.label.indent < label.indent
        ]
        section = _Section(label)
        self.sections.append(section)
        self.every.append(section)
        self.before = None

    def _id(self, cell: Cell) -> str:
        return f"{self.table.id}.{cell.id}"

    def _outcome(self, label: Cell, *more: Cell) -> Meaning:
        ids = [self._id(one.label) for one in self.sections]
        every = dict.fromkeys((*ids, self._id(label), *map(self._id, more)))
        return replace(EMPTY, outcome=tuple(every) if len(every) > 1 else None)

    def _numbers(self, row: int, label: Cell, forms: Mapping[int, Form | None]) -> None:
        if self.second and (inner := self.table.at(row, 1)) and inner != label and inner.text:
            # "Pain | Week 12 | …", "Smoking | Current | …": two columns of labels.
            if is_time(inner.text):
                visit = Said(at=self._id(inner), quote=inner.text.strip())
                said = replace(self._outcome(label), visit=visit)
            else:
                said = self._outcome(label, inner)
            self.made[row] = self._kind(row, inner, forms, said)
            return
        words = bare(label.text)
        if (part := self._part(words)) and self.before is not None:
            of = self.made[self.before]
            before = self.table.at(self.before, 0)
            assert before is not None
            ids = of.outcome or (self._id(before),)
            says = Said(at=self._id(label), quote=label.text.strip())
            joined = replace(
                EMPTY,
                kind=kind_of(part),
                says=says,
                joins=f"r{self.before + 1}",
                outcome=ids,
                visit=of.visit,
            )
            self.made[row] = self._fitting(row, forms, joined)
            return
        own = stated(words)
        rest = words
        for _, quote in own:
            rest = rest.replace(quote, "")
        if not self.indented and self.sections and own and same_words(rest):
            self.sections = []
        if N_LABEL.fullmatch(words):
            said = self._outcome(label)
            self.made[row] = self._fitting(row, forms, replace(said, kind="size"))
            return
        said = self._outcome(label)
        if is_time(words):
            ids = tuple(self._id(one.label) for one in self.sections)
            if not ids and self.times_alone and self.table.caption:
                ids = (f"{self.table.id}.{CAPTION}",)
            if not ids:
                self.made[row] = replace(EMPTY, leave=NO_OUTCOME)
                return
            visit = Said(at=self._id(label), quote=label.text.strip())
            said = replace(said, outcome=ids, visit=visit)
        elif self.indented:
            self.sections.append(_Section(label))
        change = CHANGE.search(words)
        if change and not self.caption.change:
            said = replace(said, change=Said(at=self._id(label), quote=change.group()))
        made = self._kind(row, label, forms, said)
        self.made[row] = made
        if made.leave is None:
            self.before = row
            self._count(row, forms, made)
            self._sizes_beside(row)
            for at, number in self.sizes.items():
                if at in forms and f"r{row + 1}.c{at + 1}" not in self.cells:
                    self.cells[f"r{row + 1}.c{at + 1}"] = replace(EMPTY, size=number)

    def _sizes_beside(self, row: int) -> None:
        """An "n" beside a mean of the same group and time is the number of its patients."""
        for column in self.columns:
            cell = self.table.own(row, column.at)
            if column.meaning.kind != "size" or cell is None:
                continue
            for number in self.paper.within.get(self._id(cell), ())[:1]:
                for other in self.columns:
                    same = (other.meaning.group, other.meaning.visit) == (
                        column.meaning.group,
                        column.meaning.visit,
                    )
                    if same and other.at != column.at and self.table.text(row, other.at):
                        self.cells[f"r{row + 1}.c{other.at + 1}"] = replace(EMPTY, size=number.id)

    def _part(self, words: str) -> str | None:
        """Which part of the number above a row holds: its interval, deviation or error."""
        if CI_LABEL.fullmatch(words):
            return "ci"
        match = SPREAD_LABEL.fullmatch(words)
        return None if match is None else "sd" if match["sd"] else "se" if match["se"] else None

    def _kind(
        self, row: int, label: Cell, forms: Mapping[int, Form | None], said: Meaning
    ) -> Meaning:
        """The row with the kind that its label states, else sections, caption, or notes."""
        open_ = {
            column.at: forms[column.at]
            for column in self.columns
            if column.at in forms and column.meaning.group and column.kind is None
        }
        if not open_:
            own = {kind for kind, _ in stated(label.text)} & _AVERAGES
            heads = {one.meaning.kind for one in self.columns if one.meaning.group}
            # "Median" below heads of counts: the label and the heads say two things.
            odd = own and not heads & {*own, "mean", "median", "mean_sd", "median_iqr"}
            return replace(EMPTY, leave=NO_KIND) if odd else self._fitting(row, forms, said)
        known = [form for form in open_.values() if form is not None]
        if not known:
            return replace(EMPTY, leave=NO_KIND)
        names = {form.form for form in known}
        if names & {*_SHARES} and names <= {*_SHARES, "value", "fraction"}:
            return self._fitting(row, forms, replace(said, kind="count_percent"))
        # A change of another form beside two values, or a cell with a word, is left by itself.
        usual = Counter(form.form for form in known).most_common(1)[0][0]
        alike = (usual, "value") if usual in _PAIRS else (usual,)
        cells = {at: form for at, form in open_.items() if form and form.form in alike}
        for at, text in self._levels(label):
            kinds = stated(text)
            if not kinds:
                continue
            if usual == "value":
                units = [("percent", words) for _, words in kinds if "%" in words]
                kinds = [
                    pair for pair in kinds if pair[0] not in ("count_percent", "percent")
                ] + units
            fitting = [pair for pair in kinds if self._fits_most(pair[0], cells, usual)]
            chosen = self._by_arithmetic(fitting, cells, sure=at == self._id(label))
            if chosen is not None:
                made = replace(said, kind=kind_of(chosen[0]), says=Said(at=at, quote=chosen[1]))
                return self._fitting(row, forms, made)
            if not all(kind in ("percent", "count_percent") and unit_alone(w) for kind, w in kinds):
                break
        return replace(EMPTY, leave=NO_KIND)

    def _fits_most(self, kind: str, forms: Mapping[int, Form], usual: str) -> bool:
        return all(fits(kind, form) for form in forms.values() if form.form == usual)

    def _levels(self, label: Cell) -> Iterable[tuple[str, str]]:
        yield self._id(label), label.text
        if label.column > 0 and (outer := self.table.at(label.row, 0)):
            yield self._id(outer), outer.text
        for section in reversed(self.sections):
            yield self._id(section.label), section.label.text
        first = self.table.at(max(0, self.table.heads - 1), 0)
        if first is not None and self.table.heads:
            yield self._id(first), first.text
        yield f"{self.table.id}.{CAPTION}", self.table.caption
        yield f"{self.table.id}.{NOTES}", self.table.notes

    def _size(self, at: int) -> int | None:
        column = next(one for one in self.columns if one.at == at)
        group = self.groups.get(column.meaning.group or "")
        number = self.sizes.get(at) or column.meaning.size or (group.size if group else None)
        if number is None:
            return None
        return int("".join(filter(str.isdigit, self.paper.by_id[number].text)) or 0)

    def _by_arithmetic(
        self, kinds: list[tuple[str, str]], forms: Mapping[int, Form], *, sure: bool
    ) -> tuple[str, str] | None:
        """The one kind that also the arithmetic leaves: whether pairs are counts with their
        percentages, the patients of their columns tell."""
        shares = [self._share(form, self._size(at)) for at, form in forms.items() if form]
        pairs = any(form and form.form == "pair" for form in forms.values())
        counts = [pair for pair in kinds if pair[0] == "count_percent"]
        others = [pair for pair in kinds if pair[0] != "count_percent"]
        if not pairs:
            return kinds[0] if len(kinds) == 1 else None
        if counts and all(shares):
            return counts[0]
        if counts and not others:
            # Most are the percentages of their counts: one that is not may be a misprint.
            right = [share for share in shares if share]
            return counts[0] if 2 * len(right) > len(shares) or (sure and right) else None
        unclear = not sure and any(share is None for share in shares)
        return others[0] if len(others) == 1 and not all(shares) and not unclear else None

    def _share(self, form: Form, size: int | None) -> bool | None:
        """Whether a pair is a count and its percentage of so many patients."""
        count = form.whole("a")
        if form.form == "value":
            return True
        if form.form not in ("pair", *_SHARES) or (size is None and count is not None):
            return None
        if count is None or not size:
            return False
        shown = Decimal(form.parts["b"].replace(",", ""))
        unit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
        return abs(Decimal(100 * count) / size - shown) <= unit

    def _fitting(self, row: int, forms: Mapping[int, Form | None], said: Meaning) -> Meaning:
        """What is said of a row; where most cells fit it, one of another kind is left alone."""
        misfits = []
        for column in self.columns:
            if column.at not in forms:
                continue
            whole = merged(self.caption, column.meaning, said)
            form = forms[column.at]
            if said.visit and column.meaning.visit:
                return replace(EMPTY, leave="its label and its columns name a time each")
            if form is None or whole.kind is None or not fits(whole.kind, form):
                misfits.append(column)
        own = [column for column in self.columns if column.at in forms and column.meaning.group]
        odd = [column for column in misfits if column.meaning.group]
        if len(misfits) == len(forms) or 2 * len(odd) > len(own):
            return replace(EMPTY, leave=NO_KIND)
        for column in misfits:
            self.cells[f"r{row + 1}.c{column.at + 1}"] = replace(EMPTY, leave=NO_KIND)
        return said

    def _count(self, row: int, forms: Mapping[int, Form | None], made: Meaning) -> None:
        """Count the patients of a section's categories; one in which all are counted has ended."""
        parent = self.sections[-2] if self.indented and len(self.sections) > 1 else None
        section = parent or (self.sections[-1] if self.sections and not self.indented else None)
        if section is None:
            return
        section.rows.append(row)
        if made.kind != "count_percent" or self.indented:
            return
        for at, form in forms.items():
            count = form.whole("a") if form is not None and self._of_group(at) else None
            if count is not None:
                section.sums[at] = section.sums.get(at, 0) + count
        if section.sums and all(self._size(at) == sum_ for at, sum_ in section.sums.items()):
            self.sections = []

    def finished(self) -> tuple[dict[str, Meaning], dict[str, Meaning]]:
        """The rows, without those whose labels another row has too, and cells of their own."""
        seen: dict[tuple[str, ...], list[int]] = {}
        for row, made in self.made.items():
            label = self.table.at(row, 0)
            if made.leave or made.joins or label is None:
                continue
            ids = made.outcome or (self._id(label),)
            words = [same_words(self.paper.texts[one]) for one in ids]
            visit = same_words(made.visit.quote) if made.visit else ""
            seen.setdefault((*words, visit, made.kind or ""), []).append(row)
        for rows in seen.values():
            for row in rows if len(rows) > 1 else ():
                self.made[row] = replace(EMPTY, leave=TWICE)
        self._comparisons()
        rows_of = {f"r{row + 1}": made for row, made in self.made.items() if made != EMPTY}
        left = {row for row, made in self.made.items() if made.joins and self._lost(made)}
        for row in left:
            rows_of[f"r{row + 1}"] = replace(EMPTY, leave=NO_OUTCOME)
        return rows_of, self.cells

    def _lost(self, made: Meaning) -> bool:
        """Whether the row that another belongs to is left."""
        row = int((made.joins or "r0")[1:]) - 1
        return row not in self.made or self.made[row].leave is not None

    def _comparisons(self) -> None:
        """A P in the first of several rows of a section, or over rows, is of the section."""
        compared = [one.at for one in self.columns if one.meaning.compare]
        for section in self.every:
            rows = [row for row in section.rows if self.made[row].leave is None]
            filled = [
                (row, at) for row in rows for at in compared if self.table.text(row, at).strip()
            ]
            own = [(row, at) for row, at in filled if self.table.own(row, at)]
            if len(rows) > 1 and own and all(row == rows[0] for row, _ in own):
                for row, at in own:
                    ids = (self._id(section.label),)
                    self.cells[f"r{row + 1}.c{at + 1}"] = replace(EMPTY, outcome=ids)
        for cell in self.table.cells:
            name = cell.id
            over = cell.column in compared and cell.rows > 1 and cell.row >= self.table.heads
            if over and cell.text and name not in self.cells:
                self.cells[name] = replace(EMPTY, leave=OVER_ROWS)
