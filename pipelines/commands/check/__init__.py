"""`jiqun check`: where a person mends her data, in the terminal and on a page."""
