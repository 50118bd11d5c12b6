"""multiprocessing.connection, with what it lacks: else shim.connection is that module."""
from shim.alias import complete

complete(__name__, 'connection')
