"""What stands in cohort.yaml."""

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.trial.cohort.forms import Forms, Level
from trialtrace.run.trial.cohort.mess import Mess
from trialtrace.run.trial.cohort.quantities.registry import Entry

Levels = Filled[Name, Level]
Quantities = Filled[Name, Entry]


@shape
class CohortFile:
    """What a synthetic cohort is drawn from; only with `source.kind: synthetic`. See
    docs/synthetic.md."""

    levels: Levels = key("Kinds of rows, the patients first; each further one is below another.")
    quantities: Quantities = key(
        "What is drawn or computed for every row of a level; each may use others of its "
        "level and of those above, in any order."
    )
    forms: Forms | None = optional("Raw tables that are written.")
    mess: Mess | None = optional(
        "Defects of a real export, each with a number of rows. They are put where they "
        "touch no margin: where a value is missing anyway, or where cleaning restores it."
    )

    @property
    def root(self) -> Level:
        """The patients."""
        return next(level for level in self.levels.values() if level.of is None)
