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

An **outcome** is an atom, or a tuple: (VALUE, pickled), (ERROR, pickled report), (RAW, object),
(RAISE, exception).  The last two never travel.  It is unpacked by whoever calls get(), as
unpickling imports modules and runs the user's code.
"""
import sys
import traceback

from shim import compat, errors, pickling, wire

ONE, MAP, STAR = 0, 1, 2
VALUE, ERROR, RAW, RAISE = 0, 1, 2, 3


def pack(call, func, args, kwds=None):
    """The item for a task of that call; raises what pickle raises."""
    packed = args
    if call.blob is not None:
        if call.mode == ONE:
            if not kwds:
                for arg in args:
                    if not pickling.is_atom(arg):
                        break
                else:
                    return args
            packed = args, kwds or {}
    elif call.mode == ONE:
        packed = func, args, kwds or {}
    else:
        packed = func, args
    return wire.apart(pickling.dumps(packed, call.what, call.whole))


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
        except:     # noqa: E722  its repr raises
            error = kind(error, object.__repr__(value))
    return of_error(error)


def of_error(error, trace=''):
    """The outcome of a task that raised: the exception, and the parts to rebuild it from."""
    kind = error.__class__      # not type(): on 2.4 exceptions are instances of old classes
    name = '%s.%s' % (kind.__module__, kind.__name__)
    try:
        text = str(error)
    except:     # noqa: E722
        text = '<unprintable>'
    report = [name, text, trace, None, None, None, None]
    state = {}
    for key, value in list(getattr(error, '__dict__', {}).items()):
        state[key] = _try_dumps(value)
    report[3] = _try_dumps(error)
    report[4] = _try_dumps(kind)
    report[5] = [_try_dumps(arg) for arg in getattr(error, 'args', ())]
    report[6] = state
    return ERROR, pickling.plain_dumps(report)


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
        return pickling.attempt(pickling.loads, content)
    return False, _rebuild(*pickling.loads(content))


def give(good, value):
    """Return the value, or raise the exception."""
    if good:
        return value
    try:
        raise value
    finally:
        value = None        # no cycle: the traceback refers to this frame


def _rebuild(name, text, trace, whole, kind, args, state):
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
    try:
        error.__cause__ = errors.stdlib_class(errors.RemoteTraceback)('\n"""\n%s"""' % trace)
    except:     # noqa: E722  a class with __slots__, or a __setattr__ of its own
        pass


def _rebuild_parts(kind, args, state):
    """The exception without its __init__: for those whose __init__ and args do not match."""
    try:
        error = compat.bare(kind)
        if isinstance(error, compat.BaseException):
            error.args = tuple([_load(arg) for arg in args])
            for key in state:
                error.__dict__[key] = _load(state[key])
            return error
    except:     # noqa: E722
        pass
    return None


def _load(content):
    if content is None:
        return None
    good, value = pickling.attempt(pickling.loads, content)
    if good:
        return value
    return None
