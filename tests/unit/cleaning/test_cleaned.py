"""Each example of cleaned.yaml: values, rows and listed cells, or why it is refused."""

from datetime import date, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from tiny_tables import TinyTrial, check, column, rejects, variable

from trialtrace.base.errors import UserError

TABLE = yaml.safe_load(Path(__file__).with_name("cleaned.yaml").read_text("utf-8"))
CASES = TABLE["cases"]


def text(given: str) -> str:
    return TABLE["texts"][given[1:]] if given.startswith("=") else given


def trial_of(case: dict[str, Any]) -> TinyTrial:
    columns = (named.partition(":") for named in text(case["columns"]).split())
    fields = case.get("fields", {})
    variables = [
        variable(name, kind or "text", **fields.get(name, {})) for name, _, kind in columns
    ]
    checks = (check(name, **given) for name, given in case.get("checks", {}).items())
    return TinyTrial(variables, check=tuple(checks), **case.get("given", {}))


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_a_table_is_cleaned_as_the_example_says(case: dict[str, Any]):
    known = pa.array(case["known"]) if "known" in case else None
    if "refused" in case:
        with pytest.raises(UserError) as error:
            trial_of(case).clean(text(case["cells"]))
        assert [words for words in case["refused"] if words not in str(error.value)] == []
        assert [words for words in case.get("hidden", ()) if words in str(error.value)] == []
        return
    cleaned = trial_of(case).clean(text(case["cells"]), known)
    for name, values in case.get("kept", {}).items():
        found = [str(one) if isinstance(one, date | time) else one for one in column(cleaned, name)]
        assert found == values
    made = {
        "rows": lambda: cleaned.table["source_row"].to_pylist(),
        "rejects": lambda: [list(one) for one in rejects(cleaned)],
        "values": lambda: cleaned.rejects["value"].to_pylist(),
        "ignored": lambda: cleaned.balance.ignored,
        "counts": lambda: cleaned.balance.checks,
        "rows_rejected": lambda: cleaned.balance.rows_rejected,
    }
    for key, found in made.items():
        if key in case:
            assert found() == case[key], key
    for name, counts in case.get("balance", {}).items():
        cells = cleaned.balance.columns[name]
        assert [cells.accepted, cells.missing, cells.rejected] == counts
    reasons = {one["source_row"]: one["reason"] for one in cleaned.rejects.to_pylist()}
    assert all(words in reasons[row] for row, words in case.get("reasons", {}).items())
