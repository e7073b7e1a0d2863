"""What a verdict hangs on that somebody chose: thresholds, units, what is local."""
