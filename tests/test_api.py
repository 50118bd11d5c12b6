"""What CPython 3.15's multiprocessing has and does, this interpreter has and does: tests/api asks.

On the default context and on threads; tools/api_doc.py asks on all, and on all interpreters.
"""
import os
import re
import sys

import shim
from tests import support
from tests.api import names, reasons, run
from tests.api.run import ONCE


class TestApi(support.TestCase):
    deadline = 400
    alarm = False       # the probes' own

    def test_all(self):
        """What does not work is excused, or known to be missing; what is known is missing still."""
        key, unknown, known = reasons.here(), [], []
        for context, answers in self.ask():
            for name in answers:
                if answers[name] and reasons.find(reasons.REASONS, name, key, context) is None:
                    number = reasons.find(reasons.EXPECTED_GAPS, name, key, context)
                    known.append(number)
                    if number is None:
                        unknown.append('%s, on %s: %s' % (name, context, answers[name]))
        unknown.sort()
        self.assertEqual(unknown, [], 'does not work on %s:\n%s' % (key, '\n'.join(unknown)))
        stale = [entry for number, entry in enumerate(reasons.EXPECTED_GAPS)
                 if number not in known and reasons.matches(entry[1], key)]
        self.assertEqual(stale, [], 'works on %s, take it out of EXPECTED_GAPS:\n%s' % (
            key, '\n'.join([repr(entry) for entry in stale])))

    def ask(self):
        """Yield (context, answers)."""
        yield ONCE, names.check()
        yield ONCE, run.ask(ONCE)
        methods = shim.get_all_start_methods()
        for method in methods:
            yield method, names.check_context(shim.get_context(method))
        method = methods[0]
        if sys.platform.startswith('java'):
            method = 'thread'   # a process there takes seconds to start
        yield method, run.ask(method)
        if method != 'thread' and support.THREADS:
            yield 'thread', run.ask('thread')

    def test_there_are_probes(self):
        """Of an API without probes all would work."""
        self.assertTrue(len(names.read()) > 400)
        self.assertTrue(len(run.probes(ONCE)) > 30 and len(run.probes('fork')) > 140)


class TestLists(support.TestCase):
    def test_reasons(self):
        for kind, why, patterns, keys, contexts in reasons.REASONS:
            self.assertTrue(kind in (reasons.FACILITY, reasons.SYNTAX, reasons.BUG), why)
            self.assertEqual(kind == reasons.BUG, bool(re.search(r'(gh-|#|bpo-)\d+', why)), why)

    def test_every_entry_is_of_something(self):
        """A probe that has another name now is not excused for ever."""
        known = [name for name, params in names.read()]
        known += ['ctx.' + name.split('.', 2)[2] for name in known if name.count('.') > 1]
        for context in (ONCE, 'fork'):
            known += [name for name, function in run.probes(context)]
        for entry in reasons.REASONS + reasons.EXPECTED_GAPS:
            for pattern in entry[-3].split('|'):
                self.assertTrue([name for name in known if reasons.matches(pattern, name)], pattern)

    def test_names_of_today(self):
        if reasons.here() != '3.15':
            support.skip('names.txt is what CPython 3.15 says')
        stream = open(os.path.join(names.HERE, 'names.txt'))
        try:
            self.assertEqual(stream.read().splitlines(), names.listing())
        finally:
            stream.close()


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
        # A JVM calls signal handlers in a thread of its own.
        late = ['Late', 'hung'][sys.platform.startswith('java')]
        hangs = answers.pop('samples.c_hangs')
        self.assertTrue(hangs.startswith(late), hangs)
        self.assertTrue(answers.pop('samples.d_hangs_beyond').startswith('hung'))
        self.assertEqual(answers, {'samples.e_raises': 'IndexError: beyond the end (line 30)',
                                   'samples.f_works': None})


def takes(a, b=1, *c, **d):
    pass


class Takes(object):
    def __init__(self, a):
        pass

    def method(self, b=1):
        pass
