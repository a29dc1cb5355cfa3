"""Reads the configuration of the workflow and of a trial; each file is read when it is first asked.

A stage reads only the files whose parts it uses, so that a change in another file leaves it fresh.

Where the arm of a subject stands: in the table of the subjects, or in one of its own.
"""

import importlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from trialtrace.base.config.compose import Document, Path_, compose
from trialtrace.base.config.files import read_yaml, sound_document
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project, project
from trialtrace.base.purpose import ANALYSIS
from trialtrace.base.stamp import SYNTHETIC, Stamp, both
from trialtrace.run.trial.amendments import AmendmentsFile
from trialtrace.run.trial.dictionary import read_dictionary
from trialtrace.run.trial.endpoints import families
from trialtrace.run.trial.model import Endpoint, Variable
from trialtrace.run.trial.outcomes import Outcomes
from trialtrace.run.trial.plan.committee import described
from trialtrace.run.trial.pooled import (
    pooled_design,
    pooled_plan,
    pooled_populations,
    pooled_tables,
)
from trialtrace.run.trial.readers import READERS
from trialtrace.run.trial.review import ReviewFile
from trialtrace.run.trial.settings import Settings, shows_more
from trialtrace.run.trial.study.file import Design, Enrolment, Population, TableSpec, TrialFile
from trialtrace.run.trial.study.source import Files, Source, Synthetic
from trialtrace.run.trial.study.subjects import Origin, Subjects

if TYPE_CHECKING:
    from trialtrace.run.trial.cleaning import Cleaning
    from trialtrace.run.trial.frozen import Frozen
    from trialtrace.run.trial.plan.build import Plan

# Where the data of a crate lie that is run again, where its own place is of another machine.
OF_CRATE = "crate-data"
# In the environment: settings of this run as JSON.
OF_RUN = "TRIALTRACE_SETTINGS"


def load_settings(root: Project | None = None) -> Settings:
    """The workflow's settings, those of this run in place of the file's; of `disclosure` the one
    that shows less. Raises UserError for any mistake in the file."""
    at = root or project()
    data = read_yaml(at, at.config / "config.yaml", "config")
    given = settings_of_run()
    merged = with_settings(data, given)
    if shows_more(given.get("disclosure"), data["disclosure"]):
        merged["disclosure"] = data["disclosure"]
    return structure(Settings, merged)


def settings_of_run() -> dict[str, Any]:
    """What Snakemake's --config, --configfile or a module says in place of config.yaml; the
    workflow hands it to its jobs."""
    try:
        given = json.loads(os.environ.get(OF_RUN, "{}"))
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise UserError(OF_RUN, "is no JSON object; the workflow sets it", do="unset it")
    return given


