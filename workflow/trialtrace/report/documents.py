"""The documents of a trial as a run writes them from the plan, an analysis a chunk."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from trialtrace.base.store import write_text
from trialtrace.base.words import tight_percent
from trialtrace.report.cells import Cells
from trialtrace.report.figures.make import Drawn, beside, first_figures, of_summary
from trialtrace.report.links import analysis_place, role_place, tables_place
from trialtrace.report.material import Material
from trialtrace.report.own_documents import AFTER, BEFORE, FOLDER, STEMS, SUMMARY, Source, slug_of
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.questions import looked_at
from trialtrace.run.trial.reported import REPORT, ROLES, SUPPLEMENT, in_main_report

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
_LABEL = re.compile(r"^::: \{#(tbl-[^}]+)\}", re.MULTILINE)


def write_documents(cells: Cells) -> None:
    """Write the documents of a trial from its plan."""
    for stem in STEMS:
        text = "\n".join(_document(cells, stem)).rstrip() + "\n"
        write_text(written(cells.material, stem), text)


def written(material: Material, stem: str) -> Path:
    return material.folder / FOLDER / f"{stem}.qmd"


def differs(material: Material, source: Source) -> bool:
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
            yield f"## {heading} {{#{anchor}}}\n"
            if name == "made":
                yield MADE
            yield from _chunk(cells, "section", name)


def _opening(cells: Cells) -> Iterator[str]:
    shown = _of_summary(cells)
    yield from _figures(cells, [one for one in first_figures(cells.drawn) if one not in shown])
    for heading, anchor, names in BEFORE:
        if any(cells.text("section", name) for name in names):
            yield f"## {heading} {{#{anchor}}}\n"
            for name in names:
                yield from _chunk(cells, "section", name)
    if alone := beside(cells.drawn, "", shown):
        yield "## Treatment and course {#sec-course}\n"
        yield from _figures(cells, alone)


def _of_role(cells: Cells, role: str, stem: str) -> Iterator[str]:
    """Analyses of a role in one document; the supplement's heading says where they are in both."""
    trial = cells.material.trial
    plan = trial.plan.analyses
    of = {name: plan[looked_at(cells.material, name)] for name in plan}
    every = [one for name, one in plan.items() if of[name].role == role]
    main = [one for one in every if in_main_report(trial, one)]
    here = main if stem == REPORT else every
    if not here:
        return
    title, place = ROLES[role], role_place(role)
    if stem == SUPPLEMENT and main:
        title, place = f"{title}: tables", f"{place}-tables"
    yield f"## {title} {{#{place}}}\n"
    for analysis in here:
        label = tight_percent(escape_markdown(analysis.label))
        whole = stem == REPORT or analysis not in main
        anchor = (analysis_place if whole else tables_place)(analysis.name)
        yield f"### {label} {{#{anchor}}}\n"
        if whole:
            yield from _chunk(cells, "sentences", analysis.name)
            yield from _figures(cells, beside(cells.drawn, analysis.name, _of_summary(cells)))
        if stem == SUPPLEMENT:
            yield from _chunk(cells, "table", analysis.name)


def _of_summary(cells: Cells) -> list[Drawn]:
    analyses = cells.material.trial.plan.analyses.values()
    return of_summary(
        cells.drawn, [analysis.name for analysis in analyses if analysis.role == "primary"]
    )


def _figures(cells: Cells, drawn: list[Drawn]) -> Iterator[str]:
    for one in drawn:
        yield from _chunk(cells, "figure", slug_of(one.label), one.label)


def _chunk(cells: Cells, function: str, name: str, label: str = "") -> Iterator[str]:
    """A chunk that shows something, labelled as the first table in it."""
    text = cells.text(function, name)
    if not text.strip():
        return
    table = _LABEL.search(text) if function != "sentences" else None
    label = label or (table[1] if table else f"{function}-{name.replace('_', '-')}")
    yield f'```{{python}}\n#| label: {label}\n#| output: asis\n{function}("{name}")\n```\n'
