"""What CPython 3.15's multiprocessing has and does, this interpreter has and does: tests/api asks.

On the default context; tools/api_doc.py asks on all, and on all interpreters.
"""
import sys

import shim
from tests import support
from tests.api import names, reasons, run
from tests.api.run import ONCE


class TestApi(support.TestCase):
    deadline = 400
    alarm = False       # the probes' own

    def setUp(self):
        self.key = reasons.here()

    def judge(self, context, answers):
        """What does not work is excused or known to be missing; what is known is missing still."""
        bad = [name for name in answers if answers[name] and reasons.find(
            reasons.REASONS, name, self.key, context) is None]
        unknown = ['%s: %s' % (name, answers[name]) for name in bad if reasons.find(
            reasons.EXPECTED_GAPS, name, self.key, context) is None]
        unknown.sort()
        self.assertEqual(unknown, [], 'does not work on %s, context %s:\n%s' % (
            self.key, context, '\n'.join(unknown)))
        for entry in reasons.EXPECTED_GAPS:
            asked = [name for name in answers if reasons.applies(entry, name, self.key, context)]
            if asked and not [name for name in asked if name in bad]:
                self.fail('works on %s, context %s: take it out of EXPECTED_GAPS: %r' % (
                    self.key, context, entry))

    def test_names(self):
        self.judge(ONCE, names.check())

    def test_context(self):
        for method in shim.get_all_start_methods():
            self.judge(method, names.check_context(shim.get_context(method)))

    def test_probes_of_no_context(self):
        self.judge(ONCE, run.ask(ONCE))

    def test_probes(self):
        method = shim.get_all_start_methods()[0]
        if sys.platform.startswith('java'):
            method = 'thread'   # a process there takes seconds to start
        self.judge(method, run.ask(method))

    def test_there_are_probes(self):
        """Of an API without probes all would work."""
        self.assertTrue(len(names.read()) > 400)
        self.assertTrue(len(run.probes(ONCE)) > 30 and len(run.probes('fork')) > 140)


class TestComparison(support.TestCase):
    """What names.lacks() finds."""

    def check(self, wanted, found, missing):
        self.assertEqual(names.lacks(wanted, found), missing)

    def test_same(self):
        self.check(['a', 'b=', '*', 'c='], ['a', 'b=', '*', 'c='], [])

    def test_more(self):
        self.check(['a'], ['a', 'b=', '*rest', '**more'], [])

    def test_anything(self):
        self.check(['a', '*', 'b='], ['*args', '**kwds'], [])

    def test_other_place(self):
        self.check(['a', 'b='], ['b', 'a'], ['a', 'b'])

    def test_keyword_by_position(self):
        self.check(['a', '*', 'b='], ['a', 'b='], [])

    def test_missing(self):
        self.check(['a', '*', 'b='], ['a'], ['b'])
        self.check(['*args', '**kwds'], ['a'], ['*args', '**kwds'])
        self.check(['a'], ['*args'], ['a'])

    def test_parameters(self):
        self.assertEqual(names.parameters(takes), ['a', 'b=', '*c', '**d'])
        self.assertEqual(names.parameters(Takes), ['a'])
        self.assertEqual(names.parameters(Takes.method), ['b='])
        self.assertEqual(names.parameters(Takes(1).method), ['b='])

    def test_compare(self):
        self.assertEqual(names.compare('x', ['a'], lambda name: Takes), None)
        self.assertTrue('takes no c' in names.compare('x', ['c'], lambda name: Takes))
        self.assertTrue('called' in names.compare('x', [], lambda name: 3))
        self.assertTrue(names.compare('x', None, lambda name: Takes.x).startswith(names.ABSENT))


class TestSupervision(support.TestCase):
    """A probe that hangs or crashes is noted, and the next one is asked."""

    def test_all(self):
        support.needs_processes()
        answers = run.ask(ONCE, ['samples'], limit=1)
        self.assertEqual(answers.pop('samples.a_works'), None)
        self.assertTrue('exit status 3' in answers.pop('samples.b_crashes'))
        self.assertTrue(answers.pop('samples.c_hangs').startswith('Late'))
        self.assertTrue(answers.pop('samples.d_hangs_beyond').startswith('hung'))
        self.assertEqual(answers, {'samples.e_raises': 'IndexError: list index out of range'
                                   ' (line 30)', 'samples.f_works': None})


def takes(a, b=1, *c, **d):
    pass


class Takes(object):
    def __init__(self, a):
        pass

    def method(self, b=1):
        pass
