"""`trialtrace report`: which documents a report is made of, and how they become one's own."""

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import write_bytes
from trialtrace.report.cells import FOLDER
from trialtrace.report.documents import STEMS, left_out, own_document, sources
from trialtrace.run.trial.load import Trial

OWN, OF_RUN, NO_RUN = "own", "as the run writes it", "written by the next run"


def tell_documents(trial: Trial) -> str:
    """A line a document, and what of the plan they leave out."""
    documents = sources(trial.at, trial.name)
    lines = [
        f"{trial.at.shown(one.path)}: "
        + (OWN if one.own else OF_RUN if one.path.is_file() else NO_RUN)
        for one in documents
    ]
    lacking = [f"not in them: {one.name} ({one.label})" for one in left_out(trial, documents)]
    return "\n".join([*lines, *lacking]) + "\n"


def write_own(trial: Trial) -> str:
    """Copy the documents of the last run to where they are somebody's own.

    Raises UserError where there is one already, or no run.
    """
    own = {stem: own_document(trial.at, trial.name, stem) for stem in STEMS}
    if there := [trial.at.shown(path) for path in own.values() if path.exists()]:
        what = "is there already, and is yours"
        raise UserError(Problem(there[0], what, do="change it, or move it away first"))
    made = trial.at.results / trial.name / FOLDER
    for stem, path in own.items():
        write_bytes(path, (made / f"{stem}.qmd").read_bytes())
    return f"{trial.at.shown(path.parent)}/ is yours: the next run makes the report of it\n"
