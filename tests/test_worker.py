"""Worker: the two threads of a worker process, step by step, in this one."""
import os
import socket

from tests import support


PIPE = []           # its end that can be written


def fork():
    os.fork()


def tell():
    os.write(PIPE[0], support.b('%d.' % os.getpid()))


class Races(support.TestCase):
    """What the main thread and the warden do to each other, in the order that went wrong."""

    deadline = 10

    def setUp(self):
        support.TestCase.setUp(self)
        try:
            self.near, far = socket.socketpair()
        except (AttributeError, OSError):       # Jython; Pyodide
            support.skip('no socketpair here')
        from shim import wire, worker
        self.wire = wire
        self.worker = worker.Worker(far, os.getppid())

    def send(self, *frames):
        for kind, body in frames:
            self.near.sendall(support.b('').join(self.wire.frame(kind, body)))

    def test_warden_reads_tasks_before_main_listens(self):
        # The main thread saw an empty `todo`; then the warden read the tasks that it waits for.
        self.send((self.wire.TASKS, (0, [(1,)])))
        self.worker.hear()
        self.assertEqual(len(self.worker.todo), 1)
        self.assertTrue(self.worker.listen())       # it waited for ever
        self.assertEqual(len(self.worker.todo), 1)

    def test_child_of_a_task_comes_back(self):
        # It ran what was begun together with that task, too: then it waited for a lock that had
        # been the warden's at the fork.
        support.needs_fork()
        from shim import outcome, pickling, worker
        group, worker.GROUP = worker.GROUP, 10      # however slow this machine is
        try:
            pid, served = os.getpid(), self.worker
            served.todo.extend([(outcome.ONE, pickling.dumps((function, (), {}), 'a task'))
                                for function in (fork, tell, tell)])
            served.io.acquire()
            reader, writer = os.pipe()
            PIPE[:] = [writer]
            served.begin(3, 3)
            if os.getpid() != pid:      # it should not have come here
                served.speak(0)
                os._exit(0)
            self.assertTrue(support.wait_until(lambda: os.waitpid(-1, os.WNOHANG)[0], 5))
            self.assertEqual(os.read(reader, 100), support.b('%d.%d.' % (pid, pid)))
        finally:
            worker.GROUP = group

    def test_warden_reads_tasks_and_exit(self):
        self.send((self.wire.TASKS, (0, [(1,)])), (self.wire.EXIT, None))
        self.worker.hear()
        self.assertTrue(self.worker.listen())       # it left with a task to do
        self.worker.todo.clear()
        self.assertFalse(self.worker.listen())

    def test_warden_speaks_after_the_last_task(self):
        # It announces one more task, in case; there was none, and what was sent next was taken for
        # begun: lost, not run again, if the worker died before.
        self.worker.done.append(((3,),))
        self.worker.spoke -= 60
        self.worker.attend()
        self.assertTrue(self.worker.speak(0))
        self.near.settimeout(5)
        frames = self.wire.Inbox().feed(self.near.recv(1 << 16))
        self.assertEqual([kind for kind, _body in frames],
                         [self.wire.RESULTS, self.wire.BEGUN, self.wire.BEGUN])
        self.assertEqual([body for _kind, body in frames][1:], [1, 0])
