"""multiprocessing.synchronize itself: shim.synchronize is that module."""
from shim.alias import become

become(__name__, 'synchronize')
