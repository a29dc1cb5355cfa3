"""`trialtrace help TOPIC`: the reference of files, tables, endpoints, instruments and steps."""

import importlib
import textwrap
from collections.abc import Iterable, Iterator

from trialtrace.audit.relations.tables import RELATIONS
from trialtrace.base.config.spec import Hint, is_shape, members_of, without_marks
from trialtrace.run.tables.contracts.files import FILES
from trialtrace.run.trial.endpoints import registry as endpoints
from trialtrace.run.trial.instruments import registry as instruments
from trialtrace.run.trial.plan.card import TEST, Card
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.statistics import STATISTICS
from trialtrace.run.trial.reference_keys import Key, keys
from trialtrace.run.trial.schemas import FILES as CONFIGURATION_FILES

CONFIGURATION = (
    *("config", "trial", "cleaning", "endpoints", "plan", "claims"),
    *("multiverse", "simulation", "amendments", "review", "answers"),
)
_WIDTH = 100


def topic_text(topic: str) -> str:
    """Return the text of a topic, or nothing if there is no such topic."""
    if topic.removesuffix(".yaml") in CONFIGURATION and topic.endswith(".yaml"):
        return _file(topic.removesuffix(".yaml"))
    lists = {
        "checks": _checks,
        "endpoints": _endpoints,
        "instrument": _instruments,
        "instruments": _instruments,
        "steps": _steps,
        "tables": _tables,
    }
    if topic in lists:
        return "\n".join(lists[topic]()) + "\n"
    if topic in endpoints.MODULES or topic in instruments.MODULES:
        return "\n".join(_endpoint(topic)) + "\n"
    named = [card for card in cards() if topic in (card.step, card.method, card.statistic)]
    lines = [line for card in named for line in _step(card)] or list(_table(topic))
    return "\n".join(lines) + "\n" if lines else ""


def _file(name: str) -> str:
    file = CONFIGURATION_FILES[name]
    lines = [file.title, *_wrapped(file.means, ""), "", *_keys(keys(file.shape))]
    return "\n".join(lines) + "\n"


def _keys(rows: Iterable[Key]) -> Iterator[str]:
    """Each key with its value and its meaning; * marks one that is needed."""
    for key in rows:
        where = f" ({key.when})" if key.when else ""
        yield from _wrapped(f"{key.path}{'*' if key.required else ''}: {key.kind}{where}", "")
        yield from _wrapped(key.means, "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent or "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _words(module: str) -> str:
    return " ".join((importlib.import_module(module).__doc__ or "").split("\n\n")[0].split())


def _endpoints() -> Iterator[str]:
    for kind in endpoints.MODULES:
        of_kind = kind != "instrument" and next(_shapes(kind), None)
        words = of_kind.__doc__ if of_kind else "A score by the rule of an instrument."
        yield f"{kind:22}{' '.join((words or '').split())}"


def _instruments() -> Iterator[str]:
    for name in sorted(instruments.MODULES):
        yield f"{name:24}{instruments.declaration_of(name).title}"


def _checks() -> Iterator[str]:
    """Each relation between published numbers; * marks those that rest on numbers of patients."""
    for relation in RELATIONS:
        yield from _wrapped(f"{relation.name}{'*' * relation.of_sizes}: {relation.says}", "")


def _steps() -> Iterator[str]:
    family = ""
    for card in cards():
        if card.family != family:
            family = card.family
            yield f"\n{_words(f'trialtrace.run.trial.plan.cards.{family}')}"
        yield f"  {card.step:52}  {method_of(card.step).title}"


def _endpoint(kind: str) -> Iterator[str]:
    """The keys of an endpoint or an instrument, and the steps that a plan can ask of it."""
    if kind in instruments.MODULES:
        declared = instruments.declaration_of(kind)
        yield declared.title
        for head, text in (
            ("Rule", declared.rule),
            ("Missing", declared.missing),
            ("Source", declared.source),
        ):
            yield from _wrapped(f"{head}: {text}", "")
        scales = (f"{scale.name or '(the entry)'} ({scale.label})" for scale in declared.scales)
        yield from _wrapped(f"Scales: {', '.join(scales)}", "")
    shapes = list(_shapes(kind))
    for shape in shapes:
        yield f"\n{' '.join((shape.__doc__ or kind).split())}"
        yield from _keys(keys(shape))
    steps = [card.step for card in cards() if kind in _kinds(card)]
    if steps:
        yield from _wrapped(f"Steps of a plan: {', '.join(steps)}", "\n")


def _shapes(kind: str) -> Iterator[type]:
    waiting: list[Hint] = [
        instruments.entry_of(kind) if kind in instruments.MODULES else endpoints.entry_of(kind)
    ]
    while waiting:
        bare, _ = without_marks(waiting.pop(0))
        if is_shape(bare):
            yield bare
        else:
            waiting = [*members_of(bare), *waiting]


def _kinds(card: Card) -> set[str]:
    kinds = card.kinds or STATISTICS[card.statistic].kinds
    return {kind if kind in endpoints.MODULES else kind.removesuffix("_event") for kind in kinds}


def _step(card: Card) -> Iterator[str]:
    method = method_of(card.step)
    means = card.means or ("" if card.statistic == TEST else STATISTICS[card.statistic].means)
    yield f"\n{card.step}: {method.title}"
    yield from _wrapped(f"{means} {method.reference or ''}".strip(), "  ")
    yield f"  endpoints: {', '.join(sorted(_kinds(card)))}"
    yield from (f"  {line}" for line in _keys(keys(card.options) if card.options else ()))


def _tables() -> Iterator[str]:
    for stage, tables in FILES.items():
        yield f"\n{stage}"
        yield from (f"  {file:40}a row is {contract.row}" for file, contract in tables)


def _table(name: str) -> Iterator[str]:
    for tables in FILES.values():
        for file, contract in tables:
            if name in (file, file.rpartition("/")[2].removesuffix(".parquet")):
                yield f"\n{file}: a row is {contract.row}; key {', '.join(contract.key)}"
                for column in contract.columns:
                    needed = "*" if column.required else ""
                    yield f"  {column.name + needed:22}{column.kind:10}{column.means}"
