"""The results of a run as everyone may see them: a folder with a page, tables and what is hidden.

All of it is made of the released results alone (`trialtrace.run.disclosure`): no file of the run's
own report, figure or trace goes along, so that no number passes by the rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.purpose import ANALYSIS
from trialtrace.base.store import sha256_bytes
from trialtrace.report.interchange.ard import ard
from trialtrace.report.interchange.ars import TRACE, ReportingEvent
from trialtrace.report.listing import csv_text, json_text
from trialtrace.report.pages.shell import page_alone, table_lines
from trialtrace.run.disclosure.cells import Members
from trialtrace.run.disclosure.presets import Preset
from trialtrace.run.disclosure.release import Release, Released
from trialtrace.run.trace.about import DISPLAYS
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.load import Trial, load_settings

PAGE, SUMS = "index.html", "SHA256SUMS"
TITLE = "Results for everyone"
RESULTS = ("result", "of", "statistic", "value", "hidden")
HIDDEN = ("result", "reason")
RULES = (
    "What is hidden says why; where a table has a hidden count, its zeros are hidden too, so that "
    "hidden is not the same as some. A statistic goes with the counts that it is reckoned from. "
    "There are no figures, no rows and no traces here; every number was recomputed by other code "
    "in the run that this is of."
)


@dataclass(frozen=True)
class PublicResults:
    """The results of a trial's last run under a preset.

    Raises UserError of a run that is not the analysis, and of own files under full disclosure.
    """

    trial: Trial
    preset: Preset

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files by name."""
        hidden = ((name, reason) for name, *_, reason in self._lines if reason)
        beside = {
            "results.csv": csv_text([RESULTS, *self._lines]),
            "hidden.csv": csv_text([HIDDEN, *hidden]),
            "ard.json": json_text(ard(self.told)),
            **ars_files(self.trial, self.told, self._tracer.members),
        }
        made = {PAGE: self._page([*beside, SUMS]), **beside}
        files = {name: text.encode() for name, text in made.items()}
        sums = "".join(f"{sha256_bytes(data)}  {name}\n" for name, data in sorted(files.items()))
        return files | {SUMS: sums.encode()}

    @cached_property
    def _tracer(self) -> Tracer:
        return Tracer(self.trial, self.trial.at.results / self.trial.name, "restricted")

    @cached_property
    def release(self) -> Release:
        self._refuse()
        frames = self._tracer.frames
        return Release(
            list(self._tracer.results.values()),
            self._tracer.members,
            lambda dataset, where: frames.select(dataset, where).column("USUBJID").tolist(),
            self.trial.design.arms,
            self.preset,
        )

    def _refuse(self) -> None:
        """Raises UserError where results, or their words, are for nobody but who has the data."""
        trial, what = self.trial, f"trial {self.trial.name}"
        if trial.pooled or trial.at.purpose != ANALYSIS:
            found = f"a run that is {trial.at.purpose.text}, not the analysis"
            raise UserError(Problem(what, found=found, expected="results of the analysis"))
        if trial.private and trial.disclosure(load_settings(trial.at)) == "full":
            found = "disclosure: full, under which names of events may be free text"
            expected = "disclosure: by_source or restricted, under which they are words of a list"
            raise UserError(Problem(what, found=found, expected=expected, do="run it so"))

    @cached_property
    def told(self) -> list[Released]:
        return self.release.told()

    @cached_property
    def _lines(self) -> list[tuple[str, ...]]:
        """What is told of each result, in the columns of `RESULTS`."""
        of = self._tracer.about.subject
        rows = ((each.row, each.reason) for each in self.told)
        return [
            (row["result_id"], of(row), row["stat_label"], row["stat_text"], reason)
            for row, reason in rows
        ]

    def _page(self, files: Iterable[str]) -> str:
        hidden = sum(bool(each.reason) for each in self.told)
        notes = [self.preset.rule, RULES, f"{hidden} of {len(self.told)} results are hidden."]
        if bounded := self.release.bounded:
            notes.append(
                f"{bounded} hidden counts can be one of two numbers at most, by what the preset "
                "tells exactly."
            )
        body = [f"<h1>{escape(self.trial.title)}</h1>", f"<p>{escape(self.trial.question)}</p>"]
        body += [f"<p>{escape(note)}</p>" for note in notes]
        body.append("<p>" + ", ".join(f'<a href="{name}">{name}</a>' for name in files) + "</p>")
        analyses: dict[str, list[str]] = {}
        for each, (_, *cells) in zip(self.told, self._lines, strict=True):
            line = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            analyses.setdefault(each.row["analysis_id"], []).append(f"<tr>{line}</tr>")
        for name, lines in analyses.items():
            planned = self.trial.plan.analyses.get(name)
            label = planned.label if planned else DISPLAYS[name].capitalize()
            body.append(f"<h2>{escape(label)}</h2>")
            body += table_lines(("Of", "Statistic", "Value", "Hidden, since it is"), lines)
        return page_alone(self.trial, TITLE, "\n".join([*body, ""]), "")


def ars_files(trial: Trial, results: Iterable[Released], members: Members) -> dict[str, str]:
    """The reporting event of results, and beside it which result each of its numbers is."""
    event = ReportingEvent(trial, results, members)
    trace = csv_text([TRACE, *event.trace_rows])
    return {"ars.json": json_text(event.document()), "ars-trace.csv": trace}
