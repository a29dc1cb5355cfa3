"""How a printed number agrees with others, and what is told of it beside."""

from trialtrace.audit.printed.agreement import COMPATIBLE as COMPATIBLE
from trialtrace.audit.printed.agreement import DIFFERS as DIFFERS
from trialtrace.audit.printed.agreement import EXACT as EXACT
from trialtrace.audit.printed.agreement import INCONSISTENT as INCONSISTENT
from trialtrace.audit.printed.agreement import NOT_CHECKABLE as NOT_CHECKABLE

ALTERNATIVE = "alternative"
REMARK, DOUBT, UNDECIDED = "remark", "doubt", "undecided"
"""What agrees, and what cannot be checked, told beside graver findings too; and what cannot be
checked as its own words tell (`verdict`)."""
AGREEMENTS = {REMARK: COMPATIBLE, DOUBT: NOT_CHECKABLE, UNDECIDED: NOT_CHECKABLE}
