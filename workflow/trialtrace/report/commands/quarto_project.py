"""`trialtrace quarto-project`: a report as a folder that a person extends in their own Quarto.

Its document is executable code and is that person's from then on: no run of the workflow reads it,
and it says so at its head.
"""

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import SYNTHETIC, make_folder, write_bytes, write_text
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.links import trace_link
from trialtrace.report.listing import listing
from trialtrace.report.material import Material
from trialtrace.report.render.document import Cell, read_document
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.settings import Settings

DOCUMENT, PROJECT, RESULTS, SIGN = "extended.qmd", "_quarto.yml", "results.csv", "SYNTHETIC.txt"
COLUMNS = (
    "result_id",
    "analysis_id",
    "stat_label",
    "stat_text",
    "stat_value",
    "ci_low",
    "ci_high",
    "unit",
    "n_used",
    "synthetic",
    "link",
)
QUARTO = f"""\
# Written by trialtrace quarto-project. You render it: no run of trialtrace reads this folder.
project:
  type: default
  render: [{DOCUMENT}]
"""
EXTENDED = """\
::: {{.callout-warning title="Extended report"}}
This document was written from the report of {run} and may have been changed since. What was changed
or added in it is not checked by trialtrace, and `trialtrace verify` does not speak of it.
`report.html` beside it is the report.
:::
"""
OWN = """\
## Your own section {{#sec-own}}

Write here. A number is printed with the link to its trace by its identifier, which `results.csv`
lists: `{{python}} own.number("{example}")`. `own.value(…)` is the unrounded value, `own.row(…)` all
that is stored, and this is every number of an analysis:

```{{python}}
#| label: own-table
own.table("{analysis}")
```
"""


def write_project(trial: Trial, settings: Settings, folder: str) -> str:
    """Write the folder; what to tell of it.

    Raises UserError for a folder that holds files, for a trial that has not run, and for a blinded
    draft, whose results name arms.
    """
    at = Path(folder)
    if at.exists() and (not at.is_dir() or any(os.scandir(at))):
        raise UserError(
            Problem(folder, found="a file, or a folder with files", expected="a new folder")
        )
    if trial.blinded:
        what = f"{trial.name}: a blinded draft"
        raise UserError(Problem(what, "its results name arms", do="unblind the trial first"))
    results = trial.at.results / trial.name
    codes = json.loads((results / "report" / "code.json").read_text(encoding="utf-8"))
    material = Material(trial, settings, results, codes)
    make_folder(at, trial.private)
    shutil.copytree(results / "report", at, dirs_exist_ok=True)
    drawn = [asdict(figure) for figure in draw_figures(material, at / "figures")]
    given = {
        "trial": trial.name,
        "root": str(trial.at.root),
        "results": str(results.resolve()),
        "codes": codes,
        "seal": material.seal.value,
        "drawn": drawn,
    }
    write_text(at / DOCUMENT, _document(material, given))
    write_text(at / PROJECT, QUARTO)
    write_bytes(at / RESULTS, _results(material).encode("utf-8"))
    if trial.synthetic:
        write_text(at / SIGN, f"{SYNTHETIC}\n")
    files = f"{DOCUMENT}, {PROJECT} and {RESULTS}"
    return (
        f"{folder}: the report of {trial.name} with its pages, {files}\n"
        f"Render it: cd {folder} && QUARTO_PYTHON={sys.executable} quarto render\n"
    )


def _document(material: Material, entry: dict[str, object]) -> str:
    """The source of the report with its parameters, told as extended, and room for more."""
    source = read_document(material.trial.at.reports / "trial.qmd")
    import yaml

    title = f"Extended: {escape_markdown(material.trial.title)}"
    head = yaml.safe_dump(source.meta | {"title": title}, sort_keys=False, allow_unicode=True)
    pieces = [f"---\n{head}---"]
    for part in source.parts:
        if not isinstance(part, Cell):
            pieces.append(part.text.strip("\n"))
        elif part.is_parameters:
            assigned = "\n".join(f"{name} = {value!r}" for name, value in entry.items())
            pieces.append(_cell("run", f"#| include: false\n{assigned}"))
        elif part.label == "setup":
            opened = "material = open_run(trial, root, results, codes, seal)\n"
            code = part.code.replace(
                "material = open_material(trial, root, results, codes)\n",
                f"{opened}own = Numbers(material)\n",
            ).replace(
                "from trialtrace.report.material import open_material",
                "from trialtrace.report.extended import Numbers, open_run",
            )
            pieces.append(_cell("setup", f"#| include: false\n{code}"))
            pieces.append(_heading(material))
        else:
            shown = "#| output: asis\n" if part.options.get("output") == "asis" else ""
            pieces.append(_cell(part.label, shown + part.code))
    planned = material.trial.plan.analyses
    example = next(row for row in material.results if row["analysis_id"] in planned)
    own = {"example": example["result_id"], "analysis": example["analysis_id"]}
    return "\n\n".join([*pieces, OWN.format(**own)])


def _heading(material: Material) -> str:
    """That the document is no report, and of a synthetic cohort that it is no evidence."""
    seal = material.seal.value
    run = f"run {seal[:8]}" if seal else "a run"
    stamp = f"::: {{.synthetic}}\n{SYNTHETIC}\n:::\n\n" if material.trial.synthetic else ""
    return stamp + EXTENDED.format(run=run)


def _cell(label: str, code: str) -> str:
    return f"```{{python}}\n#| label: {label}\n{code.strip()}\n```"


def _results(material: Material) -> str:
    """What the report may print, a row a number; no p where an estimate stands for it."""
    names = dict.fromkeys(row["analysis_id"] for row in material.results)
    rows = [
        row | {"link": trace_link(row["result_id"])} for n in names for row in material.printable(n)
    ]
    return listing(rows, COLUMNS, COLUMNS, "csv")
