"""The report stage: a folder that can be mailed, with the pages behind its numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from trialtrace.base.errors import ProblemsError
from trialtrace.base.store import write_bytes, write_json, write_text
from trialtrace.base.words import tight_percent
from trialtrace.report import links
from trialtrace.report.audit.audit_page import audit_page
from trialtrace.report.audit.cohort_words import put_in
from trialtrace.report.audit.coverage_page import coverage_page, section_pages
from trialtrace.report.audit.plan_page import Reported, plan_page
from trialtrace.report.audit.published import typed
from trialtrace.report.cells import Cells, at_hand
from trialtrace.report.downloads import offer_tables
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.numbers import numbers_csv
from trialtrace.report.own_documents import (
    OF_ANALYSIS,
    Asked,
    Source,
    asked,
    filled,
    own_files,
    refused_code,
    sources,
)
from trialtrace.report.pages.at_risk_page import at_risk_pages
from trialtrace.report.pages.traces import config_lines, write_traces
from trialtrace.report.render.api import RenderedFiles, calls_of, render_document
from trialtrace.report.render.document import read_document
from trialtrace.report.seal_file import HTML, write_seal
from trialtrace.report.sections.methods import bibliography
from trialtrace.report.sections.references import BIBLIOGRAPHY
from trialtrace.report.shown_config import shown_file
from trialtrace.run.claims.coverage import coverage, section_of
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.reported import REPORT, SUPPLEMENT
from trialtrace.run.trial.settings import EMBEDDED, QUARTO, Settings

# The head of a document that is somebody's own.
AUTHORED = (
    "{} of {}, which somebody has changed after a run wrote it. Numbers that are links and all "
    "that has no mark are of the run, but for headings and sentences without a number; what is "
    "marked is its author's own, and nothing checked it."
)
LEFT_OUT = "{} that it leaves out: {}."
# What of an analysis a function shows.
PARTS = dict(zip(OF_ANALYSIS, ("its sentences", "its tables"), strict=True))
# What stands in the place of a file that names the arms.
NOT_SHOWN = "Not shown in an open report, since it names arms. It stands in {}.\n"
NOT_OF_RUN = "Not shown in such a run, since it tells numbers of the true arms. It stands in {}.\n"
TRUE_ARMS = ("claims.yaml",)


def render_report(
    trial: Trial, settings: Settings, results_dir: Path, codes: dict[str, str]
) -> str:
    """Write report/: summary.html, report.html and .docx, the supplement, audit.html, figures/,
    tables/, numbers.csv, trace/, at-risk/, data/ and config/; and seal.json beside it.

    `codes` holds the hash of each stage's code. Returns the name of the renderer that was used.
    """
    # A chunk runs in another folder, and reads clean tables from there.
    material = Material(trial, settings, Path(results_dir).absolute(), codes)
    out = material.folder / "report"
    drawn = draw_figures(material, out / "figures")
    at_risk_pages(material, drawn, out)
    cells = Cells(material, drawn, {})
    cells.write()
    documents = {source.stem: source for source in sources(trial.at, trial.name, material.folder)}
    _refuse_code(material, documents.values())
    with at_hand(cells):
        left_out = _left_out(material, out, documents)
        document = _document(material, out, documents, left_out)
        pages = [file.name for file in document.files if file.suffix == HTML]
        shown_calls = asked(document.calls)
        places = filled(trial, section_pages([out / name for name in pages]), shown_calls)
        # The links of the summary follow; what the report has of it leads nowhere yet.
        cells = Cells(material, drawn, places, left_out)
        cells.write()
    with at_hand(cells):
        summary = _summary(material, out, documents[links.SUMMARY], document, left_out)
    shown = [*pages, *(name for name in summary if name.endswith(HTML))]
    offer_tables(out, shown, trial.stamp)
    printed = write_traces(material, out, shown, places)
    if material.claims:
        audit = material.printed | {"claims": material.claims}
        text = audit_page(
            audit,
            trial.title,
            synthetic=trial.synthetic,
            in_report=True,
            coverage=bool(trial.claims_document.get("items")),
            put_in=put_in(material),
            typed=typed(material),
            readings=_readings(material, places),
        )
        write_text(out / links.AUDIT_PAGE, tight_percent(text))
    if trial.claims_document.get("items"):
        write_text(out / links.COVERAGE_PAGE, coverage_page(trial, coverage(trial), places))
    reported = Reported(places, drawn, printed, shown_calls, lined=not trial.pooled)
    text, table = plan_page(trial, [row["result_id"] for row in material.results], reported)
    write_text(out / links.PLAN_PAGE, text)
    write_bytes(out / links.PLAN_TABLE, table)
    write_text(out / links.NUMBERS_TABLE, numbers_csv(material))
    _configuration(material, out)
    write_text(out / BIBLIOGRAPHY, bibliography(material))
    write_json(out / "code.json", codes)
    write_json(out / links.WARNINGS, material.red_lines)
    names = [*summary, *(file.name for file in document.files)]
    write_seal(material.folder, trial.name, material.seal, names)
    return document.renderer


def _readings(material: Material, places: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Claim -> each of its readings, by its label, and the link to where the report has it."""
    return {
        name: {
            label: links.place_link(section_of(reading["analysis"]), places)
            for label, reading in claim.readings.items()
        }
        for name, claim in material.tracer.declared.items()
        if claim.readings
    }


