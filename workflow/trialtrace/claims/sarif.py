"""Findings as SARIF 2.1.0, the form in which a build or a code host shows them at their line.

Levels: error where printed numbers contradict each other or the data, or a claim is tied to no
result; warning where only another choice gives a number; note where a check could not be made.
What holds is not listed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trialtrace.claims.agreement import NOT_CHECKABLE, NOT_TIED
from trialtrace.ground.contracts.verdicts import DATA, FAILS, PRINT
from trialtrace.ground.paths import Project

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    NOT_TIED: "error",
    "inconsistent": "error",
    "differs": "error",
    "alternative": "warning",
    NOT_CHECKABLE: "note",
}
RECOMPUTED = "data.recomputed"
RULES = {
    "number.impossible": "A number that no study can have.",
    "number.unclear": "A number of which the expression does not say what it is.",
    "share.percent": "A count of a denominator, and the percentage printed for it.",
    "share.denominator": "The denominators on which a count prints as its percentage.",
    "share.count": "The counts of a denominator that print as a percentage.",
    "share.rounding": "How a paper rounds, from all its numbers.",
    "share.everyone": "A population named after all randomised, and its size.",
    "share.rule": "A group that changes in a population whose rule cannot apply to it.",
    "total.categories": "Categories that should add up to their group.",
    "p.counts": "The counts of the groups, and p by the usual tests.",
    "p.count_sets": "Every set of counts that prints as the percentages, and p.",
    "p.splits": "Every split of the counts over two strata, and p of the stratified test.",
    "p.categories": "The table of groups by categories, and p.",
    "p.means": "Means, standard deviations and sizes, and p of the t tests.",
    "mean.granularity": "A mean of whole numbers, and the means that its size allows.",
    "deviation.granularity": "A deviation of whole numbers, and those that their mean allows.",
    "difference.estimate": "A difference of means, and the means of the groups.",
    "difference.relative": "A change of means in percent, and the means of the groups.",
    "difference.interval": "The interval of a difference of means, and the deviations.",
    "statistic.p": "A test statistic with its degrees of freedom, and p.",
    "statistic.epsilon": "F with uncorrected degrees of freedom, p, and the ε between them.",
    "statistic.degrees": "The degrees of freedom of a corrected test.",
    "statistic.design": "The designs that have the printed degrees of freedom.",
    "statistic.effect": "The effect size of F and its degrees of freedom.",
    "interval.inside": "An estimate, and the interval it lies in.",
    "interval.share": "The bounds of a share's interval, by the usual methods.",
    "interval.centred": "An estimate, and the middle of its interval.",
    "interval.p": "An estimate with its interval, and p.",
    "error.deviation": "A standard error, and the deviation beside it.",
    "error.interval": "A standard error, and the interval of its estimate.",
    "error.p": "An estimate with its standard error, and p.",
    "quantile.order": "Quartiles and range, and the value between them.",
    "quantile.deviation": "A standard deviation, and the range of the values.",
    "median.granularity": "A median of whole numbers, and the medians that there are.",
    "comparison.estimate": "A difference, ratio or number needed to treat, and the counts.",
    "comparison.percentages": "A difference, ratio or reduction, and percentages without counts.",
    "reduction.ratio": "A reduction or rise in percent, and the ratio that is printed beside it.",
    "comparison.reduction": "A reduction or rise in percent, and the ratio or change it is.",
    "comparison.interval": "The interval of a comparison, by the usual methods.",
    "comparison.total": "A number for all patients, and the sum of the groups.",
    "headline.reduction": "A relative reduction, and the shares it is about.",
    "headline.ratio": "A relative reduction, and the ratio beside it.",
    "headline.everyone": "What patients who were not analysed could change.",
    "statement.change": "A change from baseline, and the baseline it needs.",
    "statement.no_difference": "A statement of no difference, and the interval it needs.",
    "statement.feasibility": "A statement of feasibility, and the threshold it needs.",
    "statement.safety": "No adverse event, and the rate that this excludes.",
    "size.sum": "The sizes of the groups, and the number of all patients.",
    "size.arm": "The patients analysed in an arm, and those randomised to it.",
    "size.share": "The patients planned, randomised and analysed.",
    "share.outcomes": "The percentages of one group in several outcomes, and their patients.",
    "split.sum": "Counts and sizes of the strata of a split, added up, and those of the group.",
    "split.total": "The shares of a group in the strata of a split, and its own count.",
    "interval.near": "What comes nearest to intervals that no usual method gives.",
    "hazard.events": "A hazard ratio and its p, and the events that these need.",
    "hazard.interval": "The interval of a hazard ratio, and the events of both groups.",
    "hazard.direction": "A hazard ratio, and which group has more events.",
    "direction.numbers": "Words that say which group is lower or higher, and their numbers.",
    "place.number": "One number in two places.",
    "statement.groups": "A number of one group, and what stands beside it for the others.",
    "fact": "One fact told in several places.",
    RECOMPUTED: "A printed number, and the same number from the trial's data.",
}


def claim_lines(at: Project, path: Path) -> dict[str, int]:
    """The line of each claim in a ledger."""
    from trialtrace.claims.ledger_file import LARGEST
    from trialtrace.config.compose import compose

    lines = compose(at, path, LARGEST).lines
    return {key[1]: line for key, line in lines.items() if len(key) == 2 and key[0] == "claims"}


def sarif(audit: Mapping[str, Any], file: str, lines: Mapping[str, int]) -> dict[str, Any]:
    """A log of one run. `file` is the ledger, relative to where the log is read."""
    results = [*_of_print(audit), *_of_data(audit["claims"])]
    order = list(lines)
    results.sort(key=lambda one: order.index(one[1]) if one[1] in lines else -1)
    rules = sorted({rule for rule, *_ in results})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "trialtrace", "rules": [_rule(one) for one in rules]}},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(*one, rules.index(one[0]), file, lines.get(one[1], 1))
                    for one in results
                ],
            }
        ],
    }


def _rule(name: str) -> dict[str, Any]:
    what = RULES.get(name, f"{name.replace('.', ', ').replace('_', ' ').capitalize()}.")
    more = (
        "A printed number stands for every value that prints so. A finding states arithmetic; it "
        "says nothing about how a number came to be."
    )
    return {
        "id": name,
        "shortDescription": {"text": what},
        "help": {"text": f"{what} {more}"},
    }


def _of_print(audit: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """(rule, claim, component, level, sentence) of the findings on print.

    A finding on which a search was made has the verdict that the search left.
    """
    rows = {(row["claim_id"], row["component"]): row for row in audit["claims"]}
    searched = {
        (claim, component, check)
        for one in audit["searches"]
        for claim in one["claims"]
        for component in one["components"]
        for check in one["checks"]
    }
    for one in audit["findings"]:
        if one["agreement"] not in LEVELS:
            continue
        at = one["claim"], one["component"]
        agreement, text = one["agreement"], one["finding"]
        if (*at, one["check"]) in searched:
            agreement = rows[at][PRINT]
            text = " ".join(filter(None, [text, rows[at]["print_more"]]))
        yield one["check"], *at, LEVELS[agreement], text


def _of_data(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    for row in rows:
        if row[DATA] in FAILS:
            text = " ".join(filter(None, [row["data_finding"], row["data_more"]]))
            yield RECOMPUTED, row["claim_id"], row["component"], LEVELS[row[DATA]], text


def _result(
    rule: str, claim: str, component: str, level: str, text: str, at: int, file: str, line: int
) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": file}, "region": {"startLine": line}}
    return {
        "ruleId": rule,
        "ruleIndex": at,
        "level": level,
        "message": {"text": f"{claim}, {component.replace('_', ' ')}: {text}"},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"fullyQualifiedName": f"claims.{claim}.{component}"}],
            }
        ],
        "partialFingerprints": {"claim/v1": f"{rule}:{claim}:{component}"},
    }
