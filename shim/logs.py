"""What shim has to say where no caller is there to hear it: to the logger `shim`."""
import logging

LOG = logging.getLogger('shim')


def report(level, text, *args, **kwds):
    """Log it.  What a handler raises, as where stderr is closed, is lost: who reports goes on."""
    try:
        LOG.log(getattr(logging, level), text, *args, **kwds)
    except Exception:
        pass
