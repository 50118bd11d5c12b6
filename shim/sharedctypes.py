"""multiprocessing.sharedctypes itself: shim.sharedctypes is that module."""
from shim.alias import become

become(__name__, 'sharedctypes')
