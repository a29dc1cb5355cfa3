"""The documents that a trial has: where they lie, whose they are, and what they ask a run for.

Reports of all trials are made of reports/report.qmd, supplement.qmd and summary.qmd, which loop
over the plan; a run copies them to results/NAME/quarto/. Those in reports/NAME/ take their place,
and are somebody's own.
"""

import ast
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, did_you_mean, located, one_of
from trialtrace.base.paths import TEMPLATES, Project
from trialtrace.base.store import read_parquet, write_bytes
from trialtrace.report.links import analysis_place
from trialtrace.report.render.document import INLINE, Cell, Document, Prose, read_document
from trialtrace.report.render.subset import check_document
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.settings import LIFT, RESTRICTED

SUMMARY = "summary"
STEMS = TEMPLATES
# The folder of a run's documents, and in it what their chunks need besides results.
FOLDER, STATE = "quarto", "cells.json"
LEFT_BY_A_RUN = {"codes", "drawn", "places", "left_out"}
# What chunks call, and what the setup of a document assigns besides.
OF_ANALYSIS = ("sentences", "table")
FUNCTIONS = ("section", *OF_ANALYSIS, "figure")
NUMBERS = ("number", "value", "row")
HEADINGS = ("chapter", "heading")


def read_state(at: Project, trial: str) -> dict:
    """What a run left for the documents of a trial. Raises UserError where there is no run, or only
    one of an earlier version, which left less."""
    try:
        state = json.loads((at.results / trial / FOLDER / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        what = "has no results, and a document shows those of its last run"
        raise UserError(f"trial {trial}", what, do=f"trialtrace run {trial}") from None
    if not state.keys() >= LEFT_BY_A_RUN:
        what = "has results of another version of trialtrace"
        raise UserError(f"trial {trial}", what, do=f"trialtrace run {trial}")
    return state


def slug_of(label: str) -> str:
    """The name by which a document calls a figure of a label."""
    return label.removeprefix("fig-").replace("-", "_")


@dataclass(frozen=True)
class Call:
    """A call of a function of chunks with a name, in a line of a document."""

    function: str
    name: str
    line: int


@dataclass(frozen=True)
class Source:
    """A document as it is rendered, and whether it is somebody's own."""

    path: Path
    own: bool

    @property
    def stem(self) -> str:
        return self.path.stem

    def calls(self) -> Iterator[Call]:
        """What its chunks and sentences ask for by its name. Raises UserError where it is
        malformed."""
        for tree, line in _codes(read_document(self.path)):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and (call := _call(node, line)):
                    yield call


def own_document(at: Project, trial: str, stem: str) -> Path:
    return at.reports / trial / f"{stem}.qmd"


def sources(at: Project, trial: str, results: Path | None = None) -> list[Source]:
    """The documents of a trial's report, in their order; `results` is the folder of another run."""
    folder = (results or at.results / trial) / FOLDER
    return [
        Source(own, own=True)
        if (own := own_document(at, trial, stem)).is_file()
        else Source(folder / own.name, own=False)
        for stem in STEMS
    ]


def own_files(at: Project, trial: str) -> list[Path]:
    """What lies beside its own documents, such as figures of another program."""
    folder = at.reports / trial
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        file for file in files if file.suffix != ".qmd" and not file.name.startswith((".", "_"))
    ]


# What a document shows of a run: a function of chunks, and of what.
Asked = tuple[str, str]


def asked(calls: Iterable[str]) -> dict[Asked, None]:
    """What documents show, in their order, by the marks of the calls that gave it."""
    found = dict.fromkeys(call.partition(":")[::2] for call in calls)
    return dict.fromkeys(found)


def told_left_out(trial: Trial) -> list[str]:
    """A line on what the last run's own documents leave out, and one on its first page."""
    if not any(source.own for source in sources(trial.at, trial.name)):
        return []
    try:
        left_out = read_state(trial.at, trial.name)["left_out"]
    except UserError:
        return []
    told = {
        place: ", ".join(f'{function}("{name}")' for function, name in calls)
        for place, calls in left_out.items()
    }
    return [f"{place} leaves out {calls}" for place, calls in told.items() if calls]


def filled(trial: Trial, places: Mapping[str, str], shown: Collection[Asked]) -> dict[str, str]:
    """Of the pages of places those of headings under which documents show something of the run:
    their author may have left a heading alone."""
    analyses = {name.split("/")[1] if "/" in name else name for _, name in shown}
    empty = {analysis_place(name) for name in trial.plan.analyses if name not in analyses}
    sections = (name for name in section_names() if ("section", name) not in shown)
    empty |= {f"sec-{name.replace('_', '-')}" for name in sections}
    return {place: page for place, page in places.items() if place not in empty}


def section_names() -> list[str]:
    """The sections that a document can have. They are imported late: what draws them is heavy."""
    from trialtrace.report.cells import SECTIONS

    return [*SECTIONS, SUMMARY]


def own_problems(trial: Trial) -> list[Problem]:
    """What is wrong in own documents: what not both renderers render, what the plan has not."""
    problems = []
    for source in sources(trial.at, trial.name):
        if source.own:
            found = check_document(source.path)
            hidden = [] if found or trial.shows_values else refused_code(trial, [source])
            own = [] if found else [*_unknown_names(trial, source), *_not_shown(trial, source)]
            problems += [*found, *hidden, *own]
    return problems


def refused_code(trial: Trial, documents: Iterable[Source]) -> list[Problem]:
    """Code of own documents that could print what patients have, unless trial.yaml allows it."""
    return [
        Problem(
            located(trial.at.shown(source.path), line),
            f"code of its own, which could print what patients have, while {RESTRICTED}",
            found=code,
            do=f"leave it out, write `document_code: true` in trial.yaml, {LIFT}",
        )
        for source in ([] if trial.document_code else documents)
        if source.own
        for line, code in foreign_code(
            read_document(source.path), read_document(trial.at.template(source.stem))
        )
    ]


def _unknown_names(trial: Trial, source: Source) -> Iterator[Problem]:
    """Calls of a document for what there is not: sections and analyses of the plan, figures and
    results of the last run, if there is one."""
    analyses = [*trial.plan.analyses]
    known = {"section": section_names(), "sentences": analyses, "table": analyses}
    calls = list(source.calls())
    folder = trial.at.results / trial.name
    if (folder / FOLDER / STATE).is_file():
        state, results = read_state(trial.at, trial.name), folder / "analysis" / "results.parquet"
        known["figure"] = [slug_of(one["label"]) for one in state["drawn"]]
        # Reading them takes longer than all else here, and few documents name one.
        if any(call.function in NUMBERS for call in calls) and results.is_file():
            result_ids = read_parquet(results, ["result_id"])["result_id"].to_pylist()
            known |= dict.fromkeys(NUMBERS, result_ids)
    for call in calls:
        names = known.get(call.function, [call.name])
        if call.name not in names:
            place = located(trial.at.shown(source.path), call.line)
            found, do = f'{call.function}("{call.name}")', did_you_mean(call.name, names)
            of_results = call.function in NUMBERS
            expected = f"a result of trialtrace results {trial.name}" if of_results else None
            yield Problem(place, found=found, expected=expected or one_of(names), do=do)


def _not_shown(trial: Trial, source: Source) -> Iterator[Problem]:
    """What a chunk asks for in a line that is not its last: of these nothing is shown."""
    for tree, line in _codes(read_document(source.path)):
        for statement in tree.body[:-1]:
            match statement:
                case ast.Expr(ast.Call() as call) if found := _call(call, line):
                    place = located(trial.at.shown(source.path), found.line)
                    what = "is not shown, since a chunk shows what its last line gives"
                    do = "give each call a chunk of its own"
                    yield Problem(place, what, found=ast.unparse(call), do=do)


def foreign_code(document: Document, template: Document) -> Iterator[tuple[int, str]]:
    """Line and text of every statement that does more than call what documents are given, and is
    not in a cell of the template."""
    known = {cell.code for cell in template.cells}
    for tree, line in _codes(replace(document, parts=tuple(_without(document, known)))):
        for statement in tree.body:
            if not _is_given(statement):
                yield line + statement.lineno - 1, ast.unparse(statement).split("\n")[0]


def _without(document: Document, known: Collection[str]) -> Iterator[Prose | Cell]:
    return (one for one in document.parts if isinstance(one, Prose) or one.code not in known)


def _is_given(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module="trialtrace.report.cells"):
            return True
        case ast.Expr(ast.Call(ast.Name(name)) as call):
            return name in (*FUNCTIONS, *NUMBERS, *HEADINGS) and _constant(call)
        case ast.Assign([ast.Name()], ast.Call(ast.Name("open_report")) as call):
            return _constant(call)
        case ast.Assign([ast.Tuple(names)], ast.Tuple(values)):
            pairs = zip(names, values, strict=False)
            return len(names) == len(values) and all(_is_function(*pair) for pair in pairs)
    return False


def _is_function(name: ast.expr, value: ast.expr) -> bool:
    """Whether a function of the run is given its own name."""
    match name, value:
        case ast.Name(own), ast.Attribute(ast.Name(), attribute):
            return own == attribute and own in (*FUNCTIONS, *NUMBERS, *HEADINGS)
    return False


def _codes(document: Document) -> Iterator[tuple[ast.Module, int]]:
    """Every piece of code of a document and the line of its first."""
    for part in document.parts:
        if isinstance(part, Cell):
            yield ast.parse(part.code), part.code_line
            continue
        for number, line in enumerate(part.text.split("\n"), part.line):
            for expression in INLINE.findall(line):
                yield ast.parse(expression.strip()), number


def _call(node: ast.Call, line: int) -> Call | None:
    """A call of a function of chunks by its name with a text."""
    function = node.func.id if isinstance(node.func, ast.Name) else None
    first = node.args[0] if node.args else None
    if function not in (*FUNCTIONS, *NUMBERS) or not isinstance(first, ast.Constant):
        return None
    return Call(function, str(first.value), line + node.lineno - 1)


def _constant(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(isinstance(one, ast.Constant) for one in given)


# `trialtrace report`: which documents a report is made of, and how they become one's own.


def tell_documents(trial: Trial) -> str:
    """A line a document, and what of a run they leave out."""
    documents = sources(trial.at, trial.name)
    lines = [
        f"{trial.at.shown(document.path)}: own"
        if document.own
        else f"reports/{document.path.name}: of all trials"
        for document in documents
    ]
    return "\n".join([*lines, *told_left_out(trial)]) + "\n"


def write_own(trial: Trial) -> str:
    """Copy the templates to where they are somebody's own.

    Raises UserError where there is one already.
    """
    own = {stem: own_document(trial.at, trial.name, stem) for stem in STEMS}
    if there := [trial.at.shown(path) for path in own.values() if path.exists()]:
        what = "is there already, and is yours"
        raise UserError(there[0], what, do="change it, or move it away first")
    for stem, path in own.items():
        write_bytes(path, trial.at.template(stem).read_bytes())
    return f"{trial.at.shown(path.parent)}/ is yours: the next run makes the report of it\n"
