"""The results of a run as everyone may see them: a folder with a page, tables and what is hidden.

All of it is made of the released results alone (`trialtrace.run.disclosure`): no file of the run's
own report, figure or trace goes along, so that no number passes by the rules.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import ANALYSIS
from trialtrace.base.store import sha256_bytes
from trialtrace.report.interchange.ard import ard
from trialtrace.report.interchange.ars import TRACE, ReportingEvent
from trialtrace.report.listing import csv_text, json_text
from trialtrace.report.pages.shell import page_alone, table_lines
from trialtrace.run.disclosure.cells import Members
from trialtrace.run.disclosure.presets import Preset
from trialtrace.run.disclosure.release import Release, Released
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.variables import DISPLAYS
from trialtrace.run.trial.load import Trial, load_settings
from trialtrace.run.trial.model import Variable, adsl_code

PAGE, SUMS = "index.html", "SHA256SUMS"
TITLE = "Results for everyone"
RESULTS = ("result", "of", "statistic", "value", "hidden")
HIDDEN = ("result", "reason")
RULES = (
    "What is hidden says why; where a table has a hidden count, its zeros are hidden too, so that "
    "hidden is not the same as some. A statistic goes with the counts that it is reckoned from, a "
    "mean of few whole numbers with those that it would give. What this does not hold against: "
    "docs/disclosure.md, How far it holds. "
    "There are no figures, no rows and no traces here; every number was recomputed by other code "
    "in the run that this is of. Names of levels that no list of the dictionary has are not told."
)
UNLISTED = "others rest on hidden counts, or are of a few patients or of one: they are not listed"
BETWEEN = (
    "{} pairs of counts that the preset tells exactly are of one population and of a part of it; "
    "each pair tells how many of the few patients between them had what is counted."
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
        hidden = [(name, reason) for name, *_, reason in self._lines if reason]
        hidden += [(f"{self.trial.name}/{name}", UNLISTED) for name in self._incomplete]
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

        def subjects(dataset: str, where: Mapping[str, object]) -> list[str]:
            return frames.select(dataset, where).column("USUBJID").tolist()

        def measured(
            dataset: str, where: Mapping[str, object], column: str
        ) -> Iterator[tuple[str, float]]:
            chosen = frames.select(dataset, where)
            values = chosen.column(column)
            if values.dtype.kind in "if":
                yield from zip(chosen.column("USUBJID").tolist(), values.tolist(), strict=True)

        return Release(
            list(self._tracer.results.values()),
            self._tracer.members,
            subjects,
            self.trial.design.arms,
            self.preset,
            dict(self._conditions()),
            lambda column: [
                subjects("adsl", {column: {"is": level}})
                for level in frames.column("adsl", column).unique().to_pylist()
            ],
            measured,
            {name: one.entry.baseline for name, one in self.trial.endpoints.items()},
        )

    def _conditions(self) -> Iterator[tuple[str, set[str]]]:
        """Of each population its flag and the variables of subjects that its condition reads."""
        origins = self.trial.subjects.origins.items()
        for population in self.trial.populations.values():
            read = columns_of(population.where or {})
            named = {name for name, origin in origins if {name, origin.column} & {*read}}
            yield population.flag, {adsl_code(name) for name in named}

    def _refuse(self) -> None:
        """Raises UserError where results, or their words, are for nobody but who has the data."""
        trial, what = self.trial, f"trial {self.trial.name}"
        if trial.pooled or trial.at.purpose != ANALYSIS:
            found = f"a run that is {trial.at.purpose.text}, not the analysis"
            raise UserError(what, found=found, expected="results of the analysis")
        if trial.private and trial.disclosure(load_settings(trial.at)) == "full":
            found = "disclosure: full, under which names of events may be free text"
            expected = "disclosure: by_source or restricted, under which they are words of a list"
            raise UserError(what, found=found, expected=expected, do="run it so")

    @cached_property
    def _results(self) -> list[Released]:
        return self.release.told()

    @cached_property
    def told(self) -> list[Released]:
        """What stands in it singly."""
        listed = self.release.listed(self._results)
        return [each for each in listed if not self._of_words(each.row)]

    @cached_property
    def _words(self) -> set[str]:
        """Variables and columns of events whose levels are words of the data: text without a list
        in the dictionary."""
        trial, dictionary = self.trial, self.trial.dictionary
        known: dict[str, Variable | None] = {
            name: trial.subjects.described(name, dictionary)
            for name in trial.subjects.origins
            if name != "sex"
        }
        for display in trial.plan.displays.get("adverse_events", ()):
            entry = trial.endpoints[display["endpoint"]].entry
            columns = {"term": getattr(entry, "term_column", None), **(entry.columns or {})}
            of_table = dictionary[entry.table]
            known |= {name: of_table.get(column) for name, column in columns.items() if column}
        return {
            name
            for name, each in known.items()
            if each is None or (each.kind == "text" and not each.choices)
        }

    def _of_words(self, row: ResultRow) -> bool:
        """Whether a result is of a level that is a word of the data."""
        level, analysis = row["group2_level"], row["analysis_id"]
        of = {(text or "").partition("=")[0] for text in (row["stratum"], level)}
        if level and analysis == "baseline":
            of.add(row["parameter"] or "")
        if level and analysis == "flow":
            of |= set(_variables(self.trial.plan.displays["flow"]))
        return not of.isdisjoint(self._words)

    @cached_property
    def _lines(self) -> list[tuple[str, ...]]:
        """What is told of each result, in the columns of `RESULTS`."""
        of = self._tracer.about.subject
        rows = ((each.row, each.reason) for each in self.told)
        return [
            (row["result_id"], of(row), row["stat_label"], row["stat_text"], reason)
            for row, reason in rows
        ]

    @cached_property
    def _incomplete(self) -> list[str]:
        """Analyses with a hidden result, listed or not."""
        hidden = (result.row["analysis_id"] for result in self._results if result.reason)
        return list(dict.fromkeys(hidden))

    def _page(self, files: Iterable[str]) -> str:
        hidden = sum(bool(each.reason) for each in self.told)
        notes = [
            self.preset.rule,
            RULES,
            f"{hidden} of {len(self.told)} listed results are hidden.",
        ]
        if bounded := self.release.bounded:
            notes.append(
                f"{bounded} hidden counts can be one of two numbers at most, by what the preset "
                "tells exactly."
            )
        if between := self.release.cells.between:
            notes.append(BETWEEN.format(between))
        body = [f"<h1>{escape(self.trial.title)}</h1>", f"<p>{escape(self.trial.question)}</p>"]
        body += [f"<p>{escape(note)}</p>" for note in notes]
        body.append("<p>" + ", ".join(f'<a href="{name}">{name}</a>' for name in files) + "</p>")
        analyses: dict[str, list[str]] = {result.row["analysis_id"]: [] for result in self._results}
        for each, (_, *cells) in zip(self.told, self._lines, strict=True):
            line = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            analyses[each.row["analysis_id"]].append(f"<tr>{line}</tr>")
        for name, lines in analyses.items():
            planned = self.trial.plan.analyses.get(name)
            label = planned.label if planned else DISPLAYS[name].capitalize()
            body.append(f"<h2>{escape(label)}</h2>")
            body += table_lines(("Of", "Statistic", "Value", "Hidden, since it is"), lines)
            if name in self._incomplete:
                body.append(f"<p>{UNLISTED[0].upper()}{UNLISTED[1:]}.</p>")
        return page_alone(self.trial, TITLE, "\n".join([*body, ""]), "")


def _variables(of: object) -> Iterator[str]:
    """The variables that a display names, wherever in it."""
    for name, each in of.items() if isinstance(of, Mapping) else ():
        if name == "variable":
            yield each
        yield from _variables(each)


def ars_files(trial: Trial, results: Iterable[Released], members: Members) -> dict[str, str]:
    """The reporting event of results, and beside it which result each of its numbers is."""
    event = ReportingEvent(trial, results, members)
    trace = csv_text([TRACE, *event.trace_rows])
    return {"ars.json": json_text(event.document()), "ars-trace.csv": trace}
