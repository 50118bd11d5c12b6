"""System calls that a signal breaks off, as until 3.5, go on (PEP 475).

In a module of its own: `import shim` loads no socket.  And not as a function that imports what it
needs: in 2.x that waits for an import which another thread is in, and that one maybe for us.
"""
import select
import socket
import sys

from shim.compat import interrupted

ERRORS = (OSError, IOError, socket.error, select.error)


def retry(call, *args):
    """Call until no signal breaks it off."""
    while True:
        try:
            return call(*args)
        except ERRORS:
            if not interrupted(sys.exc_info()[1]):
                raise
