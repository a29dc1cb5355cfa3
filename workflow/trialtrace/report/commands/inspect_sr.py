"""`trialtrace audit … --format inspect-sr`: the form of INSPECT-SR of one study, or of a review."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import trialtrace
from trialtrace.audit.files.file import FORM, read_standing
from trialtrace.audit.files.make import ledger
from trialtrace.audit.forms.form import COLUMNS, document_of, form_of, matrix, summary
from trialtrace.audit.forms.merge import merged
from trialtrace.audit.forms.notices import notices
from trialtrace.audit.forms.rows import Beside
from trialtrace.audit.forms.sheet import is_sheet, ledgers_of
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.base.document import Document, Table, csv_text, docx_bytes, html_text, xlsx_bytes
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_file, write_bytes

LEDGERS = (".yaml", ".yml")
NOT_READ = (".pairs.", ".map.", FORM)
ENDINGS = (".html", ".csv", ".docx", ".xlsx")


def run_form(at: Project, arguments: argparse.Namespace) -> int:
    """Writes the form next to its ledger, or to --output; exit code 0 whatever it proposes."""
    if arguments.merge is not None:
        table = merged(*map(Path, arguments.merge))
        whole = Document("INSPECT-SR: two reviewers", [table.caption], [table])
        _write(Path(arguments.output or "inspect-sr.merged.csv"), whole, table, table)
        print(table.caption)
        return 0
    source = Path(arguments.file)
    found = None if arguments.notices is None else notices(Path(arguments.notices))
    other = None if arguments.against is None else Path(arguments.against)
    against = None if other is None else next(_ledgers(at, other))[1]
    beside = Beside(found, against, "" if other is None else other.name)
    forms = [
        form_of(read, study, trialtrace.__version__, sha256, beside, arguments.reviewer)
        for study, read, sha256 in _ledgers(at, source)
    ]
    records = Table(COLUMNS, [line for form in forms for line in form.records()])
    for path in _targets(source, arguments.output, arguments.reviewer, len(forms)):
        _write(path, document_of(forms), records, matrix(forms) if len(forms) > 1 else records)
        print(path)
    for form in forms:
        print(f"{form.study}: {summary(form)}")
    return 0


def _ledgers(at: Project, source: Path) -> Iterator[tuple[str, Ledger, str]]:
    """(study, ledger, sha256 of its file) of a ledger, an extraction sheet, or a folder of them."""
    if source.is_dir():
        files = [
            path
            for path in sorted(source.iterdir())
            if path.suffix.lower() in LEDGERS or is_sheet(path)
        ]
        files = [path for path in files if not any(part in path.name for part in NOT_READ)]
        if not files:
            raise UserError(
                Problem(str(source), found="no ledger", expected="ledgers (YAML) or sheets (CSV)")
            )
        for path in files:
            yield from _ledgers(at, path)
        return
    if not source.exists():
        raise UserError(Problem(str(source), found="no such file", expected="a ledger or a sheet"))
    sha256 = sha256_file(source)
    if is_sheet(source):
        for study, draft in ledgers_of(source).items():
            yield study, ledger(draft.document()), sha256
        return
    read, _ = read_standing(at, source, trust=False)
    name = source.parent.name if source.name == "claims.yaml" else source.stem
    yield name, read, sha256


def _targets(source: Path, output: str | None, reviewer: str, studies: int) -> Sequence[Path]:
    if output is not None:
        path = Path(output)
        if path.suffix.lower() not in ENDINGS:
            raise UserError(
                Problem(output, found=f"the ending {path.suffix!r}", expected=", ".join(ENDINGS))
            )
        return [path]
    reviewer = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in reviewer)
    stem = f"{source.stem}{FORM}{reviewer}".rstrip(".")
    endings = ENDINGS if studies > 1 else ENDINGS[:3]
    return [source.resolve().parent / f"{stem}{ending}" for ending in endings]


def _write(path: Path, document: Document, records: Table, sheet: Table) -> None:
    ending = path.suffix.lower()
    if ending == ".docx":
        write_bytes(path, docx_bytes(document))
    elif ending == ".xlsx":
        write_bytes(path, xlsx_bytes(sheet))
    else:
        text = html_text(document) if ending == ".html" else csv_text(records)
        write_bytes(path, text.encode())
