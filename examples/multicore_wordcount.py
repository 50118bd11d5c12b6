"""Count the words of many files, with all cores at work.

    python multicore_wordcount.py [--method NAME] [--workers N] [FILE or FOLDER ...]

Prints the ten most frequent words, and how long one process took for that and how long a pool of
workers.  Of a folder it counts all files in it and below.  Without any of both it counts the
sources of Python's own library.
"""
import optparse
import os
import re
import sys
import time

import shim

WORD = re.compile(r'[^\W\d_]+', re.UNICODE)     # letters of any language


# This is what the workers do.  What a task takes and returns is sent from one process to another,
# so the less the better: here a path goes there and one small dictionary comes back; the text of
# the files never travels.
def count_words(path):
    """Return {word: how often} for one file."""
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


def in_a_pool(context, workers, paths):
    pool = context.Pool(workers)
    try:
        # imap_unordered() hands out the results as they come, whichever file is done first: so
        # they are added up here while the workers count on.  If a worker raised an exception, say
        # for a file that can't be read, this line raises it.
        return add_up(pool.imap_unordered(count_words, paths))
    finally:
        pool.terminate()
        pool.join()


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
    parser = optparse.OptionParser('%prog [--method NAME] [--workers N] [FILE or FOLDER ...]')
    parser.add_option('--method', help='how to run the workers: fork, spawn, subprocess, thread...')
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    options, names = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    paths = []
    for name in names:
        if os.path.isdir(name):
            paths.extend(find_files(name))
        else:
            paths.append(name)
    if not names:
        paths = library()
        if not paths:
            parser.error("this Python's library is in an archive: name files, or a folder")

    try:
        # Once before the clock starts: from the disk a file comes only the first time.
        letters = sum([len(read(path)) for path in paths])
        start = time.time()
        total = one_after_the_other(paths)
        alone = time.time() - start
        start = time.time()
        total_of_pool = in_a_pool(context, options.workers, paths)
        together = time.time() - start
    except EnvironmentError:            # a file that can't be read
        sys.exit(str(sys.exc_info()[1]))
    if total != total_of_pool:
        sys.exit('The pool counted something else!')

    for count, word in sorted([(-total[word], word) for word in total])[:10]:
        sys.stdout.write('%8d  %s\n' % (-count, printable(word)))
    sys.stdout.write('%d files, %d characters, %d different words\n'
                     % (len(paths), letters, len(total)))
    sys.stdout.write('one process: %.3f s, %d workers: %.3f s, their start included\n'
                     % (alone, options.workers, together))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
