"""Imported by a forkserver: it imports what preload.py says."""
import os
import sys
import warnings

from shim.backfill.preload import VARIABLE

on_error, names = os.environ[VARIABLE].split(':', 1)
for _name in names.split(','):
    try:
        __import__(_name)
    except ImportError:
        text = 'Failed to preload module %r: %s' % (_name, sys.exc_info()[1])
        if on_error == 'fail':
            raise RuntimeError(text)    # an ImportError would be ignored
        warnings.warn(text, ImportWarning)
