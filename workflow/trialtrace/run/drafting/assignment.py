"""The arm of a draft and its control: told, asked for, or taken where much speaks for them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.arms import (
    AHEAD,
    BALANCED,
    LEAST,
    MOST_ARMS,
    MOST_NAMED,
    OF_LOT,
    SURE,
    drawn_and_given,
    named_arm,
    named_in_levels,
    tells_order,
    tells_taken,
    tells_treatments,
)
from trialtrace.run.drafting.clusters import (
    begins_with,
    in_steps,
    of_several_arms,
    turning_once,
    turns_one_way,
)
from trialtrace.run.drafting.control import HAS
from trialtrace.run.drafting.decided import Decided, column_of
from trialtrace.run.drafting.design import CROSSOVER, WITHIN
from trialtrace.run.drafting.enrolled import BY_NO_DRAW
from trialtrace.run.drafting.likely_outcome import WHOLE, of_a_person, of_patients, outcome_words
from trialtrace.run.drafting.mistyped import mistyped
from trialtrace.run.drafting.names import (
    BETWEEN_TREATMENTS,
    PERIODS,
    SITES,
    TIMES,
    name_words,
    rank,
    rank_of_arm,
)
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    belongs,
    is_coded,
    is_form_status,
    is_number,
    label_of,
    levels,
)
from trialtrace.run.drafting.periods import in_columns, of_periods, refuse_side_by_side
from trialtrace.run.drafting.products import is_product
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.drafting.strangers import EACH, of_one_form
from trialtrace.run.drafting.times import LEFT_RIGHT, censors
from trialtrace.run.drafting.wide import columns_of_treatments
from trialtrace.run.tables.measures import parts, plain
from trialtrace.run.trial.label_words import words_of

# The smallest arm, as a share of the largest, where nothing else speaks for a column.
NEARLY_EVEN = 0.7
# What a name alone may lack of what is enough, by its place in the file.
NEARLY = 0.25
# Rows of a number that may be a dose, or of a text.
FEWEST_OF_DOSE = 3
# Words of where patients were, and of who saw them.
WHERE_OR_WHO = {
    *("location", "area", "place", "town", "city", "district", "ward", "village", "plot", "field"),
    *("rater", "observer", "assessor", "operator", "surgeon", "nurse", "batch", "plate", "season"),
}
# The arm as randomised goes before the treatment as taken (CDISC ADaM IG 1.3, 3.2.3).
PLANNED = {"arm", "armcd", "trt01p", "trtp", "trt01pn", "trtpn"}
# Between the columns of an outcome that has one for each treatment.
BETWEEN = ","
CDISC = PLANNED | {"actarm", "actarmcd", "trt01a", "trta", "trt01an", "trtan"}
NO_NAME = re.compile(r"[a-z]?[0-9]*", re.IGNORECASE)


def arm_of(
    tables: Sequence[Table], subject: Mapping[str, str], decided: Decided
) -> tuple[Table, Column]:
    """The column of the arm and its table: that of the subjects."""
    in_turn_told = decided.told.get("design") in (CROSSOVER, WITHIN)
    if len(tables) == 1 and subject[tables[0].name] == SOURCE_ROW and not in_turn_told:
        refuse_side_by_side(tables[0])
    if data := decided.told.get("arm"):
        return _arm_of(_by_patients(tables, subject), data, subject)
    ranked = [(t, name) for t in _by_patients(tables, subject) for name in t.arm]
    ranked.sort(key=lambda pair: -pair[0].weights.get(pair[1], 0.0))
    ranked = sorted(ranked, key=lambda pair: not _first_of_patients(ranked, pair, subject))
    ranked, drawn = _drawn_first(ranked)
    twice = Counter(column.name for table in tables for column in table.columns)
    choices = [
        (name if twice[name] == 1 else f"{table.name}.{name}", table.evidence[f"arm.{name}"])
        for table, name in ranked
    ]
    turned = bool(ranked) and turns_one_way(*ranked[0])
    sure = (drawn or _sure_arm(ranked)) and not turned
    wide = [columns_of_treatments(table, subject[table.name]) for table in tables if not sure]
    in_turn = [names for each in wide for names, by_name in each.items() if by_name]
    sure = sure or not (in_turn or turned or not _only_groups(tables, ranked, subject))
    passed = [
        f" {one.name} is passed over: {one.distinct} values, where 2 to {MOST_NAMED} arms are read."
        for table in tables
        for one in table.columns
        if named_arm(one.name) and one.distinct > MOST_NAMED
    ]
    odd = {} if sure else _of_doubled_ids(tables, subject)
    passed += [f" {name} is passed over: {why}." for name, why in odd.items()]
    others = _others(tables, ranked, subject)
    if not ranked and _only_even(tables, others, subject):
        only = f"{others[0].name}: no other column divides patients into few, but for what they "
        choices.append((others.pop().name, f"{only}are and what came of them."))
        sure = True
    sure = sure or (len(choices) == 1 and not others and _in_periods(*ranked[0], subject))
    home = {id(one): table.name for table in tables for one in table.columns}
    stacked = {table.stack.column for table in tables if table.stack}
    for one in sorted(others, key=lambda one: (of_patients(one), *_unlikely(one, stacked))):
        what = "nothing else speaks for it"
        if tells_order(one):
            what = "they are orders of treatments, as of a crossover: its arms are compared where "
            what += "a row, or a column, is of each treatment of a patient"
        why = f"It has {len(levels(one))} levels; {what}.{''.join(passed)}"
        shown = one.name if twice[one.name] == 1 else f"{home[id(one)]}.{one.name}"
        choices.append((shown, why))
    for name, why in odd.items():
        choices.insert(1, (name, f"{why}, which may stand for two patients each."))
    stepped = {} if ranked else _in_steps(tables, others)
    choices.sort(key=lambda choice: choice[0] not in stepped)
    choices = [(name, stepped.get(name, why)) for name, why in choices]
    known_so = bool(sure or turned or in_turn or stepped)
    drawn_for, by_code = ({}, {}) if known_so else _in_texts(tables, [name for name, _ in choices])
    in_texts = drawn_for or by_code
    choices.sort(key=lambda choice: choice[0] not in in_texts)
    choices = [(name, f"{why} {in_texts.get(name, '')}".strip()) for name, why in choices]
    sure = sure or len(drawn_for) == 1
    if turned:
        # What somebody was assigned to is the same at all visits.
        stays = {
            one.name
            for one in others
            if one.constant_within and not (tells_order(one) or of_patients(one))
            if not (rank(one.name, SITES) is not None or outcome_words(name_words(one.name)))
        }
        choices.sort(key=lambda choice: choice[0].rpartition(".")[2] not in stays)
    turning = {} if sure else dict(chain.from_iterable(turning_once(t).items() for t in tables))
    told = "".join(f" {why} --arm {name} takes it." for name, (_, why) in turning.items())
    by_level = {
        names: one.name
        for table in (() if sure else tables)
        for one in table.columns
        if (names := named_in_levels(one, table.columns))
        if not {*map(str.casefold, names)} & LEFT_RIGHT
    }
    sets = [] if sure else sorted(dict.fromkeys(chain.from_iterable(wide)), key=_before)
    # The first of the file is offered first; what was before a treatment after all others.
    for names in reversed(sets):
        why = f"Each of the {len(names)} columns may be one outcome under another treatment, which "
        choice = BETWEEN.join(names), f"{why}patients had in turn.{told}"
        # A group beside columns of treatments may be the order in which patients had them.
        choices.insert(0 if names in in_turn else len(choices), choice)
    # A row of each patient and treatment is compared; of several rows none is the treatment's.
    once = [(t, n) for t in tables for n in turning if {subject[t.name], n} in map(set, t.keys)]
    for table, name in sorted(once, key=lambda pair: rank_of_arm(pair[1]) is not None):
        choices.insert(0, (f"{table.name}.{name}", turning[name][1]))
    for names, order in [*by_level.items()][:1]:
        why = f"A column for each level of {order}, which tells what patients had first."
        # Beside what may be the arm it is asked.
        choices.insert(0, (BETWEEN.join(names), why))
        sure = not ranked
    if not choices:
        raise _no_arm(tables)
    at = ("trial.yaml", "tables")
    sure = sure and not (ranked and _chosen(*ranked[0]))

    def read(name: str) -> tuple[Table, Column]:
        return _arm_of(_by_patients(tables, subject), name, subject)

    table, column = decided.choose("arm", "Which column is the arm?", choices, at, read, sure)
    of_other = "_of" if table.arm_of and table.arm_of.column == column.name else ""
    key = f"tables.{table.name}.arm{of_other}" if column.name else "design.arms"
    decided.guesses = [
        replace(guess, key=key) if guess.name == "arm" else guess for guess in decided.guesses
    ]
    return table, column


def _others(
    tables: Sequence[Table], ranked: Sequence[tuple[Table, str]], subject: Mapping[str, str]
) -> list[Column]:
    """The columns of few levels for which nothing speaks, and that could be the arm."""
    known = {(table.name, name) for table, name in ranked}
    return [
        one
        for table in _by_patients(tables, subject)
        for one in table.columns
        if (is_coded(one) or _even_numbers(one) or _few_texts(one))
        and 2 <= len(levels(one)) <= MOST_ARMS
        and not (belongs(one) or is_form_status(one) or tells_treatments(one, table.columns))
        and not censors(one)
        and (table.name, one.name) not in known
        and one.name not in table.joined_numbers
        and one.constant_within is not False
    ]


def _no_arm(tables: Sequence[Table]) -> UserError:
    """That no column could be the arm, with what nearly is one."""
    fault = f"no column of 2 to {MOST_ARMS} levels, the same in all rows of a patient"
    mend = "give the file that has it beside this one, or name it: --arm COLUMN"
    columns = [one for table in tables for one in table.columns if one.blank > MOST_ARMS]
    few = [one for one in columns if one.rows - one.blank <= MOST_ARMS]
    if lone := [one for one in few if rank_of_arm(one.name) is not None]:
        fault += f"; {lone[0].name} has a value in {lone[0].rows - lone[0].blank} of "
        fault += f"{lone[0].rows} rows, as merged cells have in their first row alone"
        mend = "fill it down in a copy of the file, each row with its arm; patients whose "
        mend += "numbers begin anew in each arm need another number each"
    elif varying := _treatments_given(tables):
        fault += f"; {one_of(varying)} varies within patients, as in a crossover, or where rows "
        fault += "are treatments that patients had repeatedly"
        mend = f"--arm {varying[0]} where each patient had each treatment in one row; where "
        mend += "rows are repeated treatments, give one row of each patient and treatment, or "
        mend += "the arm that patients were assigned to"
    elif len(alike := [one for one in tables if of_one_form(one, tables[0])]) > 1:
        files = one_of([Path(one.item).name for one in alike])
        fault += f"; {files} have the same columns"
        fault += f"; {said}" if (said := tables[0].evidence.get("arms_of_files")) else ""
        mend = f"{EACH}; else give the file that has the arm beside them"
    return wrong("the arm", fault, "the column of the arm", mend)


def _chosen(table: Table, name: str) -> bool:
    """Whether fewer than two levels are left beside those of who chose what they had: no arms by
    lot."""
    column = table.column(name)
    labels = [label_of(column, code).casefold() for code in levels(column)]
    chosen = sum(bool(BY_NO_DRAW.search(label)) for label in labels)
    return chosen > 0 and len(labels) < chosen + 2


def _in_texts(
    tables: Sequence[Table], names: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The one of the candidates with as many even levels as a text has groups that were drawn, if
    more than two, and those by which code beside the tables compares, and by nothing else; each
    with a sentence. Nothing of what patients are."""
    columns = {
        one.name: (table, one)
        for table in reversed(tables)
        for one in table.columns
        if one.name in names and not (tells_order(one) or of_a_person(one))
        if plain(one.name) == "type" or not of_patients(one)
    }
    drawn = {
        name: why
        for name, (table, one) in columns.items()
        if (why := table.evidence.get(f"groups.{len(levels(one))}")) and not _uneven(one)
        if min(n for _, n in one.values) >= NEARLY_EVEN * max(n for _, n in one.values)
    }
    by_code = {
        one.by[0]: f"{one.place}, compares by it alone."
        for table in tables
        for one in table.compared
        if len(one.by) == 1 and one.by[0] in columns
    }
    return (drawn if len(drawn) == 1 else {}), by_code


