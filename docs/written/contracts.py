"""The page of the tables: the columns of every table, from trialtrace.run.tables.contracts."""

from trialtrace.run.tables.contracts import Contract
from trialtrace.run.tables.contracts.definitions import VERSION
from trialtrace.run.tables.contracts.files import FILES

_INTRODUCTION = """\
# Data contracts

*Written from `workflow/trialtrace/run/tables/contracts/definitions.py` by `make docs`.*

The tables that the stages hand to each other, as Parquet under `results/<trial>/`. Each is checked
where it is written and where it is read: its columns, their types and order, values that have to be
there, and its key. Column names are CDISC ADaM's where ADaM has one.

These are the contracts of version {version}, which every record of `results/<trial>/made/` names as
`contract`. The version rises where a table loses or renames a column or changes what one means, and
`trialtrace` reads results of its own version only; a further column is no new version.

| type | in Parquet |
| --- | --- |
| text | string, UTF-8 |
| number | 64-bit float, rounded to 12 significant digits |
| integer | 64-bit integer |
| flag | true or false |
| date | days since 1970-01-01 |

An empty cell is a missing value, in every type; NaN is written as missing. Rows stand in the order
of the key, unless a table says that they stand in the order of the plan.
"""

_OTHERS = """\
## Other files

| file | what it holds |
| --- | --- |
| `raw/manifest.json` | of every source file: name, size, sha256, encoding, rows, settings |
| `raw/<raw table>.csv` | a registry data set as CSV; `source_row` is its line |
| `clean/account.json` | rows, cells, subjects: in, kept, rejected by rule; decisions, warnings |
| `derived/account.json` | what endpoints cannot use, the line on the rows (warnings), which \
tell nobody apart (notes), all looks at rows, of how many each outcome is known by visit and arm |
| `clean/conservation.json` | of a table: rows, cells, subjects; in, accepted, missing, rejected |
| `audit/print.json` | findings of the checks on print, searches over other choices |
| `report/` | the report, the pages behind its numbers, figures, tables, configuration; to mail |
| `report/code.json` | the hash of each stage's code |
| `report/warnings.json` | the sentences in red on page 1 |
| `seal.json` | the hash of the run, what it is over, and what the report showed when it was made |
| `made/<rule>.json` | of a job: hash of its origin; digests of inputs; its files; `contract` |
| `run.json` | what may differ from run to run: times, host, user, commit, renderer, versions |
"""


def reference() -> str:
    """The whole page."""
    parts = [_INTRODUCTION.format(version=VERSION)]
    for stage, contracts in FILES.items():
        parts.append(f"## {stage}\n")
        parts += [_contract(file, contract) for file, contract in contracts]
    return "\n".join([*parts, _OTHERS])


def _contract(file: str, contract: Contract) -> str:
    key = ", ".join(f"`{name}`" for name in contract.key)
    notes = [f"A row is {contract.row}. Key: {key}."]
    if not contract.sorted_by_key:
        notes.append("Rows stand in the order of the plan or the ledger.")
    if contract.extra:
        notes.append("Further columns follow.")
    if contract.private:
        notes.append("Readable by its owner only (mode 600).")
    rows = ["| column | type | needed | meaning |", "| --- | --- | --- | --- |"]
    for column in contract.columns:
        cells = (f"`{column.name}`", column.kind, "yes" if column.required else "", column.means)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return f"### `{file}`\n\n{' '.join(notes)}\n\n" + "\n".join(rows) + "\n"
