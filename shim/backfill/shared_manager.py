"""SharedMemoryManager, which multiprocessing.managers has from 3.8 on, over any manager."""
from shim.backfill.managers import BaseManager, Server, dispatch
from shim.backfill.shared_memory import ShareableList, SharedMemory


class SharedMemoryServer(Server):
    """A Server that unlinks what its clients have told it of, at the latest at its own end."""

    public = Server.public + ['track_segment', 'release_segment', 'list_segments']

    def __init__(self, *args):
        Server.__init__(self, *args)
        self._segments = []

    def track_segment(self, c, segment_name):
        """Know of it."""
        self._segments.append(segment_name)

    def release_segment(self, c, segment_name):
        """Unlink it."""
        self._segments.remove(segment_name)
        segment = SharedMemory(segment_name)
        segment.close()
        segment.unlink()

    def list_segments(self, c):
        """The names of those there are."""
        return self._segments

    def shutdown(self, c):
        """End the server."""
        for name in list(self._segments):
            try:
                self.release_segment(c, name)
            except OSError:     # somebody else did
                pass
        Server.shutdown(self, c)


class SharedMemoryManager(BaseManager):
    """Makes SharedMemory and ShareableLists that are unlinked when it is shut down."""

    _Server = SharedMemoryServer

    def __init__(self, *args, **kwargs):
        BaseManager.__init__(self, *args, **kwargs)

    def _tracked(self, made, memory):
        try:
            connection = self._Client(self._address, authkey=self._authkey)
            try:
                dispatch(connection, None, 'track_segment', (memory.name,))
            finally:
                connection.close()
        except:
            memory.close()
            memory.unlink()
            raise
        return made

    def SharedMemory(self, size):
        """New SharedMemory of so many bytes."""
        made = SharedMemory(None, True, size)
        return self._tracked(made, made)

    def ShareableList(self, sequence):
        """A new ShareableList of those items."""
        made = ShareableList(sequence)
        return self._tracked(made, made.shm)
