"""trialtrace: rerun a randomised trial's analysis and trace every number back to its raw rows."""

__version__ = "1.0.0.dev0"
