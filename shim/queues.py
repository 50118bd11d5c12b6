"""multiprocessing.queues itself: shim.queues is that module."""
from shim.alias import become

become(__name__, 'queues')
