"""What covers each thing that source texts tell: endpoint, analysis, claim, place in the report.

The rows are made from the configuration alone: the items of claims.yaml in their order, then the
claims that no item has. An item that nothing covers has its row with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.audit.ledger.claim import Claim, claims_of
from trialtrace.audit.ledger.shape import LedgerFile, SourceItem
from trialtrace.audit.ledger.texts import PaperText, unplaced
from trialtrace.base.config.spec import structure
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.trial.load import Trial

WHOLE, PART, LEDGER, NOTHING = "whole", "in part", "in the ledger alone", "not covered"
HOW = (WHOLE, PART, LEDGER, NOTHING)
# Parts of the report that a claim names in place of an analysis, with their anchors.
PARTS = {"baseline": "sec-patients", "flow": "sec-patients", "adverse_events": "sec-harms"}


@dataclass(frozen=True)
class Covered:
    """A thing that a text tells, and what covers it. `source` is the name of its paper,
    `report` has anchors of the report's sections, `tied` says that data settle a claim of it.
    """

    name: str
    source: str
    place: str
    label: str
    endpoints: tuple[str, ...]
    variables: tuple[str, ...]
    analyses: tuple[str, ...]
    figures: tuple[str, ...]
    claims: tuple[str, ...]
    settings: tuple[str, ...]
    checks: tuple[str, ...]
    report: tuple[str, ...]
    tied: bool
    not_printed: str | None
    absent: str | None

    @property
    def how(self) -> str:
        """Covered as a whole or in part, by a claim that no data settle, or by nothing."""
        if self.endpoints or self.variables or self.settings or self.checks or self.tied:
            return PART if self.absent else WHOLE
        return LEDGER if self.claims else NOTHING


def coverage(trial: Trial) -> list[Covered]:
    """A row an item, then a row a claim of which no item is."""
    declared: LedgerFile = structure(LedgerFile, trial.claims_document)
    claims = claims_of(declared)
    rows = [
        _of_item(trial, name, item, declared.papers[item.from_], claims)
        for name, item in (declared.items or {}).items()
    ]
    told = {claim for row in rows for claim in row.claims}
    return rows + [_of_claim(trial, claim) for claim in claims.values() if claim.name not in told]


def _of_item(
    trial: Trial, name: str, item: SourceItem, paper: str | PaperText, claims: dict[str, Claim]
) -> Covered:
    endpoints, variables = item.endpoints or (), item.variables or ()
    scales = {
        endpoint.name
        for endpoint in trial.endpoints.values()
        if endpoint.name in endpoints or endpoint.family in endpoints
    }
    covered = set(item.claims or ())
    found = tuple(
        claim.name
        for claim in claims.values()
        if claim.name in covered
        or scales & _endpoints(trial, claim)
        or _variable(claim) in variables
    )
    analyses = tuple(
        analysis.name
        for analysis in trial.plan.analyses.values()
        if scales & {each.name for each in parameters(trial, analysis)}
    )
    figures = tuple(dict.fromkeys(_figures(trial, scales)))
    places = [
        *map(section_of, analyses),
        *(place for one in found for place in _places(claims[one])),
    ]
    places += ["sec-endpoints"] * bool(endpoints) + ["sec-patients"] * bool(variables)
    return Covered(
        name,
        item.from_,
        item.place or unplaced(paper),
        item.label,
        tuple(endpoints),
        tuple(variables),
        analyses,
        figures,
        found,
        tuple(item.settings or ()),
        tuple(item.checks or ()),
        tuple(dict.fromkeys(filter(None, places))),
        any(claims[one].selections for one in found),
        item.not_printed,
        item.absent,
    )


def _of_claim(trial: Trial, claim: Claim) -> Covered:
    analyses = dict.fromkeys(selection["analysis"] for selection in claim.selections.values())
    variable = _variable(claim)
    return Covered(
        claim.name,
        claim.paper,
        claim.place,
        claim.label,
        tuple(sorted(_endpoints(trial, claim))),
        (variable,) if variable else (),
        tuple(analysis for analysis in analyses if analysis in trial.plan.analyses),
        (),
        (claim.name,),
        (),
        (),
        _places(claim),
        bool(claim.selections),
        None,
        claim.cannot,
    )


def _endpoints(trial: Trial, claim: Claim) -> set[str]:
    """The endpoints that a claim is of: the one it names, or those of its analysis."""
    found: set[str] = set()
    for selects in claim.selections.values():
        analysis = trial.plan.analyses.get(selects.get("analysis", ""))
        if selects.get("parameter") in trial.endpoints:
            found.add(selects["parameter"])
        elif analysis:
            found |= {endpoint.name for endpoint in parameters(trial, analysis)}
    return found


def _variable(claim: Claim) -> str | None:
    """The variable of the baseline table that a claim is of."""
    selects = claim.selects or {}
    return selects.get("parameter") if selects.get("analysis") == "baseline" else None


def _figures(trial: Trial, scales: set[str]) -> Iterator[str]:
    """The titles of figures of endpoints."""
    for displays in trial.plan.displays.values():
        for one in displays if isinstance(displays, list) else ():
            data = one.get("endpoint", ())
            if scales & ({data} if isinstance(data, str) else set(data)):
                yield one["title"]


def section_of(analysis: str) -> str:
    """The anchor of the section of the report that has an analysis or a display."""
    return PARTS.get(analysis) or f"sec-of-{analysis.replace('_', '-')}"


def _places(claim: Claim) -> tuple[str, ...]:
    """Where the report shows what recomputes a claim."""
    analyses = [selection["analysis"] for selection in claim.selections.values()]
    return tuple(dict.fromkeys(section_of(analysis) for analysis in analyses))
