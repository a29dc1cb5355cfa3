"""What a trial is taken to be, from the profiles of its files and what a person told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialtrace.base.errors import Problem, ProblemsError, UserError, wrong
from trialtrace.run.drafting.arm_names import arms_by_name, with_names
from trialtrace.run.drafting.arms import named_arm, tells_order, without_levels
from trialtrace.run.drafting.assignment import arm_of, tells_arm
from trialtrace.run.drafting.changes import changes, earlier_values, filled_copies, standardised
from trialtrace.run.drafting.clusters import (
    begins_with,
    members_by,
    numbers_groups,
    of_clusters,
    of_steps,
    turning_once,
)
from trialtrace.run.drafting.control import by_word, control_of, without_exposure
from trialtrace.run.drafting.decided import Decided, Guessed, column_of
from trialtrace.run.drafting.design import (
    PARALLEL,
    Design,
    SeveralRowsError,
    by_treatment,
    design_of,
    patients_beside,
    several_treatments,
)
from trialtrace.run.drafting.enrolled import of_trial, tell_twice
from trialtrace.run.drafting.factorial import tell_factors
from trialtrace.run.drafting.intervals import episodes, recurrent, with_interval
from trialtrace.run.drafting.keys import names_subject, telling_apart
from trialtrace.run.drafting.likely_outcome import (
    ALONE,
    candidates,
    is_primary,
    may_end,
    of_a_person,
    was_before,
)
from trialtrace.run.drafting.mistyped import tell_few
from trialtrace.run.drafting.names import (
    CARRYOVER,
    CLUSTERS,
    PARAMETERS,
    REPEATS,
    ROW_NUMBERS,
    SEQUENCES,
    SEX,
    SITES,
    VISITS,
    is_dose,
    name_words,
    rank,
    tells_parameter,
)
from trialtrace.run.drafting.outcome_levels import with_competing
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    COUNT,
    EVENT,
    MEAN,
    MEASURE,
    REPEATED_EVENT,
    Outcome,
    as_levels,
    is_coded,
    is_number,
    judged,
    levels,
    of_analysis,
)
from trialtrace.run.drafting.parameters import Once, Parameters, once_in, parameters_of
from trialtrace.run.drafting.periods import refuse_periods
from trialtrace.run.drafting.periods_apart import (
    as_raw,
    patients_of,
    with_column_of,
    with_places,
    with_treatments,
)
from trialtrace.run.drafting.primary import Offered, endings, primary_of, secondary_of, without_end
from trialtrace.run.drafting.profile import SOURCE_FILE, SOURCE_ROW, Column, Table
from trialtrace.run.drafting.questions import Ask, as_before
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.same_tables import without_doubles
from trialtrace.run.drafting.several_rows import mean_of, tell_below, without_patient
from trialtrace.run.drafting.stacking import with_stacks
from trialtrace.run.drafting.strangers import ASIDE, named, of_the_trial, tell_copies
from trialtrace.run.drafting.subjects import tell_shared, with_subjects
from trialtrace.run.drafting.tables import by_subject, with_column
from trialtrace.run.drafting.times import bounds_of_event, date_parts, span_of, with_told_time
from trialtrace.run.drafting.units import tell_units
from trialtrace.run.drafting.unused import tell_exposure, tell_unused
from trialtrace.run.drafting.visits import (
    ask_before,
    at_filled,
    before_of,
    own_before,
    visit_of,
    with_before,
)
from trialtrace.run.drafting.wide import TREATMENT, over_visits, under_treatments
from trialtrace.run.tables.measures import AGES, parts, plain

# Endpoints beside the primary one.
MOST_OTHERS = 5
MADE = re.compile(r"[._ ]?[0-9]+$")  # site1, of the columns that a site was made into.
FEWEST_A_VISIT = 3  # Patients, from which on what they share is of the visit.
LEAST_SCORE = 1.5
# Of numbers by chance no two are the same in one of 150 files with so many rows, squared, a step.
CLOSE = 10
GROUPS = CLUSTERS | {"id"}
PRODUCTS = {"formulation", "preparation", "batch", "lot", "kit", "kitno", "kitnumber"}
BEGIN = "All begin in it."
LEFT_OUT = "are no part of the trial"


@dataclass(frozen=True)
class Draft:
    """A trial as it will be written. `subject` and `visit` are by table; `home` is the table of the
    patients, `treated` the one with the arm, which is another where a patient has several. So many
    of `others` as `secondary` says are secondary outcomes, which a person named. `later` are the
    columns of all likely outcomes, `asked` how many questions were, `covariates` columns of
    `home`, `with_arm` the tables that have the column of the arm."""

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
    with_arm: frozenset[str] = frozenset()

    def table(self, name: str) -> Table:
        return next(one for one in self.tables if one.name == name)

    def key(self, table: Table) -> tuple[str, ...]:
        """The columns that tell its rows apart; the one of its patients and visits is preferred."""
        own = (self.subject[table.name], self.visit.get(table.name, ""))
        keys = [key for key in table.keys if set(key) == {one for one in own if one}]
        ranked = [*keys, *table.keys]
        if own[0] == SOURCE_ROW:
            # What was measured tells these rows apart, and not those of the next export.
            ranked = [key for key in ranked if not any(_measured(table.column(n)) for n in key)]
        return (*ranked, (SOURCE_FILE, SOURCE_ROW) if table.stack else (SOURCE_ROW,))[0]


def _measured(column: Column) -> bool:
    """Whether a number, or a date, that all rows have another of is by chance so: measures of so
    many rows would meet somewhere, numbers of rows or patients do not."""
    if column.validation.startswith("date"):
        return True
    if not is_number(column) or names_subject(column.name) or plain(column.name) in ROW_NUMBERS:
        return False
    span = float(column.high or 0) - float(column.low or 0)
    return column.validation != "integer" or column.rows**2 < CLOSE * span


def decide(tables: tuple[Table, ...], texts: Mapping[str, str], ask: Ask) -> Draft:
    """The trial. Raises UserError for what was told and does not fit the files."""
    decided = Decided(texts, ask)
    tables = named(tables, decided.told.get("tables", ""))
    tell_copies(tables, decided)
    tables = with_stacks(without_doubles(tables, decided), decided)
    kept, before = of_the_trial(tables, decided), [*decided.guesses]
    try:
        return _decided(kept, decided)
    except SeveralRowsError as error:
        if "where" in decided.told:
            raise
        return _of_one_row(kept, decided, before, error)
    except UserError as error:
        # What is lacking may stand in a table that was set aside.
        apart = [Problem("the files", one.evidence) for one in decided.guesses if one.name == ASIDE]
        raise ProblemsError([*error.problems, *apart]) from error


def _of_one_row(
    tables: tuple[Table, ...], decided: Decided, guesses: list[Guessed], error: SeveralRowsError
) -> Draft:
    """The trial with one row of each treatment of a patient: which one is told, or a guess that
    blinds the report. `guesses` are those before any of the rows. Raises the error where a guess
    leaves no trial."""
    again = Decided(decided.told, as_before(decided.unasked, decided.ask), decided.asked)
    again.guesses, place = guesses, ("trial.yaml", "tables")
    why = f"It keeps one row of each treatment of {{}}; --kind {MEAN} compares the means of all."
    choices = [(text, why.format(n)) for text, n in error.alone.items()]
    words = "Patients have several rows of a treatment: which of them is compared?"
    where = again.choose("where", words, choices, place, str, False)
    answered = "where" in again.told
    again.told["where"] = where
    try:
        made = _decided(tables, again)
    except UserError:
        if answered:
            raise
        raise error from None
    told = {flag: text for flag, text in made.told.items() if answered or flag != "where"}
    return replace(made, told=told)


def _decided(tables: tuple[Table, ...], decided: Decided) -> Draft:
    """The trial of its tables."""
    tables = with_subjects(of_trial(tables, decided), decided)
    if "subject" not in decided.told:
        tables = tuple(by_subject(one, SOURCE_ROW) if of_steps(one) else one for one in tables)
    if text := decided.told.get("interval"):
        tables = with_interval(tables, text)
    tables = with_told_time(with_treatments(tables), decided.told)
    subject = {table.name: (*table.subject, SOURCE_ROW)[0] for table in tables}
    if "visit" in decided.told:
        table, column = column_of(tables, decided.told["visit"], "visit")
        own = subject[table.name]
        if len(tables) == 1 and (own == SOURCE_ROW or (own,) in table.keys):
            fault = f"{column.name}, where every row is a patient of its own"
            mend = "name the column that patients have in several rows: --subject COLUMN, or add "
            mend += "it to the export; where each row is one, leave --visit out"
            raise wrong("--visit", fault, "visits of patients with several rows", mend)
    visit = {table.name: visit_of(table, decided) for table in tables}
    home, coded = arm_of(tables, subject, decided)
    if lacking := without_patient(home):
        raise lacking.error()
    tell_shared(tables, home.name, decided)
    if coded.name and coded.constant_within is False:
        # What no step compares is refused before anything else is asked.
        means = decided.told.get("kind") == MEAN
        several_treatments(home, subject[home.name], coded, means)
    elif decided.told.get("design") != PARALLEL:
        refuse_periods(home, coded, tables)
    kept = home.kept.get(coded.name, levels(coded))
    out = [code for code in levels(coded) if code not in kept]
    arm = with_names(home, without_levels(coded, out, LEFT_OUT) if out else coded, decided)
    if arm is not coded:
        tables, home = _with(arm, home, tables)
    tell_few(home, arm, decided)
    if arm.constant_within is None:
        tell_twice(home, subject[home.name], arm, decided)
    arms = arms_by_name(arm)
    first = begins_with(home, arm) if arm.name else ""
    by_data = (first, BEGIN) if first else without_exposure(home, arm)
    turned = (one for table in tables for one in [turning_once(table).get(arm.name)] if one)
    varies = arm.constant_within is False and len(tables) > 1
    first, doubt = next(turned if varies else iter(()), ("", ""))
    by_data = (first, BEGIN) if first else by_data
    told = (*by_data, False) if by_data[0] else by_word(home, arms)
    control = control_of(arm, arms, decided, told[:2], told[2])
    beside = patients_of(tables, home)
    design = design_of(home, subject[home.name], arm, decided, beside)
    if doubt and "design" not in decided.told:
        doubt += (
            " What changed with time is in the comparison: no step takes the visits into account."
        )
        decided.guess("design", ("trial.yaml", "design.kind"), design.kind, doubt, blinds=True)
    if design.joined:
        whole = with_column(home, design.cluster, design.joined)
        tables, home = tuple(whole if one is home else one for one in tables), whole
    if arm.name and not design.own_treatment:
        tell_factors(home, arm, design.cluster, decided)
    if design.sequence:
        orders = next(one for one in (home, beside) if one and _has(one, design.sequence))
        at = tables.index(home)
        tables, _ = _with(as_levels(orders.column(design.sequence)), orders, tables)
        home = tables[at]
    if design.own_treatment:
        visit |= dict.fromkeys(with_places(tables, home, arm, design), "")
    treated = (home, arm, design)
    shown, secondary, later = (
        _in_columns(home, arms, design)
        if design.columns
        else _outcomes(tables, (subject, visit), treated, decided.told.get("kind", ""), decided)
    )
    for outcome in shown:
        tell_below(next(one for one in tables if one.name == outcome.table), outcome, decided)
    tables = tuple(_in_units(table, shown) for table in tables)
    home = next(table for table in tables if table.name == home.name)
    tell_units(tables, shown, decided)
    tell_exposure({table.name: table for table in tables}[shown[0].table], shown[0], decided)
    if design.own_treatment and not design.columns:
        _tell_before(by_treatment(home), shown[0], decided)
    tables, home = _judged_alone(tables, home, shown)
    if not design.own_treatment and all(one.name != "pairs" for one in decided.guesses):
        roles = {arm.name, subject[home.name], visit[home.name], *shown[0].names, design.cluster}
        tell_unused(home, arm, roles, design.cluster, decided)
    if design.cluster and home.column(design.cluster).identifier:
        tables, home = _with_named_unit(tables, home, design.cluster, decided)
    within = with_places(tables, home, arm, design) if design.own_treatment else (home.name,)
    with_arm = with_column_of(tables, arm, within)
    at = [one.name for one in tables].index(home.name)
    tables = tuple(as_raw(one, arm, within) for one in tables)
    home = tables[at]
    made = Draft(
        with_arm=with_arm,
        tables=tables,
        subject=subject,
        visit=visit,
        home=home,
        treated=home,
        arm=arm,
        arms=arms,
        control=control,
        primary=shown[0],
        others=tuple(shown[1:]),
        design=design,
        told=decided.told,
        guesses=tuple(decided.guesses),
        secondary=secondary,
        later=later,
        asked=decided.asked,
    )
    return _with_patients(made) if design.own_treatment and not design.columns else made


def _tell_before(table: Table, primary: Outcome, decided: Decided) -> None:
    """A guess on the columns of what the primary endpoint was before each treatment of a patient,
    which no step takes."""
    name = primary.column
    found = [one.name for one in own_before(table, primary) if before_of(table, primary, one)]
    if found and primary.kind == MEASURE:
        why = (
            f"It is what {name} was before each treatment: {name} is compared as it was after it, "
        )
        why += "since no step within patients is given the value before."
        decided.guess("own_before", ("plan.yaml", "analyses"), ", ".join(found), why)


def _has(table: Table, name: str) -> bool:
    return any(column.name == name for column in table.columns)


def _with(
    column: Column, home: Table, tables: tuple[Table, ...]
) -> tuple[tuple[Table, ...], Table]:
    """The tables, and the one with the arm, with a column as it is read now."""
    columns = tuple(column if one.name == column.name else one for one in home.columns)
    made = replace(home, columns=columns)
    return tuple(made if table is home else table for table in tables), made


def _with_named_unit(
    tables: tuple[Table, ...], home: Table, name: str, decided: Decided
) -> tuple[tuple[Table, ...], Table]:
    """The tables, and that of the arm, with the unit that was drawn in use, though its name is one
    that often tells who a patient is: street, postcode; with a guess that says so."""
    why = (
        "Columns of this name often tell who a patient is. As the unit that was drawn it is used: "
    )
    why += "where its values say where somebody lives, put numbers in their place."
    decided.guess("unit_named", ("dictionary.csv", "Identifier?"), name, why)
    return _with(replace(home.column(name), identifier=False), home, tables)


def _in_units(table: Table, outcomes: Sequence[Outcome]) -> Table:
    """The table; columns that are one outcome have the unit that the label of some of them says."""
    columns = {column.name: column for column in table.columns}
    for outcome in outcomes:
        names = dict(outcome.columns).values() if outcome.table == table.name else ()
        series = [columns[name] for name in names]
        units = {column.unit for column in series} - {""}
        if len(units) == 1:
            columns |= {column.name: replace(column, unit=min(units)) for column in series}
    return replace(table, columns=tuple(columns.values()))


def _judged_alone(
    tables: tuple[Table, ...], home: Table, outcomes: Sequence[Outcome]
) -> tuple[tuple[Table, ...], Table]:
    """The tables, and that of the arm: who could not be judged has no value of an outcome of which
    the other levels have an order, or are two."""
    for outcome in outcomes:
        table = next(each for each in tables if each.name == outcome.table)
        of_two = outcome.kind in (EVENT, REPEATED_EVENT)
        names = {*dict(outcome.columns).values(), outcome.source}
        for name in names if outcome.codes or of_two else ():
            column = table.column(name)
            known = [*dict(outcome.codes)] or judged(column)
            out = [code for code in levels(column) if code not in known]
            if out and (outcome.codes or len(known) == 2):
                made = without_levels(column, out, "could not be judged: they have no value")
                tables, changed = _with(made, table, tables)
                table, home = changed, changed if home is table else home
    return tables, home


# Endpoints, the primary one first; how many of the others are secondary; columns of likely ones.
Shown = tuple[list[Outcome], int, frozenset[str]]


def _in_columns(home: Table, arms: Mapping[str, tuple[str, str]], design: Design) -> Shown:
    """An outcome with a column a treatment, which is the primary one."""
    by_code = {code: name for name, (_, code) in arms.items()}
    columns = tuple((by_code[name], name) for name in design.columns)
    made = Outcome(home.name, "outcome", MEASURE, 0, "A column a treatment.", columns=columns)
    return [replace(made, visit_word=TREATMENT)], 0, frozenset()


def _outcomes(
    tables: tuple[Table, ...],
    roles: tuple[Mapping[str, str], Mapping[str, str]],
    treated: tuple[Table, Column, Design],
    kind: str,
    decided: Decided,
) -> Shown:
    """Outcomes of columns, of the kind asked for; `roles` are patients and visits by table."""
    design = treated[2]
    known = not any(guess.name == "arm" and guess.blinds for guess in decided.guesses)
    offered = _offered(tables, *roles, treated, kind, known)
    primary = with_competing(offered.tables, primary_of(offered, decided), decided)
    filled = at_filled(offered.table(primary.table), primary)
    primary = filled if len(filled.visits) != 1 else primary
    doubt = primary.evidence if primary.visit_word == TREATMENT else ""
    if not doubt and design.kind == PARALLEL and tells_order(treated[1]):
        doubt = f"The levels of {treated[1].name} are orders of treatments, which are compared "
        doubt += "where a row, or a column, is of each treatment of a patient."
    elif not (design.own_treatment or named_arm(treated[1].name)):
        doubt = doubt or under_treatments(offered.table(primary.table).columns, primary.names)
    if doubt and "design" not in decided.told:
        decided.guess("design", ("trial.yaml", "design.kind"), design.kind, doubt, blinds=True)
    if not design.own_treatment:
        at = offered.table(primary.table)
        ask_before(at, primary, treated[1].name, treated[0].name, decided)
    others = _others(offered, primary)
    secondary = secondary_of(offered, primary, others, decided)
    later = frozenset(name for one in others for name in (one.column, one.status, one.source))
    later |= {name for one in offered.found for _, name in one.columns[1:]}
    later |= {name for one in offered.found if one.status for name in (one.column, one.status)}
    at = offered.table(primary.table)
    later |= {name for one in at.columns if may_end(one) for name in span_of(at, one)[0]}
    later |= {*bounds_of_event(at)[0]}
    shown = [primary, *(secondary or others[:MOST_OTHERS])]
    if not design.own_treatment:
        by_name = {table.name: table for table in offered.tables}
        shown = with_before(by_name, shown, treated[0].name, decided)
    return shown, len(secondary), later


def _with_patients(draft: Draft) -> Draft:
    """The draft with a table of the patients beside that of their treatments: their own, if it has
    all of them and the sequence."""
    names = [table.name for table in draft.tables]
    own = patients_of(draft.tables, draft.home)
    if own and draft.design.sequence in {"", *(one.name for one in own.columns)}:
        return replace(draft, home=own)
    home = patients_beside(draft.home, draft.subject[draft.home.name], draft.design, names)
    treated = replace(draft.home, of=home.of)
    return replace(
        draft,
        tables=(home, *(treated if table is draft.home else table for table in draft.tables)),
        subject={**draft.subject, home.name: draft.subject[treated.name]},
        visit={**draft.visit, home.name: ""},
        home=home,
        treated=treated,
    )


def _offered(
    tables: Sequence[Table],
    subject: Mapping[str, str],
    visit: Mapping[str, str],
    treated: tuple[Table, Column, Design],
    kind: str,
    known: bool,
) -> Offered:
    """What may be endpoints in all tables; `treated` is the table of the arm, its column and the
    design, `kind` the one asked for. What is left beside an arm that is not `known` may be it."""
    home, arm, design = treated
    within = with_places(tables, home, arm, design) if design.own_treatment else ()
    told_by = {
        table.name: parameters
        for table in tables
        if subject[table.name] != SOURCE_ROW
        and table.name not in within
        and (parameters := parameters_of(table, subject[table.name], visit[table.name])) is not None
    }
    views = [told_by[one.name].view if one.name in told_by else one for one in tables]
    views = [by_treatment(view) if view.name in within else view for view in views]
    at = {**visit, **{name: parameters.visit for name, parameters in told_by.items()}}
    found: list[Outcome] = []
    once: dict[str, Once] = {}
    for table in views:
        name = table.name
        taken = {subject[name], visit[name], *_roles(table), *_of_visits(table, visit[name])}
        taken |= {one.name for one in table.columns if tells_arm(one, table, arm)}
        taken |= {one.name for one in telling_apart(table)} | table.joined_numbers
        if name in told_by:
            taken |= _of_visits(table, told_by[name].column) | _of_visits(table, at[name])
        taken |= date_parts(table) | earlier_values(table, subject[name], visit[name])
        taken |= standardised(table) | {*filled_copies(table, of_one_arm(table, arm))}
        taken |= {table.stack.column, table.stack.row} if table.stack else set()
        if name == home.name or name in within:
            taken |= {design.place, design.sequence, design.cluster, *design.steps}
            taken |= {one for key in table.keys[:1] for one in key if design.several}
            taken |= of_one_arm(table, arm)
            taken |= numbers_groups(table, subject[name])
            if design.steps:
                taken |= of_clusters(table, design.steps[0])
            if design.cluster:
                taken |= members_by(table, design.cluster) | of_clusters(table, design.cluster)
        whole = _several_times(table, subject[name], at[name], taken, kind)
        used = {column for one in whole for column in (one.column, one.starts, one.stops)}
        if name in told_by:
            used |= {one.name for one in table.columns if rank(one.name, PARAMETERS) is not None}
            used.add(told_by[name].column)
        single = candidates(table, taken | used, at[name])
        if not at[name] and name not in told_by and not design.own_treatment:
            single = over_visits(single, table, changes(table))
        if name not in told_by:
            once[name] = once_in(table, subject[name], at[name], taken, arm.name)
        here = [*whole, *single, *(once[name].outcomes() if name in once else ())]
        if design.own_treatment:
            # Of a time that may be censored, and of other tables, no step compares the treatments.
            here = [one for one in here if name in within and one.kind in (MEASURE, EVENT)]
        left = {one.name for one in table.columns} - taken - {one.stops for one in whole}
        if name in within:
            left -= {one.name for one in table.columns if one.constant_within}
        people = {one.name for one in table.columns if _of_nothing_done(one)}
        if sum(one.score >= 0 for one in here) <= 1:
            people |= {one.name for one in table.columns if _known_before(one)}
        rest = [one for one in here if not one.names - {""} <= people]
        alone = known and len(rest) == 1 and rest[0].names >= left - people
        found += [_alone(rest[0])] if alone else here
    if design.several:
        found = [mean_of(one, views, design.several) for one in found]
    found.sort(key=lambda item: (not item.primary, -item.score))
    own = design.own_treatment
    return Offered(views, found, at, subject, arm, told_by, once, own, design.several)


def _of_nothing_done(column: Column) -> bool:
    """Whether a column tells what a person or a place is, who is in an analysis, or in which order
    somebody had treatments: no outcome."""
    if name_words(column.name) & SEQUENCES:
        return True
    place = is_coded(column) and rank(MADE.sub("", column.name), SITES) is not None
    return of_a_person(column) or place or bool(of_analysis(column))


def _known_before(column: Column) -> bool:
    """Whether a name says that a column is an age, or was before treatment."""
    return bool(name_words(column.name) & AGES) or was_before(column)


def of_one_arm(table: Table, arm: Column) -> set[str]:
    """Columns with values in one arm alone, which nothing can compare: a dose, a copy by arm."""
    most = max((count for _, count in arm.values), default=0)
    names = [column.name for column in table.columns if 0 < column.rows - column.blank <= most]
    here = any(one.name == arm.name for one in table.columns)
    if not here or arm.name in names or table.rows > MOST_ROWS:
        return set()
    filled: dict[str, set[str]] = {name: set() for name in names}
    lacking = {name: {"", *table.column(name).missing_codes} for name in names}
    for code, *cells in cells_of(table, [arm.name, *names]) if names else []:
        for name, cell in zip(names, cells, strict=True):
            filled[name] |= {code} if code and cell not in lacking[name] else set()
    return {name for name, codes in filled.items() if len(codes) == 1}


def _alone(outcome: Outcome) -> Outcome:
    """The candidate of a table in which nothing else is left but who, when and which arm, and what
    a person is whatever is done."""
    if {*parts(outcome.column)} & BEFORE or outcome.columns:
        return outcome
    text = f"{outcome.evidence} No other column of {outcome.table} is left that could be one."
    return replace(outcome, score=max(outcome.score, ALONE), evidence=text)


def _several_times(
    table: Table, subject: str, visit: str, taken: set[str], kind: str
) -> list[Outcome]:
    """Events that a patient can have several times: intervals, or a row an episode."""
    if subject == SOURCE_ROW or (subject,) in table.keys:
        return []
    made = recurrent(table, subject, taken) if kind not in (COUNT, MEAN) else []
    return made or ([] if visit else episodes(table, subject, taken))


def _others(offered: Offered, primary: Outcome) -> list[Outcome]:
    """What else is likely an outcome: other parameters, then other columns."""
    own = {primary.column, primary.status} - {""}
    told_by = offered.parameters
    # Of a table of parameters the likeliest column is their value, the rest tells more of it.
    rows = (one for one in offered.found if one.table in told_by and one.table != primary.table)
    values = {one.table: one for one in reversed([*rows])}
    ends = {one.name: {*bounds_of_event(one)[0]} for one in offered.tables}
    others = [
        outcome
        for outcome in offered.found
        if outcome.score >= LEAST_SCORE
        and not (outcome.table == primary.table and {outcome.column, outcome.status} & own)
        and not {name for _, name in outcome.columns} & own
        and not (outcome.table in told_by and outcome is not values.get(outcome.table))
        and not (outcome.kind == MEAN and _of_parameters(offered.table(outcome.table)))
        and not endings(offered, outcome)
        and not outcome.names & ends[outcome.table]
        and not without_end(offered.table(outcome.table), outcome)
    ]
    made = [*_other_parameters(told_by, primary), *(_likeliest(told_by, one) for one in others)]
    made = [at_filled(offered.table(one.table), one) for one in made]
    # What is measured at one visit alone, as a height, is none of several.
    return [one for one in made if len(one.visits) != 1]


def _of_parameters(table: Table) -> bool:
    """Whether the rows of a patient are of several things, of which nothing is a mean."""
    return any(tells_parameter(one.name) and one.constant_within is False for one in table.columns)


def _other_parameters(told_by: Mapping[str, Parameters], primary: Outcome) -> Iterator[Outcome]:
    """The primary endpoint's column in the rows of other parameters."""
    parameters = told_by.get(primary.table)
    if parameters is None or not primary.where:
        return
    for code in parameters.labels_of(primary.kind, primary.column):
        if parameters.rows_of(code) != primary.where:
            yield parameters.of(primary, code)


