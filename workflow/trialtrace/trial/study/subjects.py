"""How ADSL is made: its table and the columns of its variables."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.words import Column, Name, ShortName, Value


@shape
class Age:
    """Age."""

    column: Column = key("Column of the age.")
    unit: Literal["years", "months", "weeks", "days"] = key("Unit of the age.")


@shape(least=1)
class Codes:
    """Value of the column for each sex, in quotes."""

    F: Value | None = optional("Female.")
    M: Value | None = optional("Male.")
    U: Value | None = optional("Unknown.")


@shape
class Sex:
    """Sex."""

    column: Column = key("Column of the sex.")
    codes: Codes = key("Value of the column for each sex, in quotes.")


@shape
class Subjects:
    """Where the variables of a subject come from."""

    table: Name = key("Clean table of the subjects.")
    age: Age | None = optional("Age.")
    sex: Sex | None = optional("Sex.")
    site: Column | None = optional("Column of the site.")
    variables: dict[ShortName, Column] | None = optional(
        "Further variables: name to column. The name in capitals is the column of ADSL."
    )
