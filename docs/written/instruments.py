"""The page of the instruments, from what they declare."""

from trialtrace.run.trial.instruments.declaration import Instrument, Item, Scale
from trialtrace.run.trial.instruments.registry import MODULES, declaration_of

_INTRODUCTION = """\
# Instruments

*Written from `workflow/trialtrace/run/trial/instruments/` by `make docs`.*

An endpoint of `kind: instrument` is scored by the rule of its instrument. The keys of each stand in
[configuration.md](configuration.md). An entry gives an endpoint a scale, named `<entry>_<scale>`,
with the code of the entry and the suffix of the scale; a scale without a name bears the name and
the code of the entry.

```yaml
qlq:
  kind: instrument
  instrument: qlq_c30
  code: QLQ
  table: qlq_c30
  items: {prefix: q}
  scales: [ql, pf]
  visit: {column: visit, labels: {"1": baseline, "2": week 12}}
  baseline: baseline
```

Here the plan can name `qlq_ql` and `qlq_pf`, with the codes `QLQQL` and `QLQPF`. A value that an
item cannot have stops the derivation: give the dictionary the item's range, and cleaning rejects
the cell with its place and reason. A rule marked "not verified" is a default that was not compared
with its manual; reports say so.

Items that were exported as words, or as other codes than the instrument's numbers, get these by
`codes`, single items by `item_codes`. A choice of the dictionary without a number, a number that
the item cannot have and a code that no item has are told by `check`, with their place; a code that
only the data have stops the derivation. Where no column tells the visit, windows of days do:

```yaml
qlq:
  kind: instrument
  instrument: qlq_c30
  code: QLQ
  table: forms
  items: {prefix: q}
  scales: [rf, ql]
  codes: {not: 1, little: 2, quite: 3, much: 4}
  item_codes:
    "29": {very poor: 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, excellent: 7}
  visit:
    day: day
    take: last
    windows: {before: {from: -30, to: 0}, after: {from: 1, to: 60}}
```

Item 30 has a column of numbers here, which stand for themselves.
"""


def reference() -> str:
    """The whole page."""
    parts = [_section(name, declaration_of(name)) for name in sorted(MODULES)]
    return "\n".join([_INTRODUCTION, *parts])


def _section(name: str, instrument: Instrument) -> str:
    mark = (
        "" if instrument.verified else "\n\n**Not verified:** this rule is a configurable default."
    )
    told = [f"- **Rule.** {instrument.rule}", f"- **Missing.** {instrument.missing}"]
    if instrument.items:
        told.append(f"- **Items.** {_items(instrument)}")
    told.append(f"- **Source.** {instrument.source}")
    rows = ["| scale | suffix | what | values | higher is |", "| --- | --- | --- | --- | --- |"]
    rows += [_scale(scale) for scale in instrument.scales]
    return f"## {name}\n\n{instrument.title}{mark}\n\n" + "\n".join([*told, "", *rows]) + "\n"


def _items(instrument: Instrument) -> str:
    """Items with the same values told together."""
    groups: dict[Item, list[str]] = {}
    for name, item in instrument.items.items():
        groups.setdefault(item, []).append(name)
    return "; ".join(f"{_names(names)}: {values_of(item)}" for item, names in groups.items()) + "."


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def values_of(item: Item) -> str:
    """The values that an item can have, in words."""
    if item.words:
        return ", ".join(item.words)
    kind = "whole numbers" if item.whole else "numbers"
    ends = f"from {item.low:g}" + (f" to {item.high:g}" if item.high < float("inf") else "")
    units = f" ({' or '.join(item.units)})" if item.units else ""
    coded = f", by `{item.codes}`" if item.codes else ""
    return f"{kind} {ends}{units}{coded}"


def _scale(scale: Scale) -> str:
    cells = (
        f"`{scale.name}`" if scale.name else "(the entry)",
        f"`{scale.suffix}`" if scale.suffix else "",
        scale.label,
        range_of(scale),
        scale.higher or "",
    )
    return f"| {' | '.join(cells)} |"


def range_of(scale: Scale) -> str:
    """The values of a scale, in words."""
    if scale.event:
        return "1 yes, 0 no"
    if scale.categories:
        return ", ".join(f"{value:g} {name}" for value, name in scale.categories.items())
    low, high = scale.low, scale.high
    ends = {
        (True, True): "any number",
        (False, True): f"from {low}",
        (True, False): f"up to {high}",
    }
    data = ends.get((low is None, high is None), f"{low} to {high}")
    return f"{data} {scale.unit}" if scale.unit else data
