"""What stands in trial.yaml."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.run.trial.study.design import Design
from trialtrace.run.trial.study.populations import Population
from trialtrace.run.trial.study.source import Source
from trialtrace.run.trial.study.subjects import Subjects
from trialtrace.run.trial.study.tables import TableSpec
from trialtrace.run.trial.version import CURRENT, WITHOUT


@shape
class TrialFile:
    """What the trial is: design, arms, source, tables, subjects, populations."""

    version: Annotated[int, Rule(minimum=WITHOUT, maximum=CURRENT)] | None = optional(
        f"Version of the form that all files of this folder have; {WITHOUT} where it is left out. "
        "`trialtrace migrate` brings an older folder forward.",
        expected=f"a version from {WITHOUT} to {CURRENT}; a newer one needs a newer trialtrace",
    )
    title: Text = key("Title of the trial.")
    question: Text = key("What the trial asks, in one sentence.")
    registration: Text | None = optional("Number in a trial registry.")
    document_code: bool = optional(
        "Whether documents under reports/ may have code of their own where disclosure is "
        "restricted. Such code can print what patients have.",
        empty=bool,
    )
    design: Design = key("Design of the trial.")
    source: Source = key("Where the raw tables come from.")
    tables: Filled[Name, TableSpec] = key("Clean tables; each is a form of the dictionary.")
    subjects: Subjects = key("Where the variables of a subject come from.")
    populations: Filled[Name, Population] = key("Populations of the analyses.")
