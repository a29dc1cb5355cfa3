"""`trialtrace report TRIAL --tables FOLDER`: tables and figures one by one, for a manuscript."""

import re
from pathlib import Path

import trialtrace
from trialtrace.report.cells import Cells, at_hand
from trialtrace.report.own_documents import own_files, sources
from trialtrace.report.render.api import render_floats
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.reported import REPORT, SUPPLEMENT

_LABEL = re.compile(r"\{#(tbl-[\w-]+)")


def write_floats(cells: Cells, folder: Path) -> list[str]:
    """Write each numbered table and figure of the last run's report and supplement as a DOCX with
    its title, notes, population and source; the names of the files."""
    material = cells.material
    trial = material.trial
    documents = [one for one in sources(trial.at, trial.name) if one.stem in (REPORT, SUPPLEMENT)]
    figures = trial.at.results / trial.name / "report" / "figures"
    own = {path.name: path for path in own_files(trial.at, trial.name)}
    analyses = _analyses(cells)
    run = "" if material.seal.value is None else f", run {grouped(material.seal.value)[:17]}"

    def lines(label: str, own: bool) -> list[str]:
        if own:
            return ["Source: the author of the document; trialtrace neither made nor checked it."]
        source = f"Source: trialtrace {trialtrace.__version__}, trial {trial.name}{run}"
        if (name := analyses.get(label)) is None:
            return [f"{source}."]
        population = trial.populations[trial.plan.analyses[name].estimand.population]
        return [f"Population: {population.label}.", f"{source}, analysis {name}."]

    with at_hand(cells):
        return render_floats(
            [one.path for one in documents],
            out_dir=folder,
            lines=lines,
            inputs={**own, "figures": figures},
            home=next((one.path.parent.absolute() for one in documents if one.own), None),
            stamp=trial.stamp,
            private=material.disclosure != "full",
        )


def _analyses(cells: Cells) -> dict[str, str]:
    """The analysis of each label of a table or figure that is of one."""
    found = {drawn.label: drawn.analysis for drawn in cells.drawn if drawn.analysis}
    for name in cells.material.trial.plan.analyses:
        found |= dict.fromkeys(_LABEL.findall(cells.text("table", name)), name)
    return found
