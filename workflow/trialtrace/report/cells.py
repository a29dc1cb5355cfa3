"""What the chunks of a trial's documents call: its sections, sentences, tables, figures, numbers.

A document begins with `open_report("NAME")`. What these give is marked as of the run; what stands
in a document besides is its author's own (render/tree/authored.py).
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property

from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.base.paths import Project, project
from trialtrace.base.store import write_bytes, write_json
from trialtrace.base.words import tight_percent
from trialtrace.report.audit.cohort_words import marked
from trialtrace.report.audit.published import published
from trialtrace.report.audit.targets import targets
from trialtrace.report.figures.make import Drawn, beside, first_figures, images, of_summary
from trialtrace.report.links import analysis_place, role_place, tables_place
from trialtrace.report.material import Material
from trialtrace.report.own_documents import (
    FOLDER,
    STATE,
    STEMS,
    SUMMARY,
    Asked,
    read_state,
    slug_of,
)
from trialtrace.report.page_one.page import page_one
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.pandoc import pipe_table_of
from trialtrace.report.render.tree.authored import CALL, OF_RUN
from trialtrace.report.sections import sections
from trialtrace.report.sections.analysis_section import analysis_sentences, analysis_table
from trialtrace.report.sections.baseline_table import baseline_table
from trialtrace.report.sections.clusters import clusters_table
from trialtrace.report.sections.committee_section import committee_section
from trialtrace.report.sections.consort import consort_section
from trialtrace.report.sections.data_quality import data_section, data_tables
from trialtrace.report.sections.endpoints_section import constants_section, endpoints_table
from trialtrace.report.sections.estimands_table import estimands_table
from trialtrace.report.sections.flow_table import flow_table
from trialtrace.report.sections.frozen_section import frozen_section
from trialtrace.report.sections.harms import events_section, harms_section
from trialtrace.report.sections.limits import limits
from trialtrace.report.sections.listings import listings
from trialtrace.report.sections.methods import methods, methods_further
from trialtrace.report.sections.planning_section import planning_section
from trialtrace.report.sections.questions import looked_at
from trialtrace.report.sections.review_section import review_section
from trialtrace.report.sections.simulation_section import simulation_section
from trialtrace.report.tables import link, short_text, tight_text
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.reported import REPORT, ROLES, in_main_report

# Sections of a report that are of no analysis.
SECTIONS: dict[str, Callable[[Material], str]] = {
    "trial": sections.trial_section,
    "populations": sections.populations,
    "flow": flow_table,
    "clusters": clusters_table,
    "baseline": baseline_table,
    "harms": harms_section,
    "events": events_section,
    "published": published,
    "limits": limits,
    "data": data_section,
    "data_tables": data_tables,
    "methods": methods,
    "methods_further": methods_further,
    "made": sections.made_by,
    "sources": sections.sources_table,
    "planning": planning_section,
    "endpoints": endpoints_table,
    "constants": constants_section,
    "consort": consort_section,
    "frozen": frozen_section,
    "review": review_section,
    "committee": committee_section,
    "simulation": simulation_section,
    "listings": listings,
    "estimands": estimands_table,
    "targets": targets,
}
# Tell a document that is rendered elsewhere of which project and trial it is.
PROJECT, TRIAL = "TRIALTRACE_PROJECT", "TRIALTRACE_TRIAL"
_COLONS = re.compile(r"^:{3,}", re.MULTILINE)


class Markdown:
    """Markdown that a cell shows as its value."""

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_markdown_(self) -> str:
        return self.data


class Together(list[Markdown]):
    """What a cell shows below each other."""

    def _repr_markdown_(self) -> str:
        return "\n\n".join(one._repr_markdown_() for one in self)


@dataclass(frozen=True)
class Shown:
    """An analysis in a document: its heading, its figures, whether the main report has it."""

    name: str
    heading: Markdown
    figures: list[str]
    in_report: bool


@dataclass(frozen=True)
class Role:
    """The analyses of one role in a document."""

    heading: Markdown
    analyses: list[Shown]


@dataclass
class Cells:
    """A run of a trial as its documents use it.

    `places` has the page of each section, for the summary; `left_out` what of the run documents of
    somebody's own do not show, by their place.
    """

    material: Material
    drawn: list[Drawn]
    places: dict[str, str]
    left_out: dict[str, list[Asked]] = field(default_factory=dict)
    _texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def section(self, name: str) -> Markdown:
        """A section that is of no analysis, without its heading; empty where there is nothing."""
        return self._given("section", name)

    def sentences(self, analysis: str) -> Markdown:
        """What an analysis asked, of whom it is and what it found."""
        return self._given("sentences", analysis)

    def table(self, analysis: str) -> Markdown:
        """The tables of an analysis, the same under other choices, and what must be known of it."""
        return self._given("table", analysis)

    def figure(self, name: str) -> Markdown:
        """A figure of the plan, such as "kaplan_meier_1"; `@fig-kaplan-meier-1` refers to it."""
        return self._given("figure", name)

    def heading(self, text: str, place: str, level: int = 2) -> Markdown:
        """A heading to which links of the report lead by its place."""
        return Markdown(f"{'#' * level} {tight_percent(escape_markdown(text))} {{#{place}}}")

    def chapter(self, title: str, *names: str, place: str = "") -> Together:
        """Sections below a heading; nothing where none has anything."""
        place = place or f"sec-{names[0].replace('_', '-')}"
        sections = [self.section(name) for name in names if self.text("section", name).strip()]
        return Together([self.heading(title, place), *sections] if sections else [])

    @cached_property
    def figures_of_summary(self) -> list[str]:
        """The figure of page 1."""
        return _names(self._on_page_one)

    @cached_property
    def figures_of_opening(self) -> list[str]:
        """The first forest plot and the flow, unless page 1 has them."""
        return _names([one for one in first_figures(self.drawn) if one not in self._on_page_one])

    @cached_property
    def figures_of_course(self) -> list[str]:
        """Figures that are of no analysis."""
        return _names(beside(self.drawn, "", self._on_page_one))

    @cached_property
    def _on_page_one(self) -> list[Drawn]:
        plan = self.material.trial.plan.analyses.values()
        return of_summary(self.drawn, [one.name for one in plan if one.role == "primary"])

    def roles(self, stem: str) -> Iterator[Role]:
        """The analyses of a document by their roles: the report has the main ones; the supplement
        has all, and says of the main ones that it has their tables."""
        trial, plan = self.material.trial, self.material.trial.plan.analyses
        for role, title in ROLES.items():
            every = [a for n, a in plan.items() if plan[looked_at(self.material, n)].role == role]
            main = [one.name for one in every if in_main_report(trial, one)]
            tables = stem != REPORT and bool(main)
            shown = [
                Shown(
                    one.name,
                    self.heading(one.label, _place(one.name, tables and one.name in main), 3),
                    _names(beside(self.drawn, one.name, self._on_page_one)),
                    one.name in main,
                )
                for one in every
                if stem != REPORT or one.name in main
            ]
            if shown:
                place = role_place(role) + "-tables" * tables
                yield Role(self.heading(title + ": tables" * tables, place), shown)

    def number(self, result_id: str, text: str | None = None, part: str = "") -> Markdown:
        """A number as the report prints it, or in other words, with the link to its trace, or to a
        `part` of it: "n", or "out-of" of a share.

        Words with another number than the printed ones are their author's own.
        """
        row = self.row(result_id)
        shown = link(row, row["stat_text"] if text is None else text, part)
        if text is not None and not _numbers(text) <= _printed(row):
            return Markdown(shown)
        of_run = _marked(shown, "number", result_id)
        return OfRun(marked(self.material, shown), marked(self.material, of_run))

    def value(self, result_id: str) -> float | None:
        """The unrounded value."""
        return self.row(result_id)["stat_value"]

    def row(self, result_id: str) -> ResultRow:
        """All that is stored of a result. Raises UserError with the nearest names for none."""
        return self.material.tracer.result(result_id)

    def text(self, function: str, name: str) -> str:
        """The Markdown of a chunk; kept, since who writes a document asks what is empty."""
        if (function, name) not in self._texts:
            text = getattr(self, f"_{function}")(name)
            self._texts[function, name] = tight_percent(text)
        return self._texts[function, name]

    def _given(self, function: str, name: str) -> Markdown:
        """What a chunk gives, its numbers marked that were set to published ones."""
        return _of_run(marked(self.material, self.text(function, name)), function, name)

    def names(self, function: str) -> list[str]:
        """What a function of chunks can be asked for."""
        return {
            "section": [*SECTIONS, SUMMARY],
            "figure": [slug_of(figure.label) for figure in self.drawn],
        }.get(function) or [*self.material.trial.plan.analyses]

    def _section(self, name: str) -> str:
        self._known("section", name)
        if name == SUMMARY:
            return page_one(self.material, self.places)
        return SECTIONS[name](self.material)

    def _sentences(self, name: str) -> str:
        self._known("sentences", name)
        return analysis_sentences(self.material, self.material.trial.plan.analyses[name])

    def _table(self, name: str) -> str:
        self._known("table", name)
        return analysis_table(self.material, self.material.trial.plan.analyses[name])

    def _figure(self, name: str) -> str:
        self._known("figure", name)
        return images([one for one in self.drawn if slug_of(one.label) == name])

    def _known(self, function: str, name: str) -> None:
        if name not in (known := self.names(function)):
            what, do = f'{function}("{name}")', did_you_mean(name, known)
            raise UserError(what, "there is none", expected=one_of(known), do=do)

    def write(self) -> None:
        """Keep what another process needs to open the report, and the templates."""
        for stem in STEMS:
            data = self.material.trial.at.template(stem).read_bytes()
            write_bytes(self.material.folder / FOLDER / f"{stem}.qmd", data)
        state = {
            "codes": [*self.material.codes.items()],
            "drawn": [asdict(one) for one in self.drawn],
            "places": self.places,
            "left_out": self.left_out,
        }
        write_json(self.material.folder / FOLDER / STATE, state)


class OfRun(Markdown):
    """What is of the run, and says so where it is shown unless somebody has changed it."""

    def __init__(self, text: str, marked: str) -> None:
        super().__init__(text)
        self._text, self._marked = text, marked

    def _repr_markdown_(self) -> str:
        return self._marked if self.data == self._text else self.data


def _place(analysis: str, of_tables: bool) -> str:
    return (tables_place if of_tables else analysis_place)(analysis)


def _names(drawn: Sequence[Drawn]) -> list[str]:
    return [slug_of(one.label) for one in drawn]


def _numbers(text: str) -> set[str]:
    return {number.replace(",", ".") for number in re.findall(r"[0-9]+(?:[.,][0-9]+)*", text)}


def _printed(row: ResultRow) -> set[str]:
    """The numbers that a report prints of a result: its value in full and in short, and of how
    many it is."""
    counts = [str(row[name]) for name in ("n_used", "denominator") if row[name] is not None]
    return _numbers(" ".join([row["stat_text"], short_text(row), tight_text(row), *counts]))


def _marked(text: str, function: str, name: str) -> str:
    """A link, or the beginning of a block, with the mark of the call that gave it."""
    call = f"{function}:{escape_markdown(name)}"
    return f'{text}{{.{OF_RUN} {CALL}="{call}"}}'


def _of_run(text: str, function: str, name: str) -> Markdown:
    """Blocks that are marked as of the run; nothing where there are none."""
    if not text.strip():
        return Markdown("")
    colons = ":" * (max((len(one) for one in _COLONS.findall(text)), default=2) + 1)
    text = text.strip()
    begin = _marked(f"{colons} ", function, name)
    return OfRun(text, f"{begin}\n\n{text}\n\n{colons}")


# What the documents of this process open in place of reading it again.
_AT_HAND: list[Cells] = []


@contextmanager
def at_hand(cells: Cells) -> Iterator[None]:
    """While documents are rendered, they open this run as it is; in another process, its
    project."""
    _AT_HAND.append(cells)
    trial = cells.material.trial
    os.environ |= {PROJECT: str(trial.at.made), TRIAL: trial.name}
    try:
        yield
    finally:
        for name in (PROJECT, TRIAL):
            os.environ.pop(name)
        _AT_HAND.pop()


def open_report(trial: str = "") -> Cells:
    """The last run of a trial, by default of the one that is rendered, of the project around the
    document; data frames become tables.

    Raises UserError where the trial has not run.
    """
    trial = trial or os.environ.get(TRIAL, "")
    for cells in _AT_HAND:
        if cells.material.trial.name == trial:
            return cells
    _frames_as_tables()
    return last_run(project(os.environ.get(PROJECT)), trial)


def _frames_as_tables() -> None:
    """Under Quarto too a data frame is a table in Markdown: a DOCX can hold no HTML, and for HTML
    Quarto has a page fetch scripts from elsewhere."""
    from IPython import get_ipython

    if (shell := get_ipython()) is None:
        return
    of_frames = "pandas", "DataFrame"
    formatters = shell.display_formatter.formatters
    formatters["text/markdown"].for_type_by_name(
        *of_frames, lambda frame: pipe_table_of(frame._repr_html_())
    )
    formatters["text/html"].for_type_by_name(*of_frames, lambda frame: None)


def last_run(at: Project, trial: str) -> Cells:
    """The last run of a trial of a project. Raises UserError where the trial has not run."""
    state = read_state(at, trial)
    codes, folder = dict(state["codes"]), at.results / trial
    material = Material(load_trial(trial, at), load_settings(at), folder, codes)
    drawn = [Drawn(**one) for one in state["drawn"]]
    return Cells(material, drawn, state["places"], state["left_out"])
