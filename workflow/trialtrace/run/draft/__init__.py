"""`trialtrace new`: a trial's configuration from what its files declare, counts, and answers."""
