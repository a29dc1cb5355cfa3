"""Claims of a ledger from a located paper and a map of it: each digit is the paper's own."""

import re
from collections.abc import Iterator

from trialtrace.audit.ledger.draft import ALL, Entry, LedgerDraft, Left, slug
from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.locate.characters import plain, tidy, unmarked
from trialtrace.audit.locate.paper import LocatedPaper, Number
from trialtrace.audit.meaning.kinds import printed
from trialtrace.audit.meaning.mapping import MapFile, MapSentence
from trialtrace.audit.meaning.statements import (
    Statement,
    outcome_ids,
    row_meanings,
    statements,
    with_commas,
)
from trialtrace.audit.printed.expression import parse
from trialtrace.base.errors import UserError

NOT_MAPPED = "the map says nothing of it"
LONGEST_QUOTE = 10


def ledger_of(paper: LocatedPaper, said: MapFile) -> LedgerDraft:
    """The ledger of what a verified map says; what it leaves, or says nothing of, is listed.

    Claims of a table or sentence that no person confirmed are `unconfirmed`, unless a person typed
    the table.
    """
    made = LedgerDraft(paper.title or paper.file)
    about: Entry = {"citation": paper.title or paper.file}
    if paper.doi:
        about["doi"] = paper.doi
    made.papers = {"paper": about}
    _groups(made, said)
    used: set[str] = set()
    for table in paper.tables:
        if (of := said.tables.get(table.id)) is None or of.leave:
            continue
        every = list(statements(table, of, with_commas(paper)))
        open_ = None if of.confirmed or paper.typed else READ
        _Table(made, paper, said, of.baseline is not None, open_).add(every, used)
    for name, parts in said.sentences.items():
        for part in parts:
            _sentence(made, paper, said, name, part, used)
    made.left += _left(paper, said, used)
    needed = {str(name) for claim in made.claims.values() for name in _named(claim)}
    made.groups = {name: entry for name, entry in made.groups.items() if name in needed}
    return made


def _groups(made: LedgerDraft, said: MapFile) -> None:
    for name, group in said.groups.items():
        if group.everyone:
            continue
        made.groups[name] = {"label": _label(group.quote)}


def _named(claim: Entry) -> Iterator[object]:
    about = claim.get("about")
    if isinstance(about, dict):
        yield about.get("group")
        yield from about.get("compare", ())


def whole(paper: LocatedPaper, number: str) -> str:
    """A number of patients without the sign of its thousands."""
    return re.sub(r"[^0-9]", "", paper.by_id[number].text)


