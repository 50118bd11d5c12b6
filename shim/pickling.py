"""Pickling what is the user's: functions, arguments, results, exceptions.

As the stdlib's ForkingPickler where there is one, so that connections, sockets and methods
travel; where that fails, cloudpickle or dill if the user has them.
"""
import os
import pickle
import sys
import types

from six import get_method_function, get_method_self
from six.moves import copyreg, cPickle

from shim import compat, errors
from shim.wire import PROTOCOL

BYTES = type(''.encode('ascii'))
LONG = type(1 << 64)
SHORT = 4096
MAIN = '__main__'.encode('ascii')


def is_atom(value):
    """True if the value may travel within somebody else's pickle: it can't change, nor alias.

    By identity of the type: looking it up somewhere would call its metaclass' __hash__ and __eq__.
    """
    kind = type(value)
    return (kind is int or value is None or kind is bool
            or kind is float and (FLOATS or value - value == 0)
            or (kind is str or kind is BYTES or kind is compat.text) and len(value) <= SHORT
            or kind is LONG or kind is complex and (FLOATS or value - value == 0))


def _float_probe():
    try:
        cPickle.dumps(1e300 * 1e300, PROTOCOL)
    except SystemError:     # until 2.5: no infinity in a binary pickle
        return False
    return True


FLOATS = _float_probe()


class Reducers(dict):
    """How to reduce each type: multiprocessing's own table before copyreg's, as they are now."""

    def __missing__(self, kind):
        reduce = self.extra.get(kind)
        if reduce is None:
            return copyreg.dispatch_table[kind]
        return reduce

    def get(self, kind, default=None):      # the pickle module in Python asks so
        try:
            return self[kind]
        except KeyError:
            return default


class MethodPickler(getattr(pickle, '_Pickler', pickle.Pickler)):
    """Until 3.4 only the Pickler in Python can be taught: methods, and the stdlib's reductions."""

    dispatch = getattr(pickle, '_Pickler', pickle.Pickler).dispatch.copy()

    def save_method(self, method):
        owner = get_method_self(method)
        if owner is None:       # an unbound method of 2.x
            owner = method.im_class
        self.save_reduce(getattr, (owner, method.__name__), obj=method)

    def save_java(self, function):
        # Another object each time that it is looked up, which pickle does not take.  Its module may
        # bear the name of its class: org.python.modules.math.
        module = function.__module__.split('.')[-1]
        if not hasattr(sys.modules.get(module), function.__name__):
            module = function.__module__
        self.write(pickle.GLOBAL + str('%s\n%s\n' % (module, function.__name__)))
        self.memoize(function)

    def save_sys(self, module):
        # sys.exit is a method of Jython's sys.
        self.save_reduce(__import__, ('sys',), obj=module)

    dispatch[types.MethodType] = save_method
    if compat.java_function is not types.BuiltinFunctionType:
        dispatch[compat.java_function] = save_java
        dispatch[type(sys)] = save_sys


def python_dumps(value, protocol=PROTOCOL):
    written = compat.bytes_io()
    MethodPickler(written, protocol).dump(value)
    return written.getvalue()


def _pickles_blindly():
    """Does cPickle write names without a look at what they stand for?  (Jython's)"""
    try:
        data = cPickle.dumps(lambda: None, PROTOCOL)
    except Exception:       # its kind depends on the version
        return False
    try:
        cPickle.loads(data)     # PyPy 2.7's is the function itself
    except Exception:
        return True
    return False


if compat.FORKING_PICKLER:
    def pickler():
        """The table to pickle with, of the stdlib's ForkingPickler."""
        table = Reducers()
        table.extra = compat.FORKING_PICKLER._extra_reducers
        return table

    _table = pickler()
    _picklers = [pickle.Pickler] * (PROTOCOL + 1)       # by protocol
    if '\x94'.encode('latin-1') in pickle.dumps(['a'], 2):
        # PyPy 3.11 (8.0.1) writes for lists of strings what only protocol 4 has.
        _picklers[:4] = [pickle._Pickler] * 4

    def plain_dumps(value, protocol=PROTOCOL):
        written = compat.bytes_io()
        made = _picklers[protocol](written, protocol)
        made.dispatch_table = _table
        made.dump(value)
        return written.getvalue()
elif _pickles_blindly():
    plain_dumps = python_dumps
else:
    def plain_dumps(value, protocol=PROTOCOL):
        try:
            return cPickle.dumps(value, protocol)
        except Exception:
            if not FLOATS and isinstance(errors.current(), SystemError):
                return cPickle.dumps(value, 0)
            return python_dumps(value, protocol)

loads = cPickle.loads

