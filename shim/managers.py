"""multiprocessing.managers, with what it lacks: else shim.managers is that module."""
from shim.alias import complete

complete(__name__, 'managers')
