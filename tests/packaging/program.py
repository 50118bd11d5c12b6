"""Use shim where it was installed: python program.py PLACE METHOD WORKERS [insert]

Pools and processes of that context must work, and all of them have shim and six from PLACE, a
folder or a zip; with 'insert' that is put on sys.path here, by the program.  WORKERS is 'here' if
this process is to do the work, else 'elsewhere'.
"""
import os
import sys

if sys.argv[4:] == ['insert']:
    sys.path.insert(0, sys.argv[1])

import shim             # noqa: E402
import shim.worker      # noqa: E402
import six              # noqa: E402

TASKS = 40


def where():
    """This process, and the modules that it has from elsewhere than PLACE."""
    place = os.path.realpath(sys.argv[1]) + os.sep
    paths = [os.path.realpath(module.__file__) for module in (shim, shim.worker, six)]
    return os.getpid(), [path for path in paths if not path.startswith(place)]


def square(number):
    return number * number, where()


def write_down(path):
    stream = open(path, 'w')
    stream.write(repr(where()))
    stream.close()


def check(told):
    """Was it done in the right process, with the right modules?"""
    pid, strange = told
    if strange:
        raise AssertionError('imported from elsewhere: %s' % ', '.join(strange))
    if (pid == os.getpid()) != (sys.argv[3] == 'here'):
        raise AssertionError('%d did the work, this is %d' % (pid, os.getpid()))


def main():
    context = shim.get_context(sys.argv[2])
    pool = context.Pool(2)
    try:
        answers = pool.map(square, range(TASKS), 1)
    finally:
        pool.terminate()
        pool.join()
    if [answer[0] for answer in answers] != [number * number for number in range(TASKS)]:
        raise AssertionError(repr(answers))
    for answer in answers:
        check(answer[1])

    path = os.path.abspath('told-%s-%d' % (sys.argv[2], os.getpid()))
    process = context.Process(target=write_down, args=(path,))
    process.start()
    process.join(30)
    if process.exitcode != 0:
        raise AssertionError('exit code %r' % (process.exitcode,))
    stream = open(path)
    try:
        check(eval(stream.read()))
    finally:
        stream.close()
        os.remove(path)
    sys.stdout.write('%d tasks and a process\n' % TASKS)


if __name__ == '__main__':
    main()
