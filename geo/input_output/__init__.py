"""Who buys what from whom: input-output tables, and what they make possible in a region."""

import lazy_loader as _lazy

# Measures are loaded when they are asked for, so that a command stays quick to start.
__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
