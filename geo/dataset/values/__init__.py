"""What the texts of a table mean: numbers, years, marks of nothing, ids, codes."""
