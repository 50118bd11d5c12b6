"""multiprocessing.sharedctypes itself where it works; else what takes its place."""
from shim.alias import hold

hold(__name__, 'sharedctypes')
