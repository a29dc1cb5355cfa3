"""What the plan of a trial may say of each of its endpoints, as it would be written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.config.spec_schema import schema_of
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.endpoints.check_derived import OWN
from trialtrace.run.trial.plan import methods
from trialtrace.run.trial.plan.card import TEST, Card
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.statistics import STATISTICS
from trialtrace.run.trial.reference_keys import Key, keys

SECTIONS = ("describe", "estimates", "tests", "interaction")
STOPPED = "median_unbiased"
SUMMARY = "summary: [mean, sd, median, quartiles]"
PLACE = re.compile(r"<([^<>]*)>")
VARIABLE, LEVELS, POPULATION = "variable", "variable with levels", "population"
# Options that name what the trial declares.
NAMING = {
    "strata": LEVELS,
    "covariates": VARIABLE,
    "cluster": VARIABLE,
    "sequence": VARIABLE,
    "receipt": POPULATION,
}


@dataclass(frozen=True)
class Offered:
    """A step as it stands in a plan, and the words of its method."""

    section: str
    step: str
    written: str
    words: str


@dataclass(frozen=True)
class Group:
    """Endpoints of which a plan may say the same."""

    kind: str
    names: tuple[str, ...]
    offers: tuple[Offered, ...]


def with_levels(files: Files) -> list[str]:
    """The variables of subjects that have few values."""
    names = files.subject_variables or []
    return [name for name in names if name in OWN or files.subject_choices(name)]


def groups(files: Files) -> list[Group]:
    """The endpoints of which a plan may say something, those of one kind together; of several
    visits apart from those of one."""
    alike: dict[tuple[str, bool], list[str]] = {}
    for name, endpoint in files.derived.items():
        if endpoint.kind in methods.ANALYSABLE:
            several = len(files.visits_of(name) or ()) > 1
            alike.setdefault((endpoint.kind, several), []).append(name)
    writer = _Writer(files)
    return [
        Group(kind, tuple(names), tuple(writer.offers(kind, several)))
        for (kind, several), names in alike.items()
    ]


def endpoint_rows(files: Files) -> list[list[str]]:
    """name, PARAMCD, kind and visits of each endpoint."""
    return [
        [name, table_change.entry.code, table_change.kind, ", ".join(files.visits_of(name) or ())]
        for name, table_change in files.derived.items()
    ]


def filled(files: Files, offer: Offered) -> str:
    """A step with the first choice at each of its places; a number stays open."""
    named = {
        LEVELS: with_levels(files),
        VARIABLE: files.subject_variables or [],
        POPULATION: files.populations or [],
    }

    def choice(match: re.Match[str]) -> str:
        if match[1] in named:
            return next(iter(named[match[1]]), match[0])
        return match[1].split(" | ")[0] if " | " in match[1] else match[0]

    return SUMMARY if offer.written.startswith("summary: ") else PLACE.sub(choice, offer.written)


class _Writer:
    """Writes the steps that suit a trial; names of its variables stand where one is needed."""

    def __init__(self, files: Files):
        self.own = files.trial.get("design", "kind") in methods.OWN_TREATMENT
        self.crossover = files.trial.get("design", "kind") == "crossover"
        self.variables = files.subject_variables or []
        self.levels = with_levels(files)
        levels = [files.plan.get("decision_level")]
        levels += [given.get("decision_level") for _, given in files.plan.entries("analyses")]
        self.looks = any(isinstance(level, dict) for level in levels)

    def offers(self, kind: str, several: bool) -> Iterator[Offered]:
        for section in SECTIONS:
            for card in cards():
                if section in _sections(card) and self._suits(card, kind, several):
                    options = card.interaction if section == "interaction" else card.options
                    needed = self._needed(options)
                    if needed is not None:
                        title = method_of(card.step).title
                        yield Offered(section, card.step, _written(card, needed), title)

    def _suits(self, card: Card, kind: str, several: bool) -> bool:
        return (
            kind in (card.kinds or STATISTICS[card.statistic].kinds)
            and (several or card.visits == "each")
            and card.compares != ("between" if self.own else "within")
            and (self.looks or (card.method != STOPPED and card.statistic not in methods.INTERIM))
            and ("site" in self.variables or not card.method.endswith("random_site"))
        )

    def _needed(self, options: type | None) -> list[str] | None:
        """The options that must be given; None where the trial lacks what one of them names."""
        if options is None:
            return []
        schema = schema_of(options)
        needed = [key for key in keys(options) if key.required and not _below(key)]
        named = [key.path for key in needed]
        # Strata that may be none are none, until a plan names some.
        free = "minItems" not in schema.get("properties", {}).get("strata", {})
        if "sequence" in named and not self.crossover:
            return None
        if "strata" in named and not (free or self.levels):
            return None
        texts = {key.path: self._value(key) for key in needed}
        texts |= {"strata": "[]"} if "strata" in texts and free else {}
        return [f"{path}: {text}" for path, text in texts.items()]

    def _value(self, key: Key) -> str:
        several = key.kind.startswith("list of ")
        text = key.kind.removeprefix("list of ")
        if key.path in NAMING:
            text = NAMING[key.path]
        elif "`" in text and " or " not in text:
            text = text.replace("`", "").replace(", ", " | ")
            if " | " not in text:
                return f"[{text}]" if several else text
        return f"[<{text}>]" if several else f"<{text}>"


def _sections(card: Card) -> tuple[str, ...]:
    if card.statistic != TEST:
        return (STATISTICS[card.statistic].section,)
    return ("tests", "interaction") if card.interaction is not None else ("tests",)


def _below(key: Key) -> bool:
    """Whether a key stands below another one, which tells that there is more."""
    return "." in key.path or "[]" in key.path


def _written(card: Card, needed: list[str]) -> str:
    if card.step == "summary.descriptive":
        return needed[0].replace("statistics: ", "summary: ")
    if card.statistic == TEST:
        written = f"{card.method}: {{{', '.join(needed)}}}"
    elif card.options is None:
        written = f"{card.statistic}: {card.method}"
    else:
        written = f"{card.statistic}: {{{', '.join([f'method: {card.method}', *needed])}}}"
    return written