def _unlikely(column: Column, stacked: set[str]) -> tuple[bool, bool]:
    """Whether a column is called as outcomes are; files that are stacked come before it."""
    outcome = plain(column.name) in WHOLE or bool(outcome_words(name_words(column.name)))
    return outcome, column.name not in stacked


def _before(names: Sequence[str]) -> bool:
    """Whether all these columns are called as what was before."""
    return all({*parts(name)} & BEFORE for name in names)


def _in_steps(tables: Sequence[Table], columns: Sequence[Column]) -> dict[str, str]:
    """The columns of two values that clusters take up in turn, each with a sentence."""
    return {
        one.name: in_steps(table, one)[0]
        for table in tables
        for one in table.columns
        if one in columns and len(levels(one)) == 2 and begins_with(table, one)
    }


def _treatments_given(tables: Sequence[Table]) -> list[str]:
    """Columns called as arms are, or drawn by their label, that vary within patients."""
    return [
        one.name
        for table in tables
        for one in table.columns
        if one.constant_within is False
        and 2 <= one.distinct <= MOST_ARMS
        and (rank_of_arm(one.name) is not None or {*parts(one.label)} & (OF_LOT | {"drawn", "lot"}))
    ]


def _of_doubled_ids(tables: Sequence[Table], subject: Mapping[str, str]) -> dict[str, str]:
    """Columns that could be the arm but for few ids of which rows differ, and which these are."""
    told = {
        one.name: of_several_arms(table, subject[table.name], one.name)
        for table in tables
        for one in table.columns
        if one.constant_within is False and 2 <= len(levels(one)) <= MOST_ARMS
        if rank_of_arm(one.name) is not None and is_coded(one)
    }
    return {name: why for name, why in told.items() if why}


