"""What the configuration says, as types. Every object is made from a validated mapping.

Names (arms, endpoints, variables, populations, analyses) are those of the configuration; ADaM codes
stand beside them (`code`, `flag`). Conditions stay mappings; see `trialtrace.ground.conditions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trialtrace.trial.endpoints.shared import Entry

if TYPE_CHECKING:
    from trialtrace.instruments import declaration as instruments

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Arm:
    name: str
    label: str
    code: str
    control: bool = False


@dataclass(frozen=True)
class Design:
    kind: str
    arms: dict[str, Arm]
    scheme: str
    strata: tuple[str, ...]
    planned: int | None
    stopped: str | None

    @property
    def control(self) -> Arm:
        return next(arm for arm in self.arms.values() if arm.control)


@dataclass(frozen=True)
class Source:
    """Where raw tables come from. `items` maps a raw table's name to its settings."""

    kind: str
    items: dict[str, dict[str, Any]]
    version: str | None = None
    folder: str | None = None
    mode: str | None = None
    seed: int | None = None


@dataclass(frozen=True)
class TableSpec:
    """A clean table: the raw table it is made of, its key, and the columns of subject and arm."""

    name: str
    of: str
    key: tuple[str, ...]
    subject: str
    arm: str | None


@dataclass(frozen=True)
class Subjects:
    """How ADSL is made: its table and the columns of its variables (name -> column)."""

    table: str
    age: str | None
    age_unit: str | None
    sex: str | None
    sex_codes: dict[str, str]
    site: str | None
    variables: dict[str, str]

    @property
    def columns(self) -> dict[str, str]:
        """ADSL variable -> column of the table, for every variable that has one."""
        named = {"AGE": self.age, "SEX": self.sex, "SITEID": self.site}
        found = {variable: column for variable, column in named.items() if column}
        return found | {adsl_code(name): column for name, column in self.variables.items()}


@dataclass(frozen=True)
class Population:
    """Who belongs: subjects that meet `where`, every test of `endpoints`, and their arm's part.

    `endpoints` maps an endpoint to a test of its value, or to {visit: …, value: test}; `by_arm`
    maps an arm to further `where` and `endpoints` for its subjects.
    """

    name: str
    label: str
    flag: str
    where: Condition | None = None
    endpoints: Mapping[str, Any] = field(default_factory=dict)
    by_arm: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def made_late(self) -> bool:
        """Whether its flag needs the endpoints, and so comes after them."""
        return bool(self.endpoints or self.by_arm)


@dataclass(frozen=True)
class Variable:
    """A column of the data dictionary. `kind` is text, number, integer or date.

    `decimal` is the decimal sign that the field's validation type demands, `branching` the
    condition under which the field is shown: it may be blank elsewhere.
    """

    name: str
    table: str
    kind: str
    label: str
    choices: dict[str, str]
    minimum: str | None
    maximum: str | None
    required: bool
    identifier: bool
    note: str
    date_order: str | None
    row: int
    decimal: str = "."
    branching: str = ""


@dataclass(frozen=True)
class Conflict:
    """Which of the rows that share a key and differ is used: stop, reject, first or last."""

    take: str = "stop"
    reason: str = ""


@dataclass(frozen=True)
class CleaningTable:
    """Cleaning of one table. `missing` and `units` are by column; `ignore` and `accept` give a
    reason for a column, `exclude` for a rule."""

    name: str
    ignore: dict[str, str] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    convert: dict[str, dict[str, Any]] = field(default_factory=dict)
    on_conflict: Conflict = Conflict()
    accept: dict[str, str] = field(default_factory=dict)
    exclude: dict[str, str] = field(default_factory=dict)
    covers: str | None = None
    empty: bool = False

    @property
    def declared(self) -> str | None:
        """That not every subject has a row here: some, earlier, empty, or nothing said."""
        return "empty" if self.empty else self.covers


@dataclass(frozen=True)
class CleaningCheck:
    """A check over cells: `expect` (with values `beside`), `stored` + `points`, `constant` within a
    subject, `each_of` a list of values, or `unique`."""

    name: str
    label: str
    table: str
    severity: str
    columns: tuple[str, ...] = ()
    where: Condition | None = None
    expect: Condition | None = None
    stored: str | None = None
    points: tuple[dict[str, Any], ...] = ()
    constant: tuple[str, ...] = ()
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    each_of: Mapping[str, Any] | None = None
    unique: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cleaning:
    tables: dict[str, CleaningTable]
    checks: dict[str, CleaningCheck]