def with_settings(data: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with what is given in their place, mappings key by key, as Snakemake does."""
    return {**data} | {
        key: with_settings(data[key], value)
        if isinstance(value, Mapping) and isinstance(data.get(key), Mapping)
        else value
        for key, value in given.items()
    }


def _reader(file: str) -> ModuleType:
    return importlib.import_module(READERS[file])


@dataclass(frozen=True)
class Trial:
    """A trial's configuration. Properties read their file on first use."""

    name: str
    at: Project
    # Files that were read already and in which nothing is wrong.
    sound: Mapping[str, Document] = field(
        default_factory=dict, repr=False, compare=False, kw_only=True
    )

    def document(self, text: str) -> Any:
        """The content of a file, such as "plan". Raises UserError with every mistake in it."""
        document = self.sound.get(text) or sound_document(self.at, self._path(text), text)
        self._lines[text] = document.lines
        return document.data

    def _path(self, text: str) -> Path:
        return self.at.trial_config(self.name) / f"{text}.yaml"

    @cached_property
    def _lines(self) -> dict[str, dict[Path_, int]]:
        return {}

    def lines(self, text: str) -> dict[Path_, int]:
        """The line of every key and entry of a file, such as "plan", as it was last read."""
        if text not in self._lines:
            self._lines[text] = compose(self.at, self._path(text)).lines
        return self._lines[text]

    @cached_property
    def _trial(self) -> TrialFile:
        return structure(TrialFile, self.document("trial"))

    @property
    def pooled(self) -> bool:
        """Whether nothing may be computed by arm: in an open report to a monitoring committee.

        The design has no arms then, the tables no arm, and the plan and the claims are empty: no
        stage can store what none of them has.
        """
        return self.at.purpose.kind == "open"

    @property
    def stamp(self) -> Stamp | None:
        """What is stamped on everything shown of it."""
        return both(SYNTHETIC if self.synthetic else None, self.at.purpose.stamp)

    @cached_property
    def frozen(self) -> "Frozen | None":
        """Its plan as it was frozen, if it was. Raises UserError where a copy of it is altered."""
        from trialtrace.run.trial.frozen import frozen_plan

        return frozen_plan(self.at, self.name)

    @property
    def frozen_warnings(self) -> list[str]:
        """What is to be known first of how its plan stands to the frozen one."""
        return [*self.frozen.warnings(self.plan, self.amendments)] if self.frozen else []

    @cached_property
    def amendments(self) -> AmendmentsFile | None:
        """Why its plan is another than the one that was frozen."""
        if not self._path("amendments").is_file():
            return None
        return structure(AmendmentsFile, self.document("amendments"))

    @cached_property
    def review(self) -> ReviewFile | None:
        """What a data review decided of its rows."""
        if not self._path("review").is_file():
            return None
        return structure(ReviewFile, self.document("review"))

    @property
    def has_multiverse(self) -> bool:
        """Whether an analysis of its plan is run by all combinations of choices."""
        return self._is_analysis and self._path("multiverse").is_file()

    @property
    def has_simulation(self) -> bool:
        """Whether trials are drawn under truths, to see what its analyses can show."""
        return self._is_analysis and self._path("simulation").is_file()

    @property
    def title(self) -> str:
        return self._trial.title

    @property
    def question(self) -> str:
        return self._trial.question

    @property
    def reanalysis(self) -> str | None:
        """Whose analysis and whose plan this is, of a trial that others have analysed before."""
        return self._trial.reanalysis

    @property
    def enrolment(self) -> Enrolment | None:
        """The days between which patients could be randomised."""
        return self._trial.enrolment

    @property
    def registration(self) -> str | None:
        return self._trial.registration

    @property
    def file(self) -> TrialFile:
        """All that trial.yaml says."""
        return self._trial

    @property
    def document_code(self) -> bool:
        """Whether its own documents may run code of their own, whatever the disclosure."""
        return self._trial.document_code

    @property
    def drawn(self) -> bool:
        """Whether its patients are drawn by the script of its name."""
        return isinstance(self.source, Synthetic)

    @property
    def tells_cohort(self) -> bool:
        """Whether pages tell what its cohort was drawn to, which is by its true arms."""
        return self.drawn and self._is_analysis

    @property
    def synthetic(self) -> bool:
        """Whether its patients are none: drawn here, or in files that are declared as drawn."""
        return self.drawn or (isinstance(self.source, Files) and self.source.synthetic)

    @cached_property
    def design(self) -> Design:
        """Raises UserError where not exactly one arm is the control."""
        controls = [arm.name for arm in self._trial.design.arms.values() if arm.control]
        if len(controls) != 1:
            raise UserError(
                "trial.yaml: design.arms",
                found=f"{len(controls)} control arms",
                expected="control: true on exactly one arm",
            )
        declared = self._trial.design
        return pooled_design(declared) if self.pooled else declared

    @property
    def source(self) -> Source:
        """As declared; the data of a crate that is run again lie in its folder."""
        source = self._trial.source
        if isinstance(source, Files) and (self.at.root / OF_CRATE).is_dir():
            return replace(source, folder=OF_CRATE)
        return source

    @property
    def private(self) -> bool:
        """Whether tables of its patients are for the eyes of their owner only: not public ones, nor
        drawn ones."""
        return isinstance(self.source, Files)

    @property
    def tables(self) -> dict[str, TableSpec]:
        declared = self._trial.tables
        return pooled_tables(declared) if self.pooled else declared

    @property
    def subjects(self) -> Subjects:
        return self._trial.subjects

    @cached_property
    def populations(self) -> dict[str, Population]:
        """The populations; the label of one that an outcome chooses says so wherever it stands."""
        declared = self._trial.populations
        if self.pooled:
            return pooled_populations(declared, endpoints=self.at.purpose.cut is not None)
        outcomes = Outcomes(self.endpoints, self.subjects, self.dictionary)
        return {name: outcomes.labelled(one) for name, one in declared.items()}

    @cached_property
    def dictionary(self) -> dict[str, dict[str, Variable]]:
        """table -> column -> variable, in the order of the file."""
        return read_dictionary(self.at, self.at.trial_config(self.name) / "dictionary.csv")

    @cached_property
    def cleaning(self) -> "Cleaning":
        """cleaning.yaml, with an entry for every clean table."""
        data = self.document("cleaning")
        declared = data.get("tables", {})
        tables = {name: declared.get(name, {}) for name in self.tables}
        shape: type[Cleaning] = _reader("cleaning.yaml").Cleaning
        return structure(shape, data | {"tables": tables})

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        return families.endpoints(self.document("endpoints"))

    def family(self, name: str) -> list[Endpoint]:
        """The endpoints of an entry of endpoints.yaml, or the one endpoint of that name."""
        if name in self.endpoints:
            return [self.endpoints[name]]
        return [endpoint for endpoint in self.endpoints.values() if endpoint.family == name]

    @cached_property
    def plan(self) -> "Plan":
        data = self.document("plan")
        cut, whole = self.at.purpose.cut, data
        if self.pooled:
            data = {**pooled_plan(whole), **(described(whole, self.populations) if cut else {})}
        plan: Plan = _reader("plan.yaml").plan(data, cut)
        # At a data cut looks are those of the cut: that is no change of the plan.
        return self.frozen.labelled(plan) if self.frozen and not cut else plan

    @cached_property
    def claims_document(self) -> dict[str, Any]:
        """claims.yaml as it stands; `trialtrace.audit.ledger.claim` makes claims of it."""
        return self.document("claims") if self._is_analysis else {"papers": {}, "claims": {}}

    @property
    def _is_analysis(self) -> bool:
        """Whether its results are those of its arms, of all its data."""
        return not self.pooled and self.at.purpose == ANALYSIS

    def disclosure(self, settings: Settings) -> str:
        """full or restricted: as set, or by the kind of source. What is pooled is restricted: a row
        shows the arm beside the outcome."""
        if self.pooled:
            return "restricted"
        if settings.disclosure != "by_source":
            return settings.disclosure
        return "restricted" if self.private else "full"

    @property
    def shows_values(self) -> bool:
        """Whether a message may show values of the data, by config.yaml."""
        return self.disclosure(load_settings(self.at)) == "full"


def load_trial(name: str, root: Project | None = None) -> Trial:
    """A trial's configuration, read lazily. Raises UserError for a name that is none."""
    at = root or project()
    at.trial_config(name)
    return Trial(name, at)


def arm_origin(trial: Trial) -> Origin | None:
    """The table and column of the subjects' arm; None where records alone have one."""
    if trial.subjects.arm:
        return Origin(trial.subjects.arm.table, trial.subjects.arm.column)
    own = trial.tables[trial.subjects.table].arm
    return Origin(trial.subjects.table, own) if own else None


def arm_columns(trial: Trial, spec: TableSpec) -> list[str]:
    """The columns of a table that hold an arm: of its rows, or of the subjects."""
    given = trial.subjects.arm
    return [
        *filter(None, [spec.arm]),
        *([given.column] if given and given.table == spec.name else []),
    ]
