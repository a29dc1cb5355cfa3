"""The endpoints of a trial: what each is, by which rule, in which unit, where higher is better; and
declared constants: values that a rule takes from the configuration, each with its source."""

from collections.abc import Iterator, Sequence
from math import isfinite

from trialtrace.base.words import number
from trialtrace.report.links import endpoint_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table, with_names
from trialtrace.run.endpoints.kinds.finding import FindingByNorm
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trace.words import labels, rule_of
from trialtrace.run.trial.constants import Constant
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.endpoints.shared import Entry
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.model import Endpoint, ValueScale
from trialtrace.run.trial.plan.methods import BINARY, INTERVALS, OCCURRENCES, RECURRENT, TIMES

MOST_NAMED = 5
EVENTS = {*BINARY, *TIMES, *INTERVALS, *RECURRENT, *OCCURRENCES, "occurrence_count"}


def endpoints_table(material: Material) -> str:
    """A row an endpoint, which analyses link to; scales of one instrument share a row."""
    rows, words = [], labels(material.trial)
    for group in _groups(list(material.trial.endpoints.values())):
        first = group[0]
        name = shared_label([endpoint.label for endpoint in group])
        codes = ", ".join(endpoint.code for endpoint in group[:MOST_NAMED])
        codes += ", …" if len(group) > MOST_NAMED else ""
        texts = [codes, rule_of(words, first), _scale(material, group)]
        place = endpoint_place(first.family or first.name)
        rows.append([f"[{with_names(name)}]{{#{place}}}", *map(with_names, texts)])
    header = ["Endpoint", "Code", "Rule", "Scale"]
    if not any(row[3] for row in rows):
        header, rows = header[:3], [row[:3] for row in rows]
    shown = texts_table(
        material, header, rows, "endpoints", "Endpoints, in the order of the configuration."
    )
    return "\n\n".join([shown, *_instruments(material)])


def _instruments(material: Material) -> list[str]:
    """A paragraph an instrument: its rule, its missing items, where the rule stands."""
    entries = (endpoint.entry for endpoint in material.trial.endpoints.values())
    used = {entry.instrument: entry for entry in entries if isinstance(entry, InstrumentEntry)}
    instruments = []
    for entry in used.values():
        about = entry.declared
        checked = "" if about.verified else " Not verified: its manual was not at hand."
        text = (
            f"{about.rule} Missing: {lower_first(about.missing)} Source: {about.source}.{checked}"
        )
        instruments.append(f"**{escape_markdown(about.title)}.** {with_names(text)}")
    return instruments


def _groups(endpoints: list[Endpoint]) -> list[list[Endpoint]]:
    """Endpoints that one entry of the configuration makes stand together."""
    found: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        found.setdefault(endpoint.family or endpoint.name, []).append(endpoint)
    return list(found.values())


def shared_label(labels: list[str]) -> str:
    """The label of one endpoint, or of several scales what they share and then each."""
    start = labels[0].partition(": ")[0]
    if all(label.startswith(f"{start}: ") for label in labels):
        return f"{start}: {', '.join(label.partition(': ')[2] for label in labels)}"
    if len(labels) <= MOST_NAMED:
        return "; ".join(labels)
    return f"{'; '.join(labels[:MOST_NAMED])}; and {len(labels) - MOST_NAMED} more"


def _units(material: Material, group: list[Endpoint]) -> str:
    """The units of the values, each once: "mV, m/s, ms"."""
    units: dict[str, None] = {}
    for endpoint in group:
        rows = material.tracer.frames.select("bds", {"PARAMCD": {"is": endpoint.code}})
        units |= dict.fromkeys(unit for unit in rows.column("AVALU") if unit)
    return ", ".join(units)


def _scale(material: Material, group: list[Endpoint]) -> str:
    """ "0 to 10, higher is worse; mm"; of several scales what they share, and their units."""
    scales = [endpoint.scale for endpoint in group]
    ranges = {_range(scale) for scale in scales}
    directions = {direction(endpoint) for endpoint in group}
    parts = [*ranges] if len(ranges) == 1 else []
    parts.append("direction by scale" if len(directions) > 1 else directions.pop())
    told = [", ".join(part for part in parts if part)]
    told.append(_units(material, group))
    return "; ".join(part for part in told if part)


