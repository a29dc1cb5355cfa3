"""The audit stage: every printed number of a ledger beside the same number from the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.printed.agreement import (
    DIFFERS,
    compare,
    decide_interval,
    decide_p,
    decide_sign,
    decimal,
    null_value,
)
from trialtrace.audit.printed.expression import Component, unread
from trialtrace.audit.printed.sentences import house
from trialtrace.audit.printed.verdicts import EQUALS, NO_RESULT, NOT_TIED, SYNTHETIC
from trialtrace.base.errors import UserError
from trialtrace.base.store import write_json
from trialtrace.base.words import NUMBER_NEEDED, RATIOS
from trialtrace.run.claims.convert import convert, factor_between, falls, scale_of, scaled
from trialtrace.run.claims.direction import judge_direction, judge_significance, standard_error
from trialtrace.run.claims.finding import sentence
from trialtrace.run.claims.select import one, statistics_of, without_result
from trialtrace.run.tables.contracts import CLAIMS, RESULTS, from_rows, read_table, write_table
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.load import Trial

PRINT = "print.json"
ERROR_OF_RATIO = "it is not said whether the standard error is of the ratio or of its logarithm"
_MISSING = {
    "ci_low": "the result has no interval",
    "ci_high": "the result has no interval",
    "se": "the interval of this method is no number of standard errors, or one whose degrees of "
    "freedom are no result",
}


def audit_claims(trial: Trial, derived_dir: Path, analysis_dir: Path, out_file: Path) -> None:
    """Write the claims table, and print.json beside it: the findings on print and the searches.

    A claim that no single result answers is told as such; the others are audited all the same.
    """
    # What is on print takes long to load, and a check before a run needs none of it.
    from trialtrace.audit.files.make import ledger
    from trialtrace.audit.registration import rows as registration
    from trialtrace.audit.registration.registration import held
    from trialtrace.audit.verdicts.audit import as_json, audit_ledger
    from trialtrace.run.claims.finding import with_print

    results = read_table(Path(analysis_dir) / "results.parquet", RESULTS).to_pylist()
    claims = read_claims(trial)
    rows, over_data = audit_rows(trial, claims, results), []
    if not trial.synthetic and any(row["against_data"] == DIFFERS for row in rows):
        from trialtrace.run.claims.search.bundles import search_rows
        from trialtrace.run.claims.search.matches import note_searches, search_as_json
        from trialtrace.run.tables.frames import Frames

        searches = search_rows(trial, claims, Frames(derived_dir), results, rows)
        note_searches(rows, searches)
        over_data = [search_as_json(searched) for searched in searches]
    whole = ledger(trial.claims_document, claims)
    printed = audit_ledger(whole)
    rows = with_print(rows, printed)
    write_table(Path(out_file), from_rows(rows, CLAIMS), CLAIMS, synthetic=trial.synthetic)
    found = as_json(printed, CLAIMS.names, registration.as_json(held(whole)))
    del found["claims"]
    about = {
        "title": trial.title,
        "synthetic": trial.synthetic,
        "rests_on": "printed numbers alone",
        "searches_over_data": over_data,
    }
    write_json(Path(out_file).with_name(PRINT), about | found)


def audit_rows(
    trial: Trial, claims: Mapping[str, Claim], results: list[ResultRow]
) -> list[dict[str, Any]]:
    """The rows of the claims table: a row a component, in the order of the ledger."""
    rows: list[dict[str, Any]] = []
    file = trial.at.shown(trial.at.trial_config(trial.name) / "claims.yaml")
    for claim in claims.values():
        place = f"{file}: claims.{claim.name}"
        for reading, alone in by_reading(claim).items():
            try:
                found = list(Auditor(trial, results, alone, place).rows())
            except UserError as error:
                found = _not_tied(alone, error)
            common = {
                "claim_id": claim.name,
                "paper": claim.cite,
                "place": claim.place,
                "label": claim.label,
                "quote": claim.printed,
                "reading": reading,
            }
            rows += [common | row | {"data_finding": house(row["data_finding"])} for row in found]
    return rows


def by_reading(claim: Claim) -> dict[str | None, Claim]:
    """The claim by each of its readings, or the one that it is."""
    if not claim.readings:
        return {None: claim}
    return {label: replace(claim, selects=reading) for label, reading in claim.readings.items()}


def _not_tied(claim: Claim, error: UserError) -> list[dict[str, Any]]:
    """The rows of a claim that no single result answers: what is wrong, and what to do."""
    first = error.problems[0]
    told = ": ".join(filter(None, [first.message, first.found])) or "nothing to compare it with"
    todo = "; ".join(filter(None, [f"expected {first.expected}", first.do]))
    return [
        {
            "component": part.name,
            "printed": part.text,
            "result_id": None,
            "against_data": NOT_TIED,
            "data_finding": f"{told[0].upper()}{told[1:]}.",
            "data_more": f"{first.place}: {todo}." if first.expected else None,
        }
        for part in claim.parts.values()
    ]


def _why_not(row: ResultRow) -> str:
    """Why a result has no value, and of which patients where they are some only."""
    reason = str(row["error"]).removesuffix(".")
    return f"{reason} in the stratum {row['stratum']}" if row["stratum"] else reason


def _not_checkable(
    component: Component, reason: str, row: ResultRow | None = None
) -> dict[str, Any]:
    """A row without a verdict. `reason` stands in the finding as the configuration words it."""
    text = reason if reason.endswith(".") else f"{reason}."
    text = text[0].upper() + text[1:]
    return {
        "component": component.name,
        "printed": component.text,
        "result_id": row["result_id"] if row else None,
        "against_data": NO_RESULT,
        "data_finding": text,
    }


@dataclass(frozen=True)
class Auditor:
    """One claim against the results of its trial."""

    trial: Trial
    results: list[ResultRow]
    claim: Claim
    place: str

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each component of the printed expression.

        Of a synthetic cohort too the one result must be found, so that the ledger is in order when
        a real export takes its place.
        """
        reason = self.claim.cannot
        components = list(self.claim.parts.values())
        if reason is None and "words" in self.claim.parts:
            raise UserError(unread(self.claim.printed, f"{self.place}.printed"))
        if reason is None and self.claim.selects is None:
            raise UserError(self.place, expected="what recomputes it (is) or cannot")
        if reason is not None and self.trial.synthetic:
            reason = f"{SYNTHETIC} {reason}"
        for component in components:
            if reason is not None:
                yield _not_checkable(component, reason)
                continue
            if component.name == "significance":
                row = self._significance(component)
            elif component.name == "direction" or self.claim.direction:
                row = self._direction(component)
            else:
                row = self._number(component, components)
            yield _not_checkable(component, SYNTHETIC) if self.trial.synthetic else row

    @property
    def selects(self) -> dict[str, Any]:
        return dict(self.claim.selects or {})

    # --- directions ---------------------------------------------------------------------------

    def _direction(self, component: Component) -> dict[str, Any]:
        if not self.claim.direction or component.name != "direction":
            expected = "words and a `direction`, or a number and none"
            raise UserError(self.place, found=f"printed {self.claim.printed!r}", expected=expected)
        labels = {arm.name: arm.label for arm in self.trial.design.arms.values()}
        found = judge_direction(
            self.results, self.selects, self.claim.direction, labels, self.place
        )
        row = found.pop("row")
        if row["synthetic"]:
            return _not_checkable(component, SYNTHETIC)
        if "missing" in found:
            return _not_checkable(component, found["missing"], row)
        common = {"component": component.name, "printed": self.claim.printed}
        return common | {"result_id": row["result_id"]} | found

    def _significance(self, component: Component) -> dict[str, Any]:
        found = judge_significance(
            self.trial.plan.analyses,
            self.results,
            self.selects,
            self.claim.direction,
            self.claim.about.level,
        )
        if "missing" in found:
            return _not_checkable(component, found["missing"])
        return {"component": component.name, "printed": component.text} | found

    # --- numbers ------------------------------------------------------------------------------

    def _number(self, component: Component, components: list[Component]) -> dict[str, Any]:
        if (reason := without_result(component, self.selects)) is not None:
            return _not_checkable(component, reason)
        row = self._result(component)
        if row["synthetic"]:
            return _not_checkable(component, SYNTHETIC)
        if row["error"]:
            return _not_checkable(component, _why_not(row), row)
        if component.level is not None and row["ci_level"] is not None:
            ours = decimal(100 * row["ci_level"]).normalize()
            if ours != component.level:
                kinds = f"printed is a {component.level}% interval, computed a {ours:f}% one"
                return _not_checkable(component, kinds, row)
        if (
            component.name == "se"
            and row["stat_name"] in RATIOS
            and self.selects.get("as") != "log"
        ):
            return _not_checkable(component, ERROR_OF_RATIO, row)
        how = scale_of(self.selects, component, components, row, self.place)
        value = self._value(component, row, how)
        if value is None:
            missing = _MISSING.get(component.name)
            return _not_checkable(component, missing or row["warning"] or row["stat_text"], row)
        level = self._level(row)
        if component.relation == "ns" and level is None:
            return _not_checkable(component, "this analysis has no decision level", row)
        verdict, shown = compare(component, value, level), value
        needed = row["stat_name"] == NUMBER_NEEDED and component.places == 0 and value > 0
        if needed and verdict.agreement == DIFFERS:
            # By custom it is rounded up.
            shown = value.to_integral_value(ROUND_CEILING)
            verdict = compare(component, shown, level)
        decision = self._decision(component, components, row, how, value)
        finding = sentence(component, shown, verdict, row, decision, level)
        if verdict.agreement == DIFFERS:
            finding += factor_between(component, value)
        return {
            "component": component.name,
            "printed": component.text,
            "recomputed": float(value),
            "recomputed_text": verdict.text,
            "result_id": row["result_id"],
            "against_data": DIFFERS if verdict.agreement == DIFFERS else EQUALS,
            "size": verdict.size,
            "decision": decision,
            "data_finding": finding,
        }

    def _result(self, component: Component) -> ResultRow:
        """The one result that a component is compared with."""
        selects, name = self.selects, component.name
        stats = statistics_of(component, self.claim.parts, selects, self.place)
        if name == "p" and stats[0] != selects.get("stat"):
            selects = {key: value for key, value in selects.items() if key != "group"}
        return one(self.results, selects, stats, self.place)

    def _value(self, component: Component, row: ResultRow, how: str) -> Decimal | None:
        """The value on the printed scale; limits change places where the scale runs backwards."""
        value = row["stat_value"]
        if component.name == "denominator":
            value = row["denominator"]
        if component.name == "se":
            value = standard_error(row, self.results)
        if component.name in ("ci_low", "ci_high"):
            low = (component.name == "ci_low") != falls(how)
            value = row["ci_low"] if low else row["ci_high"]
        if value is None or not isfinite(value):
            return None
        return scaled(self.selects, component, convert(how, decimal(float(value))))

    def _level(self, row: ResultRow) -> Decimal | None:
        """The decision level of the result's analysis: never its confidence."""
        analysis = self.trial.plan.analyses.get(row["analysis_id"])
        return None if analysis is None else Decimal(str(analysis.decision_level))

    def _decision(
        self,
        component: Component,
        components: list[Component],
        row: ResultRow,
        how: str,
        value: Decimal,
    ) -> str | None:
        if component.name == "p":
            return decide_p(component, value, self._level(row))
        if component.name in ("ci_low", "ci_high"):
            return self._interval_decision(components, row, how)
        signed = component.word is not None or row["stat_name"] == NUMBER_NEEDED
        return decide_sign(value) if signed else None

    def _interval_decision(
        self, components: list[Component], row: ResultRow, how: str
    ) -> str | None:
        limits = {
            component.name: component
            for component in components
            if component.name in ("ci_low", "ci_high")
        }
        if len(limits) < 2:
            return None
        low, high = limits["ci_low"], limits["ci_high"]
        values = self._value(low, row, how), self._value(high, row, how)
        null = null_value(row["stat_name"])
        if null is None or values[0] is None or values[1] is None:
            return None
        return decide_interval((low, high), (values[0], values[1]), convert(how, null))