class _Table:
    """The claims of one table."""

    def __init__(
        self,
        made: LedgerDraft,
        paper: LocatedPaper,
        said: MapFile,
        baseline: bool,
        unconfirmed: str | None,
    ):
        self.made, self.paper, self.said = made, paper, said
        self.baseline, self.unconfirmed = baseline, unconfirmed

    def add(self, every: list[Statement], used: set[str]) -> None:
        joining: dict[tuple[int, int], list[Statement]] = {}
        for one in every:
            if one.joined:
                joining.setdefault(_joined_cell(one), []).append(one)
        rows: dict[tuple[int, str], list[str]] = {}
        for one in every:
            kind, form = one.meaning.kind, one.form
            if one.joined or kind is None or form is None or one.meaning.leave:
                continue
            parts = joining.get((one.cell.row, one.cell.column), [])
            text = _expression([one, *parts])
            try:
                parse(text)
            except UserError:
                self.made.left.append(Left(one.place, one.cell.text, "a ledger has no form for it"))
                used.add(one.id)
                continue
            used |= {part.id for part in (one, *parts)}
            key = self._claim(one, text)
            visit = one.meaning.visit.quote if one.meaning.visit else ""
            beside = rows.setdefault((one.cell.row, visit), [])
            if one.meaning.compare and beside:
                self.made.claims[key]["with"] = [*beside]
            elif one.meaning.group:
                beside.append(key)

    def _claim(self, one: Statement, text: str) -> str:
        labels = [_label(self.paper.texts[key]) for key in outcome_ids(one)]
        outcome = " – ".join(dict.fromkeys(filter(None, labels)))
        about = self._about(one, outcome)
        words = [one.table.id, *labels[-1:], str(about.get("visit", "")), one.meaning.group or ""]
        words += [one.meaning.kind or ""] if one.meaning.compare else []
        name = slug("_".join(filter(None, words)), 36)
        key = self.made.unique("claim", name or one.table.id)
        whose = self.made.groups.get(one.meaning.group or "", {}).get("label")
        entry: Entry = {
            "from": "paper",
            "place": one.place,
            "label": ", ".join(str(part) for part in (outcome or one.table.name, whose) if part),
            "printed": text,
            "quote": " ".join(tidy(one.cell.text).split()[:LONGEST_QUOTE]),
            "about": about,
        }
        if self.unconfirmed:
            entry["unconfirmed"] = self.unconfirmed
        self.made.claims[key] = entry
        return key

    def _about(self, one: Statement, outcome: str) -> Entry:
        meaning, about = one.meaning, dict[str, object]()
        if meaning.kind == "size":
            about["size"] = "analysed"
        elif outcome:
            name = self.made.named("outcome", f"{one.table.id}: {outcome}", "outcome")
            label = outcome
            if name not in self.made.outcomes and any(
                entry["label"] == outcome for entry in self.made.outcomes.values()
            ):
                # The same label in another table may be of other patients or of another time.
                label = f"{outcome} ({one.table.name})"
            known = self.made.outcomes.setdefault(name, {"label": label})
            if self.baseline and meaning.group:
                known["baseline"] = True
            about["outcome"] = name
        if meaning.group:
            about["group"] = ALL if self.said.groups[meaning.group].everyone else meaning.group
        if meaning.compare:
            about["compare"] = list(meaning.compare)
        if meaning.visit:
            about["visit"] = self.made.spelling(_label(meaning.visit.quote))
        patients = self._patients(one)
        if patients and meaning.kind != "size" and not meaning.compare and "of" not in text_of(one):
            about["patients"] = patients
        if meaning.measure:
            about["measure"] = meaning.measure
        if meaning.change:
            about["change"] = True
        return about

    def _patients(self, one: Statement) -> str | None:
        if one.meaning.size:
            return whole(self.paper, one.meaning.size)
        group = self.said.groups.get(one.meaning.group or "")
        return whole(self.paper, group.size) if group is not None and group.size else None


def text_of(one: Statement) -> str:
    """The form of a cell: "of" where it prints its own denominator."""
    return "of" if one.form is not None and "n" in one.form.parts else ""


def _expression(parts: list[Statement]) -> str:
    texts = []
    for part in parts:
        says = part.meaning.says.quote if part.meaning.says else ""
        assert part.form is not None and part.meaning.kind is not None
        texts.append(printed(part.meaning.kind, part.form, part.meaning.measure, says))
    return " ".join(texts)


def _joined_cell(one: Statement) -> tuple[int, int]:
    """The place of the number that a cell is part of."""
    assert one.meaning.joins is not None
    at = int(one.meaning.joins[1:]) - 1
    return (at, one.cell.column) if one.meaning.joins[0] == "r" else (one.cell.row, at)


def _sentence(
    made: LedgerDraft,
    paper: LocatedPaper,
    said: MapFile,
    name: str,
    part: MapSentence,
    used: set[str],
) -> None:
    sentence = next(one for one in paper.sentences if one.id == name)
    about: Entry = {}
    if part.outcome:
        key = made.named("outcome", part.outcome, "outcome")
        made.outcomes.setdefault(key, {"label": part.outcome})
        about["outcome"] = key
    if part.group:
        about["group"] = ALL if said.groups[part.group].everyone else part.group
    if part.compare:
        about["compare"] = list(part.compare)
    if part.visit:
        about["visit"] = made.spelling(part.visit)
    if part.correction:
        about["correction"] = _correction(part.correction.quote)
    entry: Entry = {
        "from": "paper",
        "place": sentence.place,
        "label": part.outcome or f"Test in {sentence.place}",
        "printed": as_printed(part.quote),
        "quote": " ".join(part.quote.split()[:LONGEST_QUOTE]),
    }
    entry |= {"about": about} if about else {}
    if not part.confirmed:
        entry["unconfirmed"] = READ
    made.claims[made.unique("claim", slug(f"{name}_{part.outcome or 'test'}", 36))] = entry
    used |= {number.id for number in numbers_in(paper, name, part.quote)}


