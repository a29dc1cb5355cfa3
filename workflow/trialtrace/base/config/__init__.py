"""The engine of the configuration: composes, validates, tells; it knows no concept of a trial."""