# As a str of Python 2 has come to Python 3.
AMBIGUOUS = ('; a str of Python 2 is text for Python 3 if all of it is ASCII, and may be anything'
             ' else: send text as unicode, bytes as bytearray')


def say_why(error, data):
    """Add the remedy to what loads(data) has raised, if it is that a str of 2 may be anything."""
    if BYTES is not str and isinstance(error, UnicodeDecodeError) and data[1] < 3:
        error.reason += AMBIGUOUS



def attempt(function, *args):
    """(True, what it returns) or (False, what it raises), of the user's code that pickle runs.

    Raises what does not happen again at a second try: that came from a signal handler, and is for
    the caller, who may ask again.  But not where no handlers are called, as in a pool's own thread.
    """
    try:
        return True, function(*args)
    except:     # noqa: E722
        error = errors.current()
    try:
        value = function(*args)
    except:     # noqa: E722
        again = errors.current()
        if again.__class__ is error.__class__ or not compat.is_main_thread():
            return False, again
        raise error
    if compat.is_main_thread():
        raise error
    return True, value


def dumps(value, what, whole=False):
    """The pickle of a value; `what` names it in the error: 'the arguments of f'.

    whole: with what is in __main__ in it, as no worker could find that by its name.

    Raises what pickle raised, with the remedy added to the text; what the user's own __reduce__
    raised stays as it is.
    """
    good, error = strictly(plain_dumps, value, whole)
    if good:
        return error
    for name in ('cloudpickle', 'dill'):
        try:
            return __import__(name).dumps(value)
        except ImportError:
            pass
        except Exception:
            error = errors.current()
    raise explained(error, what, 'or install cloudpickle or dill')


def strictly(dump, value, whole):
    """attempt() to pickle it; if `whole`, what is in __main__ can't be pickled by its name."""
    good, data = attempt(dump, value)
    if good and whole and MAIN in data:
        return False, pickle.PicklingError('it names __main__, which a worker cannot import here')
    return good, data


def explained(error, what, otherwise):
    """What pickle raised, with the remedy."""
    text = '%s. It is %s that must travel to another process: define functions and classes at the'\
        ' top of a module in a file, %s' % (error, what, otherwise)
    for kind in (pickle.PicklingError, cPickle.PicklingError, AttributeError, TypeError):
        if error.__class__ is kind:
            return kind(text)
    return error


# A function or a class, also one of the old kind of 2.x.
NAMED = types.FunctionType, type, getattr(types, 'ClassType', type)
PLAIN = types.FunctionType, types.BuiltinFunctionType, compat.java_function, type


def by_name(func):
    """True if the function's pickle is but its name, so that it may travel once per worker."""
    if isinstance(func, NAMED):
        return True
    # A builtin may be a method: [].append is pickled with its list.
    owner = getattr(func, '__self__', None)
    return isinstance(func, types.BuiltinFunctionType) and (
        owner is None or isinstance(owner, types.ModuleType))


def name(func):
    """What to call a function in a message."""
    return getattr(func, '__qualname__', None) or getattr(func, '__name__', None) or repr(func)


def underlying(func):
    """The function inside a method or a partial, the class of another callable: what costs are
    kept for."""
    while True:
        if isinstance(func, types.MethodType):
            func = get_method_function(func)
        elif isinstance(func, compat.partial):
            func = func.func
        elif isinstance(func, PLAIN):
            return func
        else:
            return type(func)


# Locks, queues and the like reach a new interpreter only as what it starts with.

_starting = {}      # {thread: [the `passed` of each that pickles such things now]}


def dumps_for_start(value, what, passed=None, dumps=dumps):
    """dumps() of what a new interpreter starts with.

    passed: a list for the descriptors that it has to inherit; None if it can inherit none.
    """
    mine = _starting.setdefault(compat.get_ident(), [])
    mine.append(passed)
    try:
        return dumps(value, what)
    finally:
        mine.pop()


def pass_on(handle):
    """Have the new interpreter for which this thread pickles inherit a descriptor.

    Returns its number there, or None if that can't be done.
    """
    passed = (_starting.get(compat.get_ident()) or [None])[-1]
    if passed is None:
        return None
    passed.append(os.dup(handle))
    compat.cloexec(passed[-1])
    return passed[-1]


def assert_starting(value):
    """Raise RuntimeError unless that is what goes on: as multiprocessing's assert_spawning()."""
    spawning = getattr(getattr(compat.multiprocessing, 'context', None), 'get_spawning_popen', None)
    if not _starting.get(compat.get_ident()) and (spawning is None or spawning() is None):
        raise RuntimeError('%s objects should only be shared between processes through inheritance:'
                           ' as arguments of a Process or initargs of a Pool'
                           % value.__class__.__name__)
