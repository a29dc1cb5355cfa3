"""Baseline and outcome measures, and the analyses of these."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.ledger.draft import Left
from trialtrace.audit.registry.analyses import OF_LOGS, analysis
from trialtrace.audit.registry.kinds import AVERAGES, Form, Kind, form, is_count
from trialtrace.audit.registry.making import Cell, Making
from trialtrace.audit.registry.record import Entry, by_group, entries, text, texts

_TIME = r"[0-9]+(?:\.[0-9]+)?"
_VISIT = re.compile(
    rf"baseline|screening|(?:at )?(?:day|week|month|year|visit)s? {_TIME}|"
    rf"(?:at )?{_TIME}[ -](?:days?|weeks?|months?|years?|hours?|hrs?|minutes?)",
    re.IGNORECASE,
)
_OF_TIME = re.compile(
    rf"\b(?:(?:pre|post|before|after)(?:[\s-]?(?:treatment|intervention|dose|test|operation))?|"
    rf"baseline|follow[\s-]?up|at|(?:day|week|month|year|visit)s? {_TIME}|"
    rf"{_TIME}[\s-](?:day|week|month|year|hour|minute)s?)\b|[^\w\s]"
)
_CHANGE = re.compile(r"\bchanges? (?:from|since) (?:\w+ ){0,3}baseline\b", re.IGNORECASE)
_SIZES = re.compile(
    r"\bn\s*=\s*([0-9]+(?:\s*[,;/]\s*(?:n\s*=\s*)?[0-9]+)*)(?![0-9.])", re.IGNORECASE
)
_PARTICIPANTS = "Participants"
_OPPOSITES = {
    frozenset(words)
    for words in (("yes", "no"), ("positive", "negative"), ("present", "absent"), ("alive", "dead"))
}
SEVERAL = 2
"""Percentages that are none of the patients stated, from which on it may be the patients that are
others: a single one is a slip of its own."""
_AGAINST = (
    r"(?: group| arm)?\s*(?:\bvs\b\.?|\bversus\b|\bcompared (?:to|with)\b|\brelative to\b|\bover\b|"
    r"\bminus\b|[-\u2013\u2212/:])\s*(?:the )?"
)
_FRACTION = re.compile(r"[01]\.[0-9]{3}")


def baseline(making: Making, module: Entry) -> None:
    """Every baseline measure."""
    making.know_groups(entries(module, "groups"))
    every = _denominators(module, _PARTICIPANTS)
    for at, measure in enumerate(entries(module, "measures"), 1):
        units = _units(measure, module)
        sizes = _denominators(measure, units) or every
        place = f"baseline measure {at}"
        _classes(making, measure, place, text(measure, "title"), sizes, baseline=True, units=units)


def outcome_measures(making: Making, every: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """Every outcome measure with its analyses: its rank, name and time frame."""
    reported = []
    titles = apart([(text(measure, "title"), text(measure, "timeFrame")) for measure in every])
    for at, (title, measure) in enumerate(zip(titles, every, strict=True), 1):
        making.know_groups(entries(measure, "groups"))
        if text(measure, "reportingStatus") == "NOT_POSTED":
            making.draft.left.append(Left(f"outcome measure {at}", title, "not posted yet"))
            continue
        place, units, name = f"outcome measure {at}", _units(measure), making.outcome(title)
        sizes = _denominators(measure, units)
        cells = _classes(making, measure, place, title, sizes, units=units)
        _analyses(making, measure, place, title, cells)
        reported.append((text(measure, "type"), name, text(measure, "timeFrame")))
    return reported


def apart(outcomes: Sequence[tuple[str, str]]) -> list[str]:
    """Titles of outcomes that have a time frame each; of several alike each has its own."""
    alike = Counter(title for title, _ in outcomes)
    names = [f"{title} [{frame}]" if alike[title] > 1 else title for title, frame in outcomes]
    before: Counter[str] = Counter()
    for at, name in enumerate(names):
        before[name] += 1
        names[at] = name if before[name] == 1 else f"{name}, {before[name]}"
    return names


def _units(*levels: Entry) -> str:
    """What a measure's denominators count, as it or the module says."""
    said = (
        text(each, key) for each in levels for key in ("denomUnitsSelected", "typeUnitsAnalyzed")
    )
    return next(filter(None, said), _PARTICIPANTS)


def _denominators(of: Entry, units: str) -> dict[str, int]:
    """How many of the units were analysed, by group."""
    every = [e for e in entries(of, "denoms") if text(e, "units").casefold() == units.casefold()]
    return {group: n for each in every for group, n in by_group(entries(each, "counts"), "value")}


def _of_title(title: str, sizes: Mapping[str, int]) -> dict[str, int]:
    """The numbers of patients that older records have in the title of a row: (n=88, 86)."""
    match = _SIZES.search(title)
    sized = [int(digits) for digits in re.findall("[0-9]+", match[1])] if match else []
    fits = len(sized) == len(sizes) and all(map(int.__le__, sized, sizes.values()))
    return dict(zip(sizes, sized, strict=True)) if fits else {}


