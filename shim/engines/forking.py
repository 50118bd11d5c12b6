"""One child at a time, and which sockets of its parent's it closes.

The parent's ends of channels are known here, so that a child made by fork can close them: an end left
open in a child keeps the channel of a dead worker from ending (EOF), and its worker from noticing
that the parent is gone.  No lock: what a signal handler raises behind acquire() would leave it held.
"""
from shim.backfill import turns
from shim.engines import netty

_turns = {}             # {pid: whose turn it is}
_open = []              # this process' ends of channels to others


def alone(function, *args, **kwds):
    """Call it while no other thread of this process makes a child, or an end that one would inherit.

    It may call this itself.
    """
    return turns.of_process(_turns).run(function, *args, **kwds)


def register(sock):
    """From now on children made by fork close this socket.  Call it alone()."""
    _open.append(sock)


def forget(sock):
    """Close a registered socket."""
    alone(_forget, sock)


def _forget(sock):
    if sock in _open:
        _open.remove(sock)
    netty.close(sock)


def close_inherited():
    """In a child made by fork: close what is the parent's."""
    for sock in _open:
        try:
            sock.close()
        except (OSError, IOError):
            pass
    del _open[:]
