"""multiprocessing.util, with what it lacks: where it lacks nothing, shim.util is that module."""
from shim.alias import complete

complete(__name__, 'util')
