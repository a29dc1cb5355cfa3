"""Options for what one group shows of a time: medians, survival at a time, follow-up, counts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import methodcaller

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.claims.search.blocks import Blocks
from trialtrace.run.claims.search.time_blocks import Block
from trialtrace.run.claims.search.wanted import Key
from trialtrace.run.claims.search.ways import Option
from trialtrace.stats.survival.risk_sets import RiskSets, curves

BOUNDS = {"log_log": ("log-log bounds", 1), "log": ("log bounds", 1), "plain": ("plain bounds", 2)}
COUNTED = ("events", "count")


def curve_options(
    blocks: Blocks, keys: Sequence[Key], levels: Mapping[float, int]
) -> Iterator[Option]:
    """Medians and survival at a time by Kaplan-Meier curves."""
    wanted = [key for key in keys if key.stat in ("median_time", "survival")]
    if not wanted:
        return
    bounded = any(key.field != "value" for key in wanted)
    for interval, (name, tier) in (BOUNDS if bounded else {"log_log": ("", 1)}).items():
        for level, second in (levels if bounded else {0.95: 1}).items():
            values = {
                key: blocks.column(
                    partial(_of_event, key=key, interval=interval, level=level),
                    tier=max(tier, second),
                )
                for key in wanted
            }
            told = f"{name} at {100 * level:g} %" if bounded else "Kaplan-Meier"
            yield Option(told, max(tier, second), values)


def _of_event(block: Block, key: Key, interval: str, level: float) -> Floats:
    return _curve(block, block.risk_sets, key, interval, level)


def _of_follow_up(block: Block, key: Key, level: float) -> Floats:
    return _curve(block, block.waiting, key, "log_log", level)


def _curve(block: Block, sets: RiskSets, key: Key, interval: str, level: float) -> Floats:
    found = curves(block.of(key.who, sets), confidence=level, interval=interval)
    at = found.at(float(key.second[1])) if key.second else found.median()
    return at[("value", "low", "high").index(key.field)]


def follow_up_options(
    blocks: Blocks, keys: Sequence[Key], levels: Mapping[float, int]
) -> Iterator[Option]:
    """Follow-up by reverse Kaplan-Meier; without bounds also as plain medians and means."""
    wanted = [key for key in keys if key.stat == "follow_up"]
    if not wanted:
        return
    bounded = any(key.field != "value" for key in wanted)
    for level, second in (levels if bounded else {0.95: 1}).items():
        values = {
            key: blocks.column(partial(_of_follow_up, key=key, level=level)) for key in wanted
        }
        more = f" at {100 * level:g} %" if bounded else ""
        yield Option(f"reverse Kaplan-Meier{more}", second, values)
    for name, function in () if bounded else (("median", np.median), ("mean", np.mean)):
        for among, only in (("all times", False), ("the times without the event", True)):
            values = {
                key: blocks.column(partial(_plain, key=key, function=function, only=only), tier=2)
                for key in wanted
            }
            yield Option(f"{name} of {among}", 2, values)


def _plain(block: Block, key: Key, function: Callable[[Floats], float], only: bool) -> Floats:
    time, event, _, _ = block.data
    own = block.members(key.who) & ((event == 0) | (not only))
    return np.array([function(time[mask]) if mask.any() else np.nan for mask in own])


def counted(blocks: Blocks, keys: Sequence[Key]) -> list[Option]:
    """Subjects and events, which have no choice but the set."""
    wanted = [key for key in keys if key.stat in COUNTED]
    values = {
        key: blocks.column(methodcaller("counted", key.who, events=key.stat == "events"))
        for key in wanted
    }
    return [Option("", 1, values)] if wanted else []
