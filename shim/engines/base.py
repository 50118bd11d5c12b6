"""The contract between the Pool and an engine, whatever runs the work.

The Pool knows nothing of processes.  It posts tasks; of each task its job hears exactly once how
it ended.  What an engine hears from its workers on the way (begun, handed back, lost) stays there.

    pool.apply_async(f, args)
      call = engine.call(f, ONE)                what to call, and what is known of its cost
      item = engine.pack(call, f, args, kwds)   frozen now; raises if it can't travel
      engine.post(Task(call, item, job, 0))     never blocks
                                 ... job.settle(0, outcome)    see shim.outcome
"""
from shim import compat, cpus, errors, outcome, pickling
from shim.waiting import Signal, give_back, take


CALLS = 256     # functions whose costs are remembered


class Call(object):
    """A function and how its tasks call it: what they have in common.

    blob: the function's pickle if that is but its name: then it travels once to each worker,
    under a key of that worker's; else None: it travels with the arguments.  whole: what is in
    __main__ travels whole, as a worker would not find it by its name.  cost: seconds per task,
    None until known.
    """

    __slots__ = ('target', 'mode', 'what', 'blob', 'whole', 'cost')

    def __init__(self, target, mode, blob):
        self.target, self.mode, self.blob = target, mode, blob
        self.what, self.cost = 'the arguments of ' + pickling.name(target), None
        self.whole = False

    def unknown(self):
        """The same, of a cost that nobody knows: such a task travels alone."""
        made = Call(self.target, self.mode, self.blob)
        made.whole = self.whole
        return made


class Task(object):
    """What a worker does at once: `item` for `call`; `limit` is its task_timeout in seconds.

    retries: how often it may be begun again after its worker died; tries: how often it was lost.
    """

    __slots__ = ('call', 'item', 'job', 'index', 'limit', 'retries', 'tries')

    def __init__(self, call, item, job, index, limit=None, retries=0):
        self.call, self.item, self.job, self.index, self.limit = call, item, job, index, limit
        self.retries, self.tries = retries, 0


