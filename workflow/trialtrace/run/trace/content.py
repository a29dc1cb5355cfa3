"""What a trace says of a number: one object, the same for text, JSON and the trace page."""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.audit.printed.verdicts import COLUMNS, FINDINGS
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.cleaning.account import rejects_summary
from trialtrace.run.tables.contracts import CHECKS, CLAIMS, MEMBERS, RESULTS, Contract, read_table
from trialtrace.run.tables.contracts.rows import (
    CheckRow,
    ClaimRow,
    MemberRow,
    ResultRow,
    present,
    values_of,
)
from trialtrace.run.tables.frames import Frames, Selection, rows_with
from trialtrace.run.tables.manifest import called, files_in
from trialtrace.run.trace.functions import functions_of
from trialtrace.run.trace.put_in import PutIn
from trialtrace.run.trace.raw_rows import RawPart, RawRows, RawValues, named_in, selected
from trialtrace.run.trace.rejected import Rejected
from trialtrace.run.trace.seal import RowHashes
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.styled_rows import as_shown
from trialtrace.run.trace.variables import About, CleaningRules, Variables, heading
from trialtrace.run.trace.words import ADJUSTED, checked, family_of, in_words, members, method, step
from trialtrace.run.trial.constants import Constants, endpoints_behind
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    from trialtrace.audit.ledger.claim import Claim


# A line that counts the events of more arms than these is not read any more.
GROUPS_SHOWN = 6
COUNTED_BY = ("analysis_id", "parameter", "visit", "stratum")


@dataclass(frozen=True)
class Selected:
    """A predicate, its rows, and where these come from."""

    predicate: dict[str, Any]
    where: str
    selection: Selection
    parts: list[RawPart]
    raw: list[dict[str, Any]]


