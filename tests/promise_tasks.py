"""What the workers of the tests in promises/ run: importable, so that every engine finds it."""
import os
import signal
import subprocess
import sys
import time

try:
    import ctypes
except ImportError:     # 2.4
    ctypes = None
try:
    import resource
except ImportError:     # not Unix
    resource = None

from shim import compat
from tests.tasks import make_lock


def pids(pool):
    """Of the pool's workers.  Those that others start for it tell theirs a little later."""
    for _each in range(500):
        found = [worker.pid for worker in list(pool._pool)]
        if None not in found:
            break
        time.sleep(0.01)
    return found


def square(x):
    return x * x


def identity(x):
    return x


def size(data):
    return len(data)


def pid(*ignored):
    return os.getpid()


def who(*ignored):
    """Which worker runs this: a number may come round again, and so may a name, but not both."""
    import shim
    return os.getpid(), shim.current_process().name


def pid_after(seconds):
    time.sleep(seconds)
    return os.getpid()


def nap(seconds, value=None):
    time.sleep(seconds)
    return value


def nap_if(pair):
    """Sleep for so many seconds and return the value: for map, whose tasks take one thing."""
    seconds, value = pair
    if seconds:
        time.sleep(seconds)
    return value


def note(path, text):
    """Append a line in one write: lines of many processes do not mix."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(handle, ('%s\n' % (text,)).encode('ascii'))
    finally:
        os.close(handle)


def noted(path, ident, seconds=0):
    """Leave a line that says this task has run; sleep; return the ident."""
    note(path, ident)
    if seconds:
        time.sleep(seconds)
    return ident


def noted_pid(path, seconds=0):
    """Say which process runs this task, sleep, and return the same."""
    return noted(path, os.getpid(), seconds)


def noted_without_parent(path, number=0):
    """Send that signal to who has started this process, and leave a line; takes 3 ms."""
    if number:
        os.kill(os.getppid(), number)
    return noted(path, number, 0.003)


def noted_or_die(path, ident, doomed):
    """Takes a tenth of a millisecond, on any machine."""
    end = compat.monotonic() + 0.0001
    note(path, ident)
    if ident == doomed:
        die('kill')
    while compat.monotonic() < end:
        pass
    return ident


def dies_first(path, times):
    """Die the first so many times that this is run; return how many times it was."""
    note(path, 'run')
    ran = open(path).read().count('run')
    if ran <= times:
        die('kill')
    return ran


def noted_first(task):
    """The same for map: (path, ident, times), returns the ident."""
    return noted_first_three(*task)


def noted_first_three(path, ident, times):
    note(path, ident)
    time.sleep(0.005)
    if times and open(path).read().split().count('%d' % ident) <= times:
        die('kill')
    return ident


def spin(path):
    """Never end, run Python code all the time."""
    note(path, os.getpid())
    while True:
        pass


def stubborn(path):
    """Never end, not even by SIGTERM or Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    spin(path)


# ---- dying

def no_core_dump():
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die(how):
    """End this process: 'kill', 'exit' or 'segfault'."""
    no_core_dump()
    if how == 'exit':
        os._exit(0)
    if how == 'segfault' and ctypes is not None:
        ctypes.memset(0, 1, 1)
    os.kill(os.getpid(), {'kill': signal.SIGKILL, 'segfault': signal.SIGSEGV}[how])
    time.sleep(60)


def fate(pair):
    """(how, value): die, or return the value if there is no how.

    Not in an instant: what is tiny is batched, and a death may cost the whole batch.
    """
    how, value = pair
    time.sleep(0.02)
    if how:
        die(how)
    return value


def leave_grandchild(path, seconds):
    """Fork a process that sleeps and has all descriptors of this one; then sleep as well."""
    child = os.fork()
    if not child:
        try:
            time.sleep(60)
        finally:
            os._exit(0)
    note(path, '%d %d' % (os.getpid(), child))
    time.sleep(seconds)
    return child


# ---- initializers

def raising_initializer(path, text):
    note(path, os.getpid())
    raise ValueError(text)


def dying_initializer(path):
    note(path, os.getpid())
    os._exit(3)


def first_raises(path):
    """Raise in whoever comes first."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except OSError:
        return
    raise ValueError('the first one raises')


def raises_if_exists(path, flag):
    if os.path.exists(flag):
        raising_initializer(path, 'raises from now on')


# ---- seen from inside

def with_executor(engine):
    """The work of an executor inside of this task."""
    import shim
    from shim import futures
    executor = futures.ProcessPoolExecutor(2, shim.get_context(engine))
    try:
        return list(executor.map(square, range(3)))
    finally:
        executor.shutdown()


def whoami(seconds=0):
    """What current_process() says in here: (pid, name, daemon, identity)."""
    import shim
    time.sleep(seconds)
    me = shim.current_process()
    return os.getpid(), me.name, me.daemon, tuple(getattr(me, '_identity', ()))


def nested(engine, count):
    """The work of a pool inside of this task."""
    import shim
    pool = shim.get_context(engine).Pool(2)
    try:
        return os.getpid(), pool.map(pid, range(2), 1), pool.map(square, range(count))
    finally:
        pool.terminate()
        pool.join()


def nested_sleepers(engine, path):
    """Note the pids of this worker and of the workers of a pool in here; never return."""
    import shim
    pool = shim.get_context(engine).Pool(2)
    inner = pids(pool)
    pool.map(square, range(4))
    note(path, ' '.join(['%d' % each for each in [os.getpid()] + inner]))
    pool.map(nap, [60, 60], 1)


def sigint_of_a_program(_ignored=None):
    """How a program that is started here finds SIGINT: what Python makes of it at its start."""
    source = 'import signal, sys\n' \
        'handler, mask = signal.getsignal(signal.SIGINT), ()\n' \
        'if hasattr(signal, "pthread_sigmask"):\n' \
        '    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])\n' \
        'sys.stdout.write("default %s" % (handler is signal.default_int_handler))\n' \
        'sys.stdout.write(", blocked %s" % (signal.SIGINT in mask))\n'
    program = subprocess.Popen([sys.executable, '-c', source], stdout=subprocess.PIPE)
    return program.communicate()[0].decode('ascii')


def fate_of_lock(n):
    """A result that can't be pickled, for 3."""
    if n == 3:
        return make_lock()
    return n


def nested_here(pair):
    engine, count = pair
    return nested(engine, count)


def refuse_always(_ignored):
    raise ValueError('always')


def noted_here(arguments):
    return noted(*arguments)
