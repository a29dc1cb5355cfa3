"""Rows of a file that are no part of its trial: of who was never randomised."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite, sqrt
from statistics import fmean, variance

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.arms import TYPICAL, named_arm
from trialtrace.run.drafting.control import CAMEL, HAS
from trialtrace.run.drafting.decided import Decided, column_of, none_of
from trialtrace.run.drafting.likely_outcome import NUMBERED, of_patients, was_before
from trialtrace.run.drafting.names import NEVER_IN, flat, name_words, rank_of_arm, tells_parameter
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    IN,
    OUT,
    REPEATED,
    Outcome,
    belongs,
    is_coded,
    is_number,
    label_of,
    levels,
    of_analysis,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import BOUNDS, MOST_ROWS, bounded, cells_of, within
from trialtrace.run.drafting.several_rows import without_patient
from trialtrace.run.drafting.strangers import files_of_visits
from trialtrace.run.drafting.tables import of_rows
from trialtrace.run.tables.measures import AGES, known_ends, parts, plain

ALL = "all"
# What patients are, by which two rows may be of one; the share and the number of those of whom
# another has all of it, and how many pairs chance may make.
FEWEST_KNOWN, TWICE, FEWEST_TWICE, CHANCE = 3, 0.1, 3, 0.5
# Who was in it, by the label of a column of yes and no, and by its name.
WAS_IN = re.compile(
    r"((patient|participant|subject|was|were|is) )*"
    r"((randomi[sz]ed|enrolled|included|part|patients?) )?(in|into|of) (the |this )?"
    r"(trial|study|rct|experiment)( sample| population)?|"
    r"((patient|participant|subject|was|were|is|all) )*randomi[sz]ed( patients?| yes no)?|"
    r"(the )?(trial|study|rct|randomi[sz]ed) (sample|population|patients?|participants?)",
    re.IGNORECASE,
)
ANALYSED = re.compile(r"included|analy[sz]ed|evaluable|in|valid", re.IGNORECASE)
# Who had no lot, by a level or in a label of who had one.
BY_NO_DRAW = re.compile(
    r"\b(not|non|never|without)( (drawn|assigned|allocated))?( by)?( an?| the)? (lot|random\w*)\b|"
    r"\b(chose|chosen by|choos\w+|opted( for)?|elected|own choice|by choice|preferences?|preferred|"
    r"self ?selected)\b"
)
BY_DRAW = re.compile(r"\b(by|had( a| the)?) lot\b|\brandom(i[sz]ed|ly)?\b")
# Names that say who was in the trial, and of them those that say nothing else.
IN_TRIAL = {"intrial", "instudy", "inrct", "eligible"}
IN_IT = {"randomised", "randomized", "randomisiert", "enrolled"} | IN_TRIAL
SAMPLE = {"sample", "stichprobe", "muestra", "steekproef", "echantillon"}
# Levels that may be of who was beside the trial.
BESIDE = re.compile(
    r"non[ _-]?[a-z]{3,}.*|not (enrolled|included|eligible).*|reference (group|cohort|sample)|"
    r"(healthy|normal|external) (control|volunteer|subject|reference)s?.*|gesunde.*|"
    r"general population",
    re.IGNORECASE,
)
# What a control is called beside an active one.
BARE = re.compile(r"controls?( group)?", re.IGNORECASE)
ACTIVE = re.compile(r"active (control|comparator)s?( group)?", re.IGNORECASE)
# What only some analyses leave out, or why.
OF_SOME = re.compile(r"\b(per[ -]?protocol|pp|sensitivity|reasons?|why)\b", re.IGNORECASE)
BOUND = re.compile(r"([^=<>]+?)\s*(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")
# Columns without a value in these rows alone, from which on a word that may mean much is heard.
FEWEST_LACKING = 3
MOST_LEVELS = 6
# Standard errors by which an arm is apart from all others at the start, and by which arms by lot
# hardly ever are.
BY_NO_LOT, BY_LOT = 7.0, 4.0
FEWEST_ARMS, FEWEST_AN_ARM = 3, 20
WORDS = "Which rows are part of the trial?"


@dataclass(frozen=True)
class Part:
    """The rows that are part of the trial: a column and its codes, why, and whether a label says
    so; or of an analysis, whose others were randomised as well."""

    column: str
    codes: tuple[str, ...]
    why: str
    sure: bool
    analysed: bool = False


def of_trial(tables: Sequence[Table], decided: Decided) -> tuple[Table, ...]:
    """The tables without rows of who was never randomised: told, asked where a column may say who
    that is, taken where a label does."""

    def read(text: str) -> tuple[Table, ...]:
        if text == ALL:
            return tuple(tables)
        made = tuple(tables)
        for condition in _conditions(text):
            made = rows_of(made, condition)
        return made

    def rows_of(tables: Sequence[Table], text: str) -> tuple[Table, ...]:
        bound = BOUND.fullmatch(text)
        name, _, values = (bound[1], "", "") if bound else text.partition("=")
        column = column_of(tables, name.strip(), "where")[1]
        known = levels(column) or tuple(text for text, _ in column.values)
        codes = tuple(code.strip() for code in values.split(",") if code.strip())
        if bound:
            limit = (BOUNDS[bound[2]], bound[3])
            # Of a few numbers each, as codes are.
            codes = tuple(code for code in levels(column) if within(code, limit))
            known, codes = (known, codes) if levels(column) else (limit * is_number(column),) * 2
        for code in codes or ("",):
            if code not in known:
                raise none_of("where", text, [f"{column.name}={code}" for code in known])
        having = [one for one in tables if any(c.name == column.name for c in one.columns)]
        # What varies within patients chooses rows of a file, and leaves no patient out.
        apart = [one for one in having if one.column(column.name).constant_within is False]
        if len(having) < len(tables) and len(apart) < len(having) and not _of_patients(having):
            need = "a column that all files have, or one file"
            raise wrong("--where", f"{column.name}, which some of the files have not", need)
        # Two bounds of a number both hold.
        codes = (*having[0].kept.get(column.name, ()), *codes) if bounded(codes) else codes
        return tuple(
            of_rows(table, column.name, codes) if table in having else table for table in tables
        )

    if "where" in decided.told:
        return read(decided.told["where"])
    alone = [one for one in tables if len(tables) == 1 or _of_patients([one])]
    found = [part for one in alone[:1] if one.rows <= MOST_ROWS for part in _parts(one)]
    found = [*_arm_in_rows(tables), *_of_nobody(tables), *found] or [
        *_beside_active(tables),
        *_unlike(tables),
    ]
    keys = ((*key.partition("."), why) for one in alone[:1] for key, why in one.evidence.items())
    said = [(text, why) for key, _, text, why in keys if key == "population" and _fits(text, read)]
    choices = [*said, *((f"{one.column}={','.join(one.codes)}", one.why) for one in found)]
    if not choices:
        return tuple(tables)
    place = ("trial.yaml", f"tables.{(alone or [*tables])[0].name}.where")
    # Whom an analysis leaves out was randomised: everybody is then the likeliest.
    first = not said and found[0].analysed
    why = "Every row of the file is of somebody who was randomised."
    why += f" {found[0].why}" if first else ""
    choices.insert(0 if first else len(choices), (ALL, why))
    return decided.choose("where", WORDS, choices, place, read, not said and found[0].sure)


def _fits(text: str, read: Callable[[str], tuple[Table, ...]]) -> bool:
    """Whether conditions leave rows, and not all."""
    try:
        return all(one.rows for one in read(text))
    except UserError:
        return False


def _of_patients(tables: Sequence[Table]) -> bool:
    """Whether this is one table with a row of each patient: who is left out there is left out, as
    rows of others are of nobody."""
    return len(tables) == 1 and bool(tables[0].subject) and tables[0].subject[:1] in tables[0].keys


def _conditions(text: str) -> list[str]:
    """The conditions of a text: values without a column belong to that before them."""
    made: list[str] = []
    for part in text.split(","):
        if re.search("[=<>]", part) or not made:
            made.append(part.strip())
        else:
            made[-1] += f",{part}"
    return made


def _parts(table: Table) -> Iterator[Part]:
    """The columns that may say which rows are part of the trial, the surest first, one of those
    that say it of the same rows."""
    arms = {table.arm[0]} if table.arm else set()
    columns = [
        column
        for column in table.columns
        if column.name not in arms
        and column.constant_within is not False
        and not (belongs(column) or (column.name in {*table.arm} and not _says(column)))
        and 1 <= len(levels(column)) <= MOST_LEVELS
        and is_coded(column)
    ]
    found = [(column, *part) for column in columns if (part := _part(column)) is not None]
    found.sort(key=lambda each: (not each[3], len(levels(each[0]))))
    seen: list[set[int]] = []
    for column, out, what, sure in found:
        cells = [code for (code,) in cells_of(table, [column.name])]
        rows = {n for n, code in enumerate(cells) if code in out}
        codes = tuple(code for code in levels(column) if code not in out and code in cells)
        lacking = [] if sure else _lacking(table, rows)
        analysed = not sure and of_analysis(column) != ""
        told = sure or analysed or tells_lot(column) or plain(column.name) in IN_TRIAL
        heard = told or len(lacking) >= FEWEST_LACKING
        if not (rows and codes) or rows in seen or not heard:
            continue
        seen.append(rows)
        why = f"{what}: {len(rows)} of {table.rows} rows would be no part of the trial."
        if lacking:
            why += f" {len(lacking)} columns have no value in any of them, and in all others."
        yield Part(column.name, codes, why, sure, analysed)


def _of_nobody(tables: Sequence[Table]) -> Iterator[Part]:
    """The rows of a table of patients, a row each, but for few that have neither a patient nor an
    arm: nobody was drawn for them."""
    lacking = without_patient(tables[0]) if len(tables) == 1 else None
    if lacking is not None and lacking.column in tables[0].arm:
        why = f"{lacking.patients}: {lacking.said()}; {lacking.column} has none there either."
        yield Part(lacking.column, lacking.codes, why, True)


def _arm_in_rows(tables: Sequence[Table]) -> Iterator[Part]:
    """The rows of a table of parameters of which one is the arm by its code or its words, once a
    patient, where no column is called so: they give the arm, and leave no patient out."""
    if any(named_arm(name) for table in tables for name in table.arm):
        return
    for table in (one for one in tables if one.subject and one.rows <= MOST_ROWS):
        for column in (one for one in table.columns if tells_parameter(one.name)):
            for code in levels(column):
                rows = [
                    who
                    for who, told in cells_of(table, [table.subject[0], column.name])
                    if told == code
                ]
                named = any(
                    rank_of_arm(text) is not None for text in (code, label_of(column, code))
                )
                if named and len(rows) == len({*rows}):
                    why = f"{column.name} {code} is the arm by its name, in a row of {len(rows)} "
                    why += f"{table.subject[0]} each: the other rows of {table.name} are not used."
                    yield Part(column.name, (code,), why, True)
                    return


def _beside_active(tables: Sequence[Table]) -> Iterator[Part]:
    """Arms of three or more of which one is of typical or healthy people, or is called control
    beside an active control: they may never have been randomised."""
    by_rows = sorted(tables, key=lambda table: -table.rows)
    arms = {name: table.column(name) for table in by_rows for name in table.arm[:1]}
    for column in arms.values():
        labels = {code: flat(CAMEL.sub(" ", label_of(column, code))) for code in levels(column)}
        active = any(map(ACTIVE.fullmatch, labels.values()))
        known = (TYPICAL, BARE) if active else (TYPICAL,)
        out = [code for code, label in labels.items() if any(one.fullmatch(label) for one in known)]
        rest = tuple(code for code in labels if code not in out)
        if len(out) == 1 and len(rest) > 1:
            n = dict(column.values).get(out[0], 0)
            why = f"{column.name} has the level {out[0]} beside {' and '.join(rest)}: its {n} rows "
            yield Part(column.name, rest, f"{why}may be of who was not randomised.", False)
        yield from _by_choice(column, {code: label.casefold() for code, label in labels.items()})


def _by_choice(column: Column, labels: Mapping[str, str]) -> Iterator[Part]:
    """The arms by lot, where others are of who chose one of them: "chose control" beside "control",
    "own choice" beside "randomised to"."""
    out = [code for code, label in labels.items() if BY_NO_DRAW.search(label)]
    rest = tuple(code for code in labels if code not in out)
    drawn = any(BY_DRAW.search(labels[code]) for code in rest)
    same = all(any({*labels[c].split()} < {*labels[o].split()} for c in rest) for o in out)
    if out and len(rest) > 1 and (drawn or same):
        n = sum(dict(column.values).get(code, 0) for code in out)
        why = f"{column.name} has the levels {one_of([labels[code] for code in out])} beside "
        why += f"{one_of([labels[code] for code in rest])}: its {n} rows are of who chose "
        yield Part(column.name, rest, f"{why}and had no lot.", False)


def _unlike(tables: Sequence[Table]) -> Iterator[Part]:
    """The arm of three or more that had another value at the start than all others, by more than
    chance gives to arms by lot, where these are alike: it may be of who was chosen."""
    first = {each[0].name: each for each, column in files_of_visits(tables) if column}
    later = {one.name for each in first.values() for one in each[1:]}
    for table in (one for one in tables if one.arm and one.name not in later):
        arm, (visit, start) = table.column(table.arm[0]), _start(table)
        numbers = [
            one.name
            for one in table.columns
            if is_number(one) and one.name not in {*table.subject, arm.name, visit}
            if one.constant_within is not False or visit
            if visit
            or table.name in first
            or was_before(one)
            or plain(one.name) in AGES
            or _is_first(one, table.columns)
        ]
        if not (len(levels(arm)) >= FEWEST_ARMS and numbers and table.rows <= MOST_ROWS):
            continue
        rows = cells_of(table, [arm.name, *numbers, *([visit] if visit else [])])
        rows = [row for row in rows if not visit or row[-1] == start]
        for at, name in enumerate(numbers, start=1):
            own = {code: _floats(row[at] for row in rows if row[0] == code) for code in levels(arm)}
            if min(map(len, own.values())) < FEWEST_AN_ARM:
                continue
            beside = {code: [n for c in own if c != code for n in own[c]] for code in own}
            t = {code: _t(values, beside[code]) for code, values in own.items()}
            out = max(t, key=lambda code: t[code])
            rest = tuple(code for code in own if code != out)
            if t[out] > BY_NO_LOT and all(
                _t(own[one], own[two]) < BY_LOT for one, two in combinations(rest, 2)
            ):
                why = f"{name}, measured at the start, is by {t[out]:.0f} standard errors "
                why += f"another in {out} ({len(own[out])} values) than in the others, which are "
                why += f"alike: no lot does that. {arm.name} {out} may never have been randomised."
                yield Part(arm.name, rest, why, False)
                return


def _is_first(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a column is of a visit 0 by its name, with another of a later one: pain_0, pain_6."""
    found = NUMBERED.fullmatch(column.name)
    own = [match for match in map(NUMBERED.fullmatch, (one.name for one in columns)) if match]
    return found is not None and found[2] == "0" and [one[1] for one in own].count(found[1]) > 1


