"""The verdict: truth table, stages and the sentences that explain them."""
