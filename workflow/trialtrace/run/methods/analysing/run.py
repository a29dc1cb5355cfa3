"""The analyse stage: the plan over the derived data sets, to results and members."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.store import make_folder
from trialtrace.base.units import of_difference
from trialtrace.base.words import COUNTS, DIFFERENCES, IN_UNITS, OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.run.methods.analysing.cautions import cautions
from trialtrace.run.methods.analysing.cuts import cuts
from trialtrace.run.methods.analysing.registry import method
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.displays.analyse import adverse_events, baseline, flow
from trialtrace.run.methods.multiplicity.analyse import adjust
from trialtrace.run.methods.planning.analyse import planning
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, from_rows, write_table
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import over_levels

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def analyse_plan(trial: "Trial", derived_dir: Path, out_dir: Path) -> None:
    """Write results.parquet and members.parquet.

    Raises UserError if two results would carry the same identifier.
    """
    results = list(all_results(trial, Frames(derived_dir)))
    _refuse_repeats(trial, results)
    rows = from_rows([result.row() for result in results], RESULTS)
    members = [row for result in results for row in result.member_rows()]
    made = trial.synthetic
    make_folder(out_dir, trial.private)
    write_table(Path(out_dir) / "results.parquet", rows, RESULTS, synthetic=made)
    known = from_rows(members, MEMBERS)
    write_table(Path(out_dir) / "members.parquet", known, MEMBERS, synthetic=made)


def all_results(trial: "Trial", frames: Frames) -> list[Result]:
    """Every result of a trial, in the order of its plan."""
    found = [
        result
        for analysis in trial.plan.analyses.values()
        for result in _unique(run_analysis(trial, analysis, frames))
    ]
    tables = [*flow(trial, frames, found), *baseline(trial, frames), *adverse_events(trial, frames)]
    results = [*tables, *found]
    for family in trial.plan.multiplicity.values():
        results += list(adjust(family, results, trial.plan.multiplicity))
    return [*results, *planning(trial, frames)]


def _unique(results: Iterator[Result]) -> list[Result]:
    """Counts that several steps of an analysis bring (two intervals of a proportion) stand once."""
    kept: dict[tuple[str, int], Result] = {}
    for number, result in enumerate(results):
        kept.setdefault((result.result_id, 0 if result.stat in COUNTS else number), result)
    return list(kept.values())


def run_analysis(trial: "Trial", analysis: "Analysis", frames: Frames) -> Iterator[Result]:
    """The steps of one analysis, each over its cuts."""
    for step in (*analysis.describe, *analysis.estimates, *analysis.tests):
        for cut in cuts(trial, analysis, frames, together=card_of(step.key).visits != "each"):
            told = cautions(cut)
            for result in filter(partial(_shown, analysis), method(step)(cut, step)):
                if result.stat in IN_UNITS and result.unit is None:
                    differs = result.stat in DIFFERENCES
                    result.unit = of_difference(cut.unit) if differs else cut.unit
                if told and result.error is None:
                    result.warning = " ".join(filter(None, (told, result.warning)))
                yield result
    yield from interaction(trial, analysis, frames)


def _shown(analysis: "Analysis", result: Result) -> bool:
    """Not the p-values of single levels, nor what belongs to them, where the plan wants none."""
    own = result.stat in P_VALUES or result.stat in SYMBOLS or result.stat in OF_P_VALUES
    return analysis.p_values_by_level or result.place.stratum is None or not own


def _refuse_repeats(trial: "Trial", results: list[Result]) -> None:
    seen: set[str] = set()
    for result in results:
        if result.result_id in seen:
            raise UserError(
                f"trial {trial.name}, analysis {result.place.analysis}",
                "two results would carry the same identifier",
                found=result.result_id,
                do="give each step an analysis of its own (`of` takes the rest), or remove one",
            )
        seen.add(result.result_id)


def interaction(trial: "Trial", analysis: Analysis, frames: Frames) -> Iterator[Result]:
    """The interaction test of the plan, over the subgroup variable, for the whole population."""
    given = analysis.interaction
    if given is None or analysis.by is None:
        return
    step = over_levels(given, analysis.by)
    together = card_of(step.key).visits != "each"
    for cut in cuts(trial, replace(analysis, by=None), frames, together=together):
        yield from method(step)(cut, step)
