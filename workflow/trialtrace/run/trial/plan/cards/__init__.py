"""The cards of all statistics, a module a family."""
