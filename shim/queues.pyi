from multiprocessing.queues import *
from multiprocessing.queues import __all__ as __all__
