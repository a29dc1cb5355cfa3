"""The check stage: every result recomputed independently, and the laws of conservation.

A disagreement stops the run, and so does a count that does not add up.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import Problems, UserError
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.laws import verify
from trialtrace.run.methods.checking.outcome import Compared, Recomputed, compare
from trialtrace.run.methods.checking.registry import checks_for
from trialtrace.run.tables.contracts import (
    CHECKS,
    MEMBERS,
    RESULTS,
    from_rows,
    read_table,
    write_table,
)
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.no_pingouin import PINGOUIN, lacks_pingouin

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.run.methods.checking.outcome import Check
    from trialtrace.run.trial.load import Trial


def check_results(trial: "Trial", derived_dir: Path, analysis_dir: Path, out_file: Path) -> None:
    """Write checks.parquet: a row for each component of each result that has a checker.

    Raises UserError naming every disagreement, or everything that does not add up, and then writes
    nothing.
    """
    results = read_table(Path(analysis_dir) / "results.parquet", RESULTS)
    data = asked_of(trial, Path(derived_dir), results)
    compared = list(recomputed(trial, data))
    _refuse_disagreement(compared)
    members = read_table(Path(analysis_dir) / "members.parquet", MEMBERS)
    verify(data, results.to_pylist(), members.to_pylist())
    rows = from_rows([each.row() for each in compared], CHECKS)
    write_table(Path(out_file), rows, CHECKS, synthetic=trial.synthetic)


def checked(trial: "Trial", derived_dir: Path, results: "pa.Table") -> Iterable[Compared]:
    """Each component of each result beside its recomputation, in the order of the results."""
    return recomputed(trial, asked_of(trial, derived_dir, results))


def asked_of(trial: "Trial", derived_dir: Path, results: "pa.Table") -> Data:
    """The derived data, with the results to check."""
    return Data(trial, derived_dir, results=[Asked.of(row) for row in results.to_pylist()])


def recomputed(trial: "Trial", data: Data) -> Iterable[Compared]:
    """The same, of data that are open."""
    checks, gone = checks_for(trial), lacks_pingouin(trial)

    def recompute(asked: Asked) -> Recomputed | None:
        check = present(_check_of(asked, checks))
        return data.once(("result", asked.result_id), partial(check, data, asked))

    data.recompute = recompute
    for asked in data.results:
        if _check_of(asked, checks) is None:
            continue
        try:
            answer = data.recompute(asked)
        except ModuleNotFoundError as error:
            if error.name != PINGOUIN:
                raise
            continue
        except (ArithmeticError, LookupError, ValueError) as error:
            raise UserError(
                f"result {asked.result_id}",
                f"the independent recomputation failed: {type(error).__name__}",
            ) from error
        # What has too few data is not asked of it, and has its name all the same.
        if answer is not None and not (gone and answer.by.startswith(PINGOUIN)):
            yield from compare(asked, answer)


def _check_of(asked: Asked, checks: "dict[str, Check]") -> "Check | None":
    return checks.get(asked.method) or checks.get(asked.stat)


def _refuse_disagreement(comparisons: list[Compared]) -> None:
    problems = Problems()
    for comparison in comparisons:
        if not comparison.agrees:
            problems.add(
                f"result {comparison.result_id}, {comparison.component}",
                "an independent recomputation disagrees",
                found=f"{comparison.ours!r}",
                expected=f"{comparison.theirs!r} by {comparison.by} "
                f"(tolerance {comparison.tolerance:g})",
                do="one of the two is wrong: compare the method's module with the check's",
            )
    problems.raise_if_any()