LeftOut = dict[str, list[Asked]]


def _left_out(material: Material, out: Path, documents: Mapping[str, Source]) -> LeftOut:
    """What of the run own documents do not show, by their place: of the report and its supplement,
    and of its first page. Their cells run for it, and run again where they are rendered."""
    trial = material.trial

    def shown(paths: Sequence[Path], home: Path | None) -> dict[Asked, None]:
        inputs, private = _inputs(material, out), material.disclosure != "full"
        return asked(calls_of(paths, inputs=inputs, home=home, private=private))

    found = {}
    for place, stems in (
        (f"reports/{trial.name}/", (REPORT, SUPPLEMENT)),
        (f"reports/{trial.name}/{links.SUMMARY}.qmd", (links.SUMMARY,)),
    ):
        chosen = [documents[stem] for stem in stems]
        if any(_is_changed(material, source) for source in chosen):
            own = shown([source.path for source in chosen], _home(chosen))
            of_run = shown([trial.at.template(stem) for stem in stems], None)
            found[place] = [one for one in of_run if one not in own]
    return found


def _is_changed(material: Material, source: Source) -> bool:
    """Whether a document is somebody's own and has anything that the template has not."""
    template = material.trial.at.template(source.stem)
    return source.own and source.path.read_bytes() != template.read_bytes()


def _document(
    material: Material, out: Path, documents: Mapping[str, Source], left_out: LeftOut
) -> RenderedFiles:
    trial = material.trial
    html = "html" in material.settings.report.formats
    chosen = [documents[REPORT], documents[SUPPLEMENT]]
    return render_document(
        *(source.path for source in chosen),
        out_dir=out,
        stem=REPORT,
        inputs=_inputs(material, out),
        home=_home(chosen),
        formats=material.settings.report.formats,
        renderer=_renderer(material),
        title=_title(material, chosen[0]),
        note=_note(material, chosen, left_out.get(f"reports/{trial.name}/", ())),
        stamp=trial.stamp,
        private=material.disclosure != "full",
        before=[("Summary", links.SUMMARY_PAGE)] if html else [],
        beside=_beside(material),
        above=links.of_report(trial.title)[:1] if html else None,
        numbers=[short_id(row["result_id"]) for row in material.results],
        of_further=material.settings.report.of_supplement,
    )


def _summary(
    material: Material, out: Path, source: Source, report: RenderedFiles, left_out: LeftOut
) -> list[str]:
    """Write the first page by itself; the names of its files, none where no page is asked for.

    Reports begin with it too.
    """
    pages = [file.stem for file in report.files if file.suffix == HTML]
    if not pages:
        return []
    chosen = material.settings.report.formats
    rendered_files = render_document(
        source.path,
        out_dir=out,
        stem=links.SUMMARY,
        inputs=_inputs(material, out),
        home=_home([source]),
        formats=[kind for kind in ("html", "pdf") if kind in chosen],
        renderer=_renderer(material),
        title=_title(material, source),
        note=_note(material, [source], left_out.get(material.trial.at.shown(source.path), ())),
        stamp=material.trial.stamp,
        private=material.disclosure != "full",
        beside=[
            *((_page_title(stem, pages), f"{stem}{HTML}") for stem in pages),
            *_beside(material),
        ],
        above=(),
    )
    return [file.name for file in rendered_files.files]


