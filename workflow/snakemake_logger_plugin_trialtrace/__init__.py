"""Snakemake's logger plugin "trialtrace": what a person sees; see trialtrace.run.jobs.progress."""

import sys

from snakemake_interface_logger_plugins.base import LogHandlerBase

from trialtrace.run.jobs.progress import Progress


class LogHandler(LogHandlerBase):
    """Tells a run in few words; a dry run, --verbose and --quiet stay as Snakemake has them."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = False
    has_formatter = False
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self.progress = Progress()
        asked = self.common_settings
        self.dry = asked.dryrun
        self.told = not (asked.dryrun or asked.verbose or asked.debug_dag)

    def emit(self, record) -> None:
        if self.told:
            text = self.progress.follow(record)
        else:
            text = self.progress.unknown_target(record) or self.format(record)
        if text:
            print(text, file=sys.stderr, flush=True)