class Tracer:
    """Traces of one trial's results. Tables are read once, when they are first needed."""

    def __init__(
        self,
        trial: Trial,
        results_dir: Path,
        disclosure: str,
        hashes: RowHashes | None = None,
        only: str | None = None,
        *,
        tight: bool = False,
    ):
        """Without `hashes` no row hash is shown where disclosure is not full. With `only` one
        result is traced, and of the tables no more is kept than it needs. With `tight` texts are
        as a report has them: times in years where they are read so, and no space before a percent
        sign."""
        self.trial, self.folder, self.disclosure = trial, Path(results_dir), disclosure
        self._hashes, self._only, self._tight = hashes, only, tight
        self.frames = Frames(self.derived)
        self.about = About(trial, self.frames)
        self.raw = RawRows(self.derived, self.frames)
        self._selected: dict[tuple[str, str, tuple[str, ...]], Selected] = {}
        self._members_of: dict[str, list[dict[str, str]]] = {}
        self._told: dict[tuple[object, ...], list[dict[str, Any]]] = {}
        self._behind: dict[tuple[str | None, ...], tuple[str, ...]] = {}

    @property
    def derived(self) -> Path:
        """Where the derived data lie."""
        return self.folder / "derived"

    @cached_property
    def constants(self) -> Constants:
        """What the rules of the endpoints take as given."""
        return Constants(self.trial)

    @cached_property
    def variables(self) -> Variables:
        """What results are computed of, with its rule."""
        return Variables(self.trial)

    @cached_property
    def rejects(self) -> Rejected:
        """What cleaning or an endpoint did not accept, or flagged."""
        return Rejected(self.trial, self.folder, self.derived, self.frames, self.raw)

    @cached_property
    def put_in(self) -> PutIn:
        """What a synthetic cohort was drawn to."""
        return PutIn(self.trial, self.folder, self.frames, self.raw, self.constants)

    @cached_property
    def set_to_published(self) -> frozenset[str]:
        """The short ids of the results of a synthetic cohort that were set to published numbers."""
        if not self.put_in.margins:
            return frozenset()
        rows = self.results.values()
        return frozenset(short_id(row["result_id"]) for row in rows if self.put_in.is_set(row))

    @cached_property
    def _cleaning(self) -> CleaningRules:
        return CleaningRules(self.trial)

    @cached_property
    def results(self) -> dict[str, ResultRow]:
        """Every result; with `only` those of its analysis, unless it is adjusted with others or
        unknown; in the style of the plan, those in the flow as it calls them."""
        table = read_table(self.folder / "analysis" / "results.parquet", RESULTS)
        if self._only is not None:
            own = rows_with(table, "result_id", self._only)
            if own.num_rows and own["stat_name"][0].as_py() != ADJUSTED:
                table = rows_with(table, "analysis_id", own["analysis_id"][0].as_py())
        rows = as_shown(table.to_pylist(), self.trial.plan, tight=self._tight)
        return {row["result_id"]: row for row in rows}

    @cached_property
    def members(self) -> dict[str, list[MemberRow]]:
        """With `only` those of its analysis: events until a time are of the share beside it."""
        return self._by_result(self.folder / "analysis" / "members.parquet", MEMBERS, self.results)

    @cached_property
    def checks(self) -> dict[str, list[CheckRow]]:
        return self._by_result(self.folder / "analysis" / "checks.parquet", CHECKS)

    @cached_property
    def claims(self) -> dict[str, list[ClaimRow]]:
        return self._by_result(self.folder / "audit" / "claims.parquet", CLAIMS)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        path = self.folder / "raw" / "manifest.json"
        return json.loads(path.read_text(encoding="utf-8"))

    def _by_result(
        self, path: Path, contract: Contract, needed: Iterable[str] | None = None
    ) -> dict[str, list[Any]]:
        grouped: dict[str, list[Any]] = {}
        table = read_table(path, contract)
        if self._only is not None:
            names = [self._only] if needed is None else list(needed)
            table = table.filter(pc.is_in(table["result_id"], pa.array(names, pa.string())))
        for row in table.to_pylist():
            grouped.setdefault(row["result_id"], []).append(row)
        return grouped

    @cached_property
    def _counts(self) -> dict[tuple[object, ...], ResultRow]:
        """Where events are counted: the count by the place of a result and a group."""
        return {
            (*values_of(row, COUNTED_BY), row["group1_level"]): row
            for row in self.results.values()
            if row["method"] in ("count.events", "events.count")
        }

    def trace(self, result_id: str, *, rows: bool = False) -> dict[str, Any]:
        """The trace of a result, with `rows` also every raw cell behind it.

        Raises UserError with the nearest identifiers where there is no such result, and for
        `rows` where disclosure is not full: a cell names its subject.
        """
        row = self.result(result_id)
        if rows:
            self.check_cells()
        made = {
            "result_id": result_id,
            "heading": heading(row),
            "text": row["stat_text"],
            "label": row["stat_label"],
            "subject": self.about.subject(row),
            "value": row["stat_value"],
            "ci_low": row["ci_low"],
            "ci_high": row["ci_high"],
            "ci_level": row["ci_level"],
            "unit": row["unit"],
            "n_used": row["n_used"],
            "denominator": row["denominator"],
            "from": self.counted(row),
            "method": method(row),
            "family": self._family(row),
            "estimand": row["estimand"],
            "population": row["population"],
            "warning": row["warning"],
            "error": row["error"],
            "synthetic": row["synthetic"],
            "stamp": stamp.caption if (stamp := self.trial.at.purpose.stamp) else "",
            "drawn": self.put_in.lines(row),
            "set_to_published": self.put_in.is_set(row),
            "checks": [checked(check) for check in self.checks.get(result_id, [])],
            "constants": self._constants(row),
            "variables": self.variables.behind(row),
            "plan": self._plan(row),
            "functions": functions_of(row["analysis_id"], row["method"]),
            "claims": [self._claim(claim, row) for claim in self.claims.get(result_id, [])],
        }
        return made | self._rows(row, rows)

    def check_cells(self) -> None:
        """Raise UserError where the cells behind a number may not be listed."""
        if self.disclosure != "full":
            raise UserError(
                f"trial {self.trial.name}",
                found=f"disclosure: {self.disclosure}",
                expected="disclosure: full, to list the cells behind a number",
                do="without --rows a trace counts them; --rows --private shows them to you alone",
            )

    def result(self, result_id: str) -> ResultRow:
        """The row of a result. Raises UserError with the nearest identifiers where there is none,
        or with those that begin so where there are several."""
        if result_id in self.results:
            return self.results[result_id]
        begin = [name for name in self.results if re.match(rf"{re.escape(result_id)}[/@;]", name)]
        if len(begin) > 1:
            raise UserError(
                f"result {result_id!r}",
                found=f"{len(begin)} results whose names begin so",
                expected="one of them, whole: " + one_of(begin[:5]),
                do=f"list them all: trialtrace results {self.trial.name}",
            )
        near = difflib.get_close_matches(result_id, self.results, n=5, cutoff=0.4)
        raise UserError(
            f"result {result_id!r}",
            found="no result of this name",
            expected="nearest: " + one_of(near) if near else None,
            do=f"list them all: trialtrace results {self.trial.name}",
        )

    def counted(self, row: ResultRow) -> list[str]:
        """Events of subjects in the arms of a result, where its analysis counts them."""
        return [f"{events} {label}" for events, label, _ in self.counts(row)]

    def counts(self, row: ResultRow) -> list[tuple[str, str, ResultRow]]:
        """The same as events of subjects, the label of the arm, and the result that counts them."""
        arms = self.trial.design.arms
        named = (
            [row["comparison"], row["reference"]] if row["comparison"] else [row["group1_level"]]
        )
        found = []
        for name in named[:GROUPS_SHOWN]:
            counted = self._counts.get((*values_of(row, COUNTED_BY), name))
            if counted is not None:
                label = arms[name].label if name in arms else "all arms"
                number = round(present(counted["stat_value"]))
                total = counted["denominator"]
                if row["group2"] == "time":
                    number, label, counted = self._until(row, number, label, counted)
                found.append((f"{number} of {total}", label, counted))
        return found

    def _until(
        self, row: ResultRow, number: int, label: str, counted: ResultRow
    ) -> tuple[int, str, ResultRow]:
        """The events of an arm until the time of a result, its label with the number at risk then,
        and the result with these events.

        Where the arm has no share of its own at that time they are those of the whole follow-up.
        """
        place = (*values_of(row, COUNTED_BY), counted["group1_level"], row["group2_level"])
        share, at_risk = (self._at_times.get((*place, kind)) for kind in ("share", "at_risk"))
        own = self.members.get(share["result_id"], []) if share else []
        until = [one["n"] for one in own if one["role"] == "numerator"]
        if share is None or not until:
            return number, f"{label} in the whole follow-up", counted
        told = f", {round(present(at_risk['stat_value']))} at risk" if at_risk else ""
        return until[0], f"{label} by then{told}", share

    @cached_property
    def _at_times(self) -> dict[tuple[object, ...], ResultRow]:
        """The share of an arm at a time, and its number at risk, by their place and kind."""
        kinds = {"survival": "share", "incidence": "share", "at_risk": "at_risk"}
        keys = (*COUNTED_BY, "group1_level", "group2_level")
        return {
            (*values_of(row, keys), kinds[row["stat_name"]]): row
            for row in self.results.values()
            if row["group2"] == "time" and row["stat_name"] in kinds and not row["comparison"]
        }

    def _family(self, row: ResultRow) -> list[dict[str, str]]:
        """The p-values that an adjusted p-value was adjusted with, itself among them."""
        name = family_of(row)
        if name is None:
            return []
        if name not in self._members_of:
            self._members_of[name] = [
                {
                    "result_id": result_row["result_id"],
                    "text": heading(result_row),
                    "subject": self.about.subject(result_row),
                }
                for result_row in members(self.trial.plan, self.results, name)
            ]
        return self._members_of[name]

    def _constants(self, row: ResultRow) -> list[dict[str, object]]:
        """What the rules of the endpoints behind a result take as given; an adjusted p-value rests
        on those of its whole family."""
        behind = [*self._endpoints(row)]
        family = (self.results[member["result_id"]] for member in self._family(row))
        behind += [member["parameter"] for member in family if member["parameter"]]
        return [vars(constant) for constant in self.constants.behind(behind)]

    def _endpoints(self, row: ResultRow) -> tuple[str, ...]:
        """Of many results the same; each in its order."""
        place = row["analysis_id"], row["parameter"], row["population"]
        key = (*place, row["options"])
        if key not in self._behind:
            found = endpoints_behind(self.trial, *place, json.loads(row["options"]))
            self._behind[key] = tuple(found)
        return self._behind[key]

    def _claim(self, claim: ClaimRow, row: ResultRow) -> dict[str, Any]:
        keys = ("claim_id", "component", "reading", "quote", "printed", "recomputed_text")
        values: dict[str, Any] = {**claim}
        shown = {key: values[key] for key in (*keys, *COLUMNS, *FINDINGS.values())}
        return shown | {"step": self.step(claim, row)}

    def step(self, claim: ClaimRow, row: ResultRow) -> str:
        """What lies between a result and the number that a claim shows of it, in words."""
        selections = self.declared[claim["claim_id"]].selections
        return step(selections.get(claim["reading"]), claim, row)

    @cached_property
    def declared(self) -> "dict[str, Claim]":
        """The claims as the ledger has them."""
        from trialtrace.run.trial.claims.load import read_claims

        return read_claims(self.trial)

    def _plan(self, row: ResultRow) -> dict[str, str | int]:
        if row["analysis_id"] == PLANNING:
            key = (PLANNING, present(row["parameter"]))
        else:
            planned = row["analysis_id"] in self.trial.plan.analyses
            key = ("analyses" if planned else "displays", row["analysis_id"])
        line = self.trial.lines("plan").get(key, 0)
        return {"file": self._plan_file, "line": line, "key": ".".join(key)}

    @cached_property
    def _plan_file(self) -> str:
        return self.trial.at.shown(self.trial.at.trial_config(self.trial.name) / "plan.yaml")

    def _rows(self, row: ResultRow, rows: bool) -> dict[str, Any]:
        selections = []
        every: set[RawPart] = set()
        for member in self.members.get(row["result_id"], []):
            rows_of = self._select(member["dataset"], member["predicate"], row["options"])
            selection = rows_of.selection
            every.update(rows_of.parts)
            selections.append(
                {
                    "role": member["role"],
                    "dataset": member["dataset"],
                    "where": rows_of.where,
                    "predicate": rows_of.predicate,
                    "n": member["n"],
                    "unchanged": selection.n == member["n"]
                    and selection.sha256 == member["sha256"],
                    "raw": rows_of.raw,
                }
                | self._hash(member, selection)
                | ({"cells": self.cells(selection)} if rows else {})
            )
        parts = frozenset(every)
        return {
            "rows": selections,
            "cleaning": self._cleaning.behind(parts),
            "rejected": self._rejected(row, parts),
        }

    def _hash(self, member: MemberRow, selection: Selection) -> dict[str, str | None]:
        """From a plain hash over identifiers these are found by trying, so it is shown in full
        disclosure only."""
        if self.disclosure == "full":
            return {"sha256": member["sha256"]}
        return {"hmac_sha256": self._hashes.of(selection) if self._hashes else None}

    def _select(self, dataset: str, predicate: str, options: str) -> Selected:
        """What a member list says of its predicate; many results rest on the same rows."""
        key = (dataset, predicate, named_in(options))
        if key not in self._selected:
            where = json.loads(predicate)
            selection = selected(self.frames, dataset, predicate, options)
            parts = self.raw.parts(selection)
            raw = [self._part(record_batch) for record_batch in parts]
            self._selected[key] = Selected(where, in_words(where), selection, parts, raw)
        return self._selected[key]

    def _part(self, part: RawPart) -> dict[str, Any]:
        full, raw_table = self.disclosure == "full", self.trial.tables[part.table].of
        shown = {
            "table": part.table,
            "source_file": part.source_file if full else raw_table,
            "n_lines": len(part.rows),
            "columns": list(part.columns),
            **self.file_hash(self._files.get(part.source_file)),
            "raw_table": raw_table,
        }
        return shown | ({"lines": part.row_text} if full else {})

    def file_hash(self, sha256: str | None) -> dict[str, str | None]:
        """The hash of a source file as it may be shown."""
        if self.disclosure == "full":
            return {"sha256": sha256}
        keyed = self._hashes.of_file(sha256) if self._hashes and sha256 else None
        return {"hmac_sha256": keyed}

    @cached_property
    def pages(self) -> dict[tuple[str, str], str]:
        """The name of the page of each file of a raw table, by both."""
        return called(self.manifest["tables"])

    @cached_property
    def _files(self) -> dict[str, str]:
        """Source file to its hash."""
        files = files_in(self.manifest["tables"])
        return {file["source_file"]: file["file"]["sha256"] for _, file in files}

    def cells(self, selection: Selection) -> list[dict[str, Any]]:
        """Every raw cell behind selected rows, with its value. Under full disclosure only."""
        cells, values = self.raw.cells(selection).to_pylist(), RawValues(self.folder / "raw")
        for cell in cells:
            cell["value"] = values.value(self.trial.tables[cell["table"]].of, cell)
        return cells

    def _rejected(self, row: ResultRow, parts: frozenset[RawPart]) -> list[dict[str, Any]]:
        members = self.members.get(row["result_id"], [])
        places = [(member["dataset"], member["predicate"], row["options"]) for member in members]
        endpoints = frozenset(self.constants.endpoints(self._endpoints(row)))
        key = (parts, endpoints, *places)
        if key not in self._told:
            selections = [self._select(*place).selection for place in places]
            keys = ("severity", "level", "table", "column", "rule", "reason", "count")
            found = self.rejects.behind(selections, parts, endpoints)
            self._told[key] = [
                {key: getattr(group, key) for key in keys} | {"lines": group.row_text}
                for group in rejects_summary(found, self.disclosure)
            ]
        return self._told[key]
