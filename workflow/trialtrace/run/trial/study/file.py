"""What stands in trial.yaml."""

from typing import Annotated, Literal

from trialtrace.base.config.names import (
    Column,
    Condition,
    Flag,
    Name,
    Spellings,
    Test,
    Text,
    Value,
    VisitLabel,
    listed,
)
from trialtrace.base.config.references import (
    ArmName,
    ColumnName,
    DateColumn,
    Ref,
    SubjectVariable,
    TableCondition,
)
from trialtrace.base.config.spec import By, Distinct, Filled, Rule, entry_name, key, optional, shape
from trialtrace.run.trial.plan.methods import OF_ONE_VALUE
from trialtrace.run.trial.study.source import Source
from trialtrace.run.trial.study.subjects import Subjects
from trialtrace.run.trial.version import CURRENT

# Stands for the columns of a source that has none of its own: the row, and its file.
SOURCE_ROW, SOURCE_FILE = "source_row", "source_file"
SubjectsCondition = Annotated[Condition, Ref("condition", of="subjects")]
# An endpoint of one value, by which a population can be told.
TestedEndpoint = Annotated[Name, Ref("endpoint", OF_ONE_VALUE)]


@shape
class ArmOf:
    """The arm of rows that another table tells, as of the periods of a crossover."""

    table: Name = key("Clean table with the `arm`, whose key are its subject and `by`.")
    by: Distinct[ColumnName] = key(
        "Columns of both tables that tell which of a subject's rows it is."
    )


@shape
class TableSpec:
    """A clean table."""

    name: str = entry_name(default="")
    of: Annotated[Name, Ref("raw table")] = key(
        "Raw table: an item of `source.items`, or of `source.stacked`."
    )
    key_: Distinct[Annotated[Column, Ref("column", also=(SOURCE_ROW, SOURCE_FILE))]] = key(
        "Columns that tell its rows apart; source_row where the source has no key, source_file and "
        "source_row where it is of several files."
    )
    subject: Annotated[Column, Ref("column", also=(SOURCE_ROW,))] = key(
        "Column of the subject; source_row where every row is a subject of its own."
    )
    arm: ColumnName | None = optional("Column of the arm.")
    arm_of: ArmOf | None = optional(
        "The table and its columns that tell the arm of each row, in place of `arm`, where a "
        "subject has several."
    )
    where: TableCondition | None = optional(
        "Rows of the raw table that the clean table is made of: a condition over the table's "
        "columns; all rows where it is left out. The others are counted in the report."
    )
    reason: Annotated[Column, Ref("column", needs="choices")] | None = optional(
        "Column with the reason why `where` leaves a row out, counted by its labels: in a log of "
        "screening why a person was not randomised."
    )
    dated: DateColumn | None = optional(
        "Column of the date from which a row is known: a data cut leaves later rows out."
    )
    undated: Text | None = optional(
        "Why every row is known at any data cut, where none has a date; in place of `dated`."
    )
    later: dict[DateColumn, Literal["cut", "empty"] | Filled[ColumnName, Value]] = optional(
        "Columns of dates that are filled in later than the row. Where the date is after a data "
        "cut, the cell is the day of the cut (`cut`, of a last contact) or `empty`; and the "
        'columns beside it hold what they held until then, with `{died_on: {died: "0", cause: '
        "empty}}`.",
        empty=dict,
        expected="a mapping of columns to cut, to empty, or to columns with their earlier values",
    )


@shape(by="visit")
class EndpointVisit:
    """A test of an endpoint at a visit."""

    visit: VisitLabel = key("Label of the visit.")
    value: Test = key("Test of the value at that visit.")


@shape(least=1)
class ByArm:
    """What the subjects of an arm must meet besides."""

    where: SubjectsCondition | None = optional(
        "Condition over the columns of the subjects' table; unknown counts as not met."
    )
    endpoints: Filled[TestedEndpoint, EndpointVisit | Test] = optional(
        "Endpoint to a test of its value (1 yes, 0 no), or to a visit and a test; all "
        "must surely be met by one record.",
        empty=dict,
    )


@shape(least=3, expected="a label, a flag, and where, endpoints or by_arm")
class Population:
    """A population."""

    name: str = entry_name(default="")
    label: Text = key("Label in reports.")
    flag: Flag = key("Its flag in ADSL: capitals, ending in FL.")
    where: SubjectsCondition | None = optional(
        "Condition over the columns of the subjects' table; unknown counts as not met."
    )
    endpoints: Filled[TestedEndpoint, EndpointVisit | Test] = optional(
        "Endpoint to a test of its value (1 yes, 0 no), or to a visit and a test; all "
        "must surely be met by one record.",
        empty=dict,
    )
    by_arm: Filled[ArmName, ByArm] = optional(
        "Arm to what its subjects must meet besides; an arm without an entry has nothing besides.",
        empty=dict,
    )

    @property
    def made_late(self) -> bool:
        """Whether its flag needs the endpoints, and so comes after them."""
        return bool(self.endpoints or self.by_arm)


@shape
class Arm:
    """An arm."""

    name: str = entry_name(default="")
    label: Text = key("Label in reports.")
    code_: Spellings = key(
        "Value of the arm column, in quotes; or a list, of which all others are read as the first."
    )
    control: bool = optional("Whether this is the control arm.", empty=bool)
    given: Text | None = optional(
        "What its patients were given: what, how much, how often; its first clause stands in the "
        "summary."
    )
    short: Text | None = optional(
        "Name where it is told often, such as an abbreviation; left out, the label."
    )

    @property
    def codes(self) -> tuple[str, ...]:
        """The values of the arm column that mean the arm."""
        return listed(self.code_)

    @property
    def code(self) -> str:
        """The one that cleaning reads all of them as."""
        return self.codes[0]


