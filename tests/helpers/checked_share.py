"""How far a run is checked: the share of its results that other code has recomputed."""

import pyarrow as pa


def coverage(results: pa.Table, checks: pa.Table) -> float:
    """The share of results of which every component that has a value or bound is checked."""
    found = set(
        zip(*(checks[name].to_pylist() for name in ("result_id", "component")), strict=True)
    )
    if not results.num_rows:
        return 1.0
    rows = results.select(["result_id", "ci_level"]).to_pylist()
    return sum(_components(row) <= found for row in rows) / len(rows)


def _components(row: dict) -> set[tuple[str, str]]:
    names = ["value"] if row["ci_level"] is None else ["value", "ci_low", "ci_high"]
    return {(row["result_id"], name) for name in names}
