"""Each example of derivations.yaml: rows and raw cells, or where and why it is refused."""

import datetime
from pathlib import Path

import pytest
import yaml
from tiny_trial import derived, edges, shown, tiny

from trialtrace.base.config.project_table import table_names
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.run.trial.endpoints.norms import Conversions, Norms

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TABLE = yaml.load(Path(__file__).with_name("derivations.yaml").read_text("utf-8"), LOADER)
CASES = TABLE["cases"]


def text(given: str) -> str:
    return TABLE["texts"][given[1:]] if given.startswith("=") else given


def plain(rows: list) -> list:
    """Rows as YAML has them: lists, and dates as text."""
    return [
        [str(cell) if isinstance(cell, datetime.date) else cell for cell in row] for row in rows
    ]


def same(cell: object) -> object:
    """A number to 12 digits, all else as it stands."""
    return pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_an_endpoint_is_derived_as_the_example_says(tmp_path: Path, case: dict):
    given = [text(case.get(key, "")) for key in ("endpoints", "trial", "cleaning")]
    trial = tiny(*given, case.get("choices"))
    tables = {name: text(table) for name, table in case["tables"].items()}
    if "refused" in case:
        with pytest.raises(UserError) as error:
            derived(trial, tmp_path, **tables)
        (place, found, expected) = (case["refused"][key] for key in ("at", "found", "expected"))
        problem = error.value.problems[0]
        assert problem.place.endswith(place)
        assert found in f"{problem.message} {problem.found}"
        assert expected in f"{problem.expected} {problem.do}"
        assert not [value for value in case.get("hidden", ()) if value in str(error.value)]
        return
    made = derived(trial, tmp_path, **tables)
    for one in case.get("rows", ()):
        rows = plain(shown(made[one["of"]], *one["columns"]))
        assert len(rows) == len(one["are"])
        for row, wanted in zip(rows, one["are"], strict=True):
            assert row == [same(cell) for cell in wanted]
    if "rejects" in case:
        listed = made["rejects"].select(["source_row", "column", "rule", "severity"]).to_pylist()
        assert sorted(map(tuple, case["rejects"])) == sorted(tuple(r.values()) for r in listed)
    for one in case.get("cells", ()):
        assert plain(edges(made, one["of"], one["variable"])) == one["are"]


def test_every_shipped_table_can_be_read():
    at = project()
    names = {table: table_names(at, table.folder) for table in (Conversions, Norms)}
    assert "cdc_2022" in names[Conversions] and "tuning_fork" in names[Norms]
    assert not [p for table in names for name in names[table] for p in table.checked(at, name)[1]]
