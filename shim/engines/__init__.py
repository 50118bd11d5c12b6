"""The ways of running work, one file each.

base.py holds what the Pool asks of an engine.  crew.py is the loop of all engines that have
workers, bell.py what it sleeps on; roster.py hires and buries these, slot.py is what is known of
each; remote.py is the parent's end of one in another process, channel.py the sockets between
them, main_module.py the user's program in a new interpreter, interpreter.py which
one an executable is, dialect.py how two that differ speak.

    mp.py        processes of multiprocessing: fork, spawn, forkserver
    subproc.py   new interpreters, by the subprocess module
    abroad.py    the same, but another interpreter than this one
    parallel.py  new interpreters, by Parallel Python; nodes.py, on other machines
    thread.py    threads
    subinterp.py sub-interpreters; beside.py: what CPython can't do while there are any
    serial.py    the caller itself
    ampoules.py  new interpreters, by Twisted and Ampoule: amps.py is what they speak, reactors.py
                 which reactor carries it; peers.py those of serving.py on other computers
    jobs.py      jobs for a scheduler that is somebody else's; door.py: where they hand back
    executors.py that of an executor, as concurrent.futures has it
    dasks.py, rays.py, mpis.py   of Dask, Ray, MPI
"""

from shim import compat

# {context: (module, class)}: imported when used.
ENGINES = {
    'fork': ('mp', 'ProcessEngine'),
    'spawn': ('mp', 'SpawnEngine'),
    'forkserver': ('mp', 'ForkServerEngine'),
    'subprocess': ('subproc', 'SubprocessEngine'),
    'pp': ('parallel', 'ParallelEngine'),
    'ampoule': ('ampoules', 'AmpouleEngine'),
    'ampoule_remote': ('peers', 'PeersEngine'),
    'thread': ('thread', 'ThreadEngine'),
    'interpreter': ('subinterp', 'InterpreterEngine'),
    'serial': ('serial', 'SerialEngine'),
    'dask': ('dasks', 'DaskEngine'),
    'ray': ('rays', 'RayEngine'),
    'mpi': ('mpis', 'MpiEngine'),
    'executor': ('executors', 'ExecutorEngine'),
}

_NO_PROCESS = {
    1: 'a worker that dies takes the whole process with it',
    2: 'a worker that dies takes the whole process with it',
    10: 'nothing can stop a function that runs in this process: task_timeout is refused',
    12: 'there is no worker process to outlive the program',
    14: 'current_process() is the one process there is',
    16: 'there is no process whose memory could be given back',
}

_NOT_OURS = {
    1: 'a worker that dies may take others\' tasks with it: all of them raise WorkerLostError',
    2: 'the workers are not the pool\'s to replace',
    10: 'the workers are not the pool\'s to kill: task_timeout is refused',
    12: 'the workers are not the pool\'s to end',
    14: 'the workers are not the pool\'s: current_process() is what it is there',
    16: 'the workers are not the pool\'s to replace: maxtasksperchild is refused',
    20: 'nobody imports the program there: what is in __main__ travels whole, by cloudpickle, and'
        ' what one task changes of it no other sees',
}
_ELSEWHERE = {
    20: 'no worker there imports the program: what is in __main__ travels whole, by cloudpickle'}
_GROUP = {11: 'Ctrl-C in a terminal reaches the workers, too, which are not the pool\'s to shield'}
_FORKED = {22: 'a child forked from a program that is connected to Ray hangs as it ends, in Ray\'s own exit'
               ' functions, with or without a pool'}
_TOGETHER = {
    1: 'when one of the processes of MPI dies it ends all others, this program too',
    13: 'the processes of MPI end together: at its end the program waits for what still runs',
    22: 'a program of MPI\'s that has forked a child crashes when that has ended, with or without a pool',
}
_ON_ITS_WAY = {2: 'a job on its way to a worker that has just died is lost: nobody can tell whether it'
                  ' had begun'}

# {context: {promise: reason}}: what can't be kept on it here; all there is, and printed with the
# tests.
CANNOT = {
    'fork': {},
    'spawn': {},
    'forkserver': {},
    'subprocess': {},
    'pp': {},
    'pp_server': dict(_ELSEWHERE),      # pp on ppservers
    'ampoule': {},
    'ampoule_remote': dict(_ELSEWHERE),
    'thread': dict(_NO_PROCESS),
    'interpreter': dict([(number, _NO_PROCESS[number]) for number in (1, 2, 10, 12)] + [
        (22, 'CPython crashes in a child that is forked while there are sub-interpreters')]),
    'serial': dict(_NO_PROCESS),
    'dask': dict([(_number, _NOT_OURS[_number]) for _number in (10, 12, 14, 16, 20)]),
    'ray': dict([(_number, _NOT_OURS[_number]) for _number in (12, 14, 16, 20)]),
    'mpi': dict(_NOT_OURS),
    'executor': dict(_NOT_OURS),
}
for _name, _more in (('dask', _ON_ITS_WAY), ('ray', _ON_ITS_WAY), ('ray', _FORKED), ('mpi', _GROUP),
                     ('mpi', _TOGETHER), ('executor', _GROUP)):
    CANNOT[_name].update(_more)
if compat.java_semaphore is not None:
    for _promises in CANNOT.values():
        _promises.update({
            11: 'Ctrl-C ends a JVM at once: no KeyboardInterrupt is raised in what waits',
            21: 'a JVM calls signal handlers in a thread of its own: nothing is raised in what waits',
            22: 'a JVM can not be forked',
        })


def engine_class(name, options={}):
    """The class of the engine behind a context; ImportError where its library is missing.

    ValueError if the interpreter that the program has chosen can't be that of a worker.
    """
    module, kind = ENGINES[name]
    return getattr(__import__('shim.engines.' + module, None, None, [kind]), kind).fitting(options)


def name_of(engine):
    """The context behind which an engine is: before 3.4 that of spawn is subprocess."""
    return [name for kind in engine.__class__.__mro__
            for name in ENGINES if ENGINES[name][1] == kind.__name__][0]


def _for_freezers():
    """Not called: who makes one file of a program finds its modules by their import statements."""
    from shim.engines import (  # noqa: F401
        abroad, ampoules, dasks, executors, mp, mpis, nodes, parallel, peers, rays, serial, subinterp,
        subproc, thread)
