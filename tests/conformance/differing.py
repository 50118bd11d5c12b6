"""Which of the standard library's own tests differ by nature, each with its reason.

{test: reason}: the test's name, or Class.name.  "Fails" is no reason; what needs a private attribute of
the stdlib's is.
"""
MOST_OF_POOL, MOST_OF_WHOLE = 4, 10

POOL = {
    'test_pool_worker_lifetime': 'calls _repopulate_pool(); tests/promises/test_recycle.py and '
                                 'contract/test_lifetime.py ask the same of what is public',
}
# Beside these, where the Pool is of another context than fork.
OF_CONTEXT = {
    'thread': {
        'Processes_TestPool.test_map_unplicklable': 'nothing is pickled',
        'Processes_TestPool.test_traceback': 'the traceback is not remote: the exception has it',
        'Processes_TestPoolWorkerErrors.test_unpickleable_result': 'nothing is pickled',
    },
}
WHOLE = dict(POOL)
WHOLE.update({
    'test_get_all(_start_methods)?': 'wants no more start methods than the four of the stdlib; shim has others',
    'test_release_unused_processes': 'gives the pool a context that consists of a Process class; '
                                     "shim's engines start their processes themselves",
})
# Beside these on 2.x, whose tests want what has changed since.
OF_2 = {
    r'\w+Condition.test_timeout': "wants a Condition's wait() to answer None; since 3.2 it is False",
    r'\w+Containers.test_list': 'wants a list in a list as a copy; since 3.6 it is a proxy',
}