def apart_before(table: Table, arm: str, outcome: Outcome, code: str) -> str:
    """A sentence on two arms that had other values of an outcome at a visit `code` that may be of
    before treatment, by more than any lot gives: nothing of others."""
    names = [arm, dict(outcome.columns).get(code, outcome.column)]
    if outcome.kind != REPEATED or outcome.where or table.rows > MOST_ROWS:
        return ""
    if not {*names} <= {one.name for one in table.columns}:
        return ""
    rows = cells_of(table, [*names, *([outcome.visit] if outcome.visit else [])])
    own = {
        one: _floats(row[1] for row in rows if row[0] == one and row[2:] in ((), (code,)))
        for one in levels(table.column(arm))
    }
    for one, two in combinations([each for each in own if len(own[each]) >= FEWEST_AN_ARM], 2):
        if (t := _t(own[one], own[two])) > BY_NO_LOT:
            return f"At {code} {one} and {two} are {t:.0f} standard errors apart: no lot does that."
    return ""


def _start(table: Table) -> tuple[str, str]:
    """The column of the visits and the code of the one before treatment: 0, or by its words."""
    for column in (table.column(name) for name in table.visit[:1]):
        for code in levels(column):
            if code == "0" or {*parts(label_of(column, code))} & BEFORE:
                return column.name, code
    return "", ""


