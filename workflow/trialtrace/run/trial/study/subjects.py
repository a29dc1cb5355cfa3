"""How ADSL is made: its table and the columns of its variables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Literal

from trialtrace.base.config.names import (
    Column,
    Condition,
    Name,
    ShortName,
    Spellings,
    Text,
    TimeUnit,
    Value,
    listed,
)
from trialtrace.base.config.references import (
    ColumnName,
    NumberColumn,
    Ref,
    TableCondition,
    TableName,
)
from trialtrace.base.config.spec import Distinct, key, mapping_of, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.model import Variable

DayColumn = Annotated[Column, Ref("column", ("date",))]
# What is taken for its values names nobody.
VariableColumn = Annotated[Column, Ref("column", needs="nobody")]


@shape(by="from")
class GroupsFrom:
    """Groups of a number, by the value that each begins at."""

    of: Name = key("Age, or another variable of `subjects` that is a number.")
    label: Text = key("What a report calls the groups.")
    from_: dict[Text, float] = key(
        "Label of each group to the lowest value in it, in rising order. A value below all of "
        "them stops the run.",
        minProperties=2,
    )

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.from_)

    @property
    def told(self) -> str:
        """How the groups are made, read aloud."""
        return "; ".join(f"{level} from {lowest:g}" for level, lowest in self.from_.items())


@shape(by="codes")
class GroupsOfCodes:
    """Groups of codes."""

    of: Name = key("Sex, site, or another variable of `subjects` that has codes.")
    label: Text = key("What a report calls the groups.")
    codes: dict[Text, Spellings] = key(
        "Label of each group to its codes, in quotes, as they stand in the data. A code that is in "
        "no group stops the run.",
        minProperties=2,
    )

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.codes)

    @property
    def told(self) -> str:
        """How the groups are made, read aloud."""
        return "; ".join(f"{level} of {one_of(listed(of))}" for level, of in self.codes.items())

    @property
    def by_code(self) -> dict[str, str]:
        """Code -> label of its group."""
        return {code: level for level, codes in self.codes.items() for code in listed(codes)}


# Function of a number -> its name, read aloud.
TRANSFORMATIONS = {
    "log": "natural logarithm",
    "log2": "logarithm to base 2",
    "log10": "logarithm to base 10",
    "square_root": "square root",
    "square": "square",
    "cube": "third power",
    "inverse": "inverse",
}


@shape
class Transformed:
    """A function of a number, such as its logarithm."""

    of: Name = key("Age, or another variable of `subjects` that is a number.")
    as_: Literal["log", "log2", "log10", "square_root", "square", "cube", "inverse"] = key(
        "The function: a logarithm (natural, to base 2 or 10), a root, a power, or 1 divided by "
        "the number. A value that has none, such as the logarithm of 0, stops the run."
    )
    label: Text | None = optional(
        "What a report calls it; the name of the function and of the variable, where it is left "
        "out."
    )

    @property
    def told(self) -> str:
        """How it is made, read aloud."""
        return TRANSFORMATIONS[self.as_]


Groups = GroupsFrom | GroupsOfCodes
Made = Groups | Transformed


def made_variable(product: Made, table: str, column: str, source: Variable | None) -> Variable:
    """A variable that is made of `column`, which `source` describes: labels are the choices of
    groups."""
    if isinstance(product, Transformed):
        kind, choices = "number", {}
        label = (
            product.label
            or f"{product.told} of {lower_first(source.label) if source else product.of}"
        )
    else:
        kind, choices = "text", {level: level for level in product.levels}
        label = product.label
    return Variable(column, table, kind, label, choices)


ARM = "arm"
"""The name under which the arm stands among what comes from a column."""

Chosen = Literal["lowest", "highest"]
"""Which value of a subject's rows counts where they differ."""


@shape
class Age:
    """Age."""

    column: NumberColumn = key("Column of the age.")
    unit: TimeUnit = key("Unit of the age.")


@shape(least=1)
class SexCodes:
    """Value of the column for each sex, in quotes."""

    F: Value | None = optional("Female.")
    M: Value | None = optional("Male.")
    U: Value | None = optional("Unknown.")


@shape
class Sex:
    """Sex."""

    column: ColumnName = key("Column of the sex.")
    codes: SexCodes = key("Value of the column for each sex, in quotes.")


@shape
class ArmElsewhere:
    """The arm in a table of its own, such as the randomisation list."""

    column: ColumnName = key("Column of the arm.")
    table: TableName = key("Clean table that holds the arm.")


@shape
class DateElsewhere:
    """A date in another table than that of the subjects."""

    column: DayColumn = key("Column of the date.")
    table: TableName = key("Clean table that holds it.")


@shape(least=1)
class Milestones:
    """The dates of a patient's course, which checks of the data compare with all other dates."""

    birth: DayColumn | DateElsewhere | None = optional("Date of birth.")
    randomised: DayColumn | DateElsewhere | None = optional("Date of randomisation, or of entry.")
    first_dose: DayColumn | DateElsewhere | None = optional("First day of the treatment.")
    last_contact: DayColumn | DateElsewhere | None = optional(
        "Last day on which it was known how the patient was."
    )
    death: DayColumn | DateElsewhere | None = optional("Date of death.")

    def origins(self, table: str) -> "dict[str, Origin]":
        """Milestone -> its table and column, in the order of a life; `table` is the subjects'."""
        found = {name: getattr(self, name) for name in MILESTONES}
        return {
            name: Origin(table, at) if isinstance(at, str) else Origin(at.table, at.column)
            for name, at in found.items()
            if at is not None
        }


