"""What a trial is taken to be, from the profiles of its files and what a person told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.run.drafting.arms import AHEAD, LEAST, MOST_ARMS, SURE
from trialtrace.run.drafting.cells_of import cells_of
from trialtrace.run.drafting.columns import SHOWN as SHOWN_LEVELS
from trialtrace.run.drafting.decided import Decided, Guessed, column_of
from trialtrace.run.drafting.design import Design, by_treatment, design_of, patients_beside
from trialtrace.run.drafting.final_outcomes import once_in
from trialtrace.run.drafting.intervals import episodes, recurrent
from trialtrace.run.drafting.likely_outcome import candidates
from trialtrace.run.drafting.names import ARMS, PARAMETERS, rank, words_of
from trialtrace.run.drafting.outcomes import (
    COUNT,
    EVENT,
    MEASURE,
    Outcome,
    belongs,
    is_coded,
    label_of,
    levels,
)
from trialtrace.run.drafting.parameters import Parameters, parameters_of
from trialtrace.run.drafting.primary import Offered, primary_of, secondary_of, with_competing
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.questions import Ask
from trialtrace.run.drafting.wide import TREATMENT, over_visits
from trialtrace.run.tables.measures import AGES, folded, plain

CONTROL = re.compile(
    r".*(pla[cz]ebo|plasebo|control|kontroll|controle|temoin|ctrl|sham|schein|standard|usual|"
    r"no treatment|untreated|plac|pbo|observation|\bobs\b|\bnone\b|reference|vehicle|ubliche|"
    r"soins courants|cura usuale|habitual|gebruikelijk|wait(ing)?[ -]?list|warteliste).*|obs|none",
    re.IGNORECASE,
)
# The arm as randomised goes before the treatment as taken (CDISC ADaM IG 1.3, 3.2.3).
PLANNED = {"arm", "armcd", "trt01p", "trtp", "trt01pn", "trtpn"}
CDISC = PLANNED | {"actarm", "actarmcd", "trt01a", "trta", "trt01an", "trtan"}
# The control by a code alone; beyond doubt only of a column that is named after its treatment.
BARE_CONTROL = re.compile(r"[cp0]|no|old", re.IGNORECASE)
TREATMENTS = {"treat", "treated", "treatment", "trt", "trtmt", "trtment", "intervention"}
# Endpoints beside the primary one.
MOST_OTHERS = 5
LEAST_SCORE = 1.5


@dataclass(frozen=True)
class Draft:
    """A trial as it will be written. `subject` and `visit` are by table; `home` is the table of the
    patients, `treated` the one with the arm, which is another where a patient has several. So many
    of `others` as `secondary` says are secondary outcomes, which a person named. `later` are the
    columns of all likely outcomes, `asked` how many questions were, `covariates` columns of
    `home`."""

    tables: tuple[Table, ...]
    subject: Mapping[str, str]
    visit: Mapping[str, str]
    home: Table
    treated: Table
    arm: Column
    arms: Mapping[str, tuple[str, str]]
    control: str
    primary: Outcome
    others: tuple[Outcome, ...]
    design: Design
    told: Mapping[str, str]
    guesses: tuple[Guessed, ...] = field(default=())
    secondary: int = 0
    later: frozenset[str] = frozenset()
    asked: int = 0
    covariates: tuple[str, ...] = ()

    def table(self, name: str) -> Table:
        return next(one for one in self.tables if one.name == name)

    def key(self, table: Table) -> tuple[str, ...]:
        """The columns that tell its rows apart; the one of its patients and visits is preferred."""
        own = (self.subject[table.name], self.visit.get(table.name, ""))
        keys = [key for key in table.keys if set(key) == {one for one in own if one}]
        return (*keys, *table.keys, (SOURCE_ROW,))[0]


def decide(tables: tuple[Table, ...], texts: Mapping[str, str], ask: Ask) -> Draft:
    """The trial. Raises UserError for what was told and does not fit the files."""
    decided = Decided(texts, ask)
    subject = {table.name: _subject(table, decided) for table in tables}
    if "visit" in decided.told:
        column_of(tables, decided.told["visit"], "visit")
    visit = {table.name: _visit(table, decided) for table in tables}
    home, arm = _arm(tables, subject, decided)
    arms = _arms(arm, home)
    control = _control(arm, arms, decided)
    design = design_of(home, subject[home.name], arm, decided)
    told_by = {
        table.name: parameters
        for table in tables
        if subject[table.name] != SOURCE_ROW
        and not (design.own_treatment and table is home)
        and (parameters := parameters_of(table, subject[table.name], visit[table.name])) is not None
    }
    views = [told_by[one.name].view if one.name in told_by else one for one in tables]
    if design.own_treatment:
        visit[home.name] = ""
        views = [by_treatment(one) if one is home else one for one in views]
    taken = {
        table.name: {subject[table.name], visit[table.name], *_roles(table)}
        | {one.name for one in table.columns if tells_arm(one, table, arm)}
        for table in views
    }
    taken[home.name] |= {design.place, design.sequence, design.cluster}
    at = {
        one.name: told_by[one.name].visit if one.name in told_by else visit[one.name]
        for one in tables
    }
    found: list[Outcome] = []
    for table in views:
        whole = []
        if texts.get("kind") != COUNT and subject[table.name] != SOURCE_ROW:
            whole = recurrent(table, subject[table.name], taken[table.name])
        if not whole and (subject[table.name],) not in table.keys and not at[table.name]:
            whole = episodes(table, subject[table.name], taken[table.name])
        used = {
            name for outcome in whole for name in (outcome.column, outcome.starts, outcome.stops)
        }
        if table.name in told_by:
            used |= {one.name for one in table.columns if rank(one.name, PARAMETERS) is not None}
            used.add(told_by[table.name].column)
        single = candidates(table, taken[table.name] | used, at[table.name])
        if not at[table.name] and table.name not in told_by and not design.own_treatment:
            single = over_visits(single, table.columns)
        found += [*whole, *single]
    draft = {
        one.name: once_in(one, at[one.name], taken[one.name], arm.name)
        for one in views
        if one.name not in told_by
    }
    found += [one for table in draft.values() for one in table.outcomes()]
    if design.own_treatment:
        # Of a time that may be censored, and of other tables, no step compares the treatments.
        found = [
            outcome
            for outcome in found
            if outcome.table == home.name and outcome.kind in (MEASURE, EVENT)
        ]
    found.sort(key=lambda item: -item.score)
    offered = Offered(views, found, at, subject, arm, told_by, draft)
    primary = with_competing(views, primary_of(offered, decided), decided)
    if primary.visit_word == TREATMENT and "design" not in decided.told:
        place, doubt = ("trial.yaml", "design.kind"), primary.evidence
        decided.guess("design", place, design.kind, doubt, blinds=True)
    others = [
        outcome
        for outcome in found
        if outcome.score >= LEAST_SCORE
        and outcome.column not in (primary.column, primary.status)
        and not {name for _, name in outcome.columns} & {primary.column, primary.status}
    ]
    others = [*_other_parameters(told_by, primary), *(_likeliest(told_by, one) for one in others)]
    secondary = secondary_of(offered, primary, others, decided)
    later = frozenset(name for one in others for name in (one.column, one.status, one.source))
    later |= {name for one in others for _, name in one.columns[1:]}
    treated = home
    if design.own_treatment:
        home = patients_beside(home, subject[home.name], design, [one.name for one in tables])
        subject[home.name], visit[home.name] = subject[treated.name], ""
        text = replace(treated, of=home.of)
        tables = (home, *(text if one is treated else one for one in tables))
        treated = text
    return Draft(
        tables, subject, visit, home, treated, arm, arms, control, primary,
        tuple(secondary or others[:MOST_OTHERS]), design, decided.told, tuple(decided.guesses),
        len(secondary), later, decided.asked,
    )  # fmt: skip


def _other_parameters(told_by: Mapping[str, Parameters], primary: Outcome) -> Iterator[Outcome]:
    """The primary endpoint's column in the rows of other parameters."""
    parameters = told_by.get(primary.table)
    if parameters is None or not primary.where:
        return
    for code in parameters.labels:
        if parameters.rows_of(code) != primary.where:
            yield parameters.of(primary, code)