def _floats(cells: Iterable[str]) -> list[float]:
    made = []
    for cell in cells:
        try:
            made.append(float(cell.replace(",", ".")))
        except ValueError:
            continue
    return [one for one in made if isfinite(one)]


def _t(own: Sequence[float], other: Sequence[float]) -> float:
    """How many standard errors two means are apart."""
    error = sqrt(variance(own) / len(own) + variance(other) / len(other))
    return abs(fmean(own) - fmean(other)) / error if error else 0.0


def _part(column: Column) -> tuple[set[str], str, bool] | None:
    """The codes of who may not have been in the trial, what says so, and whether a label does."""
    labels = {code: label_of(column, code) for code in levels(column)}
    if never := {code for code, label in labels.items() if NEVER_IN.fullmatch(label)}:
        text = f"{column.name} has the level {labels[min(never)]}"
        return never, text, True
    if tells_lot(column) and (out := _had_none(labels)):
        return out, f"{column.name} has the level {labels[min(out)]}", False
    yes = {code for code, label in labels.items() if HAS.fullmatch(label) or code == "1"}
    if len(labels) <= 2 and len(yes) == 1:
        out = {*labels, ""} - yes
        if column.label != column.name and WAS_IN.fullmatch(" ".join(parts(column.label))):
            return out, f"The label of {column.name} is {column.label}", True
        if (_says(column) or name_words(column.name) & SAMPLE) and not column.blank:
            return out, f"The name of {column.name} is that of a sample, or of who was in it", False
    what, said = of_analysis(column), f"{column.name} {column.label}"
    if what in (OUT, IN) and len(labels) <= 2 and not OF_SOME.search(said.replace("_", " ")):
        yes = yes or {code for code, label in labels.items() if ANALYSED.fullmatch(label)}
        out = {*yes, ""} if what == OUT else {*labels, ""} - yes
        told = f"The label of {column.name} is {column.label.rstrip('.')}"
        if column.label == column.name:
            told = f"{column.name} may say who is in an analysis, by its name or its values"
        return (out, told, False) if len(yes) == 1 else None
    if beside := {code for code, label in labels.items() if BESIDE.fullmatch(label)}:
        return beside, f"{column.name} has the level {labels[min(beside)]}", False
    return None


