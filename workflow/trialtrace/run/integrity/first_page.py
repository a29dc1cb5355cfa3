"""Looks that a reader meets first: of rows alone, without an outcome by arm.

They are made where the endpoints are derived, so that it is known which columns are used. What is
unusual among them is a red line: on page 1 of the report, and in the last lines of a run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from trialtrace.run.cleaning.account import CONTRADICTION, KNOWN, RedLine, run_text
from trialtrace.run.integrity import declared
from trialtrace.run.integrity.export import Export, without_copies
from trialtrace.run.integrity.look import CERTAIN, PAGE_LEVEL, Judged, Look, judged
from trialtrace.run.integrity.read import read_export
from trialtrace.run.integrity.records import same_patients
from trialtrace.run.integrity.registry import CHECKS, OF_ROWS, WEIGHTS, look_at
from trialtrace.run.trial.load import Trial

# A table and column -> the endpoints made of it, or the reason why a look at it is known.
Uses = dict[tuple[str, str], list[str]]
Reasons = Mapping[tuple[str, str], str]
LEAST_P, RUNS_SHOWN, NAMES_SHOWN = 0.0001, 8, 4
# So many pairs that are the same are expected where they are told.
LIKELY = 0.05


def looks_at_rows(
    trial: Trial, clean_dir: Path, uses: Uses
) -> tuple[tuple[Look, ...], tuple[RedLine, ...]]:
    """Every look of the checks that need no arm, and a red line for each that is unusual."""
    used = {(origin.table, origin.column) for origin in trial.subjects.origins.values()}
    taken = frozenset({*uses, *used})
    whole = read_export(trial, clean_dir)
    sheets = tuple(without_copies(sheet, taken) for sheet in whole.sheets)
    export = replace(whole, sheets=sheets, used=taken, outcomes=frozenset(uses))
    looks = tuple(look_at(export, OF_ROWS))
    known = {
        (name, column): reason
        for name, table in trial.cleaning.tables.items()
        for column, reason in table.known.items()
    }
    every = judged(looks, WEIGHTS)
    told = any(one.look.check == "records" and one.adjusted < PAGE_LEVEL for one in every)
    lines = [*red_lines_of(every, uses, known), *remark_lines(every, known)]
    lines += declared.lines(trial, export)
    return looks, (*lines, *(() if told else same_line(export)))


def remark_lines(looks: Iterable[Judged], known: Reasons) -> Iterator[RedLine]:
    """A line for each remark on rows that chance may well give, such as dates out of order: no
    warning, and each is to be looked at."""
    few: dict[str, list[Look]] = {}
    of = [one.look for one in looks if one.look.remark and one.adjusted >= PAGE_LEVEL]
    for look in of:
        if look.rows and _known_cause(look, of, known) is None:
            few.setdefault(look.remark, []).append(look)
    for remark, every in few.items():
        lines = [f"{look.where}: {look.told} (rows {_rows(look)})" for look in every[:NAMES_SHOWN]]
        lines += [f"{len(every) - NAMES_SHOWN} more"] if len(every) > NAMES_SHOWN else []
        table = every[0].where.partition(".")[0]
        kind = CONTRADICTION if remark in CERTAIN else "remark"
        yield RedLine(kind, table, None, f"{remark}: {'; '.join(lines)}.")


def same_line(export: Export) -> tuple[RedLine, ...]:
    """A line on patients who are equal in every column though few would be by chance, which is no
    warning: a patient twice, under two numbers, or two who are alike."""
    found = same_patients(export, LIKELY)
    if found is None:
        return ()
    pairs = "1 pair of patients is" if found.pairs == 1 else f"{found.pairs} pairs of patients are"
    of = f" of table {found.table}" if found.table else ""
    text = f"{pairs} equal in all {found.columns} columns{of} but their number"
    text += f" (rows {_runs(found.rows)}"
    due = f"{found.due:.2g}" if found.due > LEAST_P else f"fewer than {LEAST_P}"
    text += f"): one patient twice? Columns that are independent give {due} such pairs."
    return (RedLine("same_patients", export.subjects, None, text),)


def red_lines_of(
    looks: Iterable[Judged], uses: Uses, known: Reasons | None = None
) -> Iterator[RedLine]:
    """A line a column in which a check has its most unusual look: what each such check found, and
    where its others are; then one for each column whose looks are `known`, which says so."""
    every = list(looks)
    found: dict[str, list[Look]] = {}
    silenced: dict[tuple[str, str], list[str]] = {at: [] for at in known or {}}
    red = [one.look for one in every if one.adjusted < PAGE_LEVEL]
    for look in red:
        cause = _known_cause(look, red, silenced)
        if cause is None:
            found.setdefault(look.check, []).append(look)
        else:
            at = "" if look.where == ".".join(cause) else f"{look.where}, "
            silenced[cause].append(f"{at}{CHECKS[look.check].title}: {look.told}")
    chance = {one.look: one.adjusted for one in every}
    places: dict[str, list[Look]] = {}
    for of_check in found.values():
        look = _first_of(of_check, uses)
        places.setdefault(look.where, []).append(look)
    for where, firsts in places.items():
        table, _, column = where.partition(".")
        sentences = []
        for look in firsts:
            text = f"{CHECKS[look.check].title.lower()}: {look.told}, which has p "
            text += f"{_p(chance[look])} by chance among {len(every)} looks without arms"
            sentences.append(text + (f"; rows {_rows(look)}." if look.rows else "."))
        text = f"Unusual rows, {where}: {' And '.join(sentences)} {_use(where, uses)}"
        others = (one.where for look in firsts for one in found[look.check])
        if also := [at for at in dict.fromkeys(others) if at != where]:
            more = f" and {len(also) - NAMES_SHOWN} more" if len(also) > NAMES_SHOWN else ""
            text += f" So are {', '.join(also[:NAMES_SHOWN])}{more}."
        yield RedLine("unusual_rows", table, column or None, text)
    for (table, column), reason in (known or {}).items():
        told = "; ".join(silenced[table, column]) or "nothing that would be red"
        text = f"Known of {table}.{column}, and not red: {told}. The reason given: {reason}"
        yield RedLine(KNOWN, table, column, text if text.endswith(".") else f"{text}.")


def _known_cause(
    look: Look, red: Iterable[Look], known: Iterable[tuple[str, str]]
) -> tuple[str, str] | None:
    """The column whose declaration explains a look: its own, else that of a look of the same check
    at the same rows, which has the same cause."""
    table = look.where.partition(".")[0]
    same = {
        other.where
        for other in red
        if look.rows and (other.check, other.rows) == (look.check, look.rows)
    }
    where = [look.where, *sorted(same)]
    return next((at for at in known if at[0] == table and ".".join(at) in where), None)


def _first_of(looks: list[Look], uses: Uses) -> Look:
    """The most unusual look; of those at the same rows of a table one that an endpoint uses."""
    first = looks[0]
    same = [
        look
        for look in looks
        if (look.where.partition(".")[0], look.rows) == (first.where.partition(".")[0], first.rows)
    ]
    return next((look for look in same if tuple(look.where.split(".")) in uses), first)


def _p(p: float) -> str:
    return f"below {LEAST_P}" if p < LEAST_P else f"of {p:.4f}"


def _rows(look: Look) -> str:
    return _runs(look.rows)


def _runs(rows: tuple[int, ...]) -> str:
    runs = run_text(rows).split(", ")
    return ", ".join(runs if len(runs) <= RUNS_SHOWN else [*runs[:RUNS_SHOWN], "…"])


def _use(where: str, uses: Uses) -> str:
    """Which endpoints use a column, or a table."""
    table, _, column = where.partition(".")
    names = [
        name for at, use in uses.items() if at[0] == table and column in ("", at[1]) for name in use
    ]
    names = list(dict.fromkeys(names))
    if not names:
        return f"No endpoint takes {where} itself."
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"Used by {', '.join(names[:NAMES_SHOWN])}{more}."
