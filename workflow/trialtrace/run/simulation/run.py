"""The stage simulation: replicates in blocks; then its two tables."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import hypot, isfinite, nan
from pathlib import Path

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.store import write_text
from trialtrace.base.words import P_VALUES, RATIOS, no_effect
from trialtrace.run.simulation.hypotheses import holds
from trialtrace.run.simulation.performance import (
    LEAST,
    Measured,
    mean_measured,
    model_error_measured,
    share_measured,
    spread_measured,
)
from trialtrace.run.simulation.replicates import SIZE, Work, block_name, replicates
from trialtrace.run.simulation.truths import Known, known_of, large_name, normal, on_scale
from trialtrace.run.tables.blocks import Blocks, Chunk
from trialtrace.run.tables.contracts import write_rows
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.tables.contracts.simulation import (
    CHARACTERISTICS,
    REPLICATES,
    ReplicateRow,
)
from trialtrace.run.trial.load import Trial
from trialtrace.stats.categorical.proportions import wilson
from trialtrace.stats.results import StatsError

CONFIDENCE = 0.95
"""Of Monte Carlo intervals."""
NONE = Measured(nan, nan)
Row = dict[str, object]
# Columns that are as in any result.
TAKEN = (
    *("result_id", "analysis_id", "stat_name", "method"),
    *("comparison", "reference", "visit", "unit"),
)


def work_of(trial: Trial, folder: Path, code: str) -> Work:
    """What is to do; blocks lie in the folder of the tables."""
    return Work(trial, Blocks(Path(folder) / "blocks", trial.private), code)


def draw_part(work: Work, chunk: Chunk, mark: Path) -> None:
    """Draw and analyse a part of the replicates, into blocks; the mark says how many blocks."""
    work.blocks.make_folder()
    done = sum(1 for _ in replicates(work, chunk))
    write_text(mark, f"{done}\n")


def run_simulation(work: Work, out_dir: Path) -> None:
    """Write the tables from blocks; what no block has is computed now, so that nothing lacks."""
    work.blocks.make_folder()
    rows: dict[str, list[ReplicateRow]] = {name: [] for name in work.simulation.truths}
    results: dict[str, dict[str, ResultRow]] = {name: {} for name in work.simulation.truths}
    for truth, block in replicates(work):
        rows[truth] += block["rows"]
        for result in block["results"]:
            results[truth].setdefault(result["result_id"], result)
    every = (row for those in rows.values() for row in those)
    made = [
        row for truth, those in rows.items() for row in characteristics(work, truth, those, results)
    ]
    _forget(work)
    write_rows(out_dir, [(REPLICATES, every), (CHARACTERISTICS, made)], synthetic=True)


def _forget(work: Work) -> None:
    """Delete blocks that belong to nothing any more."""
    number = work.simulation.replicates
    kept = {
        block_name(work, truth, first)
        for truth in work.simulation.truths
        for first in range(1, number + 1, SIZE)
    }
    work.blocks.keep(kept | {large_name(work, truth) for truth in work.simulation.truths})


def characteristics(
    work: Work,
    truth: str,
    rows: Sequence[ReplicateRow],
    results: Mapping[str, Mapping[str, ResultRow]],
) -> Iterator[Row]:
    """A row for each result of a truth, in the order of the plan; `results` are by truth.

    An analysis that failed in every trial has those that it has under another truth, all failed,
    else a row of its own.
    """
    known = known_of(work, truth, results[truth])
    by_result: dict[str, list[ReplicateRow]] = {}
    for row in rows:
        by_result.setdefault(row["result_id"], []).append(row)
    for analysis in work.trials(truth).analyses:
        whole = by_result.get(f"{work.trial.name}/{analysis}", [])
        named = _results_of(analysis, [results[truth], *results.values()])
        for name, result in named.items():
            those = [*by_result.get(name, []), *whole]
            null = holds(work.trials(truth), result, known, results[truth])
            yield _characteristic(work, truth, result, those, known.get(name), null)
        if whole and not named:
            yield _without_results(work, truth, analysis, whole)


def _results_of(
    analysis: str, sources: Sequence[Mapping[str, ResultRow]]
) -> Mapping[str, ResultRow]:
    """The results of an analysis, from the first of the sources that has any."""
    for source in sources:
        if named := {name: row for name, row in source.items() if row["analysis_id"] == analysis}:
            return named
    return {}


def _without_results(work: Work, truth: str, analysis: str, rows: Sequence[ReplicateRow]) -> Row:
    """The row of an analysis that has no result under any truth."""
    number = work.simulation.replicates
    return {
        "truth": truth,
        "result_id": f"{work.trial.name}/{analysis}",
        "analysis_id": analysis,
        "log": False,
        "replicates": number,
        "failed": number,
        "no_logarithm": 0,
        "reason": _reason(rows),
    }


def _characteristic(
    work: Work,
    truth: str,
    result: ResultRow,
    rows: Sequence[ReplicateRow],
    known: Known | None,
    null: bool | None,
) -> Row:
    stat, is_p = result["stat_name"], result["stat_name"] in P_VALUES
    there = [row for row in rows if row["value"] is not None]
    bounded = [row for row in there if row["ci_low"] is not None and row["ci_high"] is not None]
    level = work.trials(truth).analyses[result["analysis_id"]].decision_level
    if not is_p:
        level = 1 - (CONFIDENCE if result["ci_level"] is None else result["ci_level"])
    decided = there if is_p else bounded if result["comparison"] is not None else []
    hits = [_rejects(stat, row, level) for row in decided]
    share, (low, high) = _share(hits), _wilson(hits)
    figures = {} if is_p else _figures(result, there, bounded, known)
    row: Row = {
        **{name: dict(result)[name] for name in TAKEN},
        "truth": truth,
        "group": result["group1_level"],
        "effect": result["group2_level"] or result["stratum"],
        "log": stat in RATIOS,
        "replicates": work.simulation.replicates,
        "failed": work.simulation.replicates - len(there),
        "no_logarithm": sum(not isfinite(on_scale(stat, present(row["value"]))) for row in there),
        "reason": _reason(rows),
        "true_value": known.value if known else None,
        "true_error": known.error if known else None,
        "true_by": known.by if known else None,
        "null": null,
        "level": level,
        "rejected_low": low,
        "rejected_high": high,
    }
    for name, figure in {"rejected": share, **figures}.items():
        row |= {name: _known(figure.value), f"{name}_error": _known(figure.error)}
    return row


def _rejects(stat: str, row: ReplicateRow, level: float) -> bool:
    """Whether a p-value is at most the level, or an interval leaves out that there is no effect."""
    if stat in P_VALUES:
        return present(row["value"]) <= level
    return not present(row["ci_low"]) <= no_effect(stat) <= present(row["ci_high"])


def _figures(
    result: ResultRow,
    there: Sequence[ReplicateRow],
    bounded: Sequence[ReplicateRow],
    known: Known | None,
) -> dict[str, Measured]:
    """What estimates do: on the scale of the logarithm for ratios, but for their width."""
    stat = result["stat_name"]
    values = np.array([on_scale(stat, present(row["value"])) for row in there])
    estimates: Floats = values[np.isfinite(values)]
    low: Floats = np.array([present(row["ci_low"]) for row in bounded], dtype=np.float64)
    high: Floats = np.array([present(row["ci_high"]) for row in bounded], dtype=np.float64)
    found = {"sd": _measured(spread_measured, estimates)}
    ends = [np.array([on_scale(stat, end) for end in side.tolist()]) for side in (low, high)]
    wide: Floats = (ends[1] - ends[0]) / (2 * normal(result["ci_level"]))
    found["mean_se"] = _measured(model_error_measured, wide[np.isfinite(wide)])
    width = high - low
    found["width"] = _measured(mean_measured, width[np.isfinite(width)])
    if known is not None and known.value is not None:
        found["bias"] = _bias(estimates, stat, known.value, known.error or 0.0)
        found["coverage"] = _coverage(low, high, known.value, known.error or 0.0)
    return found


def _bias(estimates: Floats, stat: str, true: float, error: float) -> Measured:
    """With the error of what is true, which more replicates do not make less."""
    bias = _measured(mean_measured, estimates - on_scale(stat, true))
    of_truth = error / abs(true) if stat in RATIOS else error
    return Measured(bias.value, hypot(bias.error, of_truth))


def _coverage(low: Floats, high: Floats, true: float, error: float) -> Measured:
    """With the most that it changes where what is true is one standard error off."""
    share, *moved = (
        _share([*((low <= at) & (at <= high))]) for at in (true, true - error, true + error)
    )
    off = max(abs(each.value - share.value) for each in moved)
    return Measured(share.value, hypot(share.error, off))


def _measured(measure: Callable[[Floats], Measured], values: Floats) -> Measured:
    try:
        return measure(values)
    except StatsError:
        return NONE


def _share(hits: Sequence[bool]) -> Measured:
    return _measured(share_measured, np.array(hits, dtype=float))


def _wilson(hits: Sequence[bool]) -> tuple[float | None, float | None]:
    if len(hits) < LEAST:
        return None, None
    interval = wilson(sum(hits), len(hits), confidence=CONFIDENCE)
    return interval.low, interval.high


def _reason(rows: Sequence[ReplicateRow]) -> str | None:
    """Why most of those without a value have none."""
    reasons = Counter(row["error"] for row in rows if row["error"] is not None)
    return reasons.most_common(1)[0][0] if reasons else None


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