def _inputs(material: Material, out: Path) -> dict[str, Path]:
    """What a document finds beside it: the run's figures, and files of its author."""
    at = material.trial.at
    own = {path.name: path for path in own_files(at, material.trial.name)}
    return {**own, "figures": out / "figures"}


def _home(chosen: Sequence[Source]) -> Path | None:
    """The folder of documents that are somebody's own, whose code may read what lies around it."""
    return next((source.path.parent.absolute() for source in chosen if source.own), None)


def _note(material: Material, chosen: Sequence[Source], lacking: Sequence[Asked]) -> str:
    """What is told at the head of documents that are somebody's own; "" of those of the run."""
    trial = material.trial
    own = [source for source in chosen if _is_changed(material, source)]
    if not own:
        return ""
    made = "The supplement is made" if {source.stem for source in own} == {SUPPLEMENT} else "Made"
    text = AUTHORED.format(made, in_a_row([trial.at.shown(source.path) for source in own]))
    return " ".join([text, *_lacking(trial, lacking)])


def _lacking(trial: Trial, lacking: Sequence[Asked]) -> Iterator[str]:
    """A sentence each on the analyses, figures and sections that documents leave out."""
    parts: dict[str, list[str]] = {}
    for function, name in lacking:
        if function in PARTS:
            parts.setdefault(name, []).append(PARTS[function])
    labels = {name: trial.plan.analyses[name].label for name in parts}
    analyses = [
        labels[name] if len(of) == len(PARTS) else f"{labels[name]} ({of[0]})"
        for name, of in parts.items()
    ]
    if analyses:
        yield LEFT_OUT.format("Analyses of the plan", "; ".join(analyses))
    for kind, title in (("figure", "Figures"), ("section", "Sections of the run")):
        if names := [name for function, name in lacking if function == kind]:
            yield LEFT_OUT.format(title, ", ".join(names))


def _refuse_code(material: Material, documents: Iterable[Source]) -> None:
    """Code of a document can print patients: it runs where that is allowed."""
    if material.disclosure != "full" and (problems := refused_code(material.trial, documents)):
        raise ProblemsError(problems)


def _page_title(stem: str, pages: Sequence[str]) -> str:
    """A page of the report as its own title calls it: of several of a name each has a number."""
    number = " 1" if f"{stem}-2" in pages else ""
    return stem.replace("-", " ").capitalize() + number


def _renderer(material: Material) -> str:
    return QUARTO if material.settings.report.by_quarto else EMBEDDED


def _title(material: Material, source: Source) -> str:
    """That of the trial, or the one that somebody has given a document of their own."""
    trial = material.trial
    made, own = (
        read_document(path).setting("title")
        for path in (trial.at.template(source.stem), source.path)
    )
    title = str(own) if own and own != made else trial.title
    return title


def _beside(material: Material) -> list[tuple[str, str]]:
    """Title and link of the pages beside the report."""
    trial = material.trial
    audit = [("Audit of the published numbers", links.AUDIT_PAGE)] if material.claims else []
    covered = bool(trial.claims_document.get("items"))
    texts = [("Coverage of the source texts", links.COVERAGE_PAGE)] if covered else []
    return [*audit, *texts, ("Coverage of the plan", links.PLAN_PAGE)]


def _configuration(material: Material, out: Path) -> None:
    folder = material.trial.at.trial_config(material.trial.name)
    for name in (*(f"{part}.yaml" for part in links.CONFIGURATION), "dictionary.csv"):
        purpose = material.trial.at.purpose
        hidden = material.trial.pooled or (purpose.stamp and name in TRUE_ARMS)
        if (folder / name).is_file() and hidden:
            why = NOT_OF_RUN if purpose.stamp else NOT_SHOWN
            told = why.format(material.trial.at.shown(folder / name))
            write_text(out / "config" / f"{name}.txt", told)
        elif (folder / name).is_file():
            trial, data = material.trial, shown_file(material.trial, name, material.disclosure)
            write_bytes(out / "config" / f"{name}.txt", data)
            text = config_lines(name, data.decode("utf-8", errors="replace"), trial)
            write_text(out / links.config_page(name), text)
