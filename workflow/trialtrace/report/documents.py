"""The documents of a trial: those that a run writes from the plan, and a statistician's own.

`report.qmd` and `supplement.qmd` lie in reports/NAME/ where they are somebody's own, else in
results/NAME/quarto/, written anew by each run. Both renderers make the report of them.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet, write_bytes, write_text
from trialtrace.base.words import tight_percent
from trialtrace.report.audit.targets import targets_title
from trialtrace.report.cells import (
    FOLDER,
    SECTIONS,
    STATE,
    SUMMARY,
    Cells,
    read_state,
    slug_of,
)
from trialtrace.report.figures.make import Drawn, beside, first_figures, of_summary
from trialtrace.report.links import analysis_place, role_place
from trialtrace.report.material import Material
from trialtrace.report.render.document import INLINE, Document, Prose, read_document
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.subset import check_document
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import REPORT, ROLES, SUPPLEMENT, in_main_report

STEMS = (REPORT, SUPPLEMENT, SUMMARY)
HEAD = """\
---
# As a run of trialtrace writes it from the plan. `trialtrace report {name} --write` copies it to
# reports/{name}/, where it is yours to change.
title: {title}
format:
  html: {{embed-resources: true, toc: {long}, number-sections: {long}, html-math-method: mathml}}
  docx: {{toc: {long}, number-sections: {long}}}
  typst: {{toc: {long}, number-sections: {long}}}
execute: {{echo: false, warning: false}}
jupyter: python3
---

```{{python}}
#| label: setup
#| include: false
from trialtrace.report.cells import open_report

run = open_report("{name}")
section, sentences, table, figure = run.section, run.sentences, run.table, run.figure
number, value, row = run.number, run.value, run.row
```
"""
MADE = """\
Every number of a result in a table is a link to its trace: the rows it was made from, the method
and its options, the independent check, the plan and the code. Printed numbers, constants, the
account of the data and hashes are no results, and are given with their places.
"""
# Heading, anchor and sections of what comes before and after the analyses of each document.
BEFORE = ("Patients", "sec-patients", ("populations", "flow", "clusters", "baseline"))
AFTER = {
    REPORT: (
        ("Looks for the monitoring committee", "sec-committee", "committee"),
        ("Harms", "sec-harms", "harms"),
        ("Published numbers", "sec-published", "published"),
        ("Limitations of this re-analysis", "sec-limits", "limits"),
        ("Methods, software and references", "sec-methods", "methods"),
        ("Data", "sec-data", "data"),
        ("How these numbers were made", "sec-made", "made"),
    ),
    SUPPLEMENT: (
        ("Methods of these analyses", "sec-methods-further", "methods_further"),
        ("Sample size, power and precision", "sec-planning", "planning"),
        ("Endpoints", "sec-endpoints", "endpoints"),
        ("Declared constants", "sec-constants", "constants"),
        ("The frozen plan and what changed since", "sec-frozen", "frozen"),
        ("Data review and visits outside their window", "sec-review", "review"),
        ("CONSORT 2025", "sec-consort", "consort"),
        ("Multiverse", "sec-multiverse", "multiverse"),
        ("Simulation", "sec-simulation", "simulation"),
        ("Listings", "sec-listings", "listings"),
        ("", "sec-targets", "targets"),
    ),
}
# What chunks call, and what the setup of a document assigns besides.
FUNCTIONS = ("section", "sentences", "table", "figure")
NUMBERS = ("number", "value", "row")
_LABEL = re.compile(r"^::: \{#(tbl-[^}]+)\}", re.MULTILINE)
_COMMENT_OR_CODE = re.compile(rf"(<!--|-->)|{INLINE.pattern}")


def write_documents(cells: Cells) -> None:
    """Write the documents of a trial from its plan."""
    for stem in STEMS:
        text = "\n".join(_document(cells, stem)).rstrip() + "\n"
        write_text(written(cells.material, stem), text)


def written(material: Material, stem: str) -> Path:
    return material.folder / FOLDER / f"{stem}.qmd"


def differs(material: Material, source: "Source") -> bool:
    """Whether a document has anything that the run would not write."""
    return source.path.read_bytes() != written(material, source.stem).read_bytes()


def _document(cells: Cells, stem: str) -> Iterator[str]:
    trial = cells.material.trial
    # JSON's text is YAML's, and names no key by what stands in a title.
    title = trial.title if stem == REPORT else f"{stem.capitalize()}: {trial.title}"
    shown = json.dumps(title, ensure_ascii=False)
    yield HEAD.format(name=trial.name, title=shown, long=json.dumps(stem != SUMMARY))
    if stem in (SUMMARY, REPORT):
        yield "::: {.summary}\n"
        yield from _chunk(cells, "section", SUMMARY)
        yield from _figures(cells, _of_summary(cells))
        yield ":::\n"
    if stem == SUMMARY:
        return
    if stem == REPORT:
        yield from _opening(cells)
    for role in ROLES:
        yield from _of_role(cells, role, stem)
    for heading, anchor, name in AFTER[stem]:
        if cells.text("section", name):
            yield f"## {heading or targets_title(cells.material)} {{#{anchor}}}\n"
            if name == "made":
                yield MADE
            yield from _chunk(cells, "section", name)


def _opening(cells: Cells) -> Iterator[str]:
    shown = _of_summary(cells)
    yield from _figures(cells, [one for one in first_figures(cells.drawn) if one not in shown])
    heading, anchor, names = BEFORE
    yield f"## {heading} {{#{anchor}}}\n"
    for name in names:
        yield from _chunk(cells, "section", name)
    if alone := beside(cells.drawn, "", shown):
        yield "## Treatment and course {#sec-course}\n"
        yield from _figures(cells, alone)


def _of_role(cells: Cells, role: str, stem: str) -> Iterator[str]:
    """Analyses of a role in one document; the supplement's heading says where they are in both."""
    trial = cells.material.trial
    every = [one for one in trial.plan.analyses.values() if one.role == role]
    here = [one for one in every if in_main_report(trial, one) == (stem == REPORT)]
    if not here:
        return
    title, place = ROLES[role], role_place(role)
    if stem == SUPPLEMENT and len(here) < len(every):
        title, place = f"Further {lower_first(title)}", f"{place}-further"
    yield f"## {title} {{#{place}}}\n"
    for analysis in here:
        label = tight_percent(escape_markdown(analysis.label))
        yield f"### {label} {{#{analysis_place(analysis.name)}}}\n"
        yield from _chunk(cells, "sentences", analysis.name)
        yield from _chunk(cells, "table", analysis.name)
        yield from _figures(cells, beside(cells.drawn, analysis.name, _of_summary(cells)))


