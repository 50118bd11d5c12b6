"""multiprocessing.shared_memory itself: shim.shared_memory is that module."""
from shim.alias import become

become(__name__, 'shared_memory')
