"""What workers of another interpreter run: importable on each of them."""
import os
import signal
import sys
import time


class Mishap(Exception):
    def __init__(self, what, number):
        Exception.__init__(self, what, number)
        self.number = number


class Value(object):
    def __init__(self, content):
        self.content = content


def identity(value):
    return value


def content(value):
    return value.content


def square(number):
    return number * number


def type_name(value):
    return type(value).__name__


def keywords(**kwds):
    names = list(kwds)
    names.sort()
    return [(name, kwds[name]) for name in names]


def asked():
    from shim.engines import interpreter
    return interpreter.mine()


def paths():
    return [os.path.abspath(entry) for entry in sys.path], os.getcwd(), sys.argv


def fail(what):
    raise ValueError(what)


def mishap(number):
    raise Mishap('a mishap', number)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def nap(seconds, value=None):
    time.sleep(seconds)
    return value


def write_and_nap(path, seconds):
    write(path)
    for _each in range(int(seconds * 100)):     # a signal just before a long sleep is heard after it
        time.sleep(0.01)


def write(path, text='x'):
    stream = open(path, 'w')
    stream.write(text)
    stream.close()


def leave(code):
    sys.exit(code)


shared = []


def share(*things):
    shared[:] = things


def count(number):
    """Add to what is shared: a Value under a Lock, a Queue."""
    lock, total, queue = shared
    lock.acquire()
    total.value += number
    lock.release()
    queue.put([number, 'done'])
