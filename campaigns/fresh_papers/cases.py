"""What a campaign on fresh papers yields: planted errors and verdicts, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from fresh_papers.errors import Planted
from fresh_papers.judged import Verdicts
from fresh_papers.paper import Paper


@dataclass(frozen=True)
class Case:
    """A planted error: what the audit said before and after."""

    planted: Planted
    before: Verdicts
    after: Verdicts

    @property
    def found(self) -> str:
        """How: alarm, alarm beside, remark, refused or missed."""
        if self.after.refused:
            return "refused"
        new = self.after.alarms() - self.before.alarms()
        if new & set(self.planted.altered):
            return "alarm"
        if new & self.planted.tied:
            return "beside"
        told = self.after.remarks(self.before)
        return "remark" if told & (set(self.planted.altered) | self.planted.tied) else "missed"


@dataclass(frozen=True)
class Run:
    """All verdicts of a campaign."""

    papers: Sequence[Paper]
    verdicts: Sequence[Verdicts]
    cases: Sequence[Case]
