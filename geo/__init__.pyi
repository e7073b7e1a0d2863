from . import classification as classification
from . import concentration as concentration
from . import figures as figures
from . import linkage as linkage
from . import worlds as worlds
