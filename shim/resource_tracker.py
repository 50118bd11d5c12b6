"""multiprocessing.resource_tracker, with what it lacks: else this is that module."""
from shim.alias import complete

complete(__name__, 'resource_tracker')
