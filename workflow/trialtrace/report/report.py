"""The report stage: a folder that can be mailed, with a trace page for every number."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.claims.coverage import coverage
from trialtrace.ground.errors import Problem, UserError
from trialtrace.ground.store import write_bytes, write_json, write_text
from trialtrace.report.audit.audit_page import audit_page
from trialtrace.report.audit.coverage_page import coverage_page
from trialtrace.report.figures.make import Drawn, draw_figures
from trialtrace.report.links import AUDIT_PAGE, COVERAGE_PAGE, WARNINGS, data_page, trace_link
from trialtrace.report.material import Material
from trialtrace.report.pages.data_page import data_page_html
from trialtrace.report.pages.trace_page import trace_page
from trialtrace.report.render import render_document
from trialtrace.report.seal_file import write_seal
from trialtrace.report.sections.shown_config import shown_file

if TYPE_CHECKING:
    from trialtrace.trial.load import Trial
    from trialtrace.trial.settings import Settings

# What stands in the place of a file that names the arms.
NOT_SHOWN = "Not shown while the draft is blinded, since it names arms. It stands in {}.\n"
PARTS = ("trial", "cleaning", "endpoints", "plan", "claims", "cohort")


def render_report(
    trial: "Trial", settings: "Settings", results_dir: Path, codes: dict[str, str]
) -> str:
    """Write report/: report.html and .docx, audit.html, figures/, trace/, data/ and config/; and
    seal.json beside it.

    `codes` holds the hash of each stage's code. Returns the name of the renderer that was used.
    """
    material = Material(trial, settings, Path(results_dir), codes)
    out = Path(results_dir) / "report"
    drawn = draw_figures(material, out / "figures")
    renderer = _document(material, out, drawn)
    _traces(material, out)
    if material.claims:
        audit = material.printed | {"claims": material.claims}
        text = audit_page(
            audit,
            trial.title,
            synthetic=trial.synthetic,
            in_report=True,
            coverage=bool(trial.claims_document.get("items")),
            draft=trial.draft,
        )
        write_text(out / AUDIT_PAGE, text)
    if trial.claims_document.get("items"):
        text = coverage_page(
            coverage(trial), trial.title, synthetic=trial.synthetic, draft=trial.draft
        )
        write_text(out / COVERAGE_PAGE, text)
    _configuration(material, out)
    if material.disclosure == "full":
        for table in trial.source.items:
            text = data_page_html(
                material.folder / "raw", table, synthetic=trial.synthetic, draft=trial.draft
            )
            write_text(out / data_page(table), text)
    write_json(out / "code.json", codes)
    write_json(out / WARNINGS, material.red_lines)
    write_seal(material.folder, trial.name, material.seal)
    return renderer


def _document(material: Material, out: Path, drawn: list[Drawn]) -> str:
    trial = material.trial
    made = render_document(
        trial.at.reports / "trial.qmd",
        out_dir=out,
        stem="report",
        params={
            "trial": trial.name,
            "root": str(trial.at.root),
            "results": str(material.folder.resolve()),
            "codes": material.codes,
            "drawn": [asdict(figure) for figure in drawn],
        },
        inputs={"figures": out / "figures"},
        formats=material.settings.report.formats,
        title=f"{trial.draft}: {trial.title}" if trial.draft else trial.title,
        synthetic=trial.synthetic,
        private=material.disclosure != "full",
    )
    return made.renderer


def _traces(material: Material, out: Path) -> None:
    written: dict[str, str] = {}
    for result_id in material.tracer.results:
        link = trace_link(result_id)
        if link in written:
            raise UserError(
                Problem(
                    f"trial {material.trial.name}",
                    "two results would share one trace page",
                    found=f"{written[link]} and {result_id}",
                    do="give one of the analyses another name in plan.yaml",
                )
            )
        written[link] = result_id
        trace = material.tracer.trace(result_id)
        text = trace_page(trace, material.codes, material.trial.title, material.trial.draft)
        write_text(out / link, text)


def _configuration(material: Material, out: Path) -> None:
    folder = material.trial.at.trial_config(material.trial.name)
    for name in (*(f"{part}.yaml" for part in PARTS), "dictionary.csv"):
        if (folder / name).is_file() and material.trial.blinded:
            told = NOT_SHOWN.format(material.trial.at.shown(folder / name))
            write_text(out / "config" / f"{name}.txt", told)
        elif (folder / name).is_file():
            data = shown_file(material.trial, name, material.disclosure)
            write_bytes(out / "config" / f"{name}.txt", data)
