"""Items and outcomes: what is packed for the worker, and what it packs for the caller.

An **item** is what one task calls with, packed by pack(): a tuple of atoms travels as it is
(values that can't change may share the frame's pickle), anything else is bytes, a pickle of its
own.  How the function is called with it is the mode:

    ONE     func(*args, **kwds)     atoms: args;            pickled: (args, kwds)
    MAP     func(x) for each x      (always pickled)        pickled: the chunk
    STAR    func(*x) for each x     (always pickled)        pickled: the chunk

A function that is not pickled by name is packed with its arguments, anew for each task, as its
state may change: then the pickle is (func, args, kwds), (func, chunk).  Mode and function travel
once, under a key; the keys 0 to 2 are the modes of such tasks.

An **outcome** is an atom, or a tuple: (VALUE, pickled), (ERROR, report: text and pickles),
(RAW, object), (RAISE, exception).  The last two never travel.  It is unpacked by whoever calls get(), as
unpickling imports modules and runs the user's code.
"""
import sys
import traceback

from shim import compat, errors, pickling, wire

ONE, MAP, STAR = 0, 1, 2
VALUE, ERROR, RAW, RAISE = 0, 1, 2, 3


def pack(call, func, args, kwds=None):
    """The item for a task of that call; raises what pickle raises."""
    if call.blob is not None and call.mode == ONE and not kwds:
        for arg in args:
            if not pickling.is_atom(arg):
                break
        else:
            return args
    return wire.apart(pickling.dumps(contents(call, func, args, kwds), call.what, call.whole))


def contents(call, func, args, kwds):
    """What is pickled of a task."""
    if call.mode == ONE:
        args = args, kwds or {}
    if call.blob is not None:
        return args
    if call.mode == ONE:
        return (func,) + args
    return func, args


def run(func, mode, item):
    """Call as the item says (func is None if it is in there); returns the value."""
    if mode == ONE:
        if type(item) is tuple:
            return func(*item)
        loaded = pickling.loads(item)
        if func is None:
            func = loaded[0]
        return func(*loaded[-2], **loaded[-1])
    loaded = pickling.loads(item)
    if func is None:
        func, loaded = loaded
    return call_all(func, mode, loaded)


def call_all(func, mode, chunk):
    """The list of what the function returns for each element of the chunk."""
    if mode == MAP:
        return [func(element) for element in chunk]
    return [func(*element) for element in chunk]


def of_value(value):
    """The outcome of a task that returned."""
    if pickling.is_atom(value):
        return value
    try:
        return VALUE, wire.apart(pickling.plain_dumps(value))
    except:     # noqa: E722  whatever a __reduce__ raises is the task's error
        error = errors.current()
    try:
        return VALUE, wire.apart(pickling.dumps(value, 'the result'))
    except:     # noqa: E722
        kind = errors.stdlib_class(errors.MaybeEncodingError)
        try:
            error = kind(error, value)
        except:     # noqa: E722  a repr raises
            error = kind(errors.described(error), object.__repr__(value))
    return of_error(error)


def of_error(error, trace=''):
    """The outcome of a task that raised: the exception, and the parts to rebuild it from."""
    kind = error.__class__      # not type(): on 2.4 exceptions are instances of old classes
    name = '%s.%s' % (kind.__module__, kind.__name__)
    try:
        text = str(error)
    except:     # noqa: E722
        text = '<unprintable>'
    # Joined: nothing travels in the frame itself but strings of no class of the user's.
    report = [''.join([each]) for each in (name, text, trace)]
    state = [(key, _try_dumps(value))
             for key, value in list(getattr(error, '__dict__', {}).items()) if type(key) is str]
    return ERROR, report + [_try_dumps(error), _try_dumps(kind), [
        _try_dumps(arg) for arg in getattr(error, 'args', ())], state]


def _try_dumps(value):
    try:
        return pickling.plain_dumps(value)
    except:     # noqa: E722
        return None


def of_raised():
    """The outcome of what is being handled, for somebody in this process."""
    return RAISE, errors.current()


def trace_text():
    """The traceback of the exception being handled, as printed, without the pool's own frames."""
    kind, value, tb = sys.exc_info()
    try:
        for _own in range(2):
            if tb.tb_next is not None:
                tb = tb.tb_next
        return ''.join(traceback.format_exception(kind, value, tb))
    except:     # noqa: E722  its __str__ raises
        return 'Traceback not printable: %s\n' % (kind,)


def failed(outcome):
    """True if the task raised: known without unpacking."""
    return type(outcome) is tuple and outcome[0] in (ERROR, RAISE)


def unpack(outcome):
    """Returns (True, value) or (False, exception)."""
    if type(outcome) is not tuple:
        return True, outcome
    kind, content = outcome
    if kind == RAW:
        return True, content
    if kind == RAISE:
        return False, content
    if kind == VALUE:
        good, value = pickling.attempt(pickling.loads, content)
        if not good:
            pickling.say_why(value, content)
        return good, value
    return False, _rebuild(*content)


def give(good, value):
    """Return the value, or raise the exception."""
    if good:
        return value
    try:
        raise value
    finally:
        value = None        # no cycle: the traceback refers to this frame


def _rebuild(name, text, trace, whole, kind, args, state):
    name, text, trace = [wire.native(each) for each in (name, text, trace)]
    error = _load(whole)
    if not isinstance(error, compat.BaseException):
        error = _rebuild_parts(_load(kind), args, state)
        if error is None:
            error = errors.RemoteError(name, text, trace)
    if isinstance(error, SystemExit) and len(error.args) == 1:
        error.code = error.args[0]      # which is no part of its state: so tblib, as Dask has it
    if trace:
        set_cause(error, trace)
    return error


def set_cause(error, trace):
    """Show the traceback of the worker with the exception: as its cause, on every version."""
    cause = errors.stdlib_class(errors.RemoteTraceback)('\n"""\n%s"""' % trace)
    try:
        error.__cause__ = cause
    except Exception:       # a class with __slots__, or a __setattr__ of its own
        pass


def _rebuild_parts(kind, args, state):
    """The exception without its __init__: for those whose __init__ and args do not match."""
    try:
        error = compat.bare(kind)
        if isinstance(error, compat.BaseException):
            error.args = tuple([_load(arg) for arg in args])
            for key, value in state:
                error.__dict__[wire.native(key)] = _load(value)
            return error
    except Exception:
        pass
    return None


def _load(content):
    if content is None:
        return None
    good, value = pickling.attempt(pickling.loads, content)
    if good:
        return value
    return None