def _likeliest(told_by: Mapping[str, Parameters], outcome: Outcome) -> Outcome:
    """Another endpoint of a table with parameters is of the likeliest one."""
    parameters = told_by.get(outcome.table)
    return parameters.of(outcome, next(iter(parameters.labels))) if parameters else outcome


def _subject(table: Table, decided: Decided) -> str:
    if data := decided.told.get("subject"):
        return column_of([table], data, "subject")[1].name
    place = ("trial.yaml", f"tables.{table.name}.subject")
    if table.subject:
        if "repeats" in table.evidence:
            why = table.evidence["repeats"]
            key = ("trial.yaml", f"tables.{table.name}.key")
            decided.guess(f"key.{table.name}", key, table.subject[0], why)
        if len(table.subject) > 1:
            why = table.evidence.get("subject", "")
            decided.guess(f"subject.{table.name}", place, table.subject[0], why)
        return table.subject[0]
    why = "No column has the name of a subject: every row is taken for a patient."
    decided.guess(f"subject.{table.name}", place, SOURCE_ROW, why)
    return SOURCE_ROW


def _visit(table: Table, decided: Decided) -> str:
    if data := decided.told.get("visit"):
        found = next((one for one in table.columns if one.name == data), None)
        if found is not None and not levels(found):
            raise UserError(
                Problem("--visit", found=f"{data}, {found.distinct} different values",
                        expected=f"a column of at most {SHOWN_LEVELS} visits",
                        do="add a column with the number of the visit to the export")
            )  # fmt: skip
        return data if found else ""
    usable = [name for name in table.visit if levels(table.column(name))]
    once = [name for name in usable if "each level once" in table.evidence[f"visit.{name}"]]
    if not once:
        return ""
    place = ("trial.yaml", f"tables.{table.name}.key")
    decided.guess(f"visit.{table.name}", place, once[0], table.evidence[f"visit.{once[0]}"])
    return once[0]


