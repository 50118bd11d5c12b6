"""What the loop of a crew sleeps on: any thread may ring it, and channels may be ready."""
from shim.engines import channel, forking
from shim.waiting import ONE as BYTE, OSErrors, Poller, Waiter


class Bell(Poller):
    """Sockets to watch, and two of its own to ring with."""

    _ear = _mouth = None

    def hang(self):
        """Begin; where this process forks, called alone()."""
        self._ear, self._mouth = channel.pair()
        for end in (self._ear, self._mouth):
            end.setblocking(False)
            forking.register(end)
        self.watch(self._ear)

    def ring(self):
        """End a wait, or the next one."""
        try:
            self._mouth.send(BYTE)
        except OSErrors:        # full: the loop is awake; closed: it has ended
            pass

    def wait(self, timeout=None):
        """Wait up to `timeout` seconds; returns the descriptors of the channels that are ready."""
        ready = Poller.wait(self, timeout)
        if self._ear.fileno() in ready:
            try:
                while len(self._ear.recv(4096)) == 4096:
                    pass
            except OSErrors:
                pass
        return ready

    def take_down(self):
        if self._mouth is not None:     # else its start was broken off
            self.forget(self._ear)
            forking.forget(self._ear)
            forking.forget(self._mouth)


class Knock(Waiter):
    """The same where there is no channel to watch: cheaper, above all on Jython."""

    ring = Waiter.wake

    def hang(self):
        pass

    take_down = hang

    def wait(self, timeout=None):
        Waiter.wait(self, timeout)
        return ()
