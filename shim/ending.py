"""What is to be called as the program ends, before multiprocessing ends its own."""
import itertools
import os
import threading

import six

from shim import compat


def at_exit(function, priority=15):
    """Call the function when this process ends; returns what not_at_exit() takes.

    Not in a child that it forks (the backport's Finalize would).  The highest priority first; what
    has one below 0, after multiprocessing has ended the processes that are left.  In a worker of
    its own, too.
    """
    pid = os.getpid()

    def call():
        if os.getpid() == pid:
            function()

    if compat.multiprocessing is not None:
        before_threads()
        return compat.submodule('util').Finalize(None, call, exitpriority=priority)
    if not _prepared:
        _prepare()
    key = priority, six.advance_iterator(_numbers)
    _at_exit[key] = call
    return key


def before_threads():
    """Where no thread is a daemon: what ends our threads comes before all threads are waited for."""
    if not compat.DAEMONS and not _early:
        _early.append(True)
        threading._register_atexit(compat.submodule('util')._exit_function)


def not_at_exit(registered):
    """Not any more; None is nothing."""
    if registered is None:
        pass
    elif compat.multiprocessing is not None:
        registered.cancel()
    else:
        _at_exit.pop(registered, None)


def before(library, function):
    """Call the function before the exit functions of that library, which has been imported.

    concurrent.futures and the like wait for what runs, or break off, before at_exit()'s are called.
    Returns what not_before() takes.
    """
    if library not in _before:
        _before[library] = {}
        getattr(threading, '_register_atexit', _register)(_run_before, library)     # 3.9+
    key = os.getpid(), six.advance_iterator(_numbers)
    _before[library][key] = function
    return library, key


def not_before(registered):
    """Not any more."""
    _before[registered[0]].pop(registered[1], None)


def _register(function, *args):
    import atexit
    atexit.register(function, *args)


def _run_before(library):
    for pid, number in sorted(_before[library].keys()):
        function = _take(_before[library], (pid, number))
        if function is not None and pid == os.getpid():
            function()


_numbers = itertools.count(1)
_before = {}            # {library: {(pid, number): function}}

# {(priority, number): what is to be called}; pools' threads withdraw theirs while these are called.
_at_exit, _prepared, _early = {}, [], []


def _prepare():
    import atexit
    _prepared.append(True)
    atexit.register(run_at_exit)
    if compat.java_semaphore is not None:
        _watch_main()


def _take(kept, key):
    """kept.pop(key, None), one by one of all threads: Jython's looks, and then removes nothing."""
    try:
        found = kept[key]
        del kept[key]
        return found
    except KeyError:
        return None


def run_at_exit():
    """The program ends, where there is no multiprocessing; or such a child does, made by fork."""
    while _at_exit:
        for key in sorted(_at_exit.keys(), reverse=True):
            call = _take(_at_exit, key)
            if call is None:
                continue
            try:
                call()
            except Exception:
                import traceback
                traceback.print_exc()


def _watch_main():
    """Jython 2.7.3 calls no exit functions after a script that simply ends, only after sys.exit().

    So a thread that the virtual machine waits for calls them when the script has ended, and its
    threads have.  Not where Jython is a part of another program, whose main thread may end long
    before it.
    """
    from java.lang import Thread
    for main in Thread.getAllStackTraces().keySet():
        frames = main.getStackTrace()
        if frames and frames[-1].getClassName() == 'org.python.util.jython':
            break
    else:
        return

    def run():
        main.join()
        for each in threading.enumerate():
            if not each.isDaemon() and each.__class__.__name__ != '_MainThread':
                each.join()
        run_at_exit()

    keeper = Thread(run, 'shim-end')
    keeper.setDaemon(False)     # as the thread that begins it may be
    keeper.start()
