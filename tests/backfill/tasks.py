"""What the processes of these tests do."""
import os


def answer(connection):
    """Send back what comes, until None does."""
    while True:
        item = connection.recv()
        connection.send((os.getpid(), item))
        if item is None:
            break
    connection.close()


def answer_elsewhere(connection):
    """To each Connection that comes, until None does."""
    while True:
        other = connection.recv()
        if other is None:
            break
        other.send(os.getpid())
        other.close()


def tell_start(connection):
    connection.send(os.getpid())


def own_pid(item):
    return os.getpid()


def say_what_is_open(connection, inode):
    """Is a file of that number open here?"""
    found = 'not open'
    for number in range(256):
        try:
            if os.fstat(number)[1] == inode:
                found = 'open as %d' % number
        except OSError:
            pass
    connection.send(found)


def call(address, key, text):
    from shim.connection import Client
    connection = Client(address, authkey=key)
    connection.send(text)
    connection.close()


def fill(shared, items, lock, text):
    """Change a dict, a list and a Namespace under a lock."""
    lock.acquire()
    try:
        shared[text] = os.getpid()
        items.append(text)
    finally:
        lock.release()


def meet(barrier, items):
    barrier.wait(20)
    items.append(os.getpid())


def set_up(path, text):
    from tests.tasks import note
    note(path, '%d %s' % (os.getpid(), text))


def fail(*args):
    raise ValueError('refused')


def set_when_told(event, queue):
    event.wait(20)
    queue.put(event.is_set())


def nest(shared, items):
    shared['list'] = items
    items.append('from the child')


class Unsendable(object):
    def __reduce__(self):
        raise TypeError('stays here')


class Counter(object):
    """Shared by a manager of the tests' own."""

    def __init__(self, start=0):
        self.count = start

    def add(self, number=1):
        self.count += number
        return self.count

    def fail(self):
        raise KeyError('no such')

    def unsendable(self):
        return Unsendable()

    def _hidden(self):
        return 1

    def another(self):
        return Counter(self.count + 100)


def ignore_shutdown(path):
    """An initializer: the server does not end when asked, nor by SIGTERM."""
    import signal
    from shim import managers
    set_up(path, 'begun')
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    managers.Server.shutdown = lambda self, c: c.send(('#RETURN', None))


def double(name):
    """Double the first byte of a SharedMemory, and leave it open no longer."""
    from shim.shared_memory import SharedMemory
    shared = SharedMemory(name)
    shared.buf[1:2] = shared.buf[0:1]
    shared.close()


def make_shared(queue_path):
    from shim.shared_memory import SharedMemory
    from tests.tasks import note
    made = SharedMemory(create=True, size=10)
    made.buf[0:1] = 'm'.encode('ascii')
    note(queue_path, made.name)
    made.close()


def change(items):
    items[0] = 'changed'
    items[1] += 1
