"""The stage multiverse: derived data sets in; its six tables out."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.store import SIGNIFICANT_DIGITS, write_text
from trialtrace.run.multiverse.curves import Group, drawn, first_draws, groups, prepared
from trialtrace.run.multiverse.estimates import Estimated, Work, block_size, estimates
from trialtrace.run.tables.blocks import WHOLE, Blocks, Chunk
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, Contract, write_rows
from trialtrace.run.tables.contracts.multiverse import BANDS, CURVES, SPECIFICATIONS, SPREADS
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.multiverse.load import SpecifiedTrial, specified
from trialtrace.stats.resampling.curves import (
    CurveDraws,
    JointInference,
    border,
    joint_inference,
    places,
    spread_by_choice,
)

CONFIDENCE = 0.95
"""Of Monte Carlo intervals."""
# Effects given the covariates: with other covariates another effect, not another estimate of one.
CONDITIONAL = ("odds_ratio", "hazard_ratio", "subdistribution_hazard_ratio")
SEVERAL = "effects given different covariates or strata are different effects"
Row = dict[str, object]


@dataclass(frozen=True)
class Tested:
    """A curve with what its re-randomisations say; None where it is not tested."""

    group: Group
    joint: JointInference | None


def work_of(trial: Trial, derived: Path, folder: Path, code: str) -> Work:
    """What is to do; blocks lie in the folder of the tables."""
    return Work(
        specified(trial), Path(derived), Blocks(Path(folder) / "blocks", trial.private), code
    )


def part_of(
    wildcards: Mapping[str, str], adsl: str, mark: str, code: str
) -> tuple[Work, Chunk, Path]:
    """The work, the chunk of it and the mark of a job, from what its rule has: the wildcards
    trial, part and of, and paths."""
    path = Path(mark)
    work = work_of(load_trial(wildcards["trial"]), Path(adsl).parent, path.parents[1], code)
    return work, (int(wildcards["part"]) - 1, int(wildcards["of"])), path


def estimate_part(work: Work, chunk: Chunk, mark: Path) -> None:
    """Estimate a part of the specifications, into blocks; the mark says which were."""
    work.blocks.make_folder()
    # Neighbours have like scores, and are read together: a part has whole blocks of them.
    part = replace(work, trial=work.trial.part(*chunk, block_size(work)))
    _mark(mark, (part.keys[name] for name in estimates(part)))


def draw_part(work: Work, chunk: Chunk, mark: Path) -> None:
    """Draw a part of the re-randomisations, into blocks; the mark says of which curves. Where there
    are more parts than blocks of draws, nothing is left for some, and nothing read."""
    work.blocks.make_folder()
    curves = _curves(work) if first_draws(work, chunk) else []
    drawn(work, curves, chunk)
    _mark(mark, (curve.place.name for curve in curves))


def _mark(mark: Path, names: Iterable[str]) -> None:
    write_text(mark, "".join(f"{name}\n" for name in names))


def run_multiverse(work: Work, out_dir: Path) -> None:
    """Write the tables from blocks; what no block has is computed now, so that nothing lacks."""
    work.blocks.make_folder()
    curves = _curves(work)
    parts = drawn(work, curves, WHOLE)
    found = [_tested(work, each, draws) for each, draws in zip(curves, parts, strict=True)]
    every = [estimate for one in found for estimate in one.group.estimates]
    trial = work.trial
    tables: list[tuple[Contract, Iterator[Mapping[str, object]]]] = [
        (RESULTS, (each.row for each in every)),
        (MEMBERS, (row for each in every for row in each.members)),
        (SPECIFICATIONS, (row for one in found for row in _specification_rows(trial, one))),
        (CURVES, (_curve_row(work, one) for one in found)),
        (BANDS, (row for one in found for row in _band_rows(one))),
        (SPREADS, (row for one in found for row in _spread_rows(trial, one))),
    ]
    write_rows(out_dir, tables, synthetic=trial.synthetic)


def _curves(work: Work) -> list[Group]:
    return [prepared(work, group) for group in groups(work, estimates(work))]


def _level(work: Work) -> float:
    return work.trial.plan.analyses[work.trial.multiverse.file.of].decision_level


def _tested(work: Work, group: Group, draws: CurveDraws | None) -> Tested:
    if group.observed is None or draws is None:
        return Tested(group, None)
    joint = joint_inference(group.observed, draws, level=_level(work), confidence=CONFIDENCE)
    return Tested(group, joint)


def _specification_rows(trial: SpecifiedTrial, curve: Tested) -> Iterator[Row]:
    number = 0
    for estimate in curve.group.estimates:
        specification = trial.specifications[estimate.analysis]
        row = {
            "result_id": estimate.row["result_id"],
            "analysis_id": estimate.analysis,
            "specification": specification.name,
            "levels": json.dumps(specification.levels, ensure_ascii=False),
            "curve": curve.group.place.name,
            "registered": trial.multiverse.marked(specification, "registered"),
            "published": trial.multiverse.marked(specification, "published"),
            "score": estimate.score,
            "untested": estimate.untested,
        }
        if curve.joint is not None and estimate.scores is not None:
            assert curve.group.observed is not None
            row |= {"z": float(curve.group.observed.z[number])}
            row |= _p(("p_value", "p_low", "p_high"), curve.joint.p_value[number])
            row |= _p(("p_adjusted", "adjusted_low", "adjusted_high"), curve.joint.adjusted[number])
            number += 1
        yield row


def _p(names: Sequence[str], values: Floats) -> Row:
    return dict(zip(names, map(float, values), strict=True))


def _values(estimated: Sequence[Estimated]) -> Floats:
    """The estimates that there are."""
    values = (each.row["stat_value"] for each in estimated)
    return np.array([value for value in values if value is not None], dtype=float)


def _distinct(values: Floats) -> int:
    """Different estimates; two ways to the same one differ in its last digits."""
    return len({f"{value:.{SIGNIFICANT_DIGITS}g}" for value in values.tolist()})


def _curve_row(work: Work, curve: Tested) -> Row:
    place, group = curve.group.place, curve.group
    values = _values(group.estimates)
    several = _several_effects(work.trial, group)
    row = vars(place) | {
        "curve": place.name,
        "specifications": len(group.estimates),
        "estimated": values.size,
        "distinct": _distinct(values),
        "tested": len(group.tested),
        "level": _level(work),
        "no_median": SEVERAL if several else None,
    }
    if values.size:
        row |= {"least": float(values.min()), "largest": float(values.max())}
        row |= {"median": None if several else float(np.median(values))}
    if curve.joint is None or curve.group.observed is None:
        return row
    joint, size = curve.joint, np.abs(curve.group.observed.z)
    row |= {
        "draws": joint.draws,
        "median_z": float(np.median(curve.group.observed.z)),
        "median_z_null": float(joint.null_median[1]),
        "share": float((size >= border(_level(work))).mean()),
        "share_null": float(joint.null_share[1]),
        "largest_z": float(size.max()),
        "critical": joint.critical,
    }
    for name in ("p_median", "p_share", "p_smallest"):
        row |= _p((name, f"{name}_low", f"{name}_high"), getattr(joint, name))
    return row


def _several_effects(trial: SpecifiedTrial, group: Group) -> bool:
    """Whether the estimates of a curve are of effects that differ by what they are given."""
    if group.place.statistic not in CONDITIONAL:
        return False
    steps = [trial.plan.analyses[estimate.analysis].estimates[0] for estimate in group.estimates]
    given = {
        tuple(
            sorted({*getattr(step.options, "covariates", ()), *getattr(step.options, "strata", ())})
        )
        for step in steps
    }
    return len(given) > 1


def _band_rows(curve: Tested) -> Iterator[Row]:
    if curve.joint is None or curve.group.observed is None:
        return
    ordered = np.sort(curve.group.observed.z)
    for place, (low, middle, high) in zip(places(ordered.size), curve.joint.band, strict=True):
        yield {
            "curve": curve.group.place.name,
            "place": int(place) + 1,
            "observed": float(ordered[place]),
            "low": float(low),
            "middle": float(middle),
            "high": float(high),
        }


def _spread_rows(trial: SpecifiedTrial, curve: Tested) -> Iterator[Row]:
    """Of the factors that vary on the curve; of one estimand alone."""
    there = [
        estimate for estimate in curve.group.estimates if estimate.row["stat_value"] is not None
    ]
    if _several_effects(trial, curve.group) or _distinct(_values(there)) < 2:
        return
    chosen = [trial.specifications[each.analysis].levels for each in there]
    factors = [
        name for name in trial.multiverse.file.factors if len({one[name] for one in chosen}) > 1
    ]
    if not factors:
        return
    coded = [
        [list(trial.multiverse.file.factors[name].levels).index(one[name]) for name in factors]
        for one in chosen
    ]
    shares, exact = spread_by_choice(_values(there), coded)
    rest = max(0.0, 1.0 - float(shares.sum()))
    for factor, share in [*zip(factors, shares.tolist(), strict=True), (None, rest)]:
        yield {"curve": curve.group.place.name, "factor": factor, "share": share, "exact": exact}
