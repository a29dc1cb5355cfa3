"""How ADSL is made: its table and the columns of its variables."""

from __future__ import annotations

from trialtrace.config.spec import key, mapping_of, optional, shape
from trialtrace.trial.model import adsl_code
from trialtrace.trial.words import Column, Name, ShortName, TimeUnit, Value


@shape
class Age:
    """Age."""

    column: Column = key("Column of the age.")
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

    column: Column = key("Column of the sex.")
    codes: SexCodes = key("Value of the column for each sex, in quotes.")


@shape
class Subjects:
    """Where the variables of a subject come from."""

    table: Name = key("Clean table of the subjects.")
    age: Age | None = optional("Age.")
    sex: Sex | None = optional("Sex.")
    site: Column | None = optional("Column of the site.")
    variables: dict[ShortName, Column] = optional(
        "Further variables: name to column. The name in capitals is the column of ADSL.",
        empty=dict,
    )

    @property
    def own_columns(self) -> dict[str, str]:
        """age, sex, site -> column of the table, for those that have one."""
        columns = {
            "age": self.age and self.age.column,
            "sex": self.sex and self.sex.column,
            "site": self.site,
        }
        return {name: column for name, column in columns.items() if column}

    @property
    def columns(self) -> dict[str, str]:
        """ADSL variable -> column of the table, for every variable that has one."""
        named = self.own_columns | self.variables
        return {adsl_code(name): column for name, column in named.items()}

    @property
    def sex_by_code(self) -> dict[str, str]:
        """Value of the column of the sex -> F, M or U."""
        codes = mapping_of(self.sex.codes) if self.sex else {}
        return {code: sex for sex, code in codes.items()}
