"""Calls: what the tasks of a function have in common, got by many threads at once."""
import sys
import threading
import types

from shim import outcome, wire
from shim.engines import base
from shim.engines.remote import Remote
from tests import support

COUNT = 250             # functions; of so many an engine remembers what they cost


def many_functions():
    """A module of functions that are pickled by their names."""
    module = sys.modules['tests.many_functions'] = types.ModuleType('tests.many_functions')
    for number in range(COUNT):
        support.six.exec_('def f%d():\n    return %d\n' % (number, number), module.__dict__)
    return [getattr(module, 'f%d' % number) for number in range(COUNT)]


class Keys(support.TestCase):

    def test_each_function_has_its_own(self):
        # Two threads that got calls at the same time got the same key: a worker that knew the one
        # function took it for the other (seen on 2.7).
        support.needs_threads()
        functions, threads = many_functions(), 4
        self.addCleanup(lambda: sys.modules.pop('tests.many_functions'))
        often, value, usual = getattr(sys, 'setswitchinterval', None), 1e-6, 0.005
        if often is None:
            often, value, usual = getattr(sys, 'setcheckinterval', int), 1, 100
        often(value)
        try:
            for _round in range(20):
                engine, begun = base.Engine(1), []

                def get(first):
                    begun.append(first)
                    while len(begun) < threads:     # an Event of 2.x polls
                        pass
                    for function in functions[first::threads]:
                        engine.call(function, outcome.ONE)
                others = [threading.Thread(target=get, args=(first,)) for first in range(threads)]
                for each in others:
                    each.start()
                for each in others:
                    each.join()
                self.assertEqual(len(self.keys(engine, functions)), COUNT)
        finally:
            often(usual)

    def keys(self, engine, functions):
        """{key: function's pickle}, as a worker hears it that gets a task of each."""
        remote = Remote()
        for function in functions:
            call = engine.call(function, outcome.ONE)
            remote.send(call, [base.Task(call, (), None, 0)])
        return dict([(body[0], body[2]) for kind, body in wire.Inbox().feed(remote._outbox.take())
                     if kind == wire.CALL])
