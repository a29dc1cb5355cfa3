"""`trialtrace results`: the results of a run, and those that a plan asks for, in its order."""

from collections.abc import Container, Mapping, Sequence

from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.base.paths import Project
from trialtrace.base.stamp import SYNTHETIC, Stamp
from trialtrace.base.synthetic import SET_MARK
from trialtrace.report.listing import headed, listing
from trialtrace.run.tables.contracts import RESULTS

RESULT_COLUMNS = ("result_id", "stat_text", "n_used", "error")
# What a table of them is made of: those, and what says whose they are and that some are synthetic.
OF_TABLE = (*RESULT_COLUMNS, "analysis_id", "synthetic")
PLANNED_COLUMNS = ("result_id", "given")


def tell_results(
    rows: Sequence[Mapping[str, object]],
    analysis: str | None,
    form: str,
    stamp: Stamp | None,
    marked: Container[object] = (),
) -> None:
    """Print the results of a run, as a table under the name of each analysis; each has the stamp of
    a run that is not the analysis. In a table those whose ids are `marked` were set to published
    numbers, and its foot says what synthetic data are."""
    names = RESULTS.names
    rows = [_marked(row) if row["result_id"] in marked else row for row in rows]
    if stamp:
        rows, names = [{**row, "stamp": stamp.caption} for row in rows], [*names, "stamp"]
    _tell(rows, [str(row["analysis_id"]) for row in rows], analysis, form, names)
    if form == "table" and any(row["synthetic"] for row in rows):
        told = f". {SET_MARK}: simulated to match the published figure" * any(map(_has_mark, rows))
        print(f"\n{SYNTHETIC.sentence}{told}.")


def _marked(row: Mapping[str, object]) -> dict[str, object]:
    return {**row, "stat_text": f"{row['stat_text']}{SET_MARK}"}


def _has_mark(row: Mapping[str, object]) -> bool:
    return str(row["stat_text"]).endswith(SET_MARK)


def tell_planned(at: Project, name: str, analysis: str | None, form: str) -> None:
    """Print the results that a plan asks for, without any run."""
    from trialtrace.run.methods.analysing.planned import planned_results
    from trialtrace.run.trial.load import load_trial

    planned = planned_results(load_trial(name, at))
    rows = [{"result_id": one.pattern, "given": one.given} for one in planned]
    _tell(rows, [one.analysis for one in planned], analysis, form, PLANNED_COLUMNS)


def _tell(
    rows: Sequence[Mapping[str, object]],
    of: Sequence[str],
    analysis: str | None,
    form: str,
    names: Sequence[str],
) -> None:
    if analysis is not None:
        _known("analysis", analysis, list(dict.fromkeys(of)))
        pairs = [pair for pair in zip(rows, of, strict=True) if pair[1] == analysis]
        rows, of = [row for row, _ in pairs], [one for _, one in pairs]
    shown = PLANNED_COLUMNS if names == PLANNED_COLUMNS else RESULT_COLUMNS
    shown = (*shown, "stamp") if "stamp" in names else shown
    told = listing(rows, names, shown, form)
    print(headed(told, of) if form == "table" else told, end="")


def _known(what: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        parts = [one for one in names if name and name in one.split("_")]
        named = f"did you mean {one_of(parts)}?" if parts else None
        raise UserError(
            f"{what} {name!r}",
            found="no such " + what,
            expected=one_of(names),
            do=did_you_mean(name, names) or named,
        )
