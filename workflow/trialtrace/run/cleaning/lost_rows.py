"""Rows and subjects that cleaning takes away: told, or the end of the run, unless declared.

Rows that share a key and differ end it (`on_conflict`), and so does a subject of the table of
subjects without an accepted row there (`exclude`). In other tables, rows without a usable key and
rows of unknown subjects are a red line, and end the run above a share of `STOPS` (`exclude`).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problem, one_of
from trialtrace.run.cleaning.account import Decision, RedLine
from trialtrace.run.cleaning.fits import (
    MOST_PAIRS,
    Wanted,
    as_known,
    fits,
    of_another_form,
    orders,
    pairs,
    seen,
)
from trialtrace.run.cleaning.keys import CONFLICT, PLACE
from trialtrace.run.cleaning.lines import line_runs, lines_alone, lines_told
from trialtrace.run.cleaning.losses import (
    AT_MOST,
    BETTER,
    STOPS,
    TOLD,
    Losses,
    sentences,
)
from trialtrace.run.cleaning.rejects import ROW, as_mask, stripped
from trialtrace.run.cleaning.subjects import Lost, People, blank_rows
from trialtrace.run.cleaning.typed import Arms, Typed, spelling_of, told_by_arm
from trialtrace.run.tables.conditions import describe
from trialtrace.run.trial.load import Trial

FEW_CONFLICTS = 0.10
"""Where fewer rows of a table share a key, the key is right and a row is there twice."""
UNKNOWN = "unknown_subject"
WHY = {
    "subject_missing": "have no usable subject",
    "key_missing": "have no usable value in a column of the key",
    UNKNOWN: "are of a subject who is not in the table of subjects",
}


def row_losses(trial: Trial, typed: Typed, people: People, arms: Arms, losses: Losses) -> None:
    """Add what a table loses by rows."""
    _selection(trial, typed, losses)
    _conflicts(trial, typed, arms, losses)
    _repeats(typed, losses)
    named = {one.rule for one in people.lost} if typed.spec.name == trial.subjects.table else set()
    for rule in WHY:
        if rule not in named:
            _by_rule(trial, typed, people, rule, arms, losses)


def _selection(trial: Trial, typed: Typed, losses: Losses) -> None:
    """A condition that selects nothing is a mistake; rows that it cannot decide on are told."""
    spec, selected = typed.spec, typed.selected
    if spec.where is None:
        return
    rows, undecided = selected.whole.num_rows, selected.undecided
    place, where = f"tables.{spec.name}.where", describe(spec.where)
    if rows and not typed.raw.num_rows and not trial.cleaning.tables[spec.name].empty:
        losses.problems.add(
            f"{trial.name}: trial.yaml: {place}",
            found=f"none of the {rows} rows of the raw table {spec.of} meets {where}"
            + (f"; of {len(undecided)} a value that it needs is missing" if len(undecided) else ""),
            expected="a row that does",
            do="look at the values of these columns in the export; where there may be none yet, "
            f"write cleaning.yaml: tables.{spec.name}.empty: true",
        )
    elif len(undecided):
        verb = "is" if len(undecided) == 1 else "are"
        text = f"Table {spec.name}: {len(undecided)} of {rows} rows of the raw table {spec.of} "
        text += f"{verb} left out, since a value is missing or not usable that {place} ({where}) "
        text += f"needs ({'line' if len(undecided) == 1 else 'lines'} "
        text += f"{line_runs(selected.whole, undecided)})."
        losses.warnings.append(RedLine("where_undecided", spec.name, None, text))


def _conflicts(trial: Trial, typed: Typed, arms: Arms, losses: Losses) -> None:
    """Rows that share a key and differ."""
    table = typed.spec.name
    conflict = trial.cleaning.tables[table].conflict
    at = rows_of(typed, CONFLICT)
    if conflict.take == "stop":
        if len(at):
            losses.problems.found.append(_conflict(trial, typed, at))
        return
    what = f"on_conflict: {conflict.take}"
    losses.decisions.append(Decision(table, None, what, len(at), conflict.reason))
    if len(at):
        text = f"Table {table}: {_taken(typed, at, conflict.take)} ({lines_alone(typed, at)})"
        text = sentences(text, [*_by_arm(typed, arms, at), f"declared: {conflict.reason}"])
        losses.warnings.append(RedLine("conflicts", table, None, text))


def _taken(typed: Typed, at: np.ndarray, take: str) -> str:
    """What became of rows that share a key and differ; `at` are those that are not used."""
    keys, rows = ", ".join(typed.spec.key_), typed.raw.num_rows
    if take == "reject":
        return f"{len(at)} of {rows} rows share their {keys} with one that differs; none is used"
    verb = "is" if len(at) == 1 else "are"
    return (
        f"{len(at)} of {rows} rows {verb} not used, since the {take} row of the same {keys} is "
        "taken"
    )


def _conflict(trial: Trial, typed: Typed, at: np.ndarray) -> Problem:
    spec = typed.spec
    keys, rows = ", ".join(spec.key_), typed.raw.num_rows
    there = f"{len(at)} of {rows} rows share their {keys} and differ: {lines_told(typed, at)}"
    declare = (
        f"in cleaning.yaml: tables.{spec.name}.on_conflict: {{first: why}} (or last, or reject)"
    )
    if len(at) < FEW_CONFLICTS * rows:
        expected = f"one row for each {keys}: these look like two versions of a row, a correction?"
        do = f"take one of them out of the export; or say which is used, {declare}"
    else:
        expected = "a key that tells the rows apart, such as one with the visit"
        do = f"mend the key in trial.yaml: tables.{spec.name}.key, or the export; or say which row "
        do += f"is used, {declare}"
    return Problem(
        f"{trial.name}: table {spec.name}",
        "rows share a key and differ, and nothing says which of them is right",
        found=there,
        expected=expected,
        do=do,
    )


def _repeats(typed: Typed, losses: Losses) -> None:
    """Rows that are there again, word for word: none is lost, and many are a sign."""
    n, rows = len(rows_of(typed, "duplicate_row")), typed.raw.num_rows
    if n > TOLD * rows:
        text = f"Table {typed.spec.name}: {n} of {rows} rows repeat an earlier row word for word."
        losses.warnings.append(RedLine("repeated_rows", typed.spec.name, None, text))


def _by_rule(
    trial: Trial, typed: Typed, people: People, rule: str, arms: Arms, losses: Losses
) -> None:
    """Rows of a rule: a red line, or the end of the run."""
    table = typed.spec.name
    blank = _blank(typed)
    at = np.setdiff1d(rows_of(typed, rule), blank)
    reason = trial.cleaning.tables[table].excluded.get(rule)
    if reason:
        losses.decisions.append(Decision(table, None, "excluded", len(at), f"{rule}: {reason}"))
    if not len(at):
        return
    rows = typed.raw.num_rows - len(blank)
    text = f"{len(at)} of {rows} rows {why(rule, len(at))}"
    if rule == UNKNOWN:
        text += f" (subjects: {len(_unknown(typed, at))})"
    misread = rule == "key_missing" and _misread(trial, typed)
    if (misread or len(at) > STOPS * rows) and not reason:
        hints = _hints(trial, typed, people, rule, at, trial.shows_values)
        found = "; ".join([text, *hints, lines_told(typed, at)])
        losses.problems.found.append(_too_many(trial, typed, rule, found, misread))
        return
    hints = [f"Left out as declared: {reason}"]
    if not reason:
        hints = _hints(trial, typed, people, rule, at, None)
    text += f" ({lines_alone(typed, at)}{_of_key(typed, rule)})"
    hints = [*_by_arm(typed, arms, at), *hints] if rule == "key_missing" else hints
    kind = "unknown_subjects" if rule == UNKNOWN else "rows_without_key"
    losses.warnings.append(RedLine(kind, table, None, sentences(f"Table {table}: {text}", hints)))


def _by_arm(typed: Typed, arms: Arms, at: np.ndarray) -> list[str]:
    """Of each arm how many of its rows are among some that are lost."""
    gone = np.zeros(typed.raw.num_rows, dtype=bool)
    gone[at] = True
    told = told_by_arm(arms.rows(typed), gone, np.ones_like(gone))
    return [told] if told else []


def why(rule: str, n: int) -> str:
    """What is wrong with `n` rows or subjects of a rule."""
    words = WHY[rule]
    return words.replace("are", "is", 1).replace("have", "has", 1) if n == 1 else words


def _of_key(typed: Typed, rule: str) -> str:
    """The columns of the key that have no usable value, for rows without a usable key."""
    reasons = [
        finding.reason
        for finding in typed.log.findings
        if finding.rule == rule and len(finding.positions)
    ]
    columns = [name for name in typed.spec.key_ if any(r.endswith(f" {name}") for r in reasons)]
    return f"; column {', '.join(columns)}" if rule == "key_missing" else ""


def _misread(trial: Trial, typed: Typed) -> bool:
    """Whether a column of dates in the key was read in an order that another fits better."""
    spec = typed.spec
    variables = trial.dictionary[spec.name]
    dates = [name for name in spec.key_ if name in variables and variables[name].kind == "date"]
    return any(
        orders(Wanted(variables[name], spelling_of(trial, spec, name)), typed.text(name)).better
        for name in dates
    )


def _blank(typed: Typed) -> np.ndarray:
    """Rows that hold nothing at all: nobody misses them."""
    at = np.union1d(rows_of(typed, "subject_missing"), rows_of(typed, "key_missing"))
    return at[blank_rows(typed.raw, at)]


def _too_many(trial: Trial, typed: Typed, rule: str, text: str, misread: bool) -> Problem:
    table = typed.spec.name
    way = f"or leave the rows out with the reason in cleaning.yaml: tables.{table}.exclude.{rule}"
    mend = "mend the export, or dictionary.csv and the key in trial.yaml"
    if rule == UNKNOWN:
        mend += f"; or name the column of the patients, tables.{table}.subject in trial.yaml"
    return Problem(
        f"{trial.name}: table {table}",
        "rows cannot be used that the table would be wrong without",
        found=text,
        expected=BETTER if misread else AT_MOST,
        do=f"{mend}; {way}",
    )


def _hints(
    trial: Trial, typed: Typed, people: People, rule: str, at: np.ndarray, show: bool | None
) -> list[str]:
    """What would make the rows usable; what they hold too unless `show` is None.

    Of the columns of a key those are looked at that have no usable value.
    """
    if rule == UNKNOWN:
        return as_known(_unknown(typed, at), people.roster.accepted.to_pylist())
    spec = typed.spec
    columns = [spec.subject] if rule == "subject_missing" else list(spec.key_)
    hints = []
    for column in columns:
        if column not in PLACE:
            wanted = Wanted(trial.dictionary[spec.name][column], spelling_of(trial, spec, column))
            text = typed.text(column)
            bad = at[typed.column(column).take(at).is_null().to_numpy(zero_copy_only=False)]
            said = fits(wanted, text, bad) if len(bad) else []
            if show is not None and len(bad):
                said = seen(wanted, text, bad, show) + said
            hints += [f"column {column}: {one}" for one in said]
    return hints


def _unknown(typed: Typed, at: np.ndarray) -> list[str]:
    return pc.unique(typed.subject.take(pa.array(at))).to_pylist()


def rows_of(typed: Typed, rule: str) -> np.ndarray:
    """The rows that a rule rejects."""
    rows = [
        finding.positions
        for finding in typed.log.findings
        if finding.level == ROW and finding.rule == rule
    ]
    return np.sort(np.concatenate(rows)) if rows else np.array([], dtype=np.int64)


def subject_losses(trial: Trial, typed: Typed, people: People, losses: Losses) -> None:
    """Add the subjects of the export who are not used: declared with a reason, or a mistake."""
    table = typed.spec.name
    rules = trial.cleaning.tables[table]
    declared = rules.excluded
    if rules.conflict.reason:
        declared[CONFLICT] = rules.conflict.reason
    for one in people.lost:
        reason = declared.get(one.rule)
        if reason is None:
            # Rows that share a key and differ are told by themselves.
            if one.rule != CONFLICT:
                losses.problems.found.append(_vanished(trial, typed, people, one))
            continue
        if one.rule != CONFLICT:
            losses.decisions.append(
                Decision(table, None, "excluded", one.n, f"{one.rule}: {reason}")
            )
        verb = "is" if one.n == 1 else "are"
        text = f"{one.n} of {people.in_export} subjects of the export {verb} not used ({one.rule})"
        text = sentences(text, [f"left out as declared: {reason}"])
        losses.warnings.append(RedLine("subjects_excluded", table, None, text))


def _vanished(trial: Trial, typed: Typed, people: People, lost: Lost) -> Problem:
    table = typed.spec.name
    hints = _hints(trial, typed, people, lost.rule, rows_of(typed, lost.rule), trial.shows_values)
    text = f"{lost.n} of {people.in_export} subjects, whose rows {WHY[lost.rule]}"
    way = f"or leave them out with the reason in cleaning.yaml: tables.{table}.exclude.{lost.rule}"
    return Problem(
        f"{trial.name}: table {table}",
        "subjects of the export would vanish: no row of theirs can be used",
        found="; ".join([text, *hints, lines_told(typed, lost.rows)]),
        expected="every subject of the export, or a reason why not",
        do=f"mend the export, or dictionary.csv; {way}",
    )


def without_arm(typed: Typed, arm: str, people: People, losses: Losses) -> None:
    """Subjects whose arm, in a column of a table, is an empty cell, or who have no row there: no
    comparison has them. A code says that it is meant."""
    cells = stripped(typed.raw[arm], ()).take(pa.array(typed.kept))
    subject = typed.accepted.subject
    there = pc.unique(subject.filter(pc.is_valid(cells)))
    every = len(people.roster.accepted)
    n = every - len(there)
    if n:
        table = typed.spec.name
        at = typed.kept[~as_mask(pc.is_in(subject, value_set=there))]
        has, are = ("has", "is") if n == 1 else ("have", "are")
        text = f"Table {table}, column {arm}: {n} of {every} subjects {has} no arm and {are} in "
        text += f"no comparison ({lines_alone(typed, at) if len(at) else 'no row'})."
        losses.warnings.append(RedLine("no_arm", table, arm, text))


def look_alikes(typed: Typed, losses: Losses) -> None:
    """Subjects of the table of subjects who may be one, told as pairs, and those whose number is of
    another form than the others', all by their lines."""
    subject, table = typed.subject.dictionary_encode(), typed.spec.name
    names = subject.dictionary.to_pylist()
    found = pairs(names)
    odd = [name for name in of_another_form(names) if not any(name in pair for pair in found)]
    codes = pc.fill_null(subject.indices, -1).to_numpy(zero_copy_only=False)
    line = typed.raw["source_row"].to_numpy()
    places = zip(*np.unique(codes, return_index=True), strict=True)
    first = {names[code]: int(line[at]) for code, at in places if code >= 0}
    if odd:
        lines = one_of((first[name] for name in odd), MOST_PAIRS)
        text = f"Table {table}: {len(odd)} of {len(names)} subjects have a number of another form "
        text += f"than the others ({'line' if len(odd) == 1 else 'lines'} {lines}): a row of sums, "
        text += "a title, a number misspelt?"
        losses.warnings.append(RedLine("odd_number", table, None, text))
    if found:
        lines = one_of((f"{first[a]} and {first[b]}" for a, b in found), MOST_PAIRS)
        text = f"Table {table}: {len(found)} pair(s) of subjects look the same but for blanks, "
        text += "capital letters, leading zeros, or characters of another alphabet or that cannot "
        text += f"be seen, and are counted as two: lines {lines}."
        losses.warnings.append(RedLine("look_alike", table, None, text))