def _classes(
    making: Making,
    measure: Entry,
    place: str,
    title: str,
    sizes: Mapping[str, int],
    *,
    units: str,
    baseline: bool = False,
) -> list[Cell]:
    """The cells of a measure: a class that is a visit is one, another is an outcome of its own."""
    kind = Kind.of_measure(measure)
    more: dict[str, object] = {"baseline": True} if baseline else {}
    things = "" if units.casefold() == _PARTICIPANTS.casefold() else f" (units analysed: {units})"
    unit = "" if kind.counts_people or kind.is_share else kind.unit
    rows, cells, fits = entries(measure, "classes"), [], {}
    # A percentage of one row of several need not be of all that the measure has.
    several = len(rows) > 1
    opposite = frozenset(text(row, "title").casefold() for row in rows) in _OPPOSITES
    if (
        opposite
        and kind.counts_people
        and all(len(entries(row, "categories")) == 1 for row in rows)
    ):
        # Two rows of whom nobody is in both: categories, as other records have them.
        rows = [_of_category(row) for row in rows]
        more |= {"exhaustive": False}
    for row in rows:
        head = text(row, "title")
        sized = _denominators(row, units) or _of_title(head, sizes)
        if not sized and not (kind.is_share and several):
            sized = {**sizes}
        visit = _VISIT.fullmatch(head) is not None
        label = (title if not head or visit else f"{title} – {head}") + things
        for category in entries(row, "categories"):
            about: dict[str, object] = {"change": True} if _CHANGE.search(title) else {}
            about |= {"visit": head} if visit else {}
            about |= {"category": text(category, "title")} if text(category, "title") else {}
            cell = making.cell(place, label, about, unit, **more)
            cells.append(cell)
            for measured in entries(category, "measurements"):
                group = text(measured, "groupId")
                size = sized.get(group)
                shown = form(kind, texts(measured), size)
                claim = making.measured(cell, shown, group)
                if claim is not None and size and "percent" in shown.numbers:
                    fits[claim] = is_count(shown.numbers["percent"], size)
    _doubt(making, fits)
    return cells


def _of_category(row: Entry) -> Entry:
    """A row of one cell whose title is that of its category."""
    (cell,) = entries(row, "categories")
    return {**row, "title": "", "categories": [{**cell, "title": text(row, "title")}]}


def _doubt(making: Making, fits: Mapping[str, bool]) -> None:
    """Percentages of a measure of which several are none of the patients that are stated: these may
    be of others, or of a model. Shares in the place of percentages all lie below 1, and are none of
    anybody."""
    off = [claim for claim in fits if not fits[claim]]
    claims = making.draft.claims
    if len(off) < SEVERAL or all(_FRACTION.match(str(claims[each]["printed"])) for each in off):
        return
    why = f"percentage of the patients stated? {len(off)} of {len(fits)} of this measure print as "
    for claim in fits:
        claims[claim]["unconfirmed"] = f"{why}no count of theirs: of fewer patients, or of a model"


def _analyses(
    making: Making, measure: Entry, place: str, title: str, cells: Sequence[Cell]
) -> None:
    """The first analysis of some groups is of the one cell of its measure, and held against their
    numbers; others, or of which of several cells it is, the registry tells in free words alone."""
    kind, before = Kind.of_measure(measure), set()
    for at, analysed in enumerate(entries(measure, "analyses"), 1):
        named = analysed.get("groupIds")
        ids = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
        names = [making.groups[name] for name in ids if name in making.groups]
        first = len(names) > 1 and frozenset(names) not in before
        before.add(frozenset(names))
        where = f"{place}, analysis {at}"
        cell = cells[0] if first and len(cells) == 1 else None
        cell = cell or making.cell(where, f"{title}, analysis {at}")
        said = filter(None, (text(analysed, "paramType"), text(analysed, "statisticalMethod")))
        cell = replace(cell, place=where, label=": ".join(filter(None, (title, ", ".join(said)))))
        titles = [text(each, "title") for each in entries(measure, "groups")]
        times = len(ids) == len(titles) and _of_times(titles)
        paired = "crossover" if making.crossed else "paired" if times else ""
        result = analysis(texts(analysed), kind, paired=paired)
        order = _ordered(making, cell, names, result.form, kind, text(analysed, "groupDescription"))
        making.claim(cell, result.form, *order, compare=len(names) > 1)
        if result.p.printed:
            apart_cell = replace(making.cell(where, f"{title}, analysis {at}, p"), label=cell.label)
            making.claim(apart_cell, result.p, *names, compare=len(names) > 1)
        for value, why in result.left:
            making.left(cell, value, why)


def _of_times(titles: Sequence[str]) -> bool:
    """Whether groups are the same patients at several times: “Before treatment”, “Week 12”."""
    whose = {"".join(_OF_TIME.sub("", title.casefold()).split()) for title in titles}
    return len(whose) == 1 and all(map(_OF_TIME.search, map(str.casefold, titles)))


def _ordered(
    making: Making, cell: Cell, names: list[str], result: Form, kind: Kind, said: str
) -> list[str]:
    """Two groups so that the estimate fits their numbers, else as words name them: the registry
    states no order."""
    value = result.numbers.get("value") or result.numbers.get("percent")
    if len(names) != 2 or value is None:
        return names
    first, second = (making.value_of(cell, name) for name in names)
    measure = str(result.about.get("measure"))
    hazard = measure.endswith("hazard_ratio")
    if None in (first, second) or first == second or (hazard and not kind.tells_hazards):
        return names[::-1] if _turned(said, [making.title(name) for name in names]) else names
    null = 1 if measure.endswith("ratio") and measure not in OF_LOGS else 0
    # The longer the time, the lower the hazard.
    above = (float(value.replace(",", "")) > null) != (hazard and kind.value in AVERAGES)
    return names if above == ((first or 0) > (second or 0)) else names[::-1]


def _turned(said: str, titles: Sequence[str]) -> bool:
    """Whether words take the first group from the second: "Placebo versus Drug"."""
    first, second = map(re.escape, titles)
    return re.search(rf"{second}{_AGAINST}{first}", said, re.IGNORECASE) is not None