def tells_lot(column: Column) -> bool:
    """Whether one of two values is of who had no lot, by their labels or that of the column, or by
    its name, randomised or so and nothing else: a second lot is called otherwise."""
    labels = [label_of(column, code) for code in levels(column)]
    if len(labels) != 2:
        return False
    named = bool(parts(column.name)) and {*parts(column.name)} <= {"randomised", "randomized"}
    said = " ".join(parts(column.label))
    plain_words = {label.casefold() for label in labels} <= {*"01", "yes", "no", "true", "false"}
    return (named and plain_words) or (
        len(_had_none({label: label for label in labels})) == 1
        and (named or BY_DRAW.search(" ".join([said, *map(str.lower, labels)])) is not None)
    )


def _had_none(labels: Mapping[str, str]) -> set[str]:
    """The codes of who had no lot."""
    texts = {code: " ".join(parts(label)) for code, label in labels.items()}
    return {code for code, text in texts.items() if BY_NO_DRAW.search(text)}


def _says(column: Column) -> bool:
    """Whether a name says who was randomised, which the name of an arm may do as well."""
    return bool(name_words(column.name) & IN_IT)


def _lacking(table: Table, rows: set[int]) -> list[str]:
    """The columns that have no value in exactly these rows."""
    names = [column.name for column in table.columns if column.blank == len(rows)]
    cells = cells_of(table, names) if names else []
    lacks = [{n for n, row in enumerate(cells) if not row[at]} for at in range(len(names))]
    return [name for name, own in zip(names, lacks, strict=True) if own == rows]


