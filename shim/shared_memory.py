"""multiprocessing.shared_memory, with what it lacks: else shim.shared_memory is that module."""
from shim.alias import complete

complete(__name__, 'shared_memory')
