"""What a curve says, in sentences."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa

from trialtrace.base.errors import one_of
from trialtrace.base.words import decimals, p_text, percent, value_text
from trialtrace.report.multiverse.material import CurveTables
from trialtrace.run.multiverse.curves import scheme_words
from trialtrace.run.multiverse.scores import SCORES
from trialtrace.run.trace.words import in_words
from trialtrace.run.trial.multiverse.load import SpecifiedTrial

NULL = (
    "The hypothesis is the sharp one: no patient's outcome, nor whether it was observed, would "
    "have been another in the other arm. Under it what is missing, and who is in a population "
    "that was known before, is as observed in every re-randomisation."
)


def heading(trial: SpecifiedTrial, curve: CurveTables) -> str:
    """What a curve is of: statistic, arms, endpoint, population, visit, rows."""
    row, arms = curve.row, trial.design.arms
    endpoint = trial.endpoints.get(row["parameter"])
    parts = [
        f"{curve.points[0].result['stat_label'].capitalize()} of "
        f"{endpoint.label if endpoint else row['parameter']}",
        f"{arms[row['comparison']].label} against {arms[row['reference']].label}",
        trial.populations[row["population"]].label,
    ]
    parts += [f"visit {row['visit']}"] if row["visit"] else []
    parts += [f"time {row['time']:g}"] if row["time"] is not None else []
    parts += [in_words(json.loads(row["rows"]))] if row["rows"] else []
    asking: dict[str, str] = json.loads(row["asking"] or "{}")
    parts += [f"{trial.multiverse.file.factors[name].label}: {asking[name]}" for name in asking]
    return ", ".join(parts)


# What tells curves apart, in words.
APART = {
    "statistic": "measure",
    "comparison": "arm",
    "reference": "reference",
    "population": "population",
    "parameter": "endpoint",
    "visit": "visit",
    "time": "time",
    "value": "value that is analysed",
    "rows": "selection of patients",
    "asking": "question asked of an endpoint",
}


def several(curves: Sequence[CurveTables]) -> str:
    """Why there are several curves, and that nothing is summed up over them."""
    rows = [dict(curve.row) for curve in curves]
    apart = [words for key, words in APART.items() if len({row[key] for row in rows}) > 1]
    return (
        f"There are {len(curves)} curves, apart by {one_of(apart)}: each is of one question on one "
        "scale. A median or a share over them would be of no quantity that a patient could have."
    )


def sentences(trial: SpecifiedTrial, curve: CurveTables) -> Iterator[str]:
    """The curve in words: what there is, what it spans, what re-randomisation says of it."""
    row = curve.row
    if row["specifications"] == 1 and row["estimated"]:
        yield f"One specification: its estimate is {curve.text(curve.number('least'))}."
    else:
        yield (
            f"{row['specifications']} specifications: {row['estimated']} have an estimate, of "
            f"which {row['distinct']} differ."
        )
    if row["estimated"] and row["specifications"] > 1:
        least, largest = (curve.text(curve.number(name)) for name in ("least", "largest"))
        span = f"The estimates go from {least} to {largest}"
        if row["median"] is not None:
            yield f"{span}; their median is {curve.text(row['median'])}."
        else:
            yield f"{span}. They have no median: {row['no_median']}."
    if row["tested"]:
        yield from _inference(trial, curve)
    for reason, times in _times(curve.specifications["untested"]):
        yield f"{times} shown and not tested: {reason}."
    for reason, times in _times(curve.results["error"]):
        yield f"{times} without an estimate: {reason}"


def _times(column: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    """Each value that is there and how often, in the order in which they begin."""
    yield from Counter(column.drop_null().to_pylist()).items()


def _inference(trial: SpecifiedTrial, curve: CurveTables) -> Iterator[str]:
    row = curve.row
    if row["tested"] == 1:
        yield (
            f"It is tested by {row['draws']} re-randomisations, {scheme_words(trial.design)}, by "
            f"its score ({_scores(curve)}): z is {value_text('z', curve.number('median_z'))}, "
            f"{_p(curve, 'p_smallest')}."
        )
        return
    yield (
        f"{row['tested']} are tested together by {row['draws']} re-randomisations, "
        f"{scheme_words(trial.design)}: each by its score ({_scores(curve)}), whose sum over an "
        "arm by its standard deviation is z."
    )
    names = ("median_z", "median_z_null", "largest_z", "critical")
    median, usual, largest, critical = (value_text("z", curve.number(name)) for name in names)
    share, chance = (percent(curve.number(name)) for name in ("share", "share_null"))
    yield (
        f"The median z is {median}: of re-randomised curves 95 % stay below {usual} in size "
        f"({_p(curve, 'p_median')})."
    )
    yield (
        f"{share} % pass the level {row['level']:g} by the normal border: of re-randomised curves "
        f"95 % have at most {chance} % ({_p(curve, 'p_share')})."
    )
    yield (
        f"The largest |z| is {largest}, where {critical} is passed by the largest of a share of "
        f"{row['level']:g} of re-randomised curves: so the smallest p-value of all has "
        f"{_p(curve, 'p_smallest')}. Adjusted p-values are by the same comparison."
    )


def _scores(curve: CurveTables) -> str:
    scores = {score for score, _ in _times(curve.specifications["score"])}
    return "; ".join(words for key, (words, _) in SCORES.items() if key in scores)


def _p(curve: CurveTables, name: str) -> str:
    """A p-value by draws, with the interval that more draws could move it in."""
    ends = " to ".join(decimals(curve.number(f"{name}_{end}"), 4) for end in ("low", "high"))
    p = p_text(curve.number(name))
    sign = "" if p[0] in "<>" else "= "
    return f"p {sign}{p}, Monte Carlo interval {ends}"