def scale_words(endpoint: Endpoint | None) -> str:
    """ "0 to 10, higher is worse", as far as it is known: what a reader of a value must know."""
    if endpoint is None:
        return ""
    return ", ".join(filter(None, [_range(endpoint.scale), direction(endpoint)]))


def direction(endpoint: Endpoint[Entry]) -> str:
    """ "higher is worse", of events "fewer events are better"; nothing where it is not said."""
    if endpoint.higher is None:
        return ""
    if endpoint.kind in EVENTS:
        return f"{'more' if endpoint.higher == 'better' else 'fewer'} events are better"
    return f"higher is {endpoint.higher}"


def _range(scale: ValueScale | None) -> str:
    if scale is None or scale.low is None:
        return ""
    end = "and above" if scale.high is None else f"to {number(scale.high)}"
    return f"{number(scale.low)} {end}"


OPENING = (
    "What the rules of the endpoints take as given. Other values would give other numbers; the "
    "trace of every number lists those that it rests on."
)


def constants_section(material: Material) -> str:
    """The table with its lead; nothing where no endpoint declares any."""
    found = material.tracer.constants.every
    if not found:
        return ""
    header = ["Constant", "Value", "Endpoints", "Where", "Source"]
    body = [
        [
            with_names(text)
            for text in (constant.what, constant.value, entries, place(constant), constant.source)
        ]
        for constant, entries in _joined(material, found)
    ]
    table = texts_table(material, header, body, "constants", "Declared constants.")
    return f"{OPENING}\n\n{table}\n"


def place(constant: Constant) -> str:
    """The file with the line, or with the hash of a table."""
    if constant.sha256:
        return f"{constant.file}, {constant.sha256[:16]}"
    return f"{constant.file}, line {constant.line}"


def _joined(material: Material, constants: list[Constant]) -> list[tuple[Constant, str]]:
    """One line for what several endpoints declare alike: the first, and the labels of all."""
    alike: dict[tuple[str, str, str], list[Constant]] = {}
    for constant in constants:
        alike.setdefault((constant.what, constant.value, constant.source), []).append(constant)
    told = []
    for group in alike.values():
        labels = [material.trial.family(one.entry)[0].label for one in group]
        told.append((group[0], "; ".join(dict.fromkeys(labels))))
    return told


def norms(material: Material, endpoint: Endpoint) -> Iterator[str]:
    """The normal values, by group and age, of each finding by norms that an outcome is made of."""
    trial = material.trial
    for finding in filter(None, [endpoint, *map(trial.endpoints.get, endpoint.entry.parents)]):
        if isinstance(finding.entry, FindingByNorm):
            table = Norms.read(trial.at, finding.entry.norm.table)
            shift, scale = finding.entry.norm.shift or 0, trial.endpoints[finding.entry.of].scale
            groups = [f"{name} {', '.join(_bands(of, shift))}" for name, of in table.bands.items()]
            on = f", on a scale of {scale.low:g} to {scale.high:g}" if scale and scale.high else ""
            told = "; these limits are not verified: their source was not at hand"
            text = f"Normal for {lower_first(finding.label)}{on}: {'; '.join(groups)}"
            yield escape_markdown(f"{text}{told * table.unverified}.")


def _bands(bands: Sequence[tuple[float, float, float]], shift: float) -> Iterator[str]:
    """ "4.5 or more up to 40 years", "4 or more above": of each age what is normal."""
    for end, low, high in bands:
        ends = [(low, "or more"), (high, "or less")]
        told = [f"{limit + shift:g} {word}" for limit, word in ends if isfinite(limit)]
        age = f" up to {end:g} years" if isfinite(end) else " above" * (len(bands) > 1)
        yield " and ".join(told) + age
