"""shim.dummy: as multiprocessing.dummy of CPython 3.15."""
import threading

from shim import dummy
from tests import support


class Dummy(support.TestCase):
    deadline = 60

    def setUp(self):
        support.needs_threads()

    def test_process(self):
        got, gate = [], threading.Event()

        def run(*args, **kwds):
            gate.wait(20)
            got.append((args, kwds, dummy.current_process().name))

        process = dummy.Process(None, run, 'named', (1,), {'a': 2})
        self.assertEqual((process.name, process.exitcode, process.is_alive()),
                         ('named', None, False))
        process.daemon = True
        process.start()
        self.assertEqual((dummy.active_children(), process.exitcode), ([process], None))
        gate.set()
        process.join(20)
        self.assertEqual((dummy.active_children(), process.exitcode), ([], 0))
        self.assertEqual(got, [((1,), {'a': 2}, 'named')])

    def test_of_another_thread(self):
        made, names = [], []

        def make():
            made.append(dummy.Process(target=int))
            names.append(dummy.current_process().name)

        thread = threading.Thread(target=make)
        thread.start()
        thread.join(20)
        self.assertEqual(names, [thread.getName()])
        self.catch((RuntimeError, AssertionError), made[0].start)
        self.assertTrue(dummy.current_process() is dummy.current_process())
        self.assertTrue(dummy.current_process().is_alive())

    def test_pipe(self):
        one, other = dummy.Pipe()
        thing = object()
        self.assertEqual((other.poll(), other.poll(0.05)), (False, False))
        timer = threading.Timer(0.1, one.send, (thing,))
        timer.start()
        self.assertEqual(other.poll(20), True)
        self.assertTrue(other.recv() is thing)
        other.send(1)
        self.assertEqual((one.poll(None), one.recv_bytes()), (True, 1))
        timer.join(20)
        self.assertTrue(one.__enter__() is one)
        one.__exit__(None, None, None)

    def test_condition(self):
        condition, seen = dummy.Condition(), []

        def wait():
            condition.acquire()
            seen.append('waits')
            seen.append(condition.wait(20))
            condition.release()

        threads = [threading.Thread(target=wait) for _each in range(3)]
        for thread in threads:
            thread.start()
        support.wait_until(lambda: seen == ['waits'] * 3)
        condition.acquire()
        condition.notify(2)
        self.assertEqual(condition.wait(0.2), False)
        self.assertEqual(seen[3:], [True] * 2)
        condition.notify_all()
        condition.release()
        for thread in threads:
            thread.join(20)
        self.assertEqual(seen[3:], [True] * 3)
        self.catch(RuntimeError, condition.notify)
        self.catch(RuntimeError, condition.wait, 0.1)
        condition = dummy.Condition(dummy.Lock())
        condition.acquire()
        self.assertEqual(condition.wait(0.05), False)
        condition.release()
        self.catch(RuntimeError, condition.wait, 0.1)