MILESTONES = ("birth", "randomised", "first_dose", "last_contact", "death")
"""In the order in which they follow each other."""


@shape
class Correlated:
    """Two numbers that go together in patients."""

    table: TableName | None = optional(
        "Clean table of both columns; that of the subjects where it is left out."
    )
    columns: tuple[NumberColumn, ...] = key("The two columns.", minItems=2, maxItems=2)
    sign: Literal["positive", "negative"] | None = optional(
        "Whether one rises or falls with the other; positive where it is left out."
    )


@shape(by="column")
class ChosenRows:
    """A variable from another table, or from chosen rows of a table with several a subject."""

    column: VariableColumn = key("Column of the variable.")
    table: TableName | None = optional(
        "Clean table of the column; that of the subjects where it is left out."
    )
    where: TableCondition | None = optional(
        "Rows that count: a condition over the columns of the table; all rows where it is left "
        "out. Those of a subject must agree, or `take` says which counts; a subject without one "
        "has no value."
    )
    plus: Distinct[NumberColumn] | None = optional(
        "Further columns of these rows that are added to it, as the items of a score at entry; a "
        "subject who lacks one of them has no value."
    )
    take: Chosen | None = optional(
        "Which value of a subject's rows it is, of numbers or dates that differ: such as the "
        "highest date, of the last dose."
    )
    label: Text | None = optional(
        "What it is called, where the label of its column does not say which rows: that of the "
        "dictionary where it is left out."
    )


@dataclass(frozen=True)
class Origin:
    """The column of a clean table that a variable comes from, and the rows of it that count;
    of several values of a subject the one that `take` says. `plus` are columns added to it."""

    table: str
    column: str
    where: Condition | None = None
    take: Chosen | None = None
    label: Text | None = None
    plus: tuple[Column, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All that it is made of."""
        return (self.column, *self.plus)


@shape
class Subjects:
    """Where the variables of a subject come from."""

    table: TableName = key("Clean table of the subjects.")
    arm: ArmElsewhere | None = optional(
        "The arm, where it stands in another table than that of the subjects."
    )
    age: Age | None = optional("Age.")
    sex: Sex | None = optional("Sex.")
    site: VariableColumn | None = optional("Column of the site.")
    milestones: Milestones | None = optional(
        "The columns of the dates of birth, randomisation, first dose, last contact and death, for "
        "the checks of the data (`trialtrace integrity`)."
    )
    correlated: tuple[Correlated, ...] = optional(
        "Pairs of numbers that go together, such as height and weight: the checks of the data "
        "report where they do not.",
        empty=tuple,
    )
    variables: dict[ShortName, VariableColumn | ChosenRows] = optional(
        "Further variables: name to column, or to a column in chosen rows of a table. The name in "
        "capitals is the column of ADSL.",
        empty=dict,
    )
    groups: dict[ShortName, Groups] = optional(
        "Groups made from another variable, for subgroups, strata and covariates: the name in "
        "capitals is the column of ADSL.",
        empty=dict,
    )
    transformed: dict[ShortName, Transformed] = optional(
        "Functions of another variable, such as its logarithm, for covariates: the name in "
        "capitals is the column of ADSL.",
        empty=dict,
    )

    @property
    def made(self) -> dict[str, Made]:
        """Every variable that is made from another one."""
        return {**self.groups, **self.transformed}

    @property
    def own_columns(self) -> dict[str, str]:
        """age, sex, site -> column of the table, for those that have one."""
        columns = {
            "age": self.age and self.age.column,
            "sex": self.sex and self.sex.column,
            "site": self.site,
        }
        return {name: column for name, column in columns.items() if column}

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Variable -> where it comes from, for every variable that has a column."""
        own = self.own_columns
        origins = {name: Origin(self.table, column) for name, column in own.items()}
        for name, variable in self.variables.items():
            if isinstance(variable, ChosenRows):
                table = variable.table or self.table
                rows = variable.where, variable.take, variable.label, variable.plus or ()
                origins[name] = Origin(table, variable.column, *rows)
            else:
                origins[name] = Origin(self.table, variable)
        return origins

    def described(
        self, name: str, dictionary: Mapping[str, Mapping[str, Variable]]
    ) -> Variable | None:
        """The dictionary's variable of a variable of the subjects, where it has one; what is made
        from another as it is made."""
        if data := self.made.get(name):
            of = self.origins[data.of]
            return made_variable(data, of.table, of.column, self.described(data.of, dictionary))
        origin = self.origins.get(name)
        found = dictionary.get(origin.table, {}).get(origin.column) if origin else None
        label = origin.label if origin else None
        return replace(found, label=label) if found and label else found

    @property
    def sex_by_code(self) -> dict[str, str]:
        """Value of the column of the sex -> F, M or U."""
        codes = mapping_of(self.sex.codes) if self.sex else {}
        return {code: sex for sex, code in codes.items()}
