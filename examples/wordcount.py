"""Count the words of many files, with all cores at work.

    python examples/wordcount.py [--workers=N] [FILE or FOLDER ...]

Prints the ten most frequent words, and how long one process took for that and how long a pool of
workers.  Of a folder it counts all files in it and below.  Without any of both it counts the
sources of Python's own library.
"""
import os
import re
import sys
import time

import shim

WORD = re.compile(r'[^\W\d_]+', re.UNICODE)     # letters of any language


# A pool is some worker processes that wait for work.  What it takes to give them some:
#
# - The function stands at the top of a module.  It is not sent to the workers, only its name is,
#   and they look it up.
# - What it takes and returns is sent, so it has to be something that pickle can pack; and the less
#   the better.  Here a path goes there and one small dictionary comes back: the text of the files
#   never travels.
# - It changes nothing outside of itself.  Workers have their own memory: what they put into a
#   global variable, nobody else would see.

def count_words(path):
    """Return {word: how often} for one file: this is what the workers do."""
    counts = {}
    for word in WORD.findall(read(path).lower()):
        counts[word] = counts.get(word, 0) + 1
    return counts


def read(path):
    stream = open(path, 'rb')
    try:
        return stream.read().decode('utf-8', 'replace')
    finally:
        stream.close()


def add_up(many):
    """Return the sum of dictionaries {word: how often}."""
    total = {}
    for counts in many:
        for word in counts:
            total[word] = total.get(word, 0) + counts[word]
    return total


def one_after_the_other(paths):
    return add_up([count_words(path) for path in paths])


def in_a_pool(paths, workers=None):
    """The same by a pool; returns how many workers it had, too."""
    # None: as many as there are cores for this process.
    pool = shim.Pool(workers)
    try:
        # imap_unordered() hands out the results as they come, whichever file is done first: so
        # they are added up here while the workers count on.  If a worker raised an exception, say
        # for a file that can't be read, this line raises it.
        total = add_up(pool.imap_unordered(count_words, paths))
        return total, len(pool._pool)
    finally:
        # Whatever happened, no worker is left behind.  (From Python 2.6 on: `with shim.Pool() ...`)
        pool.terminate()


def find_files(folder, leave_out=()):
    """Return the paths of all files in a folder and below."""
    paths = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in leave_out]
        paths.extend([os.path.join(here, name) for name in names])
    return [path for path in paths if os.path.isfile(path)]


def library():
    """Return the paths of the sources of Python's library."""
    others = ('site-packages', 'dist-packages', 'test', 'tests')
    return [path for path in find_files(os.path.dirname(os.__file__), others)
            if path.endswith('.py')]


def printable(word):
    """The word as sys.stdout can write it."""
    encoding = getattr(sys.stdout, 'encoding', None) or 'utf-8'
    word = word.encode(encoding, 'backslashreplace')
    if not isinstance(word, str):       # Python 3, where text is what it writes
        word = word.decode(encoding)
    return word


def main(arguments):
    workers, paths = None, []
    for argument in arguments:
        if re.match('--workers=[1-9][0-9]*$', argument):
            workers = int(argument[len('--workers='):])
        elif argument.startswith('-'):
            sys.stderr.write(__doc__)
            return 2
        elif os.path.isdir(argument):
            paths.extend(find_files(argument))
        else:
            paths.append(argument)
    if len(arguments) == (workers is not None):     # nothing else was given
        paths = library()

    try:
        # Once before the clock starts: from the disk a file comes only the first time.
        letters = sum([len(read(path)) for path in paths])
        start = time.time()
        total = one_after_the_other(paths)
        alone = time.time() - start
        start = time.time()
        total_of_pool, workers = in_a_pool(paths, workers)
        together = time.time() - start
    except EnvironmentError:            # a file that can't be read
        sys.stderr.write('%s\n' % (sys.exc_info()[1],))
        return 1
    if total != total_of_pool:
        sys.stderr.write('The pool counted something else!\n')
        return 1

    for count, word in sorted([(-total[word], word) for word in total])[:10]:
        sys.stdout.write('%8d  %s\n' % (-count, printable(word)))
    sys.stdout.write('%d files, %d characters, %d different words\n'
                     % (len(paths), letters, len(total)))
    sys.stdout.write('one process: %.3f s\n' % alone)
    sys.stdout.write('a pool, workers: %d: %.3f s, its start included\n' % (workers, together))
    return 0


# Some kinds of workers are new interpreters.  To find count_words() they import this file, and
# then __name__ is not '__main__'.  Without this line each of them would run main(), too.
if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
