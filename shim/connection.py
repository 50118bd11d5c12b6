"""multiprocessing.connection itself: shim.connection is that module."""
from shim.alias import become

become(__name__, 'connection')
