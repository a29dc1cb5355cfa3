"""Files and sheets of one form: which of them are one table, and what each of them is."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from statistics import median

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.decided import Decided, none_of
from trialtrace.run.drafting.names import (
    ROW_NUMBERS,
    SITES,
    VISITS,
    rank,
    rank_of_arm,
)
from trialtrace.run.drafting.outcomes import is_number
from trialtrace.run.drafting.profile import Stack, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.strangers import (
    ALIKE,
    FEWEST_OF_BOTH,
    MOSTLY,
    OTHERS,
    Read,
    called,
    of_rows,
)
from trialtrace.run.drafting.tables import by_subject, joined_in_sites, stacked
from trialtrace.run.drafting.wide import EARLY, LATE
from trialtrace.run.tables.measures import AGES, folded, parts, plain
from trialtrace.run.trial.label_words import SURE_CONTROL

VISIT, ARM, PART, REPEAT, APART = "visit", "arm", "part", "repeat", "apart"
TREATMENT = "treatment"
IS: Mapping[str, str] = {
    VISIT: "a visit of the same patients",
    ARM: "the patients of an arm",
    TREATMENT: "the same patients under a treatment",
    PART: "other people, as of a site, a year, or another child of each family",
    REPEAT: "the same patients at the same time once more, as by another reader",
    APART: "a table of its own",
}
OF_ARMS = (ARM, TREATMENT)
WORDS = "What is each of the files of one form?"
PLACE = ("trial.yaml", "source.stacked")
ROW = "row"
WHEN, YEARS = re.compile(rf"{EARLY}|{LATE}"), re.compile("(?:19|20)[0-9]{2}")
# Beside a number in a name: 6m, T1, v2, years.
UNITS = {*VISITS, *"mwdyv", "mo", "yr", "yrs", "months", "jahr", "jahre"}
# Words of where people are, of which the same numbers are others.
PLACES = {*SITES, "north", "south", "east", "west", "city", "town", "village", "rural", "urban"}
PLACES |= {
    *("nord", "sud", "sued", "ost", "stadt", "land", "ouest", "est", "norte", "sur", "oeste")
}
# Years by which the ages of one person in two files may differ from those of others in them.
SAME_AGE = 1


@dataclass(frozen=True)
class Form:
    """Tables of one form in the order of what their names tell: the value of each, the word before
    it, and whether these are times. `column` has another value in each; none where no column has.
    `subject` is the column of the patients in all, `people` those of each."""

    tables: tuple[Table, ...]
    values: tuple[str, ...]
    word: str
    timed: bool
    column: str
    subject: str
    people: tuple[set[str], ...]

    @property
    def apart(self) -> bool:
        """Whether no patient's number is in two of them."""
        return len(set[str]().union(*self.people)) == sum(map(len, self.people))

    @property
    def few_of_both(self) -> int:
        """How many patients' numbers are in two, where these are few, as of people who moved."""
        every = len(set[str]().union(*self.people))
        n = sum(map(len, self.people)) - every
        return n if n < MOSTLY * every and not self.shared else 0

    @property
    def shared(self) -> bool:
        """Whether most numbers of each are in the one with the most."""
        most = max(self.people, key=len)
        return all(len(one & most) >= MOSTLY * len(one) for one in self.people)

    @property
    def beyond_doubt(self) -> tuple[str, ...]:
        """What the files may be taken for unasked, where that is the likeliest: all have the same
        columns, and names tell times and each has exactly the same patients, who do not count from
        1, as others would, or each has others."""
        names = [{column.name for column in one.columns} for one in self.tables]
        if not self.subject or any(one != names[0] for one in names):
            return ()
        if self.apart:
            return (ARM,)
        same = all(one == self.people[0] for one in self.people) and not _from_1(self.people[0])
        return (VISIT,) if self.timed and same else ()


