"""What is called as the program ends, where there is no multiprocessing that does it."""
import sys
import threading

from shim import compat, ending
from tests import support

ROUNDS = 300
TOGETHER = 50


class Endings(support.TestCase):
    def setUp(self):
        self.kept = compat.multiprocessing, ending._prepared, ending._at_exit
        compat.multiprocessing, ending._prepared = None, [True]
        ending._at_exit = type(ending._at_exit)()

    def tearDown(self):
        compat.multiprocessing, ending._prepared, ending._at_exit = self.kept

    def test_each_once_the_last_first(self):
        called = []

        def one():
            called.append(1)
            ending.at_exit(two)

        def two():
            called.append(2)

        for _number in range(9):
            ending.at_exit(two)
        ending.at_exit(one)
        ending.not_at_exit(ending.at_exit(one))
        ending.not_at_exit(None)
        ending.run_at_exit()
        self.assertEqual(called, [1] + [2] * 10)
        ending.run_at_exit()
        self.assertEqual(called, [1] + [2] * 10)

    def test_withdrawn_while_they_run(self):
        """By the threads of pools that end by themselves just then."""
        support.needs_threads()
        errors, called = [], []

        def note():
            called.append(1)

        def withdraw(those):
            try:
                for each in those:
                    ending.not_at_exit(each)
            except Exception:
                errors.append(sys.exc_info()[1])

        for _round in range(ROUNDS):
            those = [ending.at_exit(note) for _number in range(TOGETHER)]
            other = threading.Thread(target=withdraw, args=(those,))
            other.start()
            try:
                ending.run_at_exit()
            finally:
                other.join()
        self.assertEqual(errors, [])
        self.assertEqual(len(ending._at_exit), 0)
