"""multiprocessing.reduction as of CPython 3.15: ForkingPickler and its functions, until 3.4."""
from six.moves import copyreg

from shim import alias, pickling

real = alias.found('reduction')
__all__ = []


class ForkingPickler(pickling.MethodPickler):
    """Pickles what is sent to processes, methods, too."""

    def register(cls, type, reduce):
        """Have objects of that type pickled as what reduce(obj) returns."""
        copyreg.pickle(type, reduce)

    register = classmethod(register)

    def dumps(cls, obj, protocol=None):
        """The pickle of an object, in bytes."""
        return pickling.plain_dumps(obj)

    dumps = classmethod(dumps)
    loads = staticmethod(pickling.loads)


register = ForkingPickler.register


def dump(obj, file, protocol=None):
    """Write the pickle of an object into a file."""
    file.write(ForkingPickler.dumps(obj))


if not hasattr(getattr(real, 'ForkingPickler', None), 'dumps'):
    __all__ += ['ForkingPickler', 'dump', 'register']
