"""What of a run's results everyone may see: no small count, nor what would give one."""
