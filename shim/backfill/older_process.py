"""What the Process of an older multiprocessing lacks: classes to stand before it among bases."""
import sys

from shim import compat, pids
from shim.backfill import process


class Interrupted(object):
    """What it lacks until 3.14."""

    def interrupt(self):
        """KeyboardInterrupt in it: SIGINT."""
        self._signal('interrupt', 'SIGINT')

    if not compat.EXITS_AT_NONE:
        def _bootstrap(self, *args, **kwds):
            own, run = dict(self.__dict__), self.run

            def once():
                # As it was: to do some of its work elsewhere, it may pickle a method of its own.
                del self.run
                if 'run' in own:
                    self.run = own['run']
                sys.exit(process.exit_code_of(run, self.name))
            self.run = once
            return super(Interrupted, self)._bootstrap(*args, **kwds)

    def _signal(self, what, name):
        if self.pid is None:
            raise AssertionError('can only %s a started process' % what)
        if self.exitcode is None:
            pids.send(self.pid, getattr(compat.signal, name))


class Closed(object):
    """The same until 3.7."""

    _shut = False

    def close(self):
        """Let go of what it holds of the system; ValueError while it runs."""
        if self._shut:
            return
        if self._popen is not None and self._popen.poll() is None:
            raise ValueError('Cannot close a process while it is still running. You should first'
                             ' call join() or terminate().')
        compat.process_children().discard(self)
        getattr(super(Closed, self), 'close', int)()
        self._popen = None
        self._shut = True

    def _open(self, name):
        """What the class of multiprocessing's has under that name."""
        if self._shut:
            raise ValueError('process object is closed')
        return getattr(super(Closed, self), name)

    def start(self):
        """Start it; only once."""
        self._open('start')()

    def join(self, timeout=None):
        """Wait until it ends, or so many seconds."""
        self._open('join')(timeout)

    def is_alive(self):
        """True while it runs."""
        return self._open('is_alive')()

    def terminate(self):
        """End it: SIGTERM."""
        self._open('terminate')()

    def kill(self):
        """End it at once: SIGKILL."""
        self._signal('kill', 'SIGKILL')

    sentinel = property(lambda self: self._open('sentinel'))
    pid = ident = property(lambda self: self._open('pid'))
    exitcode = property(lambda self: self._open('exitcode'))

    def __repr__(self):
        if self._shut:
            return '<%s name=%r closed>' % (self.__class__.__name__, self.name)
        return super(Closed, self).__repr__()


class Watched(object):
    """The same until 3.3."""

    _pipe = None

    def __init__(self, group=None, target=None, name=None, args=(), kwargs={}, daemon=None):
        super(Watched, self).__init__(group, target, name, args, kwargs)
        if daemon is not None:
            self.daemon = daemon

    def start(self):
        """Start it; only once."""
        from shim.engines import forking
        forking.alone(self._start)

    def _start(self):
        from shim.engines import channel, forking
        # The child alone has the far end of it, until it ends.
        near, far = channel.pair()
        try:
            forking.register(near)
            try:
                super(Watched, self).start()
            except:
                forking.forget(near)
                raise
            self._pipe = near
        finally:
            far.close()

    def _get_sentinel(self):
        if self._pipe is None:
            raise ValueError('process not started')
        return self._pipe.fileno()

    sentinel = property(_get_sentinel)

    def close(self):
        """Let go of what it holds of the system; ValueError while it runs."""
        if self._pipe is not None:
            from shim.engines import forking
            forking.forget(self._pipe)
            self._pipe = None


def lacking(base):
    """The classes above that have what a class of multiprocessing's lacks, as a tuple of bases."""
    found = ()
    for mixin, name in ((Watched, 'sentinel'), (Closed, 'close'), (Interrupted, 'interrupt')):
        if not hasattr(base, name):
            found = (mixin,) + found
    return found


def today(base):
    """That class of multiprocessing's, with what it lacks; as it is, if it lacks nothing."""
    bases = lacking(base) + (base,)
    if len(bases) == 1:
        return base
    return type(base.__name__, bases, {'__module__': 'shim.process', '__doc__': base.__doc__})