def _arm(
    tables: Sequence[Table], subject: Mapping[str, str], decided: Decided
) -> tuple[Table, Column]:
    """The column of the arm and its table: that of the subjects."""
    if data := decided.told.get("arm"):
        return _with_levels(*column_of(_by_patients(tables, subject), data, "arm"))
    ranked = [(t, name) for t in _by_patients(tables, subject) for name in t.arm]
    ranked.sort(key=lambda one: -one[0].weights.get(one[1], 0.0))
    ranked = sorted(ranked, key=lambda one: not _first_of_patients(ranked, one[0], one[1], subject))
    choices = [(name, table.evidence[f"arm.{name}"]) for table, name in ranked]
    sure = _sure_arm(ranked)
    passed = [
        f" {one.name} is passed over: {one.distinct} values, where 2 to {MOST_ARMS} arms are read."
        for table in tables
        for one in table.columns
        if _share_of_name(one.name) > 0.5 and one.distinct > MOST_ARMS
    ]
    for table in _by_patients(tables, subject):
        for one in table.columns:
            known = {name for name, _ in choices}
            few = 2 <= len(levels(one)) <= MOST_ARMS and is_coded(one)
            if (
                few
                and not belongs(one)
                and one.name not in known
                and one.constant_within is not False
            ):
                choices.append(
                    (
                        one.name,
                        f"It has {len(levels(one))} levels; nothing else speaks for it."
                        + "".join(passed),
                    )
                )
    if not choices:
        raise UserError(
            Problem(
                "the arm",
                found=f"no column of 2 to {MOST_ARMS} levels, the same in all rows of a patient",
                expected="the column of the arm",
                do="name it: --arm COLUMN",
            )
        )
    at = ("trial.yaml", "tables.{}.arm")

    def read(name: str) -> tuple[Table, Column]:
        return _with_levels(*column_of(_by_patients(tables, subject), name, "arm"))

    table, column = decided.choose("arm", "Which column is the arm?", choices, at, read, sure)
    decided.guesses = [
        replace(guess, key=guess.key.format(table.name)) if guess.name == "arm" else guess
        for guess in decided.guesses
    ]
    return table, column


def _first_of_patients(
    ranked: Sequence[tuple[Table, str]], table: Table, name: str, subject: Mapping[str, str]
) -> bool:
    """Whether a candidate has the arms of the likeliest one in a table with a row a patient, where
    that one is of a table with several: ADSL has the patients, not ADTTE."""
    best, first = ranked[0]
    several = (subject[best.name],) not in best.keys
    return (
        several
        and (subject[table.name],) in table.keys
        and {*levels(best.column(first))} == {*levels(table.column(name))}
    )


def tells_arm(column: Column, table: Table, arm: Column) -> bool:
    """Whether a column may tell the arm: another candidate, or one whose levels are the arms.

    Of a draft it is no outcome and no variable of patients, or a blinded report would not be blind.
    """
    if column.name == arm.name or table.weights.get(column.name, 0.0) > LEAST:
        return True
    counts, own = (sorted(count for _, count in one.values) for one in (column, arm))
    if counts != own or arm not in table.columns:
        return False
    return 0 < len(set(cells_of(table, [column.name, arm.name]))) == column.distinct


def _sure_arm(ranked: Sequence[tuple[Table, str]]) -> bool:
    """Whether much speaks for the first, and for no column that divides patients otherwise."""
    if not ranked:
        return False
    table, name = ranked[0]
    most = table.weights.get(name, 0.0)
    rivals = [
        other for at, other in ranked[1:]
        if at.weights.get(other, 0.0) > most - AHEAD and other != name
        and not (plain(name) in PLANNED and plain(other) in CDISC)
        and not (
            _same_groups(table, name, other) if at is table
            else {*levels(at.column(other))} <= {*levels(table.column(name))}
        )
    ]  # fmt: skip
    return table.sure_arm and table.arm[0] == name and most >= SURE and not rivals


