"""Contexts, start methods and what else multiprocessing has at its top; util; dummy."""
import logging
import os
import sys

import shim
from six import b
from tests.api import helpers
from tests.api.helpers import WAIT, answer, check, raises, run
from tests.api.names import load


def context_of_name(ctx):
    check(shim.get_context(ctx.get_start_method()).get_start_method(), ctx.get_start_method())
    check(ctx.get_context() is ctx, True)
    raises(ValueError, ctx.get_context, 'no such method')
    raises(ValueError, ctx.set_start_method, 'spawn')


def context_class(ctx):
    check(isinstance(ctx, load('shim.context').BaseContext), True)


def context_errors(ctx):
    for name in ('ProcessError', 'BufferTooShort', 'TimeoutError', 'AuthenticationError'):
        check(getattr(ctx, name) is getattr(shim, name), True)


def context_cpu_count(ctx):
    check(ctx.cpu_count() == shim.cpu_count() > 0, True)


def context_logger(ctx):
    check(ctx.get_logger() is shim.get_logger(), True)


def context_reducer(ctx):
    check(hasattr(ctx.reducer, 'ForkingPickler') and hasattr(ctx.reducer, 'register'), True)


def context_hands_on(ctx):
    """What has no effect where it is not needed."""
    check((ctx.freeze_support(), ctx.allow_connection_pickling()), (None, None))


def context_executable(ctx):
    check(ctx.set_executable(sys.executable), None)
    run(ctx, helpers.nothing)


def context_preload(ctx):
    check(ctx.set_forkserver_preload(['tests.api.helpers']), None)


def context_preload_on_error(ctx):
    check(ctx.set_forkserver_preload(['__main__'], on_error='ignore'), None)
    raises(ValueError, ctx.set_forkserver_preload, [], on_error='no such word')


def start_methods():
    names = shim.get_all_start_methods()
    check(shim.get_start_method(), names[0])
    raises(RuntimeError, shim.set_start_method, names[-1])
    raises(ValueError, shim.set_start_method, 'no such method', force=True)
    shim.set_start_method(names[-1], force=True)
    check(shim.get_start_method(allow_none=True), names[-1])
    shim.set_start_method(None, True)
    check(shim.get_start_method(allow_none=True), None)


def exceptions():
    check([issubclass(kind, shim.ProcessError) for kind in (
        shim.BufferTooShort, shim.TimeoutError, shim.AuthenticationError)], [True] * 3)
    check(issubclass(shim.ProcessError, Exception), True)
    for name in ('ProcessError', 'BufferTooShort', 'TimeoutError', 'AuthenticationError'):
        check(getattr(load('shim.context'), name) is getattr(shim, name), True)


def logger():
    found = shim.get_logger()
    check(found.name, 'multiprocessing')
    handlers = list(found.handlers)
    check(shim.log_to_stderr(level=logging.ERROR) is found, True)
    check(found.level, logging.ERROR)
    found.handlers[:] = handlers


def top_level():
    """The names at the top work in the default context."""
    check(shim.cpu_count() > 0, True)
    check((shim.freeze_support(), shim.allow_connection_pickling()), (None, None))
    lock = shim.Lock()
    check((lock.acquire(), lock.acquire(block=False)), (True, False))
    one, other = shim.Pipe()
    process = shim.Process(target=helpers.tell, args=(other, helpers.square, 3))
    process.start()
    check(one.poll(WAIT), True)
    check(one.recv(), 9)
    helpers.ended(process)


def top_level_executable():
    check(shim.set_executable(sys.executable), None)


def top_level_preload():
    check(shim.set_forkserver_preload(module_names=['tests.api.helpers'], on_error='warn'), None)


def reducer_register(ctx):
    ctx.reducer.register(Special, reduce_special)
    one, other = ctx.Pipe()
    one.send(Special())
    check(other.recv(), 'reduced')


class Special(object):
    pass


def reduce_special(special):
    return str, ('reduced',)


