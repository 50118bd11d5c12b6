"""A worker's place in the crew: what it holds, and how much it should get.

Tasks measured as tiny travel many at a time, a function nobody has measured yet one by one.
"""
from collections import deque

TINY = 0.001            # seconds: up to this cost tasks travel together ...
AHEAD = 0.008           # ... this much work to a worker at a time
SMALL = 0.010           # up to this cost a worker has the next one waiting
MOST = 2000             # tasks held by a worker


class Slot(object):
    """A worker and what it holds."""

    def __init__(self, worker, left):
        self.worker, self.left = worker, left   # left: how many tasks before it is replaced
        self.held, self.begun = deque(), 0      # its tasks in order; how many may have begun
        self.watched, self.writing = None, False    # what the bell knows of its channel
        self.sure = True            # the first of them has begun, if any has
        self.ready = False          # its initializer has returned
        self.leaving = False        # told to exit
        self.asked = False          # told to hand back
        # Its task was sent alone, so that its warden sleeps: should the task be slow, whatever is
        # sent behind it would wait until the warden looks.
        self.alone = False
        self.fed = 0.0              # when it last got tasks, or was asked in vain
        self.deadline = None        # when its first task must be done
        self.late = None            # the task it was killed for
        self.eof = None             # when its channel was seen to have ended
        self.gone = None            # when its process was
        self.worked = False         # it has returned a result
        self.failure = None         # what its start raised, as text

    def takes(self):
        """True if it would begin soon what it gets now."""
        if not self.ready or self.leaving or self.gone or self.eof:
            return False
        if self.held and self.alone:
            return False
        if self.asked:      # what it gets now would be taken for what it hands back
            return False
        return not self.held or 2 * len(self.held) <= ahead(self.held[-1])

    def waits(self):
        """True if it may hold what it has not begun, and was not asked to hand that back."""
        return len(self.held) > 1 and not self.asked

    def overdue(self, now):
        """True if its first task, which has a limit, should be done."""
        return self.deadline <= now

    def allows(self, task):
        """How many tasks of this kind it should get now."""
        many = ahead(task)
        if self.held:
            many = min(many, ahead(self.held[-1])) - len(self.held)
        if self.left is not None:
            many = min(many, self.left)
        return many


def ahead(task):
    """How many tasks of this kind a worker should hold: unknown and slow ones one by one."""
    cost = task.call.cost
    if cost is None or task.limit is not None or cost > SMALL:
        return 1
    if cost > TINY:
        return 2
    return min(MOST, int(AHEAD / max(cost, 1e-6)))
