"""multiprocessing.resource_tracker, with what it lacks: else shim.resource_tracker is that module."""
from shim.alias import complete

complete(__name__, 'resource_tracker')
