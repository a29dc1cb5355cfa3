"""The subgroups of an analysis beside its result: the test of interaction, and what it is about."""

from collections.abc import Callable, Iterator

from trialtrace.base.words import LABELS
from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import compared, interactions
from trialtrace.report.tables import NO_BREAK, link, with_sign
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# Of more subgroups and comparisons the section of them has the estimates.
MOST_WITHIN = 6
# A test of interaction of odds ratios that does not say so, beside differences of risks.
OF_ODDS = "p_value.logistic_interaction"


def subgroups(material: Material, analysis: Analysis, place: Callable[[str], str]) -> Iterator[str]:
    """The p-values of interaction of the subgroups of an analysis, with a link to each; they stand
    with its result, since one effect for all is what that result says."""
    for other in material.trial.plan.analyses.values():
        tests = interactions(material, other)
        if other.of == analysis.name and other.by is not None and tests:
            label, at = escape_markdown(other.label), place(analysis_place(other.name))
            how = method_of(tests[0]["method"]).title
            how += ", of odds ratios" if tests[0]["method"] == OF_ODDS else ""
            how = escape_markdown(how)
            shown = ", ".join(f"p{NO_BREAK}{with_sign(row)}" for row in tests)
            head = f"{f'[{label}]({at})' if at else label} (exploratory, not adjusted)"
            text = f"{head}: interaction {shown} ({how})"
            yield f"{text}{_within(material, other)}."


def _within(material: Material, analysis: Analysis) -> str:
    """ "; risk difference −14.4 (…) of Pancreatic stent: No; …": what an interaction is about, of
    few subgroups and comparisons."""
    found = list(compared(material, analysis))
    if not found or len(found) > MOST_WITHIN:
        return ""
    pairs = len({(one.estimate["comparison"], one.estimate["reference"]) for one in found}) > 1
    levels: dict[str, list[str]] = {}
    for one in found:
        who = escape_markdown(material.arm_label(one.estimate["comparison"])) if pairs else ""
        level = str(one.estimate["stratum"]).partition("=")[2]
        levels.setdefault(level, []).append(f"{who} {link(one.estimate)}".strip())
    label = LABELS[found[0].estimate["stat_name"]]
    told = [f"{escape_markdown(level)} {', '.join(each)}" for level, each in levels.items()]
    return f"; {label}: {'; '.join(told)}"
