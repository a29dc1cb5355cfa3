"""Rule build_site: the reports of all trials as one site."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.report.pages.start_page import build_site
    from trialtrace.run.trial.load import load_settings, load_trial

    settings = load_settings()
    build_site(
        [load_trial(name) for name in settings.trials],
        settings,
        Path(snakemake.input.reports[0]).parents[1],
        Path(snakemake.output.site),
    )
