"""The last lines of a run: what came of the export of each trial, and what to know before reading.

Read from the account of cleaning, whether or not a later stage has run.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from trialtrace.base.errors import UserError, visible
from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet
from trialtrace.report.audit.estimate_losses import estimate_losses
from trialtrace.report.audit.red_lines import red_lines
from trialtrace.run.cleaning.account import (
    IN_LAST_LINES,
    NOT_RED,
    WITH_ROW,
    Account,
    TableCount,
    read_account,
)
from trialtrace.run.cleaning.rejects import FLAG
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.jobs.stages import ANALYSE
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.tables.contracts.rows import MemberRow
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.plan.no_pingouin import PINGOUIN, without_check
from trialtrace.run.trial.plan.remarks import MARK

RULES_SHOWN = 6


def closing_lines(
    folder: Path, trial: str, stages: Container[str] = (), at: Project | None = None
) -> list[str]:
    """One line on a trial whose results lie in `folder`, then one line for each red line.

    A trial without an account has one line that says that it is not cleaned. Of `stages` beyond
    cleaning, those that stand, what endpoints could not use and plans not estimate is added;
    `at` is the project of the run.
    """
    try:
        account = read_account(Path(folder) / "clean")
        lines = [
            *account_lines(account, load_trial(trial, at) if at else None),
            *_lost_by_endpoints(folder, stages),
        ]
        lines[0] += _of_endpoints(folder, stages) + _of_results(folder, stages)
        lines += [*_lost_by_estimates(folder, trial, stages, at)]
        lines += _without_check(folder, trial, stages, at)
    except (OSError, UserError):
        lines = ["not cleaned: there is no account of its rows"]
    return [visible(text) for text in (f"{trial}: {lines[0]}", *lines[1:])]


def account_lines(account: Account, trial: Trial | None = None) -> list[str]:
    """What came of an export, then a line for each red line; rows that several tables of a `trial`
    have of one file are counted once."""
    tables = trial.tables.items() if trial else ()
    return [
        _summary(account, {name: spec.of for name, spec in tables}),
        *(f"{MARK}{text}" for text in red_lines(account)),
    ]


def _summary(account: Account, raw: Mapping[str, str]) -> str:
    """Subjects, rows and cells: in, kept, rejected and flagged by rule; cells are of kept rows.
    `raw` are the raw tables of tables: of those that have all rows of one the one that keeps most
    is counted."""
    who, tables = account.subjects, account.tables.values()
    cells = _rejected(table.cells_rejected for table in tables)
    del cells[WITH_ROW]
    chosen = {selection.table for selection in account.selections}
    whole = {name: raw[name] for name in account.tables if name in raw and name not in chosen}
    files: dict[str, TableCount] = {}
    for name, one in account.tables.items():
        of = whole.get(name, f"{name} ")
        files[of] = max((one, files.get(of, one)), key=lambda each: each.rows_kept)
    rows = _rejected(table.rows_rejected for table in files.values())
    rows_kept = sum(each.rows_kept for each in files.values())
    rows_in = sum(each.rows_in for each in files.values())
    text = f"{_n(who.kept)} of {_n(who.in_export)} subjects, {_n(rows_kept)} of {_n(rows_in)} rows"
    text += f" (rejected: {_by_rule(rows)})" if rows else ""
    unused = sum(selection.left_out + selection.undecided for selection in account.selections)
    text += f", {_n(unused)} more left out by where" if unused else ""
    text += f", {_n(sum(table.cells_in for table in tables))} cells: "
    text += f"{_n(cells.total())} rejected ({_by_rule(cells)})" if cells else "none rejected"
    flags = _rejected(table.cells_flagged for table in tables)
    return text + (f", {_n(flags.total())} flagged ({_by_rule(flags)})" if flags else "")


def _of_endpoints(folder: Path, stages: Container[str]) -> str:
    """Cells that endpoints could not use, by rule; and those that they use and list."""
    if "derive_datasets" not in stages:
        return ""
    listed = read_parquet(Path(folder) / "derived" / "rejects.parquet", ["rule", "severity"])
    unused, used = Counter[str](), Counter[str]()
    for row in listed.to_pylist():
        (used if row["severity"] == FLAG else unused)[row["rule"]] += 1
    text = f", {_n(unused.total())} not usable by endpoints ({_by_rule(unused)})" if unused else ""
    return text + (f", {_n(used.total())} used and listed ({_by_rule(used)})" if used else "")


def _lost_by_endpoints(folder: Path, stages: Container[str]) -> list[str]:
    """A line for each red line of endpoints, then for what else is to be looked at in them."""
    if "derive_datasets" not in stages:
        return []
    losses = read_losses(Path(folder) / "derived")
    lines = (*losses.warnings, *losses.notes)
    return [f"{MARK}{line.text}" for line in lines if line.kind not in NOT_RED - IN_LAST_LINES]


def _lost_by_estimates(
    folder: Path, trial: str, stages: Container[str], at: Project | None
) -> Iterator[str]:
    """A line for each primary estimate that lacks more than a few of those randomised."""
    if ANALYSE not in stages:
        return
    of = Path(folder) / "analysis"
    results = read_table(of / "results.parquet", RESULTS).to_pylist()
    members: dict[str, list[MemberRow]] = {}
    for row in read_table(of / "members.parquet", MEMBERS).to_pylist():
        members.setdefault(row["result_id"], []).append(row)
    frames = Frames(Path(folder) / "derived")
    for text in estimate_losses(load_trial(trial, at), frames, results, members):
        yield f"{MARK}{text}"


def _of_results(folder: Path, stages: Container[str]) -> str:
    """Statistics without a value."""
    if ANALYSE not in stages:
        return ""
    errors = read_parquet(Path(folder) / "analysis" / "results.parquet", ["error"])["error"]
    failed = len(errors) - errors.null_count
    return f", {_n(failed)} of {_n(len(errors))} results not estimable" if failed else ""


def _without_check(
    folder: Path, trial: str, stages: Container[str], at: Project | None
) -> list[str]:
    """That results are not recomputed for want of a package, where one is not installed."""
    if ANALYSE not in stages or find_spec(PINGOUIN) is not None:
        return []
    of = Path(folder) / "analysis"
    results = read_parquet(of / "results.parquet", ["result_id", "analysis_id"]).to_pylist()
    checked = read_parquet(of / "checks.parquet", ["result_id"])["result_id"].to_pylist()
    ids = [(row["result_id"], row["analysis_id"]) for row in results]
    missing = without_check(load_trial(trial, at), ids, set(checked))
    return [f"{MARK}{missing}"] if missing else []


def _rejected(tables: Iterable[Mapping[str, int]]) -> Counter[str]:
    return sum((Counter(table) for table in tables), Counter())


def _by_rule(counts: Counter[str]) -> str:
    """The rules that rejected most, with their counts; how many more there are."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{rule} {_n(n)}" for rule, n in ordered[:RULES_SHOWN]]
    more = len(ordered) - len(shown)
    if more:
        shown.append(f"by {more} more rule{'s' if more > 1 else ''}")
    return ", ".join(shown)


def _n(number: int) -> str:
    """19843 as 19 843."""
    return f"{number:,}".replace(",", " ")
