"""No task waits behind another while a worker is idle, and nothing finished waits at all."""
import os
import shutil
import tempfile

from tests import tasks
from tests.contract import assemble
from tests.support import CONCURRENT_VARIANTS, PACE, Elapsed, each_engine, wait_until

SLOW = 0.6      # seconds; the others must be there in half of it
NAP = SLOW * PACE
HALF = 1000 // PACE     # the number of tiny tasks before it, and after it
MANY = 20000


class ManyTasks(object):

    def test_many_tiny_ones(self):
        pool, many = self.pool, MANY
        results = [pool.apply_async(tasks.identity, (i,)) for i in range(many)]
        values = [result.get() for result in results]
        self.assertEqual([(i, values[i]) for i in range(many) if values[i] != i][:9], [])

    def test_many_by_imap(self):
        values = list(self.pool.imap_unordered(tasks.identity, iter(range(MANY))))
        values.sort()
        self.assertEqual([(i, values[i]) for i in range(MANY) if values[i] != i][:9], [])
        self.assertEqual(len(values), MANY)

    def test_all_kinds_at_once(self):
        pool = self.pool
        many = pool.map_async(tasks.square, range(300), 7)
        ordered = pool.imap(tasks.square, iter(range(300)))
        single = [pool.apply_async(tasks.square, (i,)) for i in range(300)]
        unordered = pool.imap_unordered(tasks.square, range(300), 3)
        squares = [i * i for i in range(300)]
        self.assertEqual(sorted(unordered), squares)
        self.assertEqual([result.get() for result in single], squares)
        self.assertEqual(list(ordered), squares)
        self.assertEqual(many.get(), squares)

    def test_callbacks_of_many(self):
        calls = []
        results = [self.pool.apply_async(tasks.identity, (i,), callback=calls.append)
                   for i in range(MANY // 10)]
        for result in results:
            result.wait()
        self.assertEqual(sorted(calls), list(range(MANY // 10)))

    def test_submitting_from_many_threads(self):
        pool, answers = self.pool, []

        def submit():
            results = [pool.apply_async(tasks.identity, (i,)) for i in range(many)]
            answers.append(sum([result.get() for result in results]))
        many = MANY // 40
        self.run_threads([submit] * 4)
        self.assertEqual(answers, [sum(range(many))] * 4)

    def test_reading_one_iterator_from_many_threads(self):
        many = MANY // 20
        results, values = self.pool.imap(tasks.identity, iter(range(many))), []

        def read():
            for value in results:
                values.append(value)
        self.run_threads([read] * 3)
        self.assertEqual(sorted(values), list(range(many)))


class Waiting(object):
    """Two workers, and tasks of which one is slow."""

    def setUp(self):
        super(Waiting, self).setUp()
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.path = os.path.join(self.folder, 'event')

    def known(self, function, argument):
        """Let the pool learn that this function is tiny, so that it makes batches of it."""
        for result in [self.pool.apply_async(function, (argument,)) for _ in range(300)]:
            result.get()

    def test_an_event_set_by_a_later_task(self):
        waiter = self.pool.apply_async(tasks.flow, ('wait', self.path))
        setter = self.pool.apply_async(tasks.flow, ('touch', self.path))
        self.assertEqual(waiter.get(30), 'wait')
        self.assertEqual(setter.get(30), 'touch')

    def test_an_event_set_by_a_later_task_amid_tiny_ones(self):
        self.known(tasks.flow, 'nothing')
        kinds = [('nothing',)] * 500 + [('wait', self.path)] + [('nothing',)] * 500
        kinds += [('touch', self.path)] + [('nothing',)] * 100
        results = [self.pool.apply_async(tasks.flow, kind) for kind in kinds]
        self.assertEqual([result.get(30) for result in results], [kind[0] for kind in kinds])

    def test_an_event_set_by_a_later_item(self):
        self.known(tasks.flow, 'nothing')
        kinds = ['nothing'] * 100 + [self.path + ' wait'] + ['nothing'] * 100
        kinds += [self.path + ' touch'] + ['nothing'] * 100
        expected = [kind.split()[-1] for kind in kinds]
        self.assertEqual(list(self.pool.imap(tasks.flow_of_text, kinds)), expected)
        os.remove(self.path)
        self.assertEqual(self.pool.map(tasks.flow_of_text, kinds, 1), expected)
        os.remove(self.path)
        self.assertEqual(sorted(self.pool.imap_unordered(tasks.flow_of_text, iter(kinds))),
                         sorted(expected))

    def fastest(self, measure, enough=SLOW / 2):
        """The best of twenty: the machine may have been busy, while a toy, whose tiny tasks wait
        for the slow one, needs its whole nap each time."""
        assemble(self.pool)
        best = None
        for _ in range(20):
            seconds = measure()
            if best is None or seconds < best:
                best = seconds
            if best < enough:
                break
        return best

    def test_slow_one_amid_tiny_calls(self):
        self.known(tasks.nap, 0)
        pool = self.pool

        def measure():
            clock = Elapsed()
            others = [pool.apply_async(tasks.nap, (0,)) for _ in range(HALF)]
            slow = pool.apply_async(tasks.nap, (NAP, 'slow'))
            others += [pool.apply_async(tasks.nap, (0,)) for _ in range(HALF - 1)]
            for result in others:
                result.get()
            seconds = clock.seconds
            self.assertEqual(slow.get(), 'slow')
            return seconds
        best = self.fastest(measure)
        self.assertTrue(best < SLOW / 2, best)

    def test_slow_one_amid_tiny_items(self):
        self.known(tasks.nap_and_return, 0)
        pool = self.pool

        def measure():
            clock = Elapsed()
            results = pool.imap_unordered(tasks.nap_and_return, [0] * HALF + [NAP] + [0] * (HALF - 1))
            early = [results.next() for _ in range(2 * HALF - 1)]
            seconds = clock.seconds
            self.assertEqual(sorted(early + list(results)), [0] * (2 * HALF - 1) + [NAP])
            if NAP in early:        # the machine was so busy
                seconds = SLOW
            return seconds
        best = self.fastest(measure)
        self.assertTrue(best < SLOW / 2, best)

    def test_first_is_slow_and_the_second_fast(self):
        # Of an unknown function nothing may be batched behind a task that runs.
        pool = self.Pool(2)
        assemble(pool)
        slow = pool.apply_async(tasks.nap, (1,))
        clock = Elapsed()
        for _ in range(20):
            pool.apply(tasks.nap, (0,))
        self.assertTrue(clock.seconds < 0.8, clock.seconds)
        self.assertFalse(slow.ready())

    def test_finished_results_do_not_wait_for_the_batch(self):
        # One worker, a batch: what is done before the slow one began is there at once.
        pool = self.Pool(1)
        for _ in range(300):
            pool.apply(tasks.nap, (0,))
        early = [pool.apply_async(tasks.nap, (0, i)) for i in range(50)]
        slow = pool.apply_async(tasks.nap, (1,))
        clock = Elapsed()
        self.assertEqual([result.get() for result in early], list(range(50)))
        self.assertTrue(clock.seconds < 0.7, clock.seconds)
        self.assertFalse(slow.ready())

    def test_idle_worker_takes_over(self):
        # Twenty naps that look tiny at first: shared by both workers, not kept by one.
        self.known(tasks.nap, 0)
        pool = self.pool

        def measure():
            clock = Elapsed()
            pool.map(tasks.nap, [0.03] * 20, 1)
            return clock.seconds
        best = self.fastest(measure, 0.5)       # alone it would be 0.6 s
        self.assertTrue(best < 0.5, best)

    def test_callback_is_prompt(self):
        calls = []
        slow = self.pool.apply_async(tasks.nap, (0.4,))
        self.pool.apply_async(tasks.square, (3,), callback=calls.append)
        self.assertTrue(wait_until(lambda: calls, 10))
        self.assertFalse(slow.ready())
        slow.get()


each_engine(globals(), ManyTasks)
each_engine(globals(), Waiting, variants=CONCURRENT_VARIANTS)
