"""Blocks of candidates: one reading of an endpoint on one list of sets of patients each.

A column of numbers is computed block by block and put together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialtrace.base.arrays import Floats

SUBSETS = 3


@dataclass(frozen=True, eq=False)
class Blocks:
    """All blocks of a bundle, as one list of candidates."""

    blocks: Sequence[Any]

    @property
    def names(self) -> list[str]:
        return [
            f"{name}, {block.reading.name}" if block.reading.name else name
            for block in self.blocks
            for name in block.sets.names
        ]

    @property
    def tiers(self) -> list[int]:
        return [max(tier, block.reading.tier) for block in self.blocks for tier in block.sets.tiers]

    def column(self, compute: Callable[[Any], Floats], tier: int = 1) -> Floats:
        """A column over all sets of all blocks; NaN on subsets for a choice that is not tier 1.

        A subset is a departure by itself, so it is tried with the usual choices only.
        """
        columns: list[Floats | None] = []
        for block in self.blocks:
            if tier > 1 and min(block.sets.tiers, default=SUBSETS) == SUBSETS:
                columns.append(None)
            else:
                columns.append(compute(block))
        shape = next(column.shape[:-1] for column in columns if column is not None)
        filled = [
            np.full((*shape, len(block.sets)), np.nan) if column is None else column
            for column, block in zip(columns, self.blocks, strict=True)
        ]
        return np.concatenate(filled, axis=-1)