def _same_groups(table: Table, name: str, other: str) -> bool:
    """Whether two columns tell the same arms: a code beside its label."""
    cells = [row for row in cells_of(table, [name, other]) if all(row)]
    pairs = set(cells)
    return len(pairs) == len({one for one, _ in pairs}) == len({one for _, one in pairs})


def _share_of_name(name: str) -> float:
    place = rank(name, ARMS)
    return 0.0 if place is None else 1 - place / len(ARMS)


def _by_patients(tables: Sequence[Table], subject: Mapping[str, str]) -> list[Table]:
    """Tables with a row a patient first."""
    return sorted(tables, key=lambda table: (subject[table.name],) not in table.keys)


def _with_levels(table: Table, column: Column) -> tuple[Table, Column]:
    n = column.distinct
    if 2 <= n <= MOST_ARMS and len(levels(column)) >= 2:
        return table, column
    varies = ", which varies within patients" if column.constant_within is False else ""
    raise UserError(
        Problem(
            f"the arm, column {column.name} of {table.name}",
            found=f"{n} different value{'s' if n != 1 else ''}{varies}",
            expected=f"2 to {MOST_ARMS} arms, the same in all rows of a patient",
            do="name another column: --arm COLUMN"
            + (f" ({one_of(table.arm)})" if table.arm and table.arm[0] != column.name else ""),
        )
    )


def _arms(column: Column, table: Table) -> dict[str, tuple[str, str]]:
    """Name of an arm -> its label and code."""
    arms: dict[str, tuple[str, str]] = {}
    for code in levels(column):
        label = label_of(column, code)
        label = words_of(label)
        name = re.sub(r"[^a-z0-9]+", "_", folded(label).lower()).strip("_")[:36]
        name = name if re.match("[a-z]", name) else f"arm_{name or len(arms) + 1}"
        while name in arms:
            name = f"{name}_{len(arms) + 1}"
        arms[name] = (label[:1].upper() + label[1:], code)
    return arms


def _control(column: Column, arms: Mapping[str, tuple[str, str]], decided: Decided) -> str:
    """The name of the control arm. Raises UserError where what was told is no arm."""
    counts = dict(column.values)
    said = [name for name in arms if _reads_control(*arms[name])]
    bare = [name for name in arms if _bare_control(*arms[name])]
    ranked = sorted(arms, key=lambda name: (name not in said, name not in bare))
    sure = len(said) == 1 or (
        not said and len(bare) == 1 and len(arms) == 2 and plain(column.name) in TREATMENTS
    )
    choices = []
    for name in ranked:
        label, code = arms[name]
        why = "It reads like a control." if name in (said or bare) else "Nothing tells what it is."
        choices.append((code, f"{label}, {counts.get(code, 0)} rows. {why}"))
    place = ("trial.yaml", "design.arms")

    def read(text: str) -> str:
        for name, (label, code) in arms.items():
            if text.casefold() in (name, label.casefold(), code.casefold()):
                return name
        codes = [code for _, code in arms.values()]
        raise UserError(
            Problem(
                "--control",
                found=text,
                expected=f"an arm of column {column.name}: {one_of(codes)}",
                do=did_you_mean(text, codes),
            )
        )

    name = decided.choose("control", "Which arm is the control?", choices, place, read, sure)
    decided.told.update({"control": arms[name][1]} if "control" in decided.told else {})
    return name


def _reads_control(label: str, code: str) -> bool:
    return any(CONTROL.fullmatch(folded(text)) is not None for text in (label, code))


def _bare_control(label: str, code: str) -> bool:
    return any(BARE_CONTROL.fullmatch(text) is not None for text in (label, code))


def _roles(table: Table) -> set[str]:
    """Columns that describe patients, visits or rows, and so are no outcomes."""
    from trialtrace.run.drafting.names import REPEATS, ROW_NUMBERS, SEX, SITES, VISITS

    known = (ROW_NUMBERS, SEX, SITES, REPEATS)
    roles = {
        column.name
        for column in table.columns
        if any(rank(column.name, k) is not None for k in known)
    }
    # A visit that varies is none; the same word for one value a patient may be a time.
    return roles | {
        column.name
        for column in table.columns
        if plain(column.name) in AGES
        or (rank(column.name, VISITS) is not None and column.constant_within is False)
    }
