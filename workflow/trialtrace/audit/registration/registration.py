"""What was registered or planned against what is reported: outcomes, numbers, days.

A registry entry may be changed, and a paper may tell less than it: only days that no calendar
allows and two numbers of one text contradict. All else is told as it is, beside each other.
"""

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.registration import alpha
from trialtrace.audit.registration.days import first_registered, in_order, last_changed, told_twice
from trialtrace.audit.registration.margins import concluded, margins
from trialtrace.audit.registration.outcomes import outcomes
from trialtrace.audit.registration.patients import patients
from trialtrace.audit.registration.rows import Held


def held(ledger: Ledger) -> list[Held]:
    """Everything that the ledger tells of the design, by source; the order of the ledger."""
    found = [
        one
        for part, every in (("registered", ledger.registered), ("reported", ledger.reported))
        for paper, design in every.items()
        for one in (
            *in_order(part, paper, design),
            *alpha.split(part, paper, design),
            *concluded(ledger, part, paper, design),
        )
    ]
    for source, design in ledger.registered.items():
        found += patients(ledger, source, design)
        found += first_registered(source, design, ledger.reported)
        found += last_changed(source, design, ledger.reported)
        for paper, told in ledger.reported.items():
            found += told_twice(source, design, paper, told)
            found += alpha.both(source, design, paper, told)
            found += margins(ledger, (source, design), (paper, told))
            found += outcomes(ledger, (source, design), (paper, told))
    return found
