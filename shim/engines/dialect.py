"""How two interpreters that differ speak: what both can read, and nothing that only one can.

    the same major version   frames and pickles in the highest protocol that both have
    Python 2 and 3           frames marshalled (see wire.py); pickles of protocol 2, in which pickle
                             maps the names of 2's modules to 3's and back; no atoms in frames

Code never travels: that of one version may crash another one.  So no cloudpickle, no dill.
"""
import sys

from shim import outcome, pickling, wire
from shim.engines import interpreter


class Dialect(object):
    """What is written for the other interpreter, and how it is read.

    protocol: of pickle.  buffers: both have PickleBuffer.  mixed: one is Python 2, one 3.
    """

    def __init__(self, protocol, buffers, mixed):
        self.protocol, self.buffers, self.mixed = protocol, buffers, mixed
        if mixed:
            self.frame, self.load = wire.marshalled, wire.unmarshal
        else:
            self.frame, self.load = wire.framing(protocol, buffers), wire.load

    def words(self):
        """It as words of a command line, for spoken()."""
        return ['%d' % self.protocol, '%d' % self.buffers, '%d' % self.mixed]

    def plain_dumps(self, value):
        """pickling.plain_dumps() for the other one."""
        data = PLAIN_DUMPS(value, self.protocol)
        if PICKLES_CODE and OF_PYPY in data:
            raise pickling.pickle.PicklingError('it has in it what only a PyPy can rebuild')
        return data

    def dumps(self, value, what, whole=False):
        """pickling.dumps() for the other one."""
        good, error = pickling.strictly(self.plain_dumps, value, whole)
        if good:
            return error
        raise pickling.explained(
            error, what, 'as another interpreter can not be sent any code (nor by cloudpickle)')

    def name_of(self, func):
        """Engine.name_of() for the other one."""
        good, name = pickling.attempt(self.plain_dumps, func)
        if good:
            return name
        return None

    def is_atom(self, value):
        """pickling.is_atom() for the other one."""
        return not self.mixed and IS_ATOM(value)

    def apart(self, data):
        """wire.apart() for the other one."""
        if self.buffers:
            return APART(data)
        return data

    def pack(self, call, func, args, kwds=None):
        """outcome.pack() for the other one."""
        kwds = self.keywords(kwds or {})
        if call.blob is not None and call.mode == outcome.ONE and not kwds:
            if not [arg for arg in args if not self.is_atom(arg)]:
                return args
        return self.apart(self.dumps(
            outcome.contents(call, func, args, kwds), call.what, call.whole))

    def keywords(self, kwds):
        """Those of a call; until 2.6 their names must be str there, which 3's bytes become."""
        if not self.mixed or pickling.BYTES is str:
            return kwds
        return dict([(key.encode('ascii'), value) for key, value in kwds.items()])

    def adopt(self):
        """In a worker: all that it says is for the other one."""
        pickling.plain_dumps, pickling.dumps = self.plain_dumps, self.dumps
        pickling.is_atom, wire.apart = self.is_atom, self.apart
        pickling.loads = loads


PLAIN_DUMPS, LOADS, IS_ATOM = pickling.plain_dumps, pickling.loads, pickling.is_atom
APART = wire.apart
OF_PYPY = '_pickle_support'.encode('ascii')     # the module that does


def _pickles_code():
    """Does pickle write what a function is made of, where it has no name?  (PyPy 2.7's)"""
    try:
        return OF_PYPY in PLAIN_DUMPS(lambda: None, 2)
    except Exception:       # its kind depends on the version
        return False


PICKLES_CODE = _pickles_code()
MISSING = ('%s. The worker is %s, which has to import what it is sent by name; its sys.path is its'
           ' own: set_executable(..., path=[...]) adds folders, and packages are installed for each'
           ' interpreter')


def loads(data):
    """pickling.loads() in a worker, where what is missing may be there for the other one."""
    try:
        return LOADS(data)
    except UnicodeDecodeError:
        error = sys.exc_info()[1]
        pickling.say_why(error, data)
        raise ValueError(str(error))    # 2.4 has no such error with all it takes
    except (ImportError, SyntaxError, AttributeError):
        error = sys.exc_info()[1]
        if isinstance(error, AttributeError) and 'module' not in str(error):
            raise       # the user's
        raise ImportError(MISSING % (error, interpreter.here()))


def spoken(words):
    """The Dialect of these words()."""
    protocol, buffers, mixed = [int(word) for word in words]
    return Dialect(protocol, bool(buffers), bool(mixed))


def with_(other):
    """The Dialect of this interpreter and another one."""
    return Dialect(min(other.protocol, wire.PROTOCOL),
                   other.buffers and wire.PickleBuffer is not None,
                   other.is_2 != (pickling.BYTES is str))
