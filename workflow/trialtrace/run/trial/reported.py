"""Where an analysis stands: in the main report, or in its supplement.

`report` of the analysis decides. Without it the main report has the primary analyses, the secondary
ones with a test in a family of `multiplicity` (all secondary ones where no family has one of them),
those of what was registered or published, the secondary ones of adverse events and those declared
as of harms; everything else is in the supplement.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.model import Endpoint
    from trialtrace.run.trial.plan.build import Analysis

REPORT, SUPPLEMENT = "report", "supplement"
# Headings of the roles, in the order of a report.
ROLES = {
    "primary": "Primary analysis",
    "registered": "Analyses as registered or planned",
    "secondary": "Secondary analyses",
    "published": "Analyses as published",
    "sensitivity": "Sensitivity analyses",
    "subgroup": "Subgroups as published",
    "supportive": "Supportive analyses",
    "exploratory": "Exploratory analyses",
}
# Kinds of endpoints that are adverse events.
HARMS = ("occurrence", "any_occurrence")


def in_main_report(trial: "Trial", analysis: "Analysis") -> bool:
    """Whether an analysis stands in the main report."""
    if analysis.report is not None:
        return analysis.report != SUPPLEMENT
    if analysis.harms is True:
        return True
    if analysis.role != "secondary":
        return analysis.role in ("primary", "registered", "published")
    families = trial.plan.multiplicity.values()
    named = {test.analysis for family in families for test in family.tests}
    secondary = {one.name for one in trial.plan.analyses.values() if one.role == "secondary"}
    return analysis.name in named or not named & secondary or _of_harms(trial, analysis)


def in_order(trial: "Trial") -> list["Analysis"]:
    """The analyses in the order of the report: those of the main one first, each by role."""
    roles = list(ROLES)
    return sorted(
        trial.plan.analyses.values(),
        key=lambda analysis: (not in_main_report(trial, analysis), roles.index(analysis.role)),
    )


def _of_harms(trial: "Trial", analysis: "Analysis") -> bool:
    endpoints = [
        endpoint for name in analysis.estimand.variables for endpoint in trial.family(name)
    ]
    return bool(endpoints) and all(is_harm(trial, endpoint) for endpoint in endpoints)


def is_harm(trial: "Trial", endpoint: "Endpoint") -> bool:
    """Whether an endpoint is of adverse events; deviations from the protocol are none."""
    of = (trial.endpoints[name].kind for name in endpoint.entry.parents)
    return endpoint.kind in HARMS and "deviation" not in of