BLOCK = "Variable of `subjects` that tells the block: a blinded run permutes arms within it."


@shape
class Simple:
    """Every patient on its own."""

    scheme: Literal["simple"] = key("simple.")


@shape
class Blocked:
    """In blocks."""

    scheme: Literal["blocked"] = key("blocked.")
    block: SubjectVariable | None = optional(BLOCK)
    block_sizes: Distinct[Annotated[int, Rule(minimum=2)]] | None = optional(
        "Sizes of the blocks, in patients, where known."
    )


@shape
class Stratified:
    """Within strata."""

    scheme: Literal["stratified"] = key("stratified.")
    strata: Distinct[SubjectVariable] = key("Strata: variables of `subjects`.")


@shape
class StratifiedBlocks:
    """In blocks within strata."""

    scheme: Literal["stratified_blocks"] = key("stratified_blocks.")
    strata: Distinct[SubjectVariable] = key("Strata: variables of `subjects`.")
    block: SubjectVariable | None = optional(BLOCK)
    block_sizes: Distinct[Annotated[int, Rule(minimum=2)]] | None = optional(
        "Sizes of the blocks, in patients, where known."
    )


@shape
class Unknown:
    """Not told."""

    scheme: Literal["unknown"] = key("unknown.")


@shape
class Design:
    """Design of the trial."""

    kind: Literal["parallel", "within_subject", "crossover", "cluster"] = key("Kind of the design.")
    arms: dict[Name, Arm] = key(
        "Arms, in the order of the report; exactly one is the control.", minProperties=2
    )
    randomisation: Annotated[
        Simple | Blocked | Stratified | StratifiedBlocks | Unknown,
        By("scheme", "Scheme of the randomisation; unknown where no source tells it."),
    ] = key("How patients were randomised.")
    unit: SubjectVariable | None = optional(
        "Variable of `subjects` that tells what was randomised as a whole, in a trial of clusters: "
        "a blinded run permutes arms between these."
    )
    blinding: (
        Annotated[
            Literal["nobody", "unnamed", "single-blind", "double-blind", "triple-blind"]
            | Distinct[Literal["patients", "treaters", "assessors", "analysts"]],
            Rule(
                expected="nobody, unnamed, single-blind, double-blind, triple-blind, or a list of "
                "patients, treaters, assessors, analysts"
            ),
        ]
        | None
    ) = optional(
        "Who did not know the allocation; where a source does not say who, what it calls the "
        "trial: `single-blind`, `double-blind` or `triple-blind`, and `unnamed` where it says no "
        "more than that it was blinded; left out where no source tells it."
    )
    ratio: Text | None = optional("Ratio in which patients were allocated, such as 1:1.")
    framework: Text | None = optional("Framework: superiority, noninferiority, exploratory, …")
    concealment: Text | None = optional("How the allocation was concealed until it was made.")
    planned: int | None = optional("Patients planned.", minimum=1)
    size: Text | None = optional("Why that many were planned.")
    interim: Text | None = optional(
        "Interim analyses, as far as known, and whether the final level allows for them."
    )
    stopped: Text | None = optional("When and why the trial was stopped before its planned end.")

    @property
    def control(self) -> Arm:
        return next(arm for arm in self.arms.values() if arm.control)

    @property
    def strata(self) -> tuple[str, ...]:
        """The variables within whose values patients were randomised; none where it was not so."""
        randomisation = self.randomisation
        if isinstance(randomisation, Stratified | StratifiedBlocks):
            return randomisation.strata
        return ()

    @property
    def block(self) -> str | None:
        """The variable that tells the block, where one does."""
        if isinstance(self.randomisation, Blocked | StratifiedBlocks):
            return self.randomisation.block
        return None


Day = Annotated[
    str,
    Rule(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        expected='a day in quotes, such as "2014-05-07"',
    ),
]


@shape(least=1)
class Enrolment:
    """The days between which patients were randomised."""

    first: Day | None = optional("First day.")
    last: Day | None = optional("Last day.")


@shape
class TrialFile:
    """What the trial is: design, arms, source, tables, subjects, populations."""

    version: Annotated[int, Rule(minimum=CURRENT, maximum=CURRENT)] | None = optional(
        f"Version of the form that all files of this folder have; {CURRENT} where it is left out.",
        expected=f"version {CURRENT}: a newer one needs a newer trialtrace, an older form is "
        "not known",
    )
    title: Text = key("Title of the trial.")
    question: Text = key("What the trial asks, in one sentence.")
    reanalysis: Text | None = optional(
        "Of a trial that others have analysed before: who does it again and whose plan this is, in "
        "a sentence, with which its report begins."
    )
    registration: Text | None = optional("Number in a trial registry.")
    funding: Text | None = optional("Who funded the trial.")
    setting: Text | None = optional("Where the trial took place.")
    eligibility: Text | None = optional("Who could take part.")
    dates: Text | None = optional("When patients were recruited, and until when followed.")
    enrolment: Enrolment | None = optional(
        "First and last day on which patients could be randomised: the checks of the data list who "
        "was randomised on another day."
    )
    limitations: Distinct[Text] = optional(
        "What limits what the data can say, such as outcomes that they lack; a sentence each. The "
        "summary concludes with the first.",
        empty=tuple,
    )
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
