"""The program that PyInstaller is given: pools and processes of the context $FROZEN_METHOD.

Adds a line to the file $FROZEN_STARTS whenever its file runs, and one when it is the program; with
$FROZEN_FORGETS it does not call freeze_support().
"""
import os
import sys

import shim

MOST = 40       # starts, of which no more than about ten are right


def note(text):
    with open(os.environ['FROZEN_STARTS'], 'a') as stream:
        stream.write(text + '\n')
    with open(os.environ['FROZEN_STARTS']) as stream:
        if len(stream.readlines()) > MOST:
            os._exit(3)


def square(number):
    return number * number


def main():
    context = shim.get_context(os.environ['FROZEN_METHOD'])
    pool = context.Pool(2)
    try:
        squares = pool.map(square, range(40), 1)
    finally:
        pool.terminate()
        pool.join()
    if squares != [number * number for number in range(40)]:
        raise AssertionError(repr(squares))
    process = context.Process(target=square, args=(3,))
    process.start()
    process.join(60)
    print('40 tasks, exit code %r' % process.exitcode)


if __name__ == '__main__':
    note('started')
    if 'FROZEN_FORGETS' not in os.environ:
        shim.freeze_support()
    note('program')
    sys.exit(main())
