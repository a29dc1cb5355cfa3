"""An endpoint without any value leaves its claims unanswered; the audit of the others goes on."""

from pathlib import Path

from mini_run import patients, run_mini

from trialtrace.run.tables.contracts import CLAIMS, read_table


def test_claims_on_an_endpoint_without_any_value(tmp_path: Path):
    """Relief is asked of nobody: searches over the data have no record to look at."""
    rows = [row | {"relief": ""} for row in patients()]
    run = run_mini(tmp_path, rows)
    found = read_table(run.folder / "audit" / "claims.parquet", CLAIMS).to_pylist()
    agreement = {(row["claim_id"], row["component"]): row["against_data"] for row in found}
    assert agreement["relief_p", "p"] == "not_checkable"
    assert {agreement[one] for one in agreement if one[0] == "less_pain"} == {"exact"}
