"""Mixed models of values at several visits or sites."""
