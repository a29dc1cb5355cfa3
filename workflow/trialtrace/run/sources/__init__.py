"""Where raw tables come from; the kinds of source stand in trialtrace.run.sources.registry."""