@dataclass(frozen=True)
class ValueScale:
    """The scale of an endpoint's values, as far as its ends and their direction are known."""

    type: str
    low: float | None
    high: float | None
    higher: str | None


EntryOf = TypeVar("EntryOf", bound=Entry, covariant=True)


@dataclass(frozen=True)
class Endpoint(Generic[EntryOf]):
    """A derived endpoint. `kind` names a module of the registry, `entry` is what its kind declares.

    `family` is the name of the entry in endpoints.yaml. An instrument gives one a scale (`score`);
    `joined` are the axes over which its rule joins records to one.
    """

    name: str
    label: str
    code: str
    kind: str
    entry: EntryOf
    family: str = ""
    score: "instruments.Scale | None" = None
    joined: tuple[str, ...] = ()

    @property
    def scale(self) -> ValueScale | None:
        """The scale of its values: that of its score, or what its entry declares."""
        if self.score is not None:
            score = self.score
            return ValueScale(score.type, score.low, score.high, score.higher)
        if (told := self.entry.scale) is None:
            return None
        return ValueScale(told.type, told.from_, told.to, told.higher)

    @property
    def places(self) -> dict[str, list[str]]:
        """LAT and LOC -> labels of the sides and locations that tell records apart."""
        axes = {"LAT": ("side", self.entry.side), "LOC": ("location", self.entry.location)}
        return {
            column: list(axis.labels.values())
            for column, (name, axis) in axes.items()
            if axis is not None and name not in self.joined
        }


@dataclass(frozen=True)
class Estimand:
    """ICH E9(R1): treatment, population, variables, intercurrent events, summary.

    `variables` are endpoints, or entries of endpoints.yaml that make several; `lists` says that the
    plan names a list, so that results carry their endpoint.
    """

    name: str
    treated: tuple[str, ...]
    reference: str
    population: str
    variables: tuple[str, ...]
    intercurrent: tuple[dict[str, str], ...]
    summary: str
    lists: bool = False

    @property
    def variable(self) -> str:
        """The first endpoint."""
        return self.variables[0]


@dataclass(frozen=True)
class Step:
    """One entry of describe, estimates, tests: a statistic, its method, every option spelt out."""

    statistic: str
    method: str
    options: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.statistic}.{self.method}"


@dataclass(frozen=True)
class Analysis:
    """An analysis of the plan, with what it inherits from the analysis `of` filled in."""

    name: str
    label: str
    role: str
    estimand: Estimand
    confidence: float
    decision_level: float
    describe: tuple[Step, ...] = ()
    estimates: tuple[Step, ...] = ()
    tests: tuple[Step, ...] = ()
    interaction: Step | None = None
    visits: tuple[str, ...] | None = None
    by: str | None = None
    overall: bool = False
    where: Condition | None = None
    note: str | None = None
    value: str = "value"
    of: str | None = None
    p_values_by_level: bool = True

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(treated, reference) for each comparison."""
        return [(treated, self.estimand.reference) for treated in self.estimand.treated]


@dataclass(frozen=True)
class Family:
    """Tests whose p-values are adjusted together."""

    name: str
    label: str
    adjust: str
    tests: tuple[dict[str, str], ...]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    decision_level: float
    confidence: float
    estimands: dict[str, Estimand]
    analyses: dict[str, Analysis]
    multiplicity: dict[str, Family]
    displays: dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """A printed expression and what recomputes it (`selects`), or why nothing can (`cannot`)."""

    name: str
    paper: str
    cite: str
    place: str
    label: str
    printed: str
    selects: dict[str, Any] | None
    cannot: str | None
    direction: dict[str, str] | None
    linked: tuple[str, ...]


def adsl_code(name: str) -> str:
    """The ADSL column of a variable's name: age -> AGE, site -> SITEID, sod -> SOD."""
    return {"site": "SITEID", "arm": "TRT01P"}.get(name, name.upper())