def _arm_of(tables: Sequence[Table], name: str, subject: Mapping[str, str]) -> tuple[Table, Column]:
    """The column of that name; of several with commas between, the arms that they are: a column
    without a name, whose codes are theirs."""
    if BETWEEN not in name:
        table, column = column_of(tables, name, "arm")
        if column.name == subject[table.name]:
            raise wrong("--arm", f"{name}, the column of the patients")
        return _with_levels(table, column)
    found = [column_of(tables, one.strip(), "arm") for one in name.split(BETWEEN)]
    codes = {column.name: column.rows - column.blank for _, column in found}
    odd = [column.name for _, column in found if not is_number(column)]
    table, first = found[0]
    if {*codes} <= {*(names := of_periods(table, first))}:
        raise in_columns(f"{one_of(names)}, of which nearly all patients have another in each")
    if odd or len({table.name for table, _ in found}) > 1 or len(codes) < len(found):
        need = "a column of arms, or columns of numbers of one table, each under another treatment"
        raise wrong("--arm", name, need)
    arms = replace(
        first,
        name="",
        label="",
        type="radio",
        validation="",
        given={},
        constant_within=None,
        choices=tuple((code, code) for code in codes),
        values=tuple(codes.items()),
        distinct=len(codes),
        missing_codes=(),
        evidence={},
    )
    return table, arms