def _likeliest(told_by: Mapping[str, Parameters], outcome: Outcome) -> Outcome:
    """Another endpoint of a table with parameters is of the likeliest one."""
    parameters = told_by.get(outcome.table)
    if parameters is None:
        return outcome
    labels = parameters.labels_of(outcome.kind, outcome.column) or parameters.labels
    return parameters.of(outcome, next(iter(labels)))


def _of_visits(table: Table, visit: str) -> set[str]:
    """Columns that all patients share at each visit, or in the rows of each parameter: they are of
    it, and nobody's outcome."""
    if not visit or table.rows < FEWEST_A_VISIT * table.column(visit).distinct:
        return set()
    names = [
        column.name
        for column in table.columns
        if column.constant_within is False and column.distinct <= table.column(visit).distinct
    ]
    rows = cells_of(table, [visit, *names]) if names and table.rows <= MOST_ROWS else []
    return {
        name
        for at, name in enumerate(names, start=1)
        if len({(row[0], row[at]) for row in rows}) == len({row[0] for row in rows})
    }


def _roles(table: Table) -> set[str]:
    """Columns that describe patients, visits or rows, and so are no outcomes."""
    known = (SEX, SITES, REPEATS, CARRYOVER)
    said = {key.rpartition("primary.")[2] for key in table.evidence if "primary." in key}
    # A visit that varies is none; the same word for one value a patient may be a time.
    return {
        column.name
        for column in table.columns
        if any(rank(column.name, k) is not None for k in known)
        or (rank(column.name, ROW_NUMBERS) is not None and column.distinct > 2)
        or plain(column.name) in AGES
        or (column.validation == "integer" and {*parts(column.name)} <= GROUPS)
        or (rank(column.name, VISITS) is not None and column.constant_within is False)
        or (_is_given(column) and column.name not in said)
    }


def _is_given(column: Column) -> bool:
    """Whether a column is of what was given at each visit or period, its dose or its form."""
    given = is_dose(column.name) or plain(column.name) in PRODUCTS
    return given and column.constant_within is False and not is_primary(column)
