"""multiprocessing.managers itself: shim.managers is that module."""
from shim.alias import become

become(__name__, 'managers')