def util_finalize():
    util = load('shim.util')
    got = []
    made = util.Finalize(None, got.append, args=('called',), exitpriority=1)
    check(made.still_active(), True)
    made()
    made()
    check((got, made.still_active()), (['called'], False))
    made = util.Finalize(None, got.append, ('never',), kwargs={}, exitpriority=1)
    made.cancel()
    made()
    check(got, ['called'])
    thing = helpers.Counter()
    util.Finalize(thing, got.append, ('collected',))
    del thing
    import gc
    gc.collect()
    check(got, ['called', 'collected'])


def util_after_fork(ctx):
    if ctx.get_start_method() != 'fork':
        return      # nobody is forked
    util = load('shim.util')
    counter = helpers.Counter()
    util.register_after_fork(counter, helpers.Counter.increment)
    check((answer(ctx, getattr, counter, 'value'), counter.value), (1, 0))


def util_logging():
    util = load('shim.util')
    handler = _Lines()
    log = util.get_logger()
    log.addHandler(handler)
    level = log.level
    log.setLevel(util.SUBDEBUG)
    util.sub_debug('%d', 1)
    util.debug('%d', 2)
    util.info('%d', 3)
    util.sub_warning('%d', 4)
    util.warn('%d', 5)
    log.setLevel(level)
    log.removeHandler(handler)
    check(handler.lines, ['1', '2', '3', '4', '5'])


class _Lines(logging.Handler):
    def __init__(self):
        logging.Handler.__init__(self)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def util_temp_dir():
    check(os.path.isdir(load('shim.util').get_temp_dir()), True)


def util_is_exiting():
    check(bool(load('shim.util').is_exiting()), False)


def util_fork_aware():
    util = load('shim.util')
    lock = util.ForkAwareThreadLock()
    check(lock.acquire(False), True)
    lock.release()
    helpers.within(lock, lambda entered: check(lock.acquire(False), False))
    local = util.ForkAwareLocal()
    local.x = 1
    check(local.x, 1)


def util_close_all_fds_except(ctx):
    check(answer(ctx, _closes_others), True)


def _closes_others():
    """In a child of its own: all but the pipe are closed there."""
    if not hasattr(os, 'fork') or shim.parent_process() is None:
        return True
    one, other = os.pipe()
    pid = os.fork()
    if not pid:
        load('shim.util').close_all_fds_except([other])
        try:
            os.fstat(one)
        except OSError:
            os.write(other, b('closed'))
        os._exit(0)
    os.waitpid(pid, 0)
    return os.read(one, 10) == b('closed')


def dummy_process():
    dummy = load('shim.dummy')
    got = []
    process = dummy.Process(target=got.append, args=(1,))
    process.start()
    process.join(WAIT)
    check((got, process.exitcode, dummy.active_children()), ([1], 0, []))
    check(dummy.current_process().name, 'MainThread')


def dummy_primitives():
    dummy = load('shim.dummy')
    made = dummy.Lock()
    check((made.acquire(), made.acquire(False)), (True, False))
    for name in ('RLock', 'Semaphore', 'BoundedSemaphore', 'Condition', 'Event'):
        getattr(dummy, name)()
    check(dummy.Barrier(1).wait(), 0)


def dummy_queue():
    dummy = load('shim.dummy')
    made = dummy.Queue()
    made.put(1)
    check(made.get(), 1)
    made = dummy.JoinableQueue()
    made.put(1)
    made.get()
    made.task_done()
    made.join()


def dummy_pipe():
    one, other = load('shim.dummy').Pipe()
    one.send(1)
    check((other.poll(), other.recv(), other.poll(0)), (True, 1, False))


def dummy_pool():
    pool = load('shim.dummy').Pool(2)
    check(pool.map(helpers.square, range(3)), [0, 1, 4])
    pool.close()
    pool.join()


def dummy_manager():
    manager = load('shim.dummy').Manager()
    check((manager.list([1]), manager.dict(a=1), manager.Value('i', 2).value,
           manager.Namespace(x=3).x, list(manager.Array('i', [1]))), ([1], {'a': 1}, 2, 3, [1]))
    manager.shutdown()