def _first_of_patients(
    ranked: Sequence[tuple[Table, str]], pair: tuple[Table, str], subject: Mapping[str, str]
) -> bool:
    """Whether a candidate has the arms of the likeliest one in a table with a row a patient, where
    that one is of a table with several: ADSL has the patients, not ADTTE."""
    (best, first), (table, name) = ranked[0], pair
    several = (subject[best.name],) not in best.keys
    return (
        several
        and (subject[table.name],) in table.keys
        and {*levels(best.column(first))} == {*levels(table.column(name))}
    )


def _drawn_first(
    ranked: list[tuple[Table, str]],
) -> tuple[list[tuple[Table, str]], bool]:
    """The candidates with the one that is labelled as allocated before those as given, of the same
    levels, and whether these are all the others."""
    for at, pair in enumerate(ranked):
        table, name = pair
        column = table.column(name)
        rest = [*ranked[:at], *ranked[at + 1 :]]
        given = [
            one
            for one in rest
            if one[0] is table
            and {*levels(table.column(one[1]))} == {*levels(column)}
            and drawn_and_given(column, table.column(one[1]))
        ]
        if given:
            return [pair, *rest], len(given) == len(rest) and column.constant_within is not False
    return ranked, False


def tells_arm(column: Column, table: Table, arm: Column) -> bool:
    """Whether a column may tell the arm: another candidate, what was taken of what was assigned, or
    one of which all patients of an arm have the same level, as a code of the arms or of some of
    them put together.

    Of a draft it is no outcome and no variable of patients, or a blinded report would not be blind.
    """
    likely = column.name == arm.name or table.weights.get(column.name, 0.0) > LEAST
    if likely or is_product(column, table, arm) or tells_taken(column, arm):
        return True
    here = any(one.name == arm.name for one in table.columns)
    if not here or not 2 <= column.distinct <= arm.distinct:
        return False
    # Arms put together have the sums of their counts: cells are read for few columns.
    own = [count for _, count in arm.values]
    sums = {sum(some) for n in range(1, len(own)) for some in combinations(own, n)}
    if not sums.issuperset(count for _, count in column.values):
        return False
    pairs = {pair for pair in cells_of(table, [arm.name, column.name]) if pair[0]}
    return len(pairs) == len({code for code, _ in pairs})