def _of_summary(cells: Cells) -> list[Drawn]:
    analyses = cells.material.trial.plan.analyses.values()
    return of_summary(cells.drawn, [one.name for one in analyses if one.role == "primary"])


def _figures(cells: Cells, drawn: list[Drawn]) -> Iterator[str]:
    for one in drawn:
        yield from _chunk(cells, "figure", slug_of(one), one.label)


def _chunk(cells: Cells, function: str, name: str, label: str = "") -> Iterator[str]:
    """A chunk that shows something, labelled as the first table in it."""
    text = cells.text(function, name)
    if not text.strip():
        return
    table = _LABEL.search(text) if function != "sentences" else None
    label = label or (table[1] if table else f"{function}-{name.replace('_', '-')}")
    yield _written_chunk(label, function, name)


def _written_chunk(label: str, function: str, name: str) -> str:
    return f'```{{python}}\n#| label: {label}\n#| output: asis\n{function}("{name}")\n```\n'


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

    def calls(self, *, shown: bool = False) -> Iterator[Call]:
        """What its chunks and sentences ask for, or what of it is `shown`. Raises UserError where
        it is malformed."""
        for tree, line in _codes(read_document(self.path), shown=shown):
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
    return [one for one in files if one.suffix != ".qmd" and not one.name.startswith((".", "_"))]


def left_out(trial: Trial, documents: Sequence[Source]) -> list[Analysis]:
    """Analyses of the plan that own documents leave out; nothing where there are none."""
    if not any(one.own for one in documents):
        return []
    shown = {
        call.name
        for one in documents
        if one.path.is_file()
        for call in one.calls(shown=True)
        if call.function in ("table", "sentences")
    }
    return [one for one in trial.plan.analyses.values() if one.name not in shown]


