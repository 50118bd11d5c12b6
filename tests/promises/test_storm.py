"""Promises 1 and 3: many workers die at random, and no task runs twice."""
import random
import sys
import threading
import time

import shim
from shim.context import CLUSTERS
from tests import promise_tasks as tasks
from tests.promises import LONG, Promise, kill, lines
from tests.support import PACE, VARIANTS, each_engine, told, wait_until

WORKERS = 8
EMPTY, SHORT, SLOW = 0, 0.001, 0.05

# {variant: (kills, part of the tasks, mean seconds between two kills)}: an interpreter needs time
# to start, and workers that die before they have are another promise (6).
SIZES = {'fork': (200, 1, 0.04), 'fork_tcp': (50, 4, 0.04),
         'subprocess': (50, 2, 0.15), 'subprocess_tcp': (20, 4, 0.12),
         'spawn': (20, 4, 0.15), 'forkserver': (20, 4, 0.12), 'pp': (10, 4, 0.4),
         'pp_server': (10, 4, 0.4), 'ampoule': (10, 4, 0.4), 'ampoule_remote': (10, 4, 0.4)}


class Killer(threading.Thread):
    """Kills so many workers of the pool, whatever they do, `pause` seconds apart on average."""

    def __init__(self, pool, kills, pause):
        threading.Thread.__init__(self)
        self.pool, self.kills, self.pause = pool, kills, pause
        self.killed = []
        self.given_up = False

    def run(self):
        while len(self.killed) < self.kills and not self.given_up:
            time.sleep(random.uniform(0, 2 * self.pause))
            # Those that have not begun to work are promise 6: too many of them break the pool.
            workers = [slot.worker.process for slot in list(self.pool._engine.slots) if slot.ready]
            pid = workers and random.choice(workers).pid
            if pid:
                # Before the kill: the loss may be reported before this thread runs again.
                self.killed.append(pid)
                if not kill(pid):
                    self.killed.pop()


class Storm(Promise):
    """10,000 empty, 9,000 short and 1,000 slow tasks while 200 workers are killed."""

    promise = 1
    deadline = 170

    def test_storm(self):
        kills, part, pause = SIZES[LONG and self.engine or self.variant]
        if PACE > 1:        # each start takes all cores for seconds
            kills, part, pause = kills // 5, 4, PACE * pause
        seconds = [EMPTY] * (10000 // part) + [SHORT] * (9000 // part) + [SLOW] * (1000 // part)
        random.shuffle(seconds)
        pool, path = self.Pool(WORKERS), self.scratch()
        killer = Killer(pool, kills, pause)
        killer.start()
        lost = []
        try:
            # In waves, so that at the end of each some workers are idle.
            for first in range(0, len(seconds), 500):
                self.wave(pool, path, range(first, min(first + 500, len(seconds))), seconds, lost)
            killer.join(60)
        finally:
            killer.given_up = True
            killer.join()
        self.assertEqual(len(killer.killed), kills)

        ran = [int(line) for line in lines(path)]
        self.assertEqual(len(ran), len(set(ran)), 'a task ran twice')
        answered = set(range(len(seconds))) - set([n for n, error in lost])
        self.assertEqual(answered - set(ran), set(), 'answered, but never run')
        for n, error in lost:
            self.assertIn(error.pid, killer.killed)
            self.assertEqual(error.exitcode, told(self.engine, -9), error)
            self.assertIn(error.started, (True, None))
        slow = [error.pid for n, error in lost if seconds[n] == SLOW]
        self.assertLessEqual(len(slow), kills)
        self.assertEqual(pool.map(tasks.square, range(1000)), [n * n for n in range(1000)])
        self.assertTrue(wait_until(lambda: len(self.pids(pool)) == WORKERS, 20))

    def wave(self, pool, path, idents, seconds, lost):
        results = [(n, pool.apply_async(tasks.noted, (path, n, seconds[n]))) for n in idents]
        for n, result in results:
            try:
                self.assertEqual(result.get(60), n)
            except shim.WorkerLostError:
                lost.append((n, sys.exc_info()[1]))


# Of those of a scheduler one is killed in tests/test_clusters.py.
each_engine(globals(), Storm, variants=[each for each in VARIANTS if each not in CLUSTERS])
