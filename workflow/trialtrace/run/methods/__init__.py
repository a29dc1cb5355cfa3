"""Methods of the plan: a folder a family, in it the analyses and, apart from them, their checks."""
