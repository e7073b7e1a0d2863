"""The proof: verdicts on planted worlds, beside three naive rules."""