class Engine(object):
    """What the Pool asks of an engine.  Every method but start() may be called by any thread."""

    error = None        # once it has ended: the exception that later tasks get
    closing = False     # no tasks come any more but those of feeds
    # Why it can't stop a task that runs too long, or None.
    unlimited = None
    has_main = True     # its workers find what is in __main__
    here = False        # tasks run in this process, and nothing is pickled
    lazy = False        # tasks run when their results are asked for, in the caller
    patient = False     # at the end of the program what was posted completes
    claim = None        # called with a task before a worker gets it; false: nobody is to run it
    done = lost = restarts = 0      # tasks that came back, or ended with their worker; new workers
    workers = ()        # Process-like objects: pid, name, exitcode, is_alive()

    def __init__(self, size, initializer=None, initargs=(), maxtasks=None, options={}):
        self.asked = self.size = size or cpus.usable()      # how many workers
        self.maxtasks, self.options = maxtasks, options
        self.initializer, self.initargs = initializer, initargs
        self.pid = compat.getpid()
        self.ended = Signal()       # all workers are gone
        self.feeds = {}             # the feeds that still have tasks to post
        self._calls = {}

    def fitting(cls, options):
        """The class that is it as things are: maybe one for what the program has chosen."""
        return cls

    fitting = classmethod(fitting)

    def start(self):
        """Start the workers.  On return, or if this raises, none is left half made."""
        raise NotImplementedError

    def call(self, func, mode, size=1):
        """What tasks with that function, of `size` elements each, have in common."""
        named = pickling.by_name(func)
        target = func
        if not named:
            target = pickling.underlying(func)
        # By identity: a metaclass might compare classes in its own way.
        key = id(target), mode, size, named
        known = self._calls.get(key)
        if known is not None:
            return known        # it keeps its target alive, so the id is still that one's
        blob = None
        if named and (self.has_main or getattr(target, '__module__', None) != '__main__'):
            blob = self.name_of(func)
        if len(self._calls) >= CALLS:       # what has a name tends to come again
            for old, call in list(self._calls.items()):
                if call.blob is None:
                    self._calls.pop(old, None)
        if len(self._calls) >= CALLS:
            self._calls.clear()
        made = Call(target, mode, blob)
        made.whole = not self.has_main
        return self._calls.setdefault(key, made)

    def name_of(self, func):
        """The pickle of a function's name, or None if it has none to be found by."""
        good, name = pickling.attempt(pickling.plain_dumps, func)
        if good:
            return name
        return None

    def pack(self, call, func, args, kwds=None):
        """The item of a task: its arguments as they are now; raises if they can't travel."""
        return outcome.pack(call, func, args, kwds)

    def submit(self, call, job, index, func, args, kwds, limit=None, retries=0):
        """Post a call as it is now; if it does not travel, that is what the job hears."""
        good, item = pickling.attempt(self.pack, call, func, args, kwds)
        task = Task(call, item, job, index, limit, retries)
        if good:
            self.post(task)
        else:
            self.report(task, (outcome.RAISE, item))

    def post(self, task):
        """Take a task: its job hears of it later, or at once if the engine has ended."""
        raise NotImplementedError

    def report(self, task, content):
        """Settle a task that was not posted, in the thread that settles all others."""
        raise NotImplementedError

    def sift(self, keep):
        """Drop the tasks of which keep(task) is false; they are its affair then.

        From now on, and also of those that workers hand back.  Where these are threads of this
        process, that has been done on return.
        """

    def finish_feed(self, feed, total, error):
        """A feed has posted `total` tasks and posts no more, be it for an error."""
        raise NotImplementedError

    def backlog(self):
        """How many tasks no worker has yet."""
        return 0

    def room(self, call):
        """How many tasks more are welcome; a feed waits while there are none."""
        raise NotImplementedError

    def wake(self):
        """Look again: a feed ended, or somebody is going to wait."""

    def close(self):
        """End when all tasks are done and all feeds have ended."""
        raise NotImplementedError

    def wait(self):
        """Wait until it has ended."""
        self.ended.wait_for()

    def terminate(self):
        """End now; what is not done fails with PoolTerminatedError."""
        raise NotImplementedError

    def abandon(self):
        """As terminate(), but without waiting: nobody has the pool any more."""
        self.terminate()

    def program_ends(self):
        """End with the program: if `patient`, when all tasks are done."""
        try:
            if self.patient:
                self.close()
                self.wait()
        finally:
            self.terminate()

    def check_process(self):
        """Raise RuntimeError in a child made by fork."""
        if self.pid != compat.getpid():
            raise RuntimeError('this pool belongs to process %d, whose threads and workers did not'
                               ' come along with the fork: make a new one here' % self.pid)

    def expect(self, blocks=True):
        """Somebody is going to wait: wake up; RuntimeError where that wait would never end.

        blocks: nothing else happens in that thread meanwhile.
        """
        self.check_process()
        if self.serves():
            raise RuntimeError('a callback waits for its own pool, which waits for the callback:'
                               ' give the other result a callback of its own')
        self.wake()

    def call_out(self, function, *args):
        """Call the user's code, in whatever thread settles jobs."""
        return function(*args)

    def serves(self):
        """True in the thread that settles jobs: it must not wait for one."""
        return False

    def runs(self):
        """True in a thread that runs its tasks: it must not wait for the end."""
        return False


class Gate(object):
    """Where feeds wait, until what they wait for has fallen to half."""

    def __init__(self):
        self.waiting = {}

    def wait(self, level, blocked):
        """Wait until open(level) or less, or blocked() is false."""
        waiter = take()
        self.waiting[waiter] = level
        if blocked():
            # Who opens it may be cut short by a signal handler right before.
            waiter.wait(0.1)
        self.waiting.pop(waiter, None)
        give_back(waiter)

    def open(self, level=0):
        if self.waiting:
            for waiter, limit in list(self.waiting.items()):
                if level <= limit:
                    waiter.wake()


def settle(task, content):
    """Tell the task's job how it ended; only the first time."""
    job = task.job
    if job is not None:
        task.job = None
        job.settle(task.index, content)


def fail(task, error):
    """A task that no worker will return."""
    settle(task, (outcome.RAISE, error))


def terminated():
    return errors.PoolTerminatedError(
        'the pool was terminated before this task was done: use close() and join() to wait')
