"""One module a table: which of its rows can be used, and what they say."""
