"""What a reader must know before any result: who is not in the analysis, what cleaning warns of.

These sentences stand on page 1 of a report, are counted on the first page of the site, and end a
run. They hold counts and configured words only.
"""

from collections.abc import Iterable, Sequence

from trialtrace.run.cleaning.account import NOT_RED, Account, RedLine
from trialtrace.run.tables.contracts.rows import ResultRow

# Warnings of one rule each, which `excluded_line` draws together.
SUBJECTS_EXCLUDED = "subjects_excluded"
# Of rows whose loss cleaning.yaml may declare, with a reason that ends the sentence.
OF_ROWS = {"unknown_subjects", "rows_without_key"}
# Counts empty cells of the arm; where ADSL is there, who has no arm in it is counted instead.
NO_ARM = "no_arm"


def red_lines(
    account: Account,
    without_arm: int | None = None,
    not_estimable: Iterable[str] = (),
    of_endpoints: Iterable[RedLine] = (),
    of_estimates: Iterable[str] = (),
) -> list[str]:
    """One sentence each, on one line.

    `without_arm` subjects of ADSL have no arm, nor a reason; None where that is not known.
    `not_estimable` are the sentences of primary analyses without a result,
    `of_endpoints` what these cannot use, `of_estimates` whom these lack.
    """
    covered = {SUBJECTS_EXCLUDED} if without_arm is None else {SUBJECTS_EXCLUDED, NO_ARM}
    lines = [*not_estimable, *of_estimates, *excluded_line(account)]
    lines += without_arm_line(without_arm or 0)
    lines += [warning.text for warning in account.warnings if warning.kind not in covered]
    lines += [endpoint.text for endpoint in of_endpoints]
    return [" ".join(text.split()) for text in lines]


def declared_lines(account: Account, of_endpoints: Iterable[RedLine] = ()) -> list[str]:
    """The sentences on rows that are left out, and on columns that are known, for a reason which
    cleaning.yaml gives: they are told on page 1, and warn of nothing that nobody has looked at."""
    reasons = [
        (decision.table, decision.reason.partition(": ")[2].rstrip("."))
        for decision in account.decisions
        if decision.what == "excluded"
    ]
    declared = [
        warning.text
        for warning in account.warnings
        if warning.kind in OF_ROWS
        and any(
            table == warning.table and reason and warning.text.rstrip(".").endswith(reason)
            for table, reason in reasons
        )
    ]
    lines = (*account.warnings, *of_endpoints)
    declared += [line.text for line in lines if line.kind in NOT_RED]
    return [" ".join(text.split()) for text in declared]


def excluded_line(account: Account) -> list[str]:
    """One sentence if a subject of the export is in no analysis, else nothing."""
    n = not_used(account)
    if not n:
        return []
    why = "; ".join(f"{one.n} for {reason_words(one.reason)}" for one in account.subjects.excluded)
    many = "subject in the export is" if n == 1 else "subjects in the export are"
    return [f"{n} {many} not in the analysis: {why}."]


def without_arm_line(n: int) -> list[str]:
    """One sentence if a subject is in no comparison of arms, else nothing."""
    many = "subject has" if n == 1 else "subjects have"
    return [f"{n} {many} no arm in the data: not counted as randomised."] if n else []


def not_estimable_line(label: str, rows: Sequence[ResultRow]) -> list[str]:
    """One sentence if statistics of a primary analysis have no value, with the first reason."""
    failed = [row["error"] for row in rows if row["error"]]
    if not failed:
        return []
    why = failed[0].rstrip(".")
    return [
        f"Primary analysis, {label}: {len(failed)} of {len(rows)} numbers not estimable: {why}."
    ]


def not_used(account: Account) -> int:
    """Subjects of the export that cleaning excluded."""
    return sum(one.n for one in account.subjects.excluded)


def reason_words(reason: str) -> str:
    """ "duplicate_key: both are wrong." as "duplicate key (both are wrong)"."""
    rule, _, why = reason.partition(": ")
    return rule.replace("_", " ") + (f" ({why.rstrip('.')})" if why else "")
