"""trialtrace: rerun a randomised trial's analysis and trace every number back to its raw rows."""

__version__ = "0.1.0"
