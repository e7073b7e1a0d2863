"""Who trades with each other more than with others, whatever the borders."""
