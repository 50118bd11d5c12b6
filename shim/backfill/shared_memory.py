"""multiprocessing.shared_memory as of CPython 3.15."""
from shim import alias, compat

real = alias.found('shared_memory')
__all__ = []

if alias.found('resource_tracker') is None:     # until 3.8, or where it can't be imported
    from shim.backfill.shared_files import ShareableList, SharedMemory
    __all__ += ['ShareableList', 'SharedMemory']
elif not hasattr(real.SharedMemory, '_track'):      # until 3.13
    class SharedMemory(real.SharedMemory):
        __doc__ = real.SharedMemory.__doc__
        _track = True

        def __init__(self, name=None, create=False, size=0, track=True):
            super(SharedMemory, self).__init__(name, create, size)
            self._track = track
            if not track:
                self._tell('unregister')

        def _tell(self, what):
            if hasattr(real, '_posixshmem') and real._USE_POSIX:
                getattr(compat.submodule('resource_tracker'), what)(self._name, 'shared_memory')

        def unlink(self):
            """Remove it; who has it open still has it."""
            if not self._track:
                self._tell('register')      # as it takes it out
            try:
                super(SharedMemory, self).unlink()
            except:
                if not self._track:
                    self._tell('unregister')
                raise

    __all__.append('SharedMemory')
