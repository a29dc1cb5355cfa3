"""The floor of a run: every stage in this one process, without Snakemake.

Of all trials with their site, or of those that are named.
"""

import sys
from pathlib import Path

import trialtrace.run.jobs.job  # noqa: F401 - one thread, before any library is loaded
from trialtrace.base.paths import project
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.stages import STAGES
from trialtrace.run.trial.load import load_settings, load_trial


def run_all(root: Path, names: list[str]) -> None:
    """The calls of scripts/, in the order of the data."""
    from trialtrace.report.pages.start_page import build_site
    from trialtrace.report.report import render_report
    from trialtrace.run.claims.audit import audit_claims
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.methods.checking.run import check_results
    from trialtrace.run.sources.ingest import ingest_sources

    at = project(root)
    settings, fresh = load_settings(at), freshness(at)
    trials = [load_trial(name, at) for name in names or settings.trials]
    for trial in trials:
        made = at.results / trial.name
        ingest_sources(trial, made / "raw")
        clean_tables(trial, made / "raw", made / "clean")
        derive_datasets(trial, made / "clean", made / "derived")
        analyse_plan(trial, made / "derived", made / "analysis")
        check_results(trial, made / "derived", made / "analysis", made / "analysis/checks.parquet")
        audit_claims(trial, made / "derived", made / "analysis", made / "audit/claims.parquet")
        codes = {rule: fresh.code(rule, trial.name) for rule in STAGES}
        render_report(trial, settings, made, codes)
    if not names:
        build_site(trials, settings, at.results, at.site)


if __name__ == "__main__":
    run_all(Path(sys.argv[1]), sys.argv[2:])
