"""What the processes of the tests in primitives/ do."""
import os
import signal
import sys
import time
import zlib

from six.moves import queue

from tests.tasks import note, square

Empty = queue.Empty


def leave(code=0):
    """End this process with that exit code, quietly."""
    sys.exit(code)


def release(lock):
    lock.release()


def acquire(lock, path, *args):
    note(path, '%s' % lock.acquire(*args))


def count_up(lock, path, times):
    """Add 1 to the number in a file, that many times."""
    for _each in range(times):
        lock.acquire()
        try:
            stream = open(path, 'r+')       # os.open(path, os.O_RDWR) empties it on Jython
            number = int(stream.read(20))
            stream.seek(0)
            stream.write('%d ' % (number + 1))
            stream.close()
        finally:
            lock.release()


def hold(path, *locks):
    """Take them all, and keep them until killed."""
    for lock in locks:
        lock.acquire()
    note(path, 'held')
    time.sleep(60)


def be_used(lock, path, go):
    """Take a lock twice, when that file is there."""
    note(path, '%d' % os.getpid())
    while not os.path.exists(go):
        time.sleep(0.01)
    note(path, '%s %s' % (lock.acquire(True, 5), lock.acquire(True, 0)))


def be_woken(condition, path, timeout=30):
    condition.acquire()
    try:
        note(path, 'waits')
        note(path, 'woken %s' % condition.wait(timeout))
    finally:
        condition.release()


def wait_for_word(condition, path, word):
    """Wait until that word is in the file."""
    condition.acquire()
    try:
        note(path, 'found %s' % condition.wait_for(lambda: word in open(path).read(), 30))
    finally:
        condition.release()


def wait_event(event, path, timeout=30):
    note(path, 'waits')
    note(path, 'event %s' % event.wait(timeout))


def meet(barrier, path, times):
    for _each in range(times):
        note(path, '%d' % barrier.wait(30))


def meet_in_vain(barrier, path):
    note(path, 'waits')
    try:
        barrier.wait(30)
    except RuntimeError:
        note(path, sys.exc_info()[1].__class__.__name__)


def set_up(*primitives):
    """Initializer of a pool."""
    STATE[:] = primitives


STATE = []


def work_with_state(number):
    """A task: count under the pool's lock, and put the result into its queue."""
    lock, path, results = STATE
    count_up(lock, path, number)
    results.put(square(number))
    return number


# ---- queues

def message(source, number):
    """A message whose content tells whether it is whole: one of seven is longer than a pipe takes."""
    size = [10, 300, 990, 1100, 5000, 40, 70000 + number % 7][number % 7]
    content = ('%d.%d-' % (source, number)) * size
    return source, number, content[:size], zlib.crc32(content[:size].encode('ascii'))


def check(source, number, content, sum):
    return zlib.crc32(content.encode('ascii')) == sum and message(source, number)[2] == content


def produce(messages, source, count):
    for number in range(count):
        messages.put(message(source, number))


def produce_for_ever(messages, source, path):
    number = 0
    note(path, 'begun')
    while True:
        messages.put(message(source, number))
        number += 1


def consume(messages, path):
    """Note what comes, until it is None."""
    while True:
        got = messages.get()
        if got is None:
            note(path, 'end')
            return
        note(path, '%d %d %s' % (got[0], got[1], check(*got)))


def echo(messages, results):
    while True:
        got = messages.get()
        if got is None:
            return
        results.put(got)


def work_off(messages, path):
    while True:
        number = messages.get()
        time.sleep(0.01)
        note(path, number)
        messages.task_done()
        if number is None:
            return


def put(messages, *items):
    for item in items:
        messages.put(item)


def put_and_note(messages, path, count):
    """Note each number, then put it."""
    for number in range(count):
        note(path, number)
        messages.put(number)


def put_and_die(messages, *items):
    """Put, and end without a last word once it is out."""
    put(messages, *items)
    messages.close()
    messages.join_thread()
    os.kill(os.getpid(), signal.SIGKILL)


class Unpicklable(object):
    """Refuses to travel."""

    def __reduce__(self):
        raise ValueError('stays here')


# ---- values

def add(value, times):
    for _each in range(times):
        value.acquire()
        try:
            value.value += 1
        finally:
            value.release()


def fill(array, start):
    for index in range(len(array)):
        array[index] = start + index


def change_record(record):
    record.x, record.y = 7, 2.5


def touch(made):
    """Use a lock, or the like."""
    if hasattr(made, 'parties'):
        made.wait(20)
    elif hasattr(made, 'is_set'):
        made.set()
    else:
        made.acquire()
        made.release()


def double(numbers):
    """Of an array of any kind."""
    for index in range(len(numbers)):
        numbers[index] = numbers[index] * 2