def _sure_arm(ranked: Sequence[tuple[Table, str]]) -> bool:
    """Whether much speaks for the first, and for no column that divides patients otherwise; one
    with the same levels, as what was given beside what was allocated, is a rival whatever speaks
    for it."""
    if not ranked:
        return False
    table, name = ranked[0]
    most = table.weights.get(name, 0.0)
    rivals = [
        other
        for at, other in ranked[1:]
        if (
            at.weights.get(other, 0.0) > most - AHEAD
            or (at is table and {*levels(at.column(other))} == {*levels(at.column(name))})
        )
        and other != name
        and not (plain(name) in PLANNED and plain(other) in CDISC)
        and not (
            same_groups(table, name, other)
            if at is table
            else {*levels(at.column(other))} <= {*levels(table.column(name))}
        )
    ]
    # What alone has the name of an arm needs no more.
    least = SURE - NEARLY if len(ranked) == 1 and named_arm(name) else SURE
    return table.sure_arm and table.arm[0] == name and most >= least and not rivals


def _only_groups(
    tables: Sequence[Table], ranked: Sequence[tuple[Table, str]], subject: Mapping[str, str]
) -> bool:
    """Whether the first has a name of groups and no other column divides patients into few, but for
    visits, what varies within patients, what they are and what came of them: a trial's file has its
    arms somewhere."""
    if not ranked or ranked[0][0].column(ranked[0][1]).constant_within is False:
        return False
    table, name = ranked[0]
    if (
        {*parts(name)} & {*TIMES}
        or table.column(name).distinct > MOST_ARMS
        or table.column(name).mostly_lacking
    ):
        return False
    others = [
        column
        for each in tables
        for column in each.columns
        if column.name not in (name, subject[each.name], *each.visit, *each.joined_numbers)
        and column.constant_within is not False
        and 2 <= column.distinct <= MOST_ARMS
        and not (of_patients(column) or belongs(column) or outcome_words(name_words(column.name)))
        and not (is_number(column) and _uneven(column))
    ]
    # A code beside its label, of which cells are read.
    return not others or (
        len(others) == 1 and others[0] in table.columns and same_groups(table, name, others[0].name)
    )


def _in_periods(table: Table, name: str, subject: Mapping[str, str]) -> bool:
    """Whether a column has the name of an arm and patients had each of its levels in one row, in
    several orders of periods: what all had in the same order nobody drew."""
    who = subject[table.name]
    periods = [
        one.name
        for one in table.columns
        if one.constant_within is False and one.name != name and name_words(one.name) & PERIODS
    ]
    if rank_of_arm(name) is None or table.column(name).constant_within is not False or not periods:
        return False
    rows = [row for row in cells_of(table, [who, name, periods[0]]) if all(row)]
    had = {(one, level) for one, level, _ in rows}
    n = len({level for _, level in had})
    whole = len(had) == len(rows) == n * len({one for one, _ in had})
    return whole and len({(level, period) for _, level, period in rows}) > n


