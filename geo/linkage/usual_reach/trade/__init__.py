"""Trades as the fit of the usual reach sees them: who could trade with whom, and how far apart."""
