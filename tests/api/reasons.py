"""What can't be had of the API, where, and why; and what is still missing.

A REASON is one of three kinds: the platform has no such FACILITY, the language no such SYNTAX, or
a BUG upstream, by its number.  Everything else that does not work is a gap, to be filled:
EXPECTED_GAPS are those that are known.  An entry says of which names (as in names.txt, 'ctx.Lock'
for what a context has, 'of_queues.queue_full' for a probe), on which interpreters ('2.7',
'pypy3.9', '2.4 +pp') and contexts ('-' for what has none); several patterns are separated by `|`.
"""
import sys
from fnmatch import fnmatchcase

FACILITY, SYNTAX, BUG = 'no such OS facility', 'no such syntax', 'an upstream bug'

# (kind, why, names, interpreters, contexts)
REASONS = [
    (FACILITY, 'a thread can not be ended or interrupted from outside',
     'of_process.process_terminate|of_process.process_kill|of_process.process_interrupt'
     '|of_futures.executor_terminate_workers|of_futures.executor_kill_workers', '*', 'thread'),
    (FACILITY, 'threads are all of one process: with one pid, parent, name, key and end',
     'of_process.current_process|of_process.parent_process|of_process.process_daemon_alone'
     '|of_process.process_finalizers|of_pool.pool_maxtasksperchild'
     '|of_futures.executor_max_tasks_per_child', '*', 'thread|serial'),
    (FACILITY, 'sub-interpreters are all of one process, with one pid; none can fork, or have daemon'
     ' threads, or be ended from outside', 'of_context.util_close_all_fds_except'
     '|of_futures.executor_max_tasks_per_child|of_managers.manager_server'
     '|of_pool.pool_maxtasksperchild|of_process.process_interrupt|of_process.process_kill'
     '|of_process.process_terminate', '*', 'interpreter'),
    (FACILITY, 'the caller does it all, one thing after the other: nobody waits meanwhile, and'
     ' nothing can be late, alive or ended', '|'.join((
         'of_connection.connection_through_pipe', 'of_connection.listener_authkey',
         'of_connection.listener_wrong_authkey', 'of_futures.executor_cancel_futures',
         'of_futures.executor_kill_workers', 'of_futures.executor_terminate_workers',
         'of_managers.manager_barrier', 'of_managers.manager_condition',
         'of_managers.manager_server', 'of_pool.pool_timeouts', 'of_process.active_children',
         'of_process.process_close_running', 'of_process.process_interrupt',
         'of_process.process_is_alive', 'of_process.process_join_timeout',
         'of_process.process_kill', 'of_process.process_terminate', 'of_synchronize.barrier',
         'of_synchronize.condition_notify_all', 'of_synchronize.condition_wait',
         'of_synchronize.event_to_child', 'of_synchronize.rlock_in_child')), '*', 'serial'),
    (FACILITY, 'WebAssembly has no threads, processes or sockets',
     'of_context.dummy_pool|of_context.dummy_process|of_connection.listener_*'
     '|of_connection.wait_*|of_futures.executor_of_threads|of_managers.*|of_pool.thread_pool',
     'pyodide*', '*'),
    (FACILITY, 'WebAssembly has no memory, files or FIFOs for many processes: what is made without a'
     ' context is made of them', 'managers.SharedMemoryManager|of_memory.shareable_list_named|of_memory.shared_memory'
     '|of_memory.shared_memory_manager|of_memory.shared_memory_manager_with'
     '|of_memory.sharedctypes_context|of_memory.sharedctypes_copy'
     '|of_memory.sharedctypes_synchronized|of_queues.queue_class|of_queues.simple_queue_class'
     '|of_synchronize.barrier_class|of_synchronize.lock_class',
     'pyodide*', '*'),
    (FACILITY, 'a Java virtual machine can not be forked', 'context.Fork*', 'jython*', '*'),
    (FACILITY, 'a Java virtual machine has no memory, locked files or FIFOs for many processes',
     'managers.SharedMemoryManager|shared_memory.*|of_context.top_level|of_memory.shareable_list'
     '|of_memory.shareable_list_named|of_memory.shared_memory*|of_memory.sharedctypes_*'
     '|of_queues.queue_class|of_queues.simple_queue_class|of_synchronize.barrier_class'
     '|of_synchronize.lock_class', 'jython*', '*'),
    (FACILITY, 'a Java virtual machine has no memory, locked files or FIFOs for many processes:'
     ' Lock, Queue, Value and the like are refused', '|'.join((
         'of_managers.manager_start_initializer', 'of_memory.array*', 'of_memory.raw_*',
         'of_memory.value*', 'of_process.active_children', 'of_process.process_close_running',
         'of_process.process_interrupt', 'of_process.process_is_alive',
         'of_process.process_join_timeout', 'of_queues.*', 'of_synchronize.*')),
     'jython*', 'spawn|subprocess'),
    (FACILITY, 'a Java virtual machine hands no descriptor to another process: no end of a Pipe', '|'.join((
         'of_connection.connection_through_pipe', 'of_connection.listener_wrong_authkey',
         'of_connection.pipe_to_child', 'of_context.util_close_all_fds_except',
         'of_managers.manager_lock', 'of_managers.manager_server', 'of_pool.pool_in_process',
         'of_process.current_process', 'of_process.parent_process', 'of_process.process_args',
         'of_process.process_authkey_inherited', 'of_process.process_daemon_alone',
         'of_process.process_finalizers', 'of_process.process_nested', 'of_process.process_pid')),
     'jython*', 'spawn|subprocess'),
    (FACILITY, 'a Java virtual machine has no sockets of Unix, pairs of sockets, or descriptors to'
     ' wait for', 'of_connection.connection_fileno|of_connection.listener_unix'
     '|of_connection.wait_process|of_connection.wait_ready|of_connection.wait_socket', 'jython*', '*'),
    (FACILITY, 'a Java virtual machine collects what nobody has any more when it likes',
     'of_context.util_finalize', 'jython*', '*'),
    (FACILITY, 'Jython has but a part of ctypes',
     'of_memory.value_of_ctype|of_memory.value_of_structure', 'jython*', '*'),
    (FACILITY, '2.4 has nothing that sends a descriptor to a process that runs (sendmsg)',
     'of_connection.connection_through_pipe', '2.4|2.4 +pp', 'subprocess|pp|spawn'),
    (FACILITY, '2.4 has no ctypes, of which what is asked for is',
     'of_memory.value_of_ctype|of_memory.value_of_structure', '2.4*', '*'),
    (SYNTAX, '2.4 and 2.5 have no bytearray, 2.6 has no memoryview',
     'of_connection.connection_bytes_like', '2.[456]*', '*'),
    (BUG, 'bpo-30589: until 3.7 a forkserver tells 255 of who was killed, or called'
     ' os._exit()', 'of_managers.manager_server|of_process.process_kill'
     '|of_process.process_terminate', '3.[456]', 'forkserver'),
]

# (names, interpreters, contexts)
EXPECTED_GAPS = []


def matches(patterns, text):
    return bool([1 for each in patterns.split('|') if fnmatchcase(text, each)])


def applies(entry, name, key, context):
    """Is it an entry, its last three items, for that?"""
    return (matches(entry[-3], name) and matches(entry[-2], key) and matches(entry[-1], context))


def find(entries, name, key, context):
    """The index of the first entry for that, or None."""
    for number, entry in enumerate(entries):
        if applies(entry, name, key, context):
            return number
    return None


def here():
    """The key of this interpreter, as that of tests/interpreters.py."""
    from shim import compat     # not to read the lists above
    name = ''
    if '__pypy__' in sys.builtin_module_names:
        name = 'pypy'
    elif sys.platform.startswith('java'):
        name = 'jython'
    elif sys.platform == 'emscripten':
        name = 'pyodide'
    flags = ['', 't'][not getattr(sys, '_is_gil_enabled', lambda: True)()]
    if sys.version_info < (2, 6):
        for extra, module in (('backport', 'multiprocessing'), ('processing', 'processing'),
                              ('pp', 'pp')):
            if compat.findable(module):
                flags += ' +' + extra
    return name + '%d.%d' % sys.version_info[:2] + flags