def with_stacks(tables: tuple[Table, ...], decided: Decided) -> tuple[Table, ...]:
    """The tables, with one in place of those of one form: what each of these is was told, or is
    asked. Without an answer it is what speaks most for it, and nothing is computed by arm."""
    read = Read(tables, decided.told.get("subject", ""))
    told = decided.told.get("stack", "")
    found = [(form, _possible(tables, form, [*_choices(read, form)])) for form in _forms(read)]
    found = [(form, choices) for form, choices in found if choices or told]
    if not found:
        if told:
            raise wrong("--stack", told, "several files with the same columns")
        return tables
    first = [choices[0] for _, choices in found if choices]
    choices = [(",".join(word for word, _ in first), " ".join(why for _, why in first))]
    if len(found) == 1:
        choices += found[0][1][1:]
    if all(word != APART for word, _ in choices):
        choices.append((APART, f"Each is {IS[APART]}."))

    def of(text: str) -> tuple[Table, ...]:
        words = [one.strip() for one in text.split(",")]
        if bad := [word for word in words if word not in IS]:
            raise none_of("stack", bad[0], IS)
        if len(words) not in (1, len(found)):
            names = "; ".join(one_of([called(one) for one in form.tables]) for form, _ in found)
            raise wrong("--stack", text, f"one word, or one for each form: {names}")
        words *= len(found) // len(words)
        made = tables
        for (form, _), word in zip(found, words, strict=True):
            made = _in_place(made, form, word)
        return made

    sure = len(found) == 1 and choices[0][0] in found[0][0].beyond_doubt
    made = decided.choose("stack", WORDS, choices, PLACE, of, sure)
    for form, _ in found:
        _tell_few_of_both(form, made, decided)
        _tell_one_of_several(form, made, decided)
    return made


def _tell_one_of_several(form: Form, made: Sequence[Table], decided: Decided) -> None:
    """A guess that blinds the report where the primary endpoint was told by the name of a column
    that several files have, each a table of its own."""
    name = decided.told.get("primary", "")
    apart = [one for one in form.tables if any(one.name == each.name for each in made)]
    have = [one for one in apart if any(name == column.name for column in one.columns)]
    if len(have) > 1:
        each = one_of([f"{stem(one)}.{name}" for one in have])
        why = f"Of {each} the first is taken: --primary names one with its table."
        decided.guess("primary", ("plan.yaml", "analyses"), f"{stem(have[0])}.{name}", why, True)


def _tell_few_of_both(form: Form, made: Sequence[Table], decided: Decided) -> None:
    """A guess that blinds the report where few numbers are in two files of other people: they may
    be of people who moved."""
    n, every = form.few_of_both, len(set[str]().union(*form.people))
    whole = next(
        (one for one in made if one.stack and one.stack.parts[0][1] is form.tables[0]), None
    )
    if whole is None or whole.subject[:1] in ((form.subject,), ()) or "subject" in decided.told:
        return
    if n:
        why = f"{n} of {every} {form.subject} are in two files, and taken for other people "
        why += f"there: --subject {form.subject} takes them for the same, --subject "
        why += f"{whole.subject[0]} says that they are others."
        place = ("trial.yaml", f"tables.{whole.name}.subject")
        decided.guess("subject", place, whole.subject[0], why, blinds=True)


