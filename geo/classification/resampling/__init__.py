"""Countries drawn again: how sure a verdict is."""
