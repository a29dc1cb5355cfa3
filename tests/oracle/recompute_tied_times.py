"""Our side of the oracle: times that differ by rounding alone; see recompute.py."""

from oracle_tables import Numbers, cases, subject, tested

from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.kaplan_meier import kaplan_meier, log_rank


@subject("tied_times", "survival")
def tied_times() -> Numbers:
    for case, d in cases("tied_times.csv"):
        time, event, x = d["time"], d["event"], d["x"][:, None]
        test = log_rank(time, event, d["arm"])
        yield from tested(case, "log_rank", test)
        curve = kaplan_meier(time, event, confidence=0.95, interval="log_log")
        yield case, "rows", curve.time.size
        yield case, "survival", curve.survival[-2]
        yield case, "median", curve.median().estimate
        for ties in ("efron", "breslow"):
            yield case, f"cox.{ties}", cox(time, event, x, ties=ties, confidence=0.95).coef[0]
            fit = cox_start_stop(
                d["start"], time, event, x, ties=ties, confidence=0.95, variance="model"
            )
            yield case, f"start_stop.{ties}", fit.coef[0]
