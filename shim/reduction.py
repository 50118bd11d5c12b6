"""multiprocessing.reduction, with what it lacks: else shim.reduction is that module."""
from shim.alias import complete

complete(__name__, 'reduction')
