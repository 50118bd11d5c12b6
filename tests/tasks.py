"""What the workers of the tests run: functions and classes that pickle by name."""
import os
import pickle
import sys
import threading
import time

try:
    AnyError = BaseException
except NameError:       # 2.4: every exception is an Exception
    AnyError = Exception


# ---- values

def identity(value):
    return value


def square(number):
    return number * number


def both(first, second='-'):
    return first, second


def everything(*args, **kwds):
    return args, kwds


def constant(_ignored=None):
    return 'constant'


def length(value):
    return len(value)


def infinity():
    return 1e300 * 1e300


def times(value, number):
    return value * number


def pid(_ignored=None):
    return os.getpid()


def append(items):
    """Change the argument; how long it is afterwards tells who else changed it."""
    items.append(None)
    return len(items)


class Counter(object):
    """Counts its own calls: the results tell what was unpickled when."""

    def __init__(self):
        self.calls = 0

    def count(self, _ignored):
        self.calls += 1
        return self.calls

    __call__ = count


# ---- time and order

def nap(seconds, value=None):
    if seconds:         # sleep(0) gives way to all that the machine has to do
        time.sleep(seconds)
    return value


def nap_and_return(seconds):
    return nap(seconds, seconds)


def flow(action, path=None, timeout=20):
    """Tiny, or blocked until the path exists, or what makes it exist, under one name."""
    if action == 'touch':
        open(path, 'w').close()
    elif action == 'wait':
        end = time.time() + timeout
        while not os.path.exists(path):
            if time.time() > end:
                return 'nobody came'
            time.sleep(0.005)
    return action


def meet(folder, number, size, timeout=20):
    """Wait until so many have come."""
    open(os.path.join(folder, str(number)), 'w').close()
    end = time.time() + timeout
    while len(os.listdir(folder)) < size:
        if time.time() > end:
            return False
        time.sleep(0.005)
    return True


def flow_of_text(text):
    """'nothing', or the path and the action in one item."""
    if text == 'nothing':
        return text
    path, action = text.split()
    return flow(action, path)


def note(path, text, seconds=0):
    """Add a line to a file (one write, so that lines never mix), then sleep."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, (str(text) + '\n').encode('ascii'))
    finally:
        os.close(descriptor)
    time.sleep(seconds)
    return text


def note_unless_negative(path, number):
    if number < 0:
        raise ValueError(number)
    return note(path, number, 0.02)


def notes(path):
    """The lines of that file."""
    if not os.path.exists(path):
        return []
    stream = open(path)
    try:
        return stream.read().splitlines()
    finally:
        stream.close()


# ---- initializers and what they leave behind

_kept = {}


def keep(key, *args):
    """An initializer: later tasks of the worker find its arguments under the key (each test
    has its own, for threads share them all)."""
    _kept[key] = args


def kept(key):
    return _kept[key]


def call_kept(key):
    return _kept[key][0]()


def note_and_keep(path, key, *args):
    note(path, os.getpid())
    keep(key, *args)


def add_under_lock(number):
    """The initargs were 'primitives', a Lock, a Value and a Queue."""
    lock, value, queue = _kept['primitives']
    lock.acquire()
    try:
        if value is not None:
            before = value.value
            time.sleep(0.001)
            value.value = before + number
    finally:
        lock.release()
    queue.put(number)
    return number


# ---- exceptions

class NeedsTwo(Exception):
    """Pickles by the stdlib's rules and then can't be unpickled."""

    def __init__(self, first, second):
        Exception.__init__(self, 'needs two: %s %s' % (first, second))
        self.first = first
        self.second = second


class Empty(Exception):
    """Is false."""

    def __len__(self):
        return 0

    def __nonzero__(self):
        return False

    __bool__ = __nonzero__


class HoldsLock(Exception):
    """Can't be pickled."""

    def __init__(self, text):
        Exception.__init__(self, text)
        self.lock = threading.Lock()


class WithState(Exception):
    pass


def raise_it(exception):
    raise exception


def raise_base(name):
    """Raise one of the exceptions that are not an Exception (since 2.5)."""
    if name == 'exit':
        sys.exit(3)
    if name == 'keyboard':
        raise KeyboardInterrupt('from a task')
    raise OwnBase(name)


class OwnBase(AnyError):
    pass


def raise_needs_two(first, second):
    raise NeedsTwo(first, second)


def raise_empty(text):
    raise Empty(text)


def raise_holds_lock(text):
    raise HoldsLock(text)


def raise_with_state(text):
    error = WithState(text)
    error.extra = {'key': [1, 2]}
    raise error


def raise_value_error(text):
    raise ValueError(text)


def raise_stop_iteration(_ignored=None):
    raise StopIteration('from a task')


def raise_os_error(path):
    os.stat(path)


def return_error(text):
    return ValueError(text)


def refuse(number, bad=3):
    """Fails for one number, is the identity for the others."""
    if number == bad:
        raise ValueError('refused %r' % (number,))
    return number


def refuse_late(seconds):
    time.sleep(seconds)
    raise ValueError('refused after %s s' % seconds)


def shallow(text):
    return deep_failure(text)


def deep_failure(text):
    raise LookupError(text)


# ---- what doesn't pickle, or not back

class StuckLock(object):
    """What stands for a lock where locks pickle (Jython)."""

    def __init__(self):
        self.acquire = threading.Lock().acquire

    def __reduce_ex__(self, protocol):
        raise TypeError('cannot pickle this lock')


def lock_class():
    try:
        pickle.dumps(threading.Lock(), 2)
    except Exception:
        return threading.Lock
    return StuckLock


LOCK = lock_class()


def make_lock(_ignored=None):
    return LOCK()


class OneWay(object):
    """Pickles; unpickling it raises."""

    def __reduce__(self):
        return no_way_back, ('one way only',)


def no_way_back(text):
    raise RuntimeError(text)


def make_one_way(_ignored=None):
    return OneWay()


# ---- what must not be looked at

def _refuse(self, *_ignored):
    raise AssertionError('somebody looked at %s' % self.name)


class Untouchable(object):
    """Whoever truth-tests, compares or measures this gets an error."""

    def __init__(self, name):
        self.name = name

    __bool__ = __nonzero__ = __len__ = __eq__ = __ne__ = __lt__ = __le__ = _refuse
    __gt__ = __ge__ = __cmp__ = __contains__ = __getitem__ = __iter__ = _refuse


class UntouchableFunction(Untouchable):

    def __call__(self, value=None, *_ignored):
        return Untouchable('result of ' + self.name)


class UntouchableError(Exception):  # not an Untouchable: 2.4 raises no new-style instance

    def __init__(self, name):
        Exception.__init__(self, name)
        self.name = name

    __bool__ = __nonzero__ = __len__ = __eq__ = __ne__ = _refuse


def wrap(value):
    """Untouchable in, Untouchable out."""
    return Untouchable('wrapped ' + value.name)


def raise_untouchable(name):
    raise UntouchableError(name)


# ---- random seeds and output

def draw(_ignored):
    """A number of the random generator that a program has anyway."""
    import random
    return random.random()


class FakeNumpyRandom(object):
    seeds = 0

    def seed(self):
        self.seeds += 1


def numpy_seeds():
    return sys.modules['numpy.random'].seeds


def tell(number):
    sys.stdout.write('%d\n' % number)
