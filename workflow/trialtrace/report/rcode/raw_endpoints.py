"""Endpoints from clean tables in R, a function a kind: each makes a data frame by its code."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialtrace.base.errors import UserError
from trialtrace.report.rcode.write import column, conditions, literal
from trialtrace.run.endpoints.kinds.event import EventInRow, EventOfEndpoint
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.measure import Measure
from trialtrace.run.trial.endpoints.repeated import RepeatedInColumns
from trialtrace.run.trial.endpoints.time_to_event import FirstOfTimes, TimeInColumn
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Condition, Endpoint


class Place:
    """Where something stands in a trial's configuration: "cleaning.yaml, line 4"."""

    def __init__(self, trial: Trial):
        self._trial = trial

    def __call__(self, file: str, *keys: str) -> str:
        lines = self._trial.lines(file)
        found = next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), None)
        return f"{file}.yaml" + (f", line {found}" if found else "")


def refused(place: str, what: str) -> UserError:
    """What is not written in R yet, and the way that there is."""
    return UserError(
        place,
        f"{what} is not written in R from the raw export yet",
        do="leave out --from raw: that script begins with the derived data sets, and the trace "
        "leads from these to the raw cells",
    )


AnyEndpoint = Endpoint[Any]


@dataclass(frozen=True)
class Writer:
    """An endpoint that is written: its trial, and where its configuration stands."""

    endpoint: AnyEndpoint
    trial: Trial
    place: Place

    @property
    def name(self) -> str:
        """The data frame that it becomes."""
        return column(self.endpoint.code)

    @property
    def rows(self) -> str:
        return column(self.endpoint.entry.table)

    def where(self, *keys: str) -> str:
        return self.place("endpoints", self.endpoint.family or self.endpoint.name, *keys)

    def one_row(self) -> Iterator[str]:
        """`row`, the row of `rows` that each subject of adsl has."""
        entry, rows = self.endpoint.entry, self.rows
        subject = f"rows${column(self.trial.tables[entry.table].subject)}"
        if entry.where is not None:
            rows = f"subset({rows}, {together(entry.where)})"
        yield f"rows <- {rows}"
        yield f"stopifnot(!anyDuplicated({subject}))  # one row a subject"
        yield f"row <- match(adsl$USUBJID, {subject})"

    def frame(self, values: Mapping[str, str]) -> Iterator[str]:
        """A record a subject with these columns."""
        yield f"{self.name} <- data.frame("
        yield f"  USUBJID = adsl$USUBJID, PARAMCD = {literal(self.endpoint.code)},"
        *before, last = [f"  {name} = {value}" for name, value in values.items()]
        yield from (f"{line}," for line in before)
        yield last
        yield ")"

    def value(self, name: str) -> str:
        """The number of a column in the rows, of codes what each is worth."""
        entry, cell = self.endpoint.entry, f"rows${column(name)}"
        if entry.codes:
            worth = ", ".join(f"{literal(code)} = {value!r}" for code, value in entry.codes.items())
            return f"unname(c({worth})[{cell}])"
        choices = self.trial.dictionary[entry.table][name].choices
        return f"as.numeric({cell})" if choices else cell


def together(condition: Condition, of: str = "", *, strict: bool = False) -> str:
    """A condition as one expression of R."""
    return " & ".join(conditions(condition, of=of, strict=strict))


def _event_in_row(writer: Writer) -> Iterator[str]:
    yield from writer.one_row()
    event = together(writer.endpoint.entry.event, "rows$", strict=True)
    yield from writer.frame({"AVAL": f"as.numeric({event})[row]"})


def _event_of_endpoint(writer: Writer) -> Iterator[str]:
    entry = writer.endpoint.entry
    if entry.value == "percent_change":
        raise refused(writer.where("value"), "a test of a change in percent")
    of = column(writer.trial.endpoints[entry.of].code)
    tested = {"CHG" if entry.value == "change" else "AVAL": entry.event}
    yield f"{writer.name} <- {of}"
    yield f"{writer.name}$PARAMCD <- {literal(writer.endpoint.code)}"
    yield f"{writer.name}$AVAL <- as.numeric({together(tested, f'{of}$', strict=True)})"


def _measure(writer: Writer) -> Iterator[str]:
    entry = writer.endpoint.entry
    if entry.side is not None or entry.location is not None:
        raise refused(writer.where(), "a measure of sides or locations")
    yield from writer.one_row()
    yield from writer.frame({"AVAL": f"{writer.value(entry.column)}[row]"})


