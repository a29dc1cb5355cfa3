"""Files that changed without what they say: rows in another order, other bytes, comments alone."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.run.archive.compare import CONFIG, PLACES, Comparison, RunOfTrial

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "raw/manifest.json"
ORDER, PLACE, BYTES = "in another order", "in another place", "other bytes"
COLUMNS = "columns in another order"


def same_rows(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """(raw table, how its file differs) of each whose rows are the same."""
    changed = {change.name.removeprefix("raw/") for change in comparison.raw if change}
    old, new = (_files_of(run) for run in (comparison.old, comparison.new))
    for name in sorted({*old} & {*new} - changed):
        how = _difference(comparison, f"raw/{name}")
        if how is not None or old[name] != new[name]:
            yield name, how or BYTES


def _files_of(run: RunOfTrial) -> dict[str, object]:
    """What the manifest says of the file of each raw table."""
    digest = run.manifest["files"].get(MANIFEST)
    found: dict[str, object] = json.loads(run.shelf.file(digest))["tables"] if digest else {}
    return found


def _difference(comparison: Comparison, name: str) -> str | None:
    before, after = (run.table(name) for run in (comparison.old, comparison.new))
    if before is None or after is None or before.equals(after):
        return None
    columns = [one for one in before.column_names if one not in PLACES]
    if _rows(before, columns) != _rows(after, columns):
        return ORDER
    return COLUMNS if before.select(PLACES).equals(after.select(PLACES)) else PLACE


def _rows(table: "pa.Table", columns: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = table.select(columns).to_pylist()
    return rows


def same_keys(comparison: Comparison) -> list[str]:
    """Files of the configuration of which comments or order alone changed."""
    changed = {change.file for change in comparison.configuration}
    old, new = comparison.old.configuration, comparison.new.configuration
    both = sorted({*old} & {*new} - changed)
    return [name.removeprefix(CONFIG) for name in both if old[name] != new[name]]
