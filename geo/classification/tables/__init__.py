"""Tables of results: verdicts of cells, and what follows from them."""