def _possible(
    tables: tuple[Table, ...], form: Form, choices: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The choices, with `apart` before those that no table of all can be made by."""
    try:
        if choices:
            _in_place(tables, form, choices[0][0])
    except UserError as error:
        why = f"{choices[0][1][:-1]}, but {error.problems[0].found or error.problems[0].message}."
        return [(APART, why), *choices]
    return choices


def _forms(read: Read) -> Iterator[Form]:
    """Tables with the same columns, or nearly."""
    left = [one for one in read.tables if one.kind == "files" and not (one.of or one.kept)]
    while left:
        names = {one.name for one in left[0].columns}
        alike = [one for one in left if _alike(names, {each.name for each in one.columns})]
        left = [one for one in left if one not in alike]
        if len(alike) > 1 and len(names) > 1 and all(one.rows <= MOST_ROWS for one in alike):
            yield _form(read, alike)


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _form(read: Read, tables: Sequence[Table]) -> Form:
    stems = [stem(one) for one in tables]
    values, word, timed = told_by_names(stems)
    columns = [
        one.name
        for one in tables[0].columns
        for own in [[each.values for t in tables for each in t.columns if each.name == one.name]]
        if all(len(each) == 1 for each in own)
        if len({each[0][0] for each in own}) == len(own) == len(tables)
    ]
    column = (*columns, "")[0]
    if column:
        values = tuple(one.column(column).values[0][0] for one in tables)
        timed = rank(column, VISITS) is not None or (timed and rank_of_arm(column) is None)
    order = sorted(range(len(tables)), key=lambda at: _by_number(values[at], stems[at]))
    subjects = {read.subject(one) for one in tables}
    subject = subjects.pop() if len(subjects) == 1 else ""
    first = {one.columns[0].name for one in tables}
    if not subject and len(first) == 1 and all((*first,) in one.keys for one in tables):
        # A number of any name that stands first, once in each.
        subject = first.pop() if all(plain(name) not in ROW_NUMBERS for name in first) else ""
    chosen = tuple(_as_read(tables[at]) for at in order)
    people = tuple(read.values(one, subject) if subject else set[str]() for one in chosen)
    return Form(chosen, tuple(values[at] for at in order), word, timed, column, subject, people)


def _as_read(table: Table) -> Table:
    """The table without the columns that a profile made of others: they are made of all."""
    columns = tuple(one for one in table.columns if one.name not in table.joined)
    return replace(table, columns=columns, joined={}, factors=frozenset())


def stem(table: Table) -> str:
    return str(table.reading.get("sheet") or Path(table.item).stem)


def told_by_names(stems: Sequence[str]) -> tuple[tuple[str, ...], str, bool]:
    """What names say that is not the same in all, the word before it, and whether it is a time:
    month0 and month6, hb_pre and hb_post, baseline and week 4."""
    words = [re.findall(r"[^\W\d_]+|[0-9]+", folded(one).lower()) for one in stems]
    before = len([*takewhile(lambda each: len({*each}) == 1, zip(*words, strict=False))])
    rest = [each[before:] for each in words]
    behind = len(
        [*takewhile(lambda each: len({*each}) == 1, zip(*map(reversed, rest), strict=False))]
    )
    told = [each[: len(each) - behind] for each in rest]
    word = words[0][before - 1] if before else ""
    after = rest[0][len(rest[0]) - behind] if behind and told[0] else ""
    numbers = all(len(each) == 1 and each[0].isdecimal() for each in told)
    if numbers and not any(YEARS.fullmatch(each[0]) for each in told):
        unit = next((one for one in (word, after) if one in UNITS), "")
        return tuple(str(int(each[0])) for each in told), unit or word, bool(unit)
    timed = all(any(WHEN.fullmatch(one) or one in UNITS for one in each) for each in told)
    values = [" ".join(each) for each in told]
    if numbers:
        return tuple(values), "year", False
    return (tuple(values) if all(values) else tuple(stems)), "", timed and all(values)


def _by_number(value: str, stem: str) -> tuple[bool, float, str]:
    """Before treatment first, then by the number, then by the name."""
    digits = re.findall(r"[0-9]+(?:\.[0-9]+)?", value)
    early = not digits and re.search(rf"\b(?:{EARLY})\b", folded(value).lower()) is None
    return early, float(digits[0]) if digits else 0.0, stem


def _choices(read: Read, form: Form) -> Iterator[tuple[str, str]]:
    """What the files may be, the likeliest first, with what speaks for it; nothing where nothing
    says that they are one table."""
    rows = ", ".join(of_rows(one, called(one)) for one in form.tables)
    lacking = {
        called(one): sorted({*_names(form)} - {each.name for each in one.columns})
        for one in form.tables
    }
    differ = [f"{file} lacks {one_of(names)}" for file, names in lacking.items() if names]
    have = f"{rows} have the same columns" + (f", but {'; '.join(differ)}" if differ else "")
    said = form.tables[0].evidence.get("arms_of_files") or next(
        (one.evidence["arms_of_files"] for one in read.tables if "arms_of_files" in one.evidence),
        "",
    )
    controls = [one for one in map(stem, form.tables) if SURE_CONTROL.fullmatch(_apart(one))]
    if not said and len(controls) == 1:
        said = f"{controls[0]} is the name of a control"
    arm = ARM, f"{have}; {said}: each is {IS[ARM]}."
    if not form.subject or not all(form.people):
        if said and not any(read.subject(one) for one in form.tables):
            yield arm
        return
    if form.apart or form.few_of_both:
        every = len(set[str]().union(*form.people))
        n = form.few_of_both
        by = f"{n or 'no'} {form.subject} of {every} {'are' if n > 1 else 'is'} in two of them"
        if said:
            yield arm
        yield PART, f"{have}, and {by}: each is {IS[PART]}, one table in parts."
        return
    if not form.shared:
        return
    once = all((form.subject,) in one.keys for one in form.tables)
    against = _others(read, form)
    if said and not form.timed and not form.column:
        # Numbers that begin anew in each may be of other people.
        each = (TREATMENT, ARM) if len(set(map(frozenset, form.people))) == 1 else (ARM, TREATMENT)
        for word in (ARM,) if against else each:
            doubt = f", and {against}" if against else ""
            yield word, f"{have}{doubt}; {said}: each is {IS[word]}."
    same = f"{have}, and most of the same {form.subject}"
    when = f"{form.word} {', '.join(form.values)}".strip()
    by = f", told by {form.column}" if form.column else f", by their names ({when})"
    visit = VISIT, f"{same}: each is {IS[VISIT]}{by}{f', though {against}' if against else ''}."
    part = PART, f"{same}{f', but {against}' if against else ''}: each is {IS[PART]}."
    timeless = not (form.timed or form.column)
    no = f"; {form.word or 'nothing'} in their names is no time" if timeless else ""
    again = REPEAT, f"{same}{no}: each is {IS[REPEAT]}."
    of_sites = form.column and (rank(form.column, SITES) is not None or rank_of_arm(form.column))
    if (against and not form.timed) or of_sites:
        yield from (part, visit, again)
    elif against.startswith(tuple(form.tables[0].arm or ("\0",))) or (not against and form.timed):
        # Patients who change the arm with the period are the same.
        yield from (visit, part, again)
    elif against:
        yield from (part, visit, again)
    elif once and form.column:
        yield from (visit, part, again)
    elif all({*parts(one)} & PLACES for one in form.values) and all(map(_from_1, form.people)):
        yield from (part, visit, again)
    elif once and all(one.isdecimal() for one in form.values):
        yield from (again, visit, part)


def _from_1(people: set[str]) -> bool:
    """Whether patients are numbered from 1 on."""
    return people == {str(n) for n in range(1, len(people) + 1)}


def _names(form: Form) -> dict[str, None]:
    return dict.fromkeys(column.name for one in form.tables for column in one.columns)


def _apart(stem: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", folded(stem).lower()))


def _others(read: Read, form: Form) -> str:
    """What says that the same numbers are of other people: a sex, a day of birth or an arm that
    differs, or an age, by more than the time between the files."""
    first, name = form.tables[0], form.subject
    for other in form.tables[1:]:
        if odd := read.differing(first, other, (name, name)) or _other_ages(first, other, name):
            return f"{odd} of {called(first)} and {called(other)}"
    return ""


def _other_ages(one: Table, other: Table, name: str) -> str:
    for column in one.columns:
        if plain(column.name) not in AGES or column.name not in {c.name for c in other.columns}:
            continue
        had, has = (_numbers(table, name, column.name) for table in (one, other))
        changes = [has[who] - had[who] for who in had if who in has]
        middle = median(changes) if changes else 0
        n = sum(abs(change - middle) > SAME_AGE for change in changes)
        if len(changes) >= FEWEST_OF_BOTH and n > OTHERS * len(changes):
            return f"{column.name} differs, by more than a time, in {n} of {len(changes)}"
    return ""


def _numbers(table: Table, name: str, column: str) -> dict[str, float]:
    made = {}
    for who, text in cells_of(table, [name, column]):
        try:
            made[who] = float(text.replace(",", "."))
        except ValueError:
            continue
    return made


def _in_place(tables: tuple[Table, ...], form: Form, word: str) -> tuple[Table, ...]:
    """The tables with one in place of those of a form. Raises UserError for what they cannot be."""
    if word == APART:
        return tables
    parts, files = form.tables, one_of([called(one) for one in form.tables])
    if word in (VISIT, REPEAT, TREATMENT) and not (form.subject and form.shared):
        found = f"{word}, of {files}, which do not have the same patients"
        raise wrong("--stack", found, f"{ARM}, {PART} or {APART}")
    known, values, column = {*_names(form)}, form.values, form.column
    if word in OF_ARMS and (not column or rank_of_arm(column) is None):
        values, column = tuple(stem(one) for one in parts), ""
    new = ""
    if not column:
        new = word if word in OF_ARMS else form.word or (VISIT if word == VISIT else PART)
        new = next(one for one in (new, f"{new}_of_file", f"{new}_of_files") if one not in known)
    row = "" if form.subject else ROW + "_of_file" * (ROW in known)
    others = {one.name for one in tables}
    names = ("stacked", *(f"stacked_{n}" for n in range(2, len(tables) + 2)))
    name = next(one for one in names if one not in others)
    stack = Stack(new, row, tuple(zip(values, parts, strict=True)))
    made = stacked(name, stack)
    lost = [
        one.name
        for one in made.columns
        if any(one.name == each.name and is_number(each) for t in parts for each in t.columns)
        if not (is_number(one) or one.choices)
    ]
    if lost:
        odd = {name: _spelt_otherwise(parts, name) for name in lost}
        found = "; ".join(f"{name} of {one or files}" for name, one in odd.items())
        found += ": numbers in one file and not in all together"
        mend = f"write them as in the others in a copy of the file, or give --stack {APART}"
        raise wrong(f"--stack {word}", found, "columns that are spelt alike", mend)
    if row:
        made = by_subject(made, row)
    elif word in (PART, ARM) and not form.apart:
        made = joined_in_sites(made, (column or new, form.subject))
    else:
        made = by_subject(made, form.subject)
    if word not in OF_ARMS and new:
        # What tells files apart that are no arms is none.
        weights = {key: weight for key, weight in made.weights.items() if key != new}
        arms = tuple(key for key in made.arm if key != new)
        made = replace(made, arm=arms, weights=weights, sure_arm=made.sure_arm and arms == made.arm)
    if word == VISIT:
        made = _at_visits(made, column or new)
    own = {one.name for one in parts}
    first = next(at for at, one in enumerate(tables) if one.name in own)
    rest = [one for one in tables[first:] if one.name not in own]
    whole = replace(made, unread=tuple(each for one in parts for each in one.unread))
    return (*tables[:first], whole, *rest)


def _spelt_otherwise(parts: Sequence[Table], name: str) -> str:
    """The files in which a column has no numbers, or the decimal sign that most have not."""
    having = [one for one in parts if any(each.name == name for each in one.columns)]
    odd = [called(one) for one in having if not is_number(one.column(name))]
    signs = Counter(one.reading.get("decimal") for one in having)
    for one in having if len(signs) > 1 and not odd else ():
        sign = one.reading.get("decimal")
        if 2 * signs[sign] <= len(having):
            odd.append(f"{called(one)} (decimal {'comma' if sign == ',' else 'point'})")
    return one_of(odd) if odd else ""


def _at_visits(table: Table, name: str) -> Table:
    """The table whose files are visits, by the column that says which."""
    others = tuple(one for one in table.visit if one != name)
    evidence = {**table.evidence, f"visit.{name}": "Each file is one."}
    once = table.once | {name} if (table.subject[0], name) in table.keys else table.once
    return replace(table, visit=(name, *others), once=once, evidence=evidence)
