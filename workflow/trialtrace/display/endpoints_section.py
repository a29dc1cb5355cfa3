"""The endpoints of a trial: what each is, by which rule, in which unit, where higher is better."""

from collections.abc import Callable
from typing import Any

from trialtrace.analyses.words import lower_first
from trialtrace.conditions import describe
from trialtrace.config.families import instrument_of
from trialtrace.config.model import Endpoint
from trialtrace.display import made_rules
from trialtrace.display.material import Material
from trialtrace.display.render.escape import escape_markdown
from trialtrace.display.tables import captioned, rows_table

MOST_NAMED = 5
Options = dict[str, Any]


def endpoints_table(material: Material) -> str:
    """A row an endpoint; scales of one instrument share a row."""
    rows = []
    for group in _groups(list(material.trial.endpoints.values())):
        first = group[0]
        name = first.label if len(group) == 1 else _several(group)
        codes = ", ".join(each.code for each in group[:MOST_NAMED])
        codes += ", …" if len(group) > MOST_NAMED else ""
        rows.append((name, codes, _rule(material, first), _scale(first)))
    header = ["Endpoint", "Code", "Rule", "Scale"]
    if not any(row[3] for row in rows):
        header, rows = header[:3], [row[:3] for row in rows]
    table = rows_table(header, rows)
    shown = captioned(table, "endpoints", "Endpoints, in the order of the configuration.")
    return "\n\n".join([shown, *_instruments(material)])


def _instruments(material: Material) -> list[str]:
    """A paragraph an instrument: its rule, its missing items, where the rule stands."""
    used = {
        endpoint.options["instrument"]: endpoint.options
        for endpoint in material.trial.endpoints.values()
        if "instrument" in endpoint.options
    }
    told = []
    for options in used.values():
        about = instrument_of(options)
        checked = "" if about.verified else " Not verified: its manual was not at hand."
        text = (
            f"{about.rule} Missing: {lower_first(about.missing)} Source: {about.source}.{checked}"
        )
        told.append(f"**{escape_markdown(about.title)}.** {escape_markdown(text)}")
    return told


def _groups(endpoints: list[Endpoint]) -> list[list[Endpoint]]:
    """Endpoints that one entry of the configuration makes stand together."""
    found: dict[str, list[Endpoint]] = {}
    for each in endpoints:
        found.setdefault(each.family or each.name, []).append(each)
    return list(found.values())


def _several(group: list[Endpoint]) -> str:
    labels = [each.label for each in group]
    start = labels[0].partition(": ")[0]
    if all(label.startswith(f"{start}: ") for label in labels):
        return f"{start}: {', '.join(label.partition(': ')[2] for label in labels)}"
    if len(labels) <= MOST_NAMED:
        return "; ".join(labels)
    return f"{'; '.join(labels[:MOST_NAMED])}; and {len(labels) - MOST_NAMED} more"


def _rule(material: Material, endpoint: Endpoint) -> str:
    told = RULES.get(endpoint.kind)
    text = told(material, endpoint.options) if told else endpoint.kind.replace("_", " ")
    return text[:1].upper() + text[1:] + "."


def _label(material: Material, name: str) -> str:
    known = material.trial.endpoints
    return known[name].label if name in known else name


def _event(material: Material, options: Options) -> str:
    if "of" in options:
        test = describe({_label(material, options["of"]): options["event"]})
        return f"yes where {test}"
    return f"yes where {describe(options['event'])}"


def _measure(material: Material, options: Options) -> str:
    return f"value of {options['column']}"


def _repeated(material: Material, options: Options) -> str:
    given = options.get("visits") or options.get("visit", {}).get("labels", {})
    visits = list(given.values())
    text = f"value at {', '.join(visits)}" if visits else "value at each visit"
    baseline = options.get("baseline")
    return text + (f"; baseline is {baseline}" if baseline else "")


def _occurrence(material: Material, options: Options) -> str:
    where = options.get("where")
    rows = f"every row of {options['table']}"
    return rows + (f" where {describe(where)}" if where else "")


def _any_occurrence(material: Material, options: Options) -> str:
    return f"yes where there is any {lower_first(_label(material, options['of']))}"


def _time_to_event(material: Material, options: Options) -> str:
    if "first_of" in options:
        labels = [lower_first(_label(material, name)) for name in options["first_of"]]
        return f"time to the first of {', '.join(labels)}"
    event = options.get("event")
    told = describe(event) if isinstance(event, dict) else options.get("event_date", "the event")
    where = f" (rows where {describe(options['where'])})" if "where" in options else ""
    text = f"time until {told}{where}"
    if options.get("competing"):
        others = ", ".join(_label(material, name) for name in options["competing"])
        text += f"; {others} first is a competing event"
    return text


def _instrument(material: Material, options: Options) -> str:
    return f"scored as {instrument_of(options).title}, below"


def _made(rule: made_rules.Rule) -> Callable[[Material, Options], str]:
    """A rule that needs no more than the labels of other endpoints."""
    return lambda material, options: rule(lambda name: _label(material, name), options)


RULES: dict[str, Callable[[Material, Options], str]] = {
    "event": _event,
    "measure": _measure,
    "repeated": _repeated,
    "instrument": _instrument,
    "instrument_event": _instrument,
    "occurrence": _occurrence,
    "any_occurrence": _any_occurrence,
    "time_to_event": _time_to_event,
    "finding": _made(made_rules.finding),
    "composite_event": _made(made_rules.composite),
    "interval_time": _made(made_rules.interval_time),
    "event_by": _made(made_rules.event_by),
}


def _scale(endpoint: Endpoint) -> str:
    """ "0 to 10, higher is worse; mm"."""
    options = endpoint.options
    scale = options.get("scale") or {}
    parts = []
    if "from" in scale:
        end = f"to {scale['to']:g}" if "to" in scale else "and above"
        parts.append(f"{scale['from']:g} {end}")
    if scale.get("higher"):
        parts.append(f"higher is {scale['higher']}")
    unit = options.get("unit")
    return "; ".join([", ".join(parts)] * bool(parts) + ([unit] if unit else []))