def _only_even(
    tables: Sequence[Table], others: Sequence[Column], subject: Mapping[str, str]
) -> bool:
    """Whether one column alone is left that could be the arm, whose levels are words, neither yes
    and no nor of patients or outcomes, each of nearly as many rows."""
    if len(others) != 1 or of_patients(others[0]) or tells_order(others[0]):
        return False
    only = others[0]
    labels = [label_of(only, code) for code in levels(only)]
    counts = [count for _, count in only.values]
    few = [
        column
        for table in tables
        for column in table.columns
        if column is not only
        and column.name not in (subject[table.name], *table.visit)
        and 2 <= column.distinct <= MOST_NAMED
        and not (of_patients(column) or belongs(column) or outcome_words(name_words(column.name)))
    ]
    words = not any(NO_NAME.fullmatch(label) or HAS.fullmatch(label) for label in labels)
    named = outcome_words(name_words(only.name)) or name_words(only.name) & WHERE_OR_WHO
    return words and not few and not named and min(counts) >= NEARLY_EVEN * max(counts)


def _uneven(column: Column) -> bool:
    """Whether a level has far fewer rows than another, as steps of a scale have, not arms."""
    counts = [count for _, count in column.values]
    return len(counts) < column.distinct or min(counts) < BALANCED * max(counts)


def _even_numbers(column: Column) -> bool:
    """Whether a column is of few numbers, each in as many rows: doses under whatever name."""
    counts = [count for _, count in column.values]
    few = is_number(column) and len(counts) == column.distinct <= MOST_ARMS
    return few and min(counts) >= max(FEWEST_OF_DOSE, BALANCED * max(counts))


def _few_texts(column: Column) -> bool:
    """Whether a column is of few texts that come back, which a list of choices cannot hold."""
    text = column.type == "text" and not column.validation
    return text and FEWEST_OF_DOSE * column.distinct <= column.rows


def same_groups(table: Table, name: str, other: str) -> bool:
    """Whether two columns tell the same arms: a code beside its label."""
    cells = [row for row in cells_of(table, [name, other]) if all(row)]
    pairs = set(cells)
    return len(pairs) == len({one for one, _ in pairs}) == len({one for _, one in pairs})


def _by_patients(tables: Sequence[Table], subject: Mapping[str, str]) -> list[Table]:
    """Tables with a row a patient first."""
    return sorted(tables, key=lambda table: (subject[table.name],) not in table.keys)


def _with_levels(table: Table, column: Column) -> tuple[Table, Column]:
    n = column.distinct
    spelt: dict[tuple[str, ...], list[str]] = {}
    for code in levels(column):
        spelt.setdefault(words_of(label_of(column, code)) or (code,), []).append(repr(code))
    if twice := [each for each in spelt.values() if len(each) > 1]:
        raise wrong(
            f"the arm, column {column.name} of {table.name}",
            "; ".join(" and ".join(each) for each in twice) + ", of the same words",
            "one spelling an arm, or other words of each",
            "write one in a copy of the file; by hand, trial.yaml takes `code: [one, other]`",
        )
    if slips := mistyped(table, column):
        raise wrong(
            f"the arm, column {column.name} of {table.name}",
            "; ".join(slips),
            "one spelling an arm",
            "mend it in a copy of the file; by hand, trial.yaml takes `code: [one, other]`",
        )
    if between := [
        one for one in levels(column) if BETWEEN_TREATMENTS.fullmatch(label_of(column, one))
    ]:
        rest = ",".join(one for one in levels(column) if one not in between)
        raise wrong(
            f"the arm, column {column.name} of {table.name}",
            f"{one_of(between)}, which is no treatment that anybody was assigned to",
            "arms alone",
            f"leave these rows out: --where {column.name}={rest}",
        )
    if 2 <= n <= MOST_NAMED and len(levels(column)) >= 2:
        return table, column
    varies = ", which varies within patients" if column.constant_within is False else ""
    raise wrong(
        f"the arm, column {column.name} of {table.name}",
        f"{n} different value{'s' if n != 1 else ''}{varies}",
        f"2 to {MOST_NAMED} arms, the same in all rows of a patient",
        "name another column: --arm COLUMN"
        + (f" ({one_of(table.arm)})" if table.arm and table.arm[0] != column.name else ""),
    )
