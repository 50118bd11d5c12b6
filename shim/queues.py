"""multiprocessing.queues itself where it is of today and works; else what takes its place."""
from shim.alias import hold

hold(__name__, 'queues')
