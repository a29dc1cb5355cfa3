"""Reads a file of ClinicalTrials.gov as a ledger."""

from pathlib import Path

from trialtrace.audit.ledger.draft import LedgerDraft
from trialtrace.audit.locate.confined import confined
from trialtrace.audit.locate.read import content_of, in_utf8, is_record
from trialtrace.audit.registry.ledger import registry_ledger
from trialtrace.audit.registry.record import one_record, read_record
from trialtrace.base.errors import Problem, UserError

_OLDER = b"<clinical_study"


def holds_record(content: bytes) -> bool:
    """Whether a file is a registry's record: JSON, or its older XML."""
    return is_record(content) or _OLDER in in_utf8(content)[:65536]


def record_draft(path: Path) -> LedgerDraft:
    """The ledger of a record. Raises UserError for a file that is none."""
    return record_draft_of(content_of(path), str(path))


def record_draft_of(content: bytes, shown: str) -> LedgerDraft:
    """The ledger of a record's content; a child process with limits reads it."""
    if not holds_record(content):
        raise UserError(Problem(shown, found="a paper", expected="a record of ClinicalTrials.gov"))

    def work() -> LedgerDraft:
        plain = in_utf8(content)
        if is_record(content):
            return registry_ledger(read_record(plain, shown))
        from trialtrace.audit.registry.older import older_record

        return registry_ledger(one_record(older_record(plain, shown), shown))

    made = confined(work, shown)
    if not made.claims:
        raise UserError(
            Problem(
                shown,
                found="a record without numbers",
                expected="numbers of patients, or posted results",
            )
        )
    return made
