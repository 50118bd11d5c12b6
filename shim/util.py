"""multiprocessing.util itself: shim.util is that module."""
from shim.alias import become

become(__name__, 'util')
