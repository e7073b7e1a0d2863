from . import classification as classification
from . import concentration as concentration
from . import figures as figures
from . import input_output as input_output
from . import linkage as linkage
from . import study as study
from . import worlds as worlds
