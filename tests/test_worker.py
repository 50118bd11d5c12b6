"""Worker: the two threads of a worker process, step by step, in this one."""
import os
import socket

from tests import support


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

    def test_warden_reads_tasks_and_exit(self):
        self.send((self.wire.TASKS, (0, [(1,)])), (self.wire.EXIT, None))
        self.worker.hear()
        self.assertTrue(self.worker.listen())       # it left with a task to do
        self.worker.todo.clear()
        self.assertFalse(self.worker.listen())
