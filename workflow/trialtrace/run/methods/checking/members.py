"""The laws between a result and its members, whose stored conditions are evaluated anew by pandas.

    n of a role      = rows that its condition selects, and by their hash the same rows
    numerator        is a part of what was analysed
    n of a result    = rows or subjects of what was analysed
    denominator      = rows of the denominator
    a plain count    = rows or subjects of its role

A stored condition that selects other rows than were counted is a fault, whoever made it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.errors import Problem, unbalanced
from trialtrace.run.methods.checking.data import Data, surely
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow, present
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Roles = dict[str, "Chosen"]

COMPLETE, LACKING = "complete", "lacking"
# What a plain count counts: its roles, the first that it has, and whether subjects or rows.
COUNTED: dict[str, tuple[tuple[str, ...], bool]] = {
    "count": (("numerator", "analysed"), False),
    "events": (("numerator",), False),
    "missing": (("analysed",), False),
    "occurrences": (("analysed",), False),
    "patients": (("numerator",), True),
    "randomised": (("analysed",), True),
    "assessed": (("analysed",), True),
    "excluded": (("analysed",), True),
    "received": (("analysed",), True),
    "ended": (("analysed",), True),
    "not_received": (("analysed",), True),
    "not_analysed": (("analysed",), True),
    "in_population": (("analysed",), True),
    "analysed": (("analysed",), True),
}
# Counts of some among `n_used`, who are not all members.
OF_OTHERS = ("missing.descriptive", "occurrences.count")
# Their denominator counts assumptions that were tried, not rows.
OF_ASSUMPTIONS = ("tipped",)
# Their n is that of two arms of the members, which are of all arms.
OF_A_PAIR = ("multiple_imputation",)


@dataclass(frozen=True)
class Chosen:
    """Rows of a data set by their places in it, and their subjects by their places in ADSL."""

    dataset: str
    rows: np.ndarray
    subjects: np.ndarray
    sha256: str

    @property
    def n(self) -> int:
        return len(self.rows)

    def within(self, other: "Chosen") -> bool:
        """Whether all of it lies in `other`; of two data sets the subjects are compared."""
        if self.dataset == other.dataset:
            return bool(np.isin(self.rows, other.rows).all())
        return bool(np.isin(self.subjects, other.subjects).all())


class Members:
    """The rows that conditions select; each condition is evaluated once."""

    def __init__(self, data: Data):
        self.data = data

    def chosen(self, dataset: str, predicate: str) -> Chosen:
        key = ("members", dataset, predicate)
        return self.data.once(key, lambda: self._chosen(dataset, json.loads(predicate)))

    def _chosen(self, dataset: str, condition: Row) -> Chosen:
        complete, lacking = condition.pop(COMPLETE, None), condition.pop(LACKING, ())
        part, place = self._part(dataset, condition)
        met = np.ones(len(part), dtype=bool)
        for name, test in condition.items():
            key = ("met", place, name, json.dumps(test, sort_keys=True))
            met &= self.data.once(key, partial(_met, name, test, part))
        if complete is not None:
            met = _complete(part, met, complete)
        rows = part.index.to_numpy()[met]
        ids, rank, subject = self._identity(dataset)
        for other in lacking:
            theirs = self.chosen(other["dataset"], json.dumps(other["where"], sort_keys=True))
            rows = rows[~np.isin(subject[rows], theirs.subjects)]
        digest = hashlib.sha256("\n".join(ids[np.sort(rank[rows])]).encode()).hexdigest()
        # One place more is for a subject that ADSL lacks (-1).
        there = np.zeros(len(self.data.adsl) + 1, dtype=bool)
        there[subject[rows]] = True
        return Chosen(dataset, rows, np.flatnonzero(there), digest)

    def _part(self, dataset: str, condition: Row) -> tuple["pd.DataFrame", tuple[str, ...]]:
        """The data set, or the records of the one parameter that a condition names."""
        code = condition.get("PARAMCD")
        for name, endpoint in self.data.trial.endpoints.items():
            if code == {"is": endpoint.code} and dataset in ("bds", "adtte"):
                del condition["PARAMCD"]
                return self.data.of_endpoint(name), (dataset, name)
        return self.table(dataset), (dataset,)

    def table(self, dataset: str) -> "pd.DataFrame":
        """A data set, with the columns of its subjects."""
        if dataset != "occds":
            return getattr(self.data, dataset)
        return self.data.once(("occds", "subjects"), self._occurrences)

    def _occurrences(self) -> "pd.DataFrame":
        own = self.data.occds
        lacking = [name for name in self.data.adsl.columns if name not in own.columns]
        return own.merge(self.data.adsl[["USUBJID", *lacking]], on="USUBJID", how="left")

    def _identity(self, dataset: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """USUBJID/ASEQ of all rows in order, the place of each row there, and that of its subject
        in ADSL."""

        def make() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            table = self.table(dataset)
            number = table["ASEQ"].astype(str) if "ASEQ" in table.columns else "0"
            ids = (table["USUBJID"] + "/" + number).to_numpy(dtype=object)
            order = np.argsort(ids, kind="stable")
            rank = np.empty(len(ids), dtype=np.int64)
            rank[order] = np.arange(len(ids))
            subjects = self.data.adsl.set_index("USUBJID").index
            return ids[order], rank, subjects.get_indexer(table["USUBJID"])

        return self.data.once(("identity", dataset), make)


def _met(name: str, test: Any, table: "pd.DataFrame") -> np.ndarray:
    return surely({name: test}, table).to_numpy()


def _complete(table: "pd.DataFrame", met: np.ndarray, complete: dict[str, list[Any]]) -> np.ndarray:
    """Of the rows met, those of subjects with a value at every one of the places named."""
    wanted = met & table["AVAL"].notna().to_numpy()
    for name, values in complete.items():
        wanted &= table[name].isin(values).to_numpy()
    rows = table.loc[wanted, ["USUBJID", *complete]]
    places = rows.drop_duplicates().groupby("USUBJID").size()
    whole = places.index[places == prod(len(set(values)) for values in complete.values())]
    return wanted & table["USUBJID"].isin(whole).to_numpy()


def members_balance(
    data: Data, results: list[ResultRow], members: list[MemberRow]
) -> Iterator[Problem]:
    """What does not add up between results and the rows behind them."""
    evaluated = Members(data)
    roles: dict[str, Roles] = {row["result_id"]: {} for row in results}
    for row in members:
        place = f"result {row['result_id']}, role {row['role']}"
        if row["result_id"] not in roles:
            yield unbalanced(place, "members of a result that is not there")
            continue
        try:
            chosen = evaluated.chosen(row["dataset"], row["predicate"])
        except (AttributeError, LookupError, TypeError, ValueError):
            yield unbalanced(place, "a stored condition that cannot be evaluated")
            continue
        roles[row["result_id"]][row["role"]] = chosen
        if (row["n"], row["sha256"]) != (chosen.n, chosen.sha256):
            selected = f"{chosen.n} {'other ' if row['n'] == chosen.n else ''}rows"
            text = f"{row['n']} rows stored, {selected} selected from {row['dataset']}"
            yield unbalanced(place, text, "the members are not what their condition selects")
    for result in results:
        for message in told(result, roles[result["result_id"]]):
            yield unbalanced(f"result {result['result_id']}", message)


def told(row: ResultRow, roles: Roles) -> Iterator[str]:
    """What does not add up in one result, as sentences."""
    whole = roles.get("denominator") or roles.get("analysed")
    if whole is None and row["analysis_id"] == PLANNING and row["n_used"] is None:
        return
    if whole is None:
        yield "no members that were analysed"
        return
    data = roles.get("numerator")
    if data is not None and not data.within(roles.get("analysed") or whole):
        yield "a numerator with rows that are not among those analysed"
    if row["denominator"] not in (None, whole.n) and row["stat_name"] not in OF_ASSUMPTIONS:
        yield f"a denominator of {row['denominator']}, with {whole.n} rows behind it"
    if row["n_used"] is not None and not _n_holds(row, whole, roles):
        behind = f"{whole.n} rows of {len(whole.subjects)} subjects"
        yield f"n = {row['n_used']}, with {behind} behind it"
    yield from _count(row, roles)


def _n_holds(row: ResultRow, whole: Chosen, roles: Roles) -> bool:
    n = present(row["n_used"])
    if row["method"] in OF_OTHERS:
        return n >= len(whole.subjects)
    if row["method"].endswith(OF_A_PAIR):
        return n <= whole.n
    if "with" in roles:
        return n <= min(whole.n, roles["with"].n)
    return n in (whole.n, len(whole.subjects))


def _count(row: ResultRow, roles: Roles) -> Iterator[str]:
    names, of_subjects = COUNTED.get(row["stat_name"], ((), False))
    role = next((roles[name] for name in names if name in roles), None)
    if role is None or row["stat_value"] is None:
        return
    n, what = (len(role.subjects), "subjects") if of_subjects else (role.n, "rows")
    if row["stat_value"] != n:
        yield f"a count of {row['stat_value']:g}, with {n} {what} behind it"