def _correction(words: str) -> str:
    return "greenhouse_geisser" if words.lower().startswith("greenhouse") else "huynh_feldt"


def as_printed(quote: str) -> str:
    """Words of a paper as an expression of a ledger, with "0 . 04" and "0,05" as decimals."""
    text = re.sub(r"(?<=[0-9])\s[.·]\s(?=[0-9])", ".", plain(tidy(quote)))
    text = re.sub(r"(?<=[=<>≤≥])(\s?)0\. (?=[0-9])", r"\g<1>0.", text)
    return re.sub(r"([pP]\s*[=<>≤≥]\s*0),(?=[0-9])", r"\1.", text)


def numbers_in(paper: LocatedPaper, within: str, quote: str) -> list[Number]:
    """The numbers of a text that lie in a quote of it."""
    start = paper.texts[within].find(quote)
    return [
        number
        for number in paper.within.get(within, ())
        if start >= 0 and start <= number.start < start + len(quote)
    ]


def _label(text: str) -> str:
    """A label without the marks of its notes."""
    return re.sub(r"\s*[,;:]+$", "", unmarked(text.strip())).strip()


def _left(paper: LocatedPaper, said: MapFile, used: set[str]) -> Iterator[Left]:
    """The texts whose numbers are in no claim, with the reason that the map gives."""
    in_map = used | _named_numbers(said) | _named_texts(paper, said)
    reasons = dict(_reasons(paper, said))
    names = {table.id: table.name for table in paper.tables}
    places = {one.id: one.place for one in paper.sentences}
    for within, numbers in paper.within.items():
        open_ = [one for one in numbers if not {one.id, within} & in_map]
        if not open_:
            continue
        table, _, rest = within.partition(".")
        place = places.get(within) or f"{names[table]}, {_place(rest)}"
        whole_text = len(open_) == len(numbers)
        text = paper.texts[within] if whole_text else ", ".join(one.text for one in open_)
        yield Left(place, text, reasons.get(within) or reasons.get(table) or NOT_MAPPED)


def _place(rest: str) -> str:
    found = re.fullmatch(r"r([0-9]+)\.c([0-9]+)", rest)
    return f"row {found[1]}, column {found[2]}" if found else rest


def _reasons(paper: LocatedPaper, said: MapFile) -> Iterator[tuple[str, str]]:
    for table in paper.tables:
        if (of := said.tables.get(table.id)) is None:
            continue
        if of.leave:
            yield table.id, of.leave
        for one in statements(table, of, commas=False):
            if one.meaning.leave:
                yield one.id, one.meaning.leave
        for row, meaning in row_meanings(of).items():
            label = table.at(row, 0)
            if label is not None and meaning.leave:
                yield f"{table.id}.{label.id}", meaning.leave


def _named_numbers(said: MapFile) -> set[str]:
    """The numbers that a map names itself: numbers of patients."""
    found = {group.size for group in said.groups.values()}
    for table in said.tables.values():
        found |= {part.size for part in (*table.columns.values(), *table.rows.values())}
        found |= {table.all.size} if table.all else set()
    return {number for number in found if number}


def _named_texts(paper: LocatedPaper, said: MapFile) -> set[str]:
    """The texts that a map quotes as names of groups, visits and outcomes: their numbers are names
    too."""
    found = {group.at for group in said.groups.values()}
    for table in paper.tables:
        of = said.tables.get(table.id)
        if of is None or of.leave:
            continue
        found |= {of.baseline.at} if of.baseline else set()
        for one in statements(table, of, commas=False):
            if one.meaning.leave or one.meaning.kind is None:
                continue
            found |= set(outcome_ids(one))
            found |= {part.at for part in (one.meaning.visit, one.meaning.says) if part}
    return found
