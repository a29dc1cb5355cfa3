"""Reads a file of ClinicalTrials.gov as a ledger."""

from pathlib import Path

from trialtrace.audit.ledger.draft import LedgerDraft
from trialtrace.audit.locate.confined import confined
from trialtrace.audit.locate.read import content_of, in_utf8, is_record
from trialtrace.audit.registry.ledger import registry_ledger
from trialtrace.audit.registry.record import read_record
from trialtrace.base.errors import Problem, UserError

_OLDER = b"<clinical_study"


def holds_record(content: bytes) -> bool:
    """Whether a file is a registry's record: JSON, or the older XML, which is refused."""
    return is_record(content) or _OLDER in in_utf8(content)[:65536]


def record_draft(path: Path) -> LedgerDraft:
    """The ledger of a record. Raises UserError for a file that is none."""
    return record_draft_of(content_of(path), str(path))


def record_draft_of(content: bytes, shown: str) -> LedgerDraft:
    """The ledger of a record's content; a child process with limits reads it."""
    if not is_record(content):
        older = holds_record(content)
        raise UserError(
            Problem(
                shown,
                found="a record in the registry's older XML" if older else "a paper",
                expected="a record of ClinicalTrials.gov as JSON",
                do="download the record again, as JSON" if older else None,
            )
        )
    made = confined(lambda: registry_ledger(read_record(in_utf8(content), shown)), shown)
    if not made.claims:
        raise UserError(
            Problem(
                shown,
                found="a record without numbers",
                expected="numbers of patients, or posted results",
            )
        )
    return made
