"""Verification of a map against its paper, whoever proposed it: what fails is refused.

Nothing here knows a language: ids exist, quotes are verbatim, heads and labels stand over and
beside the numbers that they name, kinds fit the forms of the cells, each number is used once or
left with a reason, counts are within the patients and percentages are those of the counts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from trialtrace.audit.locate.paper import CAPTION, NOTES, LocatedPaper, Table
from trialtrace.audit.meaning.claims import as_printed, numbers_in, whole
from trialtrace.audit.meaning.kinds import FORM_ALONE, PRINTS, fits, stated
from trialtrace.audit.meaning.mapping import MapFile, MapTable, Meaning, Said, column_of, rows_of
from trialtrace.audit.meaning.statements import (
    Statement,
    outcome_ids,
    row_meanings,
    statements,
    with_commas,
)
from trialtrace.audit.printed.expression import parse
from trialtrace.base.errors import UserError

MOST_UNFIT = 4
"""One in so many percentages of a column, or counts, and one of several, may contradict the
patients: papers misprint. With more it is the map that is wrong."""


@dataclass(frozen=True)
class Refusal:
    """Why a part of a map is refused: its place in the map, a code, and a sentence."""

    place: str
    code: str
    text: str


def refusals(paper: LocatedPaper, said: MapFile) -> list[Refusal]:
    """Everything that the paper can tell is wrong with a map; none where it holds."""
    return list(_refusals(paper, said))


def _refusals(paper: LocatedPaper, said: MapFile) -> Iterator[Refusal]:
    if said.sha256 is not None and said.sha256 != paper.sha256:
        yield Refusal(
            "sha256", "paper", "The map is of another file: its ids may name other texts."
        )
        return
    yield from _groups(paper, said)
    for name, of in said.tables.items():
        table = paper.table(name)
        if table is None:
            yield Refusal(f"tables.{name}", "id", f"The paper has no table {name}.")
        elif not of.leave:
            yield from _Table(paper, said, table, of).refusals()
    yield from _sentences(paper, said)


def _groups(paper: LocatedPaper, said: MapFile) -> Iterator[Refusal]:
    quotes = Counter(_folded(group.quote) for group in said.groups.values())
    for name, group in said.groups.items():
        place = f"groups.{name}"
        yield from _quoted(paper, place, Said(at=group.at, quote=group.quote))
        if quotes[_folded(group.quote)] > 1:
            yield Refusal(place, "group", f"“{group.quote}” is declared as two groups.")
        if group.size is None:
            continue
        if group.size not in paper.by_id:
            yield Refusal(place, "id", f"The paper has no number {group.size}.")
            continue
        text = paper.texts[paper.by_id[group.size].within]
        names = [group.quote, *(group.also or ())]
        if not group.everyone and not any(_folded(one) in _folded(text) for one in names):
            yield Refusal(
                place, "patients", f"{group.size} does not stand with the name of the group."
            )


def _quoted(paper: LocatedPaper, place: str, said: Said) -> Iterator[Refusal]:
    if said.at not in paper.texts:
        yield Refusal(place, "id", f"The paper has no text {said.at}.")
    elif said.quote not in paper.texts[said.at]:
        yield Refusal(place, "quote", f"“{said.quote}” does not stand in {said.at}.")


def _folded(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


class _Table:
    """The map of one table, held against it."""

    def __init__(self, paper: LocatedPaper, said: MapFile, table: Table, of: MapTable):
        self.paper, self.said, self.table, self.of = paper, said, table, of
        self.place = f"tables.{table.id}"
        self.every = list(statements(table, of, with_commas(paper)))
        self.rows = row_meanings(of)
        # Labels stand left of all numbers.
        self.labels = (
            min((one.cell.column for one in self.every if one.meaning.kind), default=1) - 1
        )

    def refusals(self) -> Iterator[Refusal]:
        for name, column in self.of.columns.items():
            place = f"{self.place}.columns.{name}"
            if column_of(name) >= self.table.width:
                yield Refusal(place, "id", f"{self.table.name} has no column {name}.")
            else:
                yield from self._meaning(place, column)
                yield from self._head(place, column_of(name), column)
        for ids, row in self.of.rows.items():
            place = f"{self.place}.rows.{ids}"
            if not rows_of(ids) or rows_of(ids)[-1] >= self.table.height:
                yield Refusal(place, "id", f"{self.table.name} has no row {ids}.")
            else:
                yield from self._meaning(place, row)
        for name, cell in self.of.cells.items():
            if not any(cell_.id == name for cell_ in self.table.cells):
                yield Refusal(f"{self.place}.cells.{name}", "id", f"There is no cell {name}.")
            yield from self._meaning(f"{self.place}.cells.{name}", cell)
        if self.of.all:
            yield from self._meaning(f"{self.place}.all", self.of.all)
        if self.of.baseline:
            yield from _quoted(self.paper, f"{self.place}.baseline", self.of.baseline)
        yield from self._cells()
        yield from self._visits()
        yield from self._once()
        yield from self._counts()

    def _meaning(self, place: str, part: Meaning) -> Iterator[Refusal]:
        for said in (part.says, part.visit, part.change):
            if said is not None:
                yield from _quoted(self.paper, place, said)
        for name in (part.group, *(part.compare or ())):
            if name is not None and name not in self.said.groups:
                yield Refusal(place, "group", f"The map declares no group {name}.")
        for key in part.outcome or ():
            if key not in self.paper.texts:
                yield Refusal(place, "id", f"The paper has no text {key}.")
        if part.size is not None and part.size not in self.paper.by_id:
            yield Refusal(place, "id", f"The paper has no number {part.size}.")
        elif part.size is not None and not self.paper.by_id[part.size].within.startswith(
            f"{self.table.id}."
        ):
            yield Refusal(place, "patients", f"{part.size} is a number of another table.")

    def _head(self, place: str, column: int, part: Meaning) -> Iterator[Refusal]:
        """The heads over a column name its group, and hold its visit and number of patients."""
        over = self.table.over(column)
        ids = {f"{self.table.id}.{cell.id}" for cell in over}
        group = self.said.groups.get(part.group or "")
        if group is not None and not group.everyone:
            names = {_folded(one) for one in (group.quote, *(group.also or ()))}
            heads = [_folded(cell.text) for cell in over]
            rivals = {
                _folded(other.quote)
                for name, other in self.said.groups.items()
                if name != part.group and not other.everyone
            } - names
            # A name that another group's name holds is this one's only where that stands not there.
            own = [head for head in heads if any(name in head for name in names)]
            longer = {rival for rival in rivals if any(name in rival for name in names)}
            if not any(not any(rival in head for rival in longer) for head in own):
                yield Refusal(place, "group", f"No head over the column names “{group.quote}”.")
        elsewhere = {f"{self.table.id}.{CAPTION}", f"{self.table.id}.{NOTES}"}
        visit = part.visit
        if visit is not None and visit.at not in ids | elsewhere:
            behind = part.compare is not None and self._spans(visit.at, column)
            if not behind:
                yield Refusal(place, "visit", f"{visit.at} does not stand over the column.")
        if part.size is not None and self.paper.by_id.get(part.size) is not None:
            within = self.paper.by_id[part.size].within
            if within not in ids | elsewhere and not self._same_column(within, column):
                yield Refusal(place, "patients", f"{part.size} does not stand over the column.")

    def _spans(self, at: str, column: int) -> bool:
        """Whether a head ends where the column begins: a p stands behind the visit it is of."""
        cells = [cell for cell in self.table.cells if f"{self.table.id}.{cell.id}" == at]
        return any(
            cell.row < self.table.heads and cell.column + cell.columns == column for cell in cells
        )

    def _same_column(self, within: str, column: int) -> bool:
        return any(
            f"{self.table.id}.{cell.id}" == within and cell.column == column
            for cell in self.table.cells
        )

    def _cells(self) -> Iterator[Refusal]:
        for one in self.every:
            meaning = one.meaning
            if meaning.leave:
                continue
            if meaning.kind is None:
                yield Refusal(one.id, "left", f"Nothing is said of “{one.cell.text}”.")
                continue
            if one.form is None or not fits(meaning.kind, one.form):
                yield Refusal(
                    one.id, "form", f"“{one.cell.text}” is no {meaning.kind.replace('_', ' ')}."
                )
                continue
            yield from self._whose(one)
            yield from self._says(one)
            yield from self._outcome(one)

    def _whose(self, one: Statement) -> Iterator[Refusal]:
        meaning, kind = one.meaning, one.meaning.kind or ""
        compares = kind.startswith("estimate") or kind in ("p", "statistic")
        if one.joined:
            yield from self._joins(one)
        elif compares and meaning.compare is None:
            yield Refusal(
                one.id, "compare", f"Which groups “{one.cell.text}” compares is not said."
            )
        elif not compares and (meaning.group is None or meaning.compare is not None):
            yield Refusal(one.id, "group", f"Of which group “{one.cell.text}” is is not said.")

    def _joins(self, one: Statement) -> Iterator[Refusal]:
        line = one.meaning.joins or ""
        at = int(line[1:]) - 1
        row, column = (at, one.cell.column) if line[0] == "r" else (one.cell.row, at)
        other = next(
            (two for two in self.every if (two.cell.row, two.cell.column) == (row, column)), None
        )
        if other is None or other.joined or other.meaning.kind is None:
            yield Refusal(one.id, "joins", f"“{one.cell.text}” belongs to no number in {line}.")

    def _says(self, one: Statement) -> Iterator[Refusal]:
        """The words that say a kind say this one, and stand with the numbers or for the table."""
        kind, says = one.meaning.kind or "", one.meaning.says
        if says is None:
            if kind not in FORM_ALONE and not _of_itself(one) and not self._row_says(one):
                yield Refusal(one.id, "kind", f"Where the paper says “{kind}” is not quoted.")
            return
        kinds = [name for name, _ in stated(says.quote)]
        if kind == "percent":
            if "%" not in says.quote and "percent" not in says.quote.casefold():
                yield Refusal(one.id, "kind", f"“{says.quote}” does not say percent.")
            return
        if kinds and kind in _WORDED and kind not in kinds and not kind.startswith("estimate"):
            yield Refusal(one.id, "kind", f"“{says.quote}” says {', '.join(kinds)}, not {kind}.")
        elif not kinds and kind in _WORDED and not any(sign.isalpha() for sign in says.quote):
            yield Refusal(one.id, "kind", f"“{says.quote}” does not say {kind}.")

    def _row_says(self, one: Statement) -> bool:
        """Whether the other counts of a row have the sign that a bare one, such as 0, lacks."""
        row = [two for two in self.every if two.cell.row == one.cell.row]
        return (
            one.meaning.kind == "count_percent"
            and one.form is not None
            and one.form.form == "value"
            and any(two.meaning.kind == one.meaning.kind and _of_itself(two) for two in row)
        )

    def _outcome(self, one: Statement) -> Iterator[Refusal]:
        """What names a number's outcome stands in its row, above it in the labels, over its column,
        or in the caption."""
        if one.meaning.kind == "size" or one.joined:
            return
        ids = outcome_ids(one)
        if not ids:
            yield Refusal(one.id, "outcome", f"What “{one.cell.text}” measures is not said.")
        caption = f"{self.table.id}.{CAPTION}"
        label = self.table.at(one.cell.row, 0)
        above = [
            cell
            for cell in self.table.cells
            if cell.column <= self.labels and cell.row <= one.cell.row
        ]
        allowed = {
            f"{self.table.id}.{cell.id}" for cell in (*above, *self.table.over(one.cell.column))
        }
        for key in ids:
            if key in self.paper.texts and key != caption and key not in allowed:
                yield Refusal(one.id, "outcome", f"{key} does not name the number's row.")
        if label is None or not label.text or one.cell.id in self.of.cells:
            return
        row = f"{self.table.id}.{label.id}"
        named = {*ids, one.meaning.visit.at if one.meaning.visit else ""}
        joins = self.rows.get(one.cell.row)
        if row not in named and (joins is None or joins.joins is None):
            yield Refusal(one.id, "outcome", f"The label of the row, {row}, is left out.")

    def _visits(self) -> Iterator[Refusal]:
        """Where columns of a group name visits, each of its columns does, or is one of changes."""
        named = {one.group for one in self.of.columns.values() if one.group and one.visit}
        for name, column in self.of.columns.items():
            bare = column.visit is None and column.change is None and column.leave is None
            if column.group in named and bare and column.kind != "size":
                place = f"{self.place}.columns.{name}"
                yield Refusal(place, "visit", "Other columns of the group name a visit.")

    def _once(self) -> Iterator[Refusal]:
        """No two numbers of a table are said to be the same thing."""
        seen: dict[tuple[object, ...], Statement] = {}
        for one in self.every:
            meaning = one.meaning
            if meaning.leave or meaning.kind is None or one.joined:
                continue
            visit = meaning.visit.quote if meaning.visit else None
            change = meaning.change is not None
            labels = tuple(_folded(self.paper.texts.get(key, "")) for key in outcome_ids(one))
            key = (
                meaning.kind,
                meaning.group,
                meaning.compare,
                visit,
                change,
                labels,
                meaning.measure,
            )
            if key in seen:
                yield Refusal(
                    one.id, "twice", f"{one.id} and {seen[key].id} are said to be the same number."
                )
            seen.setdefault(key, one)

    def _counts(self) -> Iterator[Refusal]:
        """Counts are within the patients of their group, and percentages those of the counts."""
        columns: dict[int, list[Statement]] = {}
        for one in self.every:
            if (
                one.meaning.kind in ("count", "count_percent")
                and not one.meaning.leave
                and one.form
            ):
                columns.setdefault(one.cell.column, []).append(one)
        for column, cells in columns.items():
            shares = [fit for one in cells if (fit := self._fits_patients(one)) is not None]
            if shares.count(False) > max(len(shares) > 1, len(shares) // MOST_UNFIT):
                yield Refusal(
                    f"{self.place}.columns.c{column + 1}",
                    "patients",
                    f"{shares.count(False)} of {len(shares)} counts or percentages are not of the "
                    "patients that the map names.",
                )

    def _fits_patients(self, one: Statement) -> bool | None:
        """Whether a count is within its patients and its percentage that of it, within a unit of
        its last digit; None where the paper does not tell how many there are."""
        assert one.form is not None
        group = self.said.groups.get(one.meaning.group or "")
        number = one.meaning.size or (group.size if group else None)
        size = one.form.whole("n")
        if size is None:
            if number is None or number not in self.paper.by_id:
                return None
            size = int(whole(self.paper, number) or 0)
        count = one.form.whole("a")
        if count is None or not size:
            return None
        if count > size:
            return False
        percent = one.form.parts.get("b")
        try:
            shown = Decimal((percent or "").replace(",", ""))
        except InvalidOperation:
            return True if percent is None else None
        unit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
        return abs(Decimal(100 * count) / size - shown) <= unit


_WORDED = frozenset(kind for kind in PRINTS if kind not in (*FORM_ALONE, "estimate", "statistic"))


def _of_itself(one: Statement) -> bool:
    """Whether the form of a cell alone says its kind: a percent sign, a denominator, a test."""
    kind, form = one.meaning.kind, one.form
    if form is None:
        return False
    if kind == "count_percent":
        return form.form in ("count_percent", "fraction_percent", "percent_fraction", "fraction")
    if kind == "percent":
        return form.form == "percent"
    return kind in ("statistic", "size")


def _sentences(paper: LocatedPaper, said: MapFile) -> Iterator[Refusal]:
    for name, parts in said.sentences.items():
        text = paper.texts.get(name)
        if text is None:
            yield Refusal(f"sentences.{name}", "id", f"The paper has no sentence {name}.")
            continue
        used: list[str] = []
        for at, part in enumerate(parts):
            place = f"sentences.{name}[{at}]"
            for quote in filter(None, (part.quote, part.outcome, part.visit)):
                if quote not in text:
                    yield Refusal(place, "quote", f"“{quote}” does not stand in {name}.")
            if part.quote in text:
                used += [number.id for number in numbers_in(paper, name, part.quote)]
                if text.count(part.quote) > 1:
                    yield Refusal(place, "quote", f"“{part.quote}” stands in {name} twice.")
            for group in (part.group, *(part.compare or ())):
                if group is not None and group not in said.groups:
                    yield Refusal(place, "group", f"The map declares no group {group}.")
            if part.correction is not None:
                yield from _quoted(paper, place, part.correction)
            try:
                parse(as_printed(part.quote))
            except UserError:
                yield Refusal(place, "form", f"“{part.quote}” is no printed number.")
        for number, count in Counter(used).items():
            if count > 1:
                yield Refusal(f"sentences.{name}", "twice", f"{number} is used {count} times.")