def sections_left_out(material: Material, documents: Sequence[Source]) -> list[str]:
    """Sections that the run would have written and that own documents leave out."""

    def sections(sources: Iterable[Source]) -> dict[str, None]:
        calls = [call for source in sources for call in source.calls(shown=True)]
        return dict.fromkeys(call.name for call in calls if call.function == "section")

    of_run = [Source(written(material, one.stem), own=False) for one in documents]
    theirs = sections(documents)
    return [name for name in sections(of_run) if name not in theirs]


def own_problems(trial: Trial) -> list[Problem]:
    """What is wrong in own documents: what not both renderers render, what the plan has not."""
    problems = []
    for source in sources(trial.at, trial.name):
        if source.own:
            found = check_document(source.path)
            problems += found or [*_unknown_names(trial, source), *_not_shown(trial, source)]
    return problems


def _unknown_names(trial: Trial, source: Source) -> Iterator[Problem]:
    """Calls of a document for what there is not: sections and analyses of the plan, figures and
    results of the last run, if there is one."""
    analyses = [*trial.plan.analyses]
    known = {"section": [*SECTIONS, SUMMARY], "sentences": analyses, "table": analyses}
    folder = trial.at.results / trial.name
    if (folder / FOLDER / STATE).is_file():
        state, results = read_state(trial.at, trial.name), folder / "analysis" / "results.parquet"
        known["figure"] = [slug_of(Drawn(**one)) for one in state["drawn"]]
        if results.is_file():
            result_ids = read_parquet(results, ["result_id"])["result_id"].to_pylist()
            known |= dict.fromkeys(NUMBERS, result_ids)
    for call in source.calls():
        names = known.get(call.function, [call.name])
        if call.name not in names:
            place = f"{trial.at.shown(source.path)}, line {call.line}"
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
                    place = f"{trial.at.shown(source.path)}, line {found.line}"
                    what = "is not shown, since a chunk shows what its last line gives"
                    do = "give each call a chunk of its own"
                    yield Problem(place, what, found=ast.unparse(call), do=do)


def foreign_code(document: Document) -> Iterator[tuple[int, str]]:
    """Line and text of every statement that does more than call what documents are given."""
    for tree, line in _codes(document):
        for statement in tree.body:
            if not _is_given(statement):
                yield line + statement.lineno - 1, ast.unparse(statement).split("\n")[0]


def _is_given(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module="trialtrace.report.cells"):
            return True
        case ast.Expr(ast.Call() as call):
            return _call(call, 0) is not None and _constant(call)
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
            return own == attribute and own in (*FUNCTIONS, *NUMBERS)
    return False


def _codes(document: Document, *, shown: bool = False) -> Iterator[tuple[ast.Module, int]]:
    """Every piece of code of a document, or what its chunks show, and the line of its first."""
    commented = False
    for part in document.parts:
        if not isinstance(part, Prose):
            hidden = any(part.options.get(name) is False for name in ("include", "eval", "output"))
            if not (shown and (hidden or commented)):
                yield ast.parse(part.code), part.code_line
            continue
        for number, line in enumerate(part.text.split("\n"), part.line):
            for mark, expression in _COMMENT_OR_CODE.findall(line):
                commented = mark == "<!--" if mark else commented
                if expression and not (shown and commented):
                    yield ast.parse(expression.strip()), number


def _call(node: ast.Call, line: int) -> Call | None:
    """A call of a function of chunks by its name with a text."""
    function = node.func.id if isinstance(node.func, ast.Name) else None
    first = node.args[0] if node.args else None
    if function not in (*FUNCTIONS, *NUMBERS) or not isinstance(first, ast.Constant):
        return None
    return Call(function, str(first.value), line + node.lineno - 1)


def _constant(call: ast.Call) -> bool:
    given = [*call.args, *(one.value for one in call.keywords)]
    return all(isinstance(one, ast.Constant) for one in given)


# `trialtrace report`: which documents a report is made of, and how they become one's own.

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
