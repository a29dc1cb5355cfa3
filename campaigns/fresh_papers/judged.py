"""What `trialtrace audit FILE --format json` says of a ledger, but for what would mend it."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.verdicts.audit import as_json, audit_ledger
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.run.tables.contracts import CLAIMS

ALARM, OTHER = "contradicts", "question"
# Claim, relation, component, state.
Note = tuple[str, str, str, str]


@dataclass(frozen=True)
class Verdicts:
    """The worst state of each claim, its sentences, or why the ledger was refused."""

    worst: Mapping[str, str]
    texts: Mapping[str, list[str]]
    notes: frozenset[Note] = frozenset()
    refused: str = ""

    def alarms(self) -> set[str]:
        return {name for name, verdict in self.worst.items() if verdict == ALARM}

    def remarks(self, before: "Verdicts") -> set[str]:
        """Claims of which something is told that was not told before, short of a contradiction.

        A relation that is judged for the first time, or that held and does not.
        """
        known = {note[:3] for note in before.notes}
        return {
            note[0]
            for note in self.notes - before.notes
            if note[:3] not in known or note[3] == OTHER
        }


def audited_ledgers(ledgers: Sequence[str]) -> list[Verdicts]:
    with tempfile.TemporaryDirectory() as folder:
        return [_audited(Path(folder) / "ledger.yaml", each) for each in ledgers]


def _audited(at: Path, ledger: str) -> Verdicts:
    at.write_text(ledger, encoding="utf-8")
    try:
        read, _ = read_standing(project(), at, trust=False)
        audit = as_json(audit_ledger(read), CLAIMS.names)
    except UserError as error:
        return Verdicts({}, {}, refused=str(error))
    except (LookupError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
        return Verdicts({}, {}, refused=f"crash: {error!r}")
    worst: dict[str, str] = {}
    texts: dict[str, list[str]] = {}
    for row in audit["claims"]:
        name, verdict = row["claim_id"], row["on_print"]
        told = f"{verdict}: {row['print_finding']} {row['print_more'] or ''}".strip()
        texts.setdefault(name, []).append(told)
        if worst.get(name) != ALARM and (verdict in (ALARM, OTHER) or name not in worst):
            worst[name] = verdict
    keys = ("claim", "relation", "component", "state")
    notes = frozenset(tuple(one[key] for key in keys) for one in audit["judgements"])
    return Verdicts(worst, texts, notes)