def _repeated_in_columns(writer: Writer) -> Iterator[str]:
    entry, name = writer.endpoint.entry, writer.name
    yield from writer.one_row()
    yield f"{name} <- rbind("
    *before, last = [
        f"  data.frame(USUBJID = adsl$USUBJID, AVISIT = {literal(visit)}, "
        f"AVAL = {writer.value(one)}[row])"
        for one, visit in entry.columns.items()
    ]
    yield from (f"{line}," for line in before)
    yield last
    yield ")"
    yield f"{name}$PARAMCD <- {literal(writer.endpoint.code)}"
    if entry.baseline is not None:
        first = f"{name}[{name}$AVISIT == {literal(entry.baseline)}, ]"
        yield f"first <- {first}  # {writer.where('baseline')}"
        yield f"{name}$BASE <- first$AVAL[match({name}$USUBJID, first$USUBJID)]"
        yield f"{name}$CHG <- {name}$AVAL - {name}$BASE"


def _time_in_column(writer: Writer) -> Iterator[str]:
    entry, name = writer.endpoint.entry, writer.name
    _refuse_competing(writer)
    yield from writer.one_row()
    event = together(entry.event, "rows$", strict=True)
    yield from writer.frame(
        {"AVAL": f"rows${column(entry.time)}[row]", "CNSR": f"1 - ({event})[row]"}
    )
    if entry.horizon is not None:
        late = f"which({name}$AVAL > {literal(entry.horizon)})"
        yield f"late <- {late}  # {writer.where('horizon')}"
        yield f"{name}$CNSR[late] <- ifelse(is.na({name}$CNSR[late]), NA, 1)"
        yield f"{name}$AVAL[late] <- {literal(entry.horizon)}"
    yield from _without_unknown(name)


def _first_of(writer: Writer) -> Iterator[str]:
    entry, parts = writer.endpoint.entry, writer.endpoint.entry.first_of
    if entry.unseen_at_most is not None:
        raise refused(writer.where("unseen_at_most"), "an end after which events do not count")
    codes = [column(writer.trial.endpoints[one].code) for one in parts]
    yield f"times <- cbind({', '.join(f'{code}$AVAL' for code in codes)})"
    yield f"ends <- cbind({', '.join(f'{code}$CNSR' for code in codes)})"
    yield "event <- apply(ifelse(ends == 0, times, Inf), 1, min)"
    yield from writer.frame(
        {
            "AVAL": "ifelse(event < Inf, event, apply(times, 1, min))",
            "CNSR": "as.numeric(event == Inf)",
        }
    )
    yield from _without_unknown(writer.name)


def _refuse_competing(writer: Writer) -> None:
    if writer.endpoint.entry.competing_events:
        raise refused(writer.where("competing"), "a time with competing events")


def _without_unknown(name: str) -> Iterator[str]:
    known = f"!is.na({name}$AVAL) & {name}$AVAL >= 0 & !is.na({name}$CNSR)"
    yield f'{name}[!({known}), c("AVAL", "CNSR")] <- NA'


@dataclass(frozen=True)
class Kind:
    """How an entry is written, and the columns of its table that it reads."""

    lines: Callable[[Writer], Iterator[str]]
    columns: Callable[..., list[str]]


def _none(_: object) -> list[str]:
    """An endpoint of endpoints reads no table."""
    return []


KINDS: dict[type, Kind] = {
    EventInRow: Kind(_event_in_row, lambda entry: columns_of(entry.event)),
    EventOfEndpoint: Kind(_event_of_endpoint, _none),
    Measure: Kind(_measure, lambda entry: [entry.column]),
    RepeatedInColumns: Kind(_repeated_in_columns, lambda entry: list(entry.columns)),
    TimeInColumn: Kind(_time_in_column, lambda entry: [entry.time, *columns_of(entry.event)]),
    FirstOfTimes: Kind(_first_of, _none),
}


def _kind(endpoint: AnyEndpoint, place: Place) -> Kind:
    if type(endpoint.entry) not in KINDS:
        where = place("endpoints", endpoint.family or endpoint.name)
        raise refused(where, f"this endpoint of kind {endpoint.kind}")
    return KINDS[type(endpoint.entry)]


def columns_behind(endpoint: AnyEndpoint, place: Place) -> dict[str, list[str]]:
    """The columns of a clean table that an endpoint reads by itself."""
    names = _kind(endpoint, place).columns(endpoint.entry)
    if not names:
        return {}
    return {endpoint.entry.table: [*names, *columns_of(endpoint.entry.where or {})]}


def endpoint_lines(endpoint: AnyEndpoint, trial: Trial, place: Place) -> Iterator[str]:
    """The statements from clean tables, or from other endpoints, to the data frame of one."""
    writer = Writer(endpoint, trial, place)
    yield f"# {endpoint.label}: {writer.where()}"
    yield from _kind(endpoint, place).lines(writer)
