"""What the audit says of a ledger, as the command does but for what would mend it; a process for
each ledger took as long to start as to audit it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.verdicts.audit import as_json, audit_ledger
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.run.tables.contracts import CLAIMS

ALARMS = ("contradicts",)
ORDER = ("contradicts", "question", "holds", "not_checked")


@dataclass(frozen=True)
class Verdict:
    """The worst that is said of a claim."""

    agreement: str
    check: str
    sentence: str


@dataclass(frozen=True)
class Judgement:
    """What is said of every claim; or why the ledger was refused."""

    claims: dict[str, Verdict]
    alarms: frozenset  # of claim, check and sentence
    refused: str = ""

    def of(self, claim: str) -> str:
        return self.claims[claim].agreement if claim in self.claims else "not_checked"


def _worst(rows: list[tuple]) -> dict[str, Verdict]:
    found = {}
    for claim, agreement, check, sentence in rows:
        old = found.get(claim)
        if old is None or ORDER.index(agreement) < ORDER.index(old.agreement):
            found[claim] = Verdict(agreement, check, sentence or "")
    return found


def judge(ledger: str) -> Judgement:
    """Audit the text of a ledger."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.yaml"
        path.write_text(ledger, encoding="utf-8")
        try:
            read, _ = read_standing(project(), path, trust=False)
        except UserError as error:
            return Judgement({}, frozenset(), str(error))
    page = as_json(audit_ledger(read), CLAIMS.names)
    rows = [(x["claim"], x["state"], x["relation"], x["finding"]) for x in page["judgements"]]
    rows += [(x["claim_id"], x["on_print"], "", x["print_finding"]) for x in page["claims"]]
    rows = [row for row in rows if row[1] in ORDER]
    said = frozenset((c, k, s) for c, a, k, s in rows if a in ALARMS and k)
    return Judgement(_worst(rows), said)
