"""Industries and regions as wholes: how concentrated the one is, how specialised the other."""