def tell_twice(table: Table, subject: str, arm: Column, decided: Decided) -> None:
    """A guess, which blinds the report, on patients of whom others have all of what patients are
    and had before, in several measures, and another arm: the same people under another id, as of a
    crossover, would count as two."""
    known = [
        one.name
        for one in table.columns
        if one.name not in (subject, arm.name) and one.distinct > 1
        if of_patients(one) or was_before(one) or known_ends(one.name, one.unit)
    ]
    if not arm.name or len(known) < FEWEST_KNOWN or table.rows > MOST_ROWS:
        return
    rows = [row for row in cells_of(table, [arm.name, *known]) if all(row)]
    alike = 0.5 * len(rows) ** 2
    for each in zip(*(row[1:] for row in rows), strict=True):
        alike *= sum((n / len(rows)) ** 2 for n in Counter(each).values())
    people: dict[tuple[str, ...], list[str]] = {}
    for code, *own in rows:
        people.setdefault(tuple(own), []).append(code)
    twice = [codes for codes in people.values() if len(codes) > 1]
    n, apart = sum(map(len, twice)), sum(len({*codes}) == len(codes) for codes in twice)
    if alike < CHANCE and n >= TWICE * len(rows) and 2 * apart > len(twice) >= FEWEST_TWICE:
        why = (
            f"{n} of {len(rows)} rows have the same {one_of(known)} as another one, under another "
        )
        why += f"{arm.name}: these may be the same people once more, who had several treatments. "
        why += "Give both rows one id in a copy of the file, with a period, or leave one out."
        decided.guess("twice", ("trial.yaml", f"tables.{table.name}.subject"), subject, why, True)
