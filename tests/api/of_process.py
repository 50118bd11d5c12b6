"""Process, current_process(), active_children(), parent_process()."""
import os
import signal

import shim
from tests.api import helpers
from tests.api.helpers import SOON, WAIT, answer, check, ended, raises, run, start
from tests.api.names import load


def process_args(ctx):
    near, far = ctx.Pipe()
    process = ctx.Process(None, helpers.tell, None, (far, helpers.add, 1, 2))
    process.start()
    check(near.poll(WAIT), True)
    check(near.recv(), 3)
    ended(process)


def process_kwargs(ctx):
    process = ctx.Process(target=helpers.leave, kwargs={'code': 5})
    process.start()
    ended(process, 5)


def process_group(ctx):
    raises(AssertionError, ctx.Process, 'a group')


def process_daemon(ctx):
    check(ctx.Process(target=helpers.nothing, daemon=True).daemon, True)
    process = ctx.Process(target=helpers.nothing)
    check(process.daemon, False)
    process.daemon = True
    check(process.daemon, True)


def process_name(ctx):
    process = ctx.Process(target=helpers.nothing, name='Fred')
    check(process.name, 'Fred')
    process.name = 'Jim'
    check(process.name, 'Jim')


def process_exitcode(ctx):
    process = start(ctx, helpers.leave, 3)
    ended(process, 3)


def process_exitcode_before(ctx):
    process = ctx.Process(target=helpers.nothing)
    check((process.exitcode, process.pid, process.is_alive()), (None, None, False))


def process_exception(ctx):
    ended(start(ctx, helpers.fail_quietly), 1)


def process_is_alive(ctx):
    event = ctx.Event()
    process = start(ctx, helpers.call, event, 'wait', WAIT)
    check(process.is_alive(), True)
    event.set()
    ended(process)
    check(process.is_alive(), False)


def process_join_timeout(ctx):
    event = ctx.Event()
    process = start(ctx, helpers.call, event, 'wait', WAIT)
    check(process.join(timeout=SOON), None)
    check(process.exitcode, None)
    event.set()
    ended(process)


def process_terminate(ctx):
    process = start(ctx, helpers.nap)
    process.terminate()
    ended(process, -signal.SIGTERM)


def process_kill(ctx):
    process = start(ctx, helpers.nap)
    process.kill()
    ended(process, -signal.SIGKILL)


def process_interrupt(ctx):
    event = ctx.Event()
    process = start(ctx, helpers.until_interrupted, event)
    event.wait(WAIT)
    process.interrupt()
    ended(process, 7)


def process_sentinel(ctx):
    process = start(ctx, helpers.nothing)
    check(load('shim.connection').wait([process.sentinel], WAIT), [process.sentinel])
    ended(process)


def process_close(ctx):
    process = run(ctx, helpers.nothing)
    check(process.close(), None)
    raises(ValueError, process.is_alive)
    raises(ValueError, process.join)


def process_close_running(ctx):
    event = ctx.Event()
    process = start(ctx, helpers.call, event, 'wait', WAIT)
    raises(ValueError, process.close)
    event.set()
    ended(process)


def process_pid(ctx):
    near, far = ctx.Pipe()
    process = start(ctx, helpers.tell, far, helpers.pid)
    check(near.poll(WAIT), True)
    check((near.recv(), process.ident), (process.pid, process.pid))
    ended(process)


def process_authkey(ctx):
    process = ctx.Process(target=helpers.nothing)
    check(process.authkey, shim.current_process().authkey)
    process.authkey = helpers.KEY
    check(process.authkey, helpers.KEY)


def process_authkey_inherited(ctx):
    me = shim.current_process()
    before = me.authkey
    me.authkey = helpers.KEY
    try:
        check(answer(ctx, helpers.authkey), str(len(helpers.KEY)))
    finally:
        me.authkey = before


def process_subclass(ctx):
    process = SUBCLASSES[ctx.get_start_method()]()
    process.start()
    ended(process, 4)


def process_start_twice(ctx):
    process = run(ctx, helpers.nothing)
    raises(AssertionError, process.start)


def process_join_before(ctx):
    raises(AssertionError, ctx.Process(target=helpers.nothing).join)


def process_repr(ctx):
    process = ctx.Process(target=helpers.nothing, name='Fred')
    text = repr(process)
    if 'Fred' not in text or 'initial' not in text:
        raise AssertionError(text)


def process_nested(ctx):
    near, far = ctx.Pipe()
    process = ctx.Process(target=helpers.tell, args=(
        far, helpers.grandchild, ctx.get_start_method()))
    process.start()
    check(near.poll(WAIT), True)
    check(near.recv(), 9)
    ended(process)


def process_daemon_alone(ctx):
    check(answer(ctx, helpers.daemon_has_child, ctx.get_start_method()), 'refused')


def process_finalizers(ctx):
    near, far = ctx.Pipe()
    run(ctx, helpers.at_end, far)
    check(near.poll(WAIT), True)
    check(near.recv(), 'finalized')


def active_children(ctx):
    event = ctx.Event()
    process = start(ctx, helpers.call, event, 'wait', WAIT)
    check(process in ctx.active_children(), True)
    event.set()
    ended(process)
    check(process in ctx.active_children(), False)


def current_process(ctx):
    near, far = ctx.Pipe()
    process = ctx.Process(target=helpers.tell, name='Fred', args=(far, helpers.who))
    process.daemon = True
    process.start()
    check(near.poll(WAIT), True)
    check(near.recv(), ('Fred', True, process.pid))
    ended(process)


def parent_process(ctx):
    check(answer(ctx, helpers.parent), (os.getpid(), True))


def parent_process_of_main():
    check(shim.parent_process(), None)


def current_process_of_main():
    check((shim.current_process().name, shim.current_process().pid), ('MainProcess', os.getpid()))


def _define(method):
    """A subclass of that context's Process; children find it by its name in this module."""
    class Leaves(shim.get_context(method).Process):
        def run(self):
            helpers.leave(4)
    Leaves.__name__ = Leaves.__qualname__ = 'Leaves' + method
    globals()[Leaves.__name__] = SUBCLASSES[method] = Leaves


SUBCLASSES = {}
for _method in shim.get_all_start_methods():
    _define(_method)
