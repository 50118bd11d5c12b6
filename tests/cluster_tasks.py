"""What the jobs of the tests of clusters do."""
import os
import threading
import time


def visit(queue, lock, event, counts, names, number):
    """Use each of a Manager's objects once."""
    event.wait(30)
    lock.acquire()
    try:
        counts['visits'] = counts.get('visits', 0) + 1
    finally:
        lock.release()
    names.append(number)
    queue.put((os.getpid(), number))
    return number


def hand_on(queue, names):
    """The proxies themselves come back, and through one another."""
    queue.put(names)
    return names


def secret_of(names):
    import shim
    return [each is not None for each in (names._authkey, shim.current_process().authkey)]


def square(number):
    time.sleep(0.002)
    return number * number


def square_or_die(number, doomed):
    if number == doomed:
        from tests.promise_tasks import die
        die('kill')
    return square(number)


started, gate = [], threading.Event()      # of step(), where it runs in the test's own process


def step(number, slow=False):
    """A tiny task that notes that it runs; a slow one (True) goes on until the gate is open."""
    started.append(number)
    if slow is True:
        gate.wait(30)
    elif slow:
        time.sleep(slow)
    return number


def open_gate():
    gate.set()


def pid_of(path):
    """Say who runs this, and go on until killed."""
    from tests.promise_tasks import noted_pid
    return noted_pid(path, 60)
