"""The work of the demo: what a task is, and how results are put together.

Workers find these functions by name.  What they return is the same on every Python: files are
read as bytes, and words are ASCII.
"""
import binascii
import os
import re
import stat
import time
import zipimport

from six import b

from shim import compat

UNREADABLE, UNDECODABLE = 'unreadable', 'not UTF-8'
READ_ERRORS = EnvironmentError, zipimport.ZipImportError
BLOCK = 1000            # numbers that a task of primes looks at

WORD = re.compile(b('[a-z]+'))
# A surrogate: 2.x decodes it, 3.x does not.  \xed begins a character wherever it stands.
SURROGATE = re.compile(b('\xed[\xa0-\xbf]'))


def who(seconds):
    """Which process and thread does this; meanwhile another worker does the next one."""
    time.sleep(seconds)
    return os.getpid(), compat.get_ident()


def count_words(path):
    """(path, {word: how often}, None) for a file, or (path, {}, what is wrong with it)."""
    counts = {}
    try:
        data = read(path)
    except READ_ERRORS:
        return path, counts, UNREADABLE
    try:
        data.decode('utf-8')
    except UnicodeError:
        return path, counts, UNDECODABLE
    if SURROGATE.search(data):
        return path, counts, UNDECODABLE
    for word in WORD.findall(data.lower()):
        counts[word] = counts.get(word, 0) + 1
    return path, counts, None


def read(path):
    """The bytes of a regular file, or of a member of a zip archive: /python.zip/os.py."""
    archive = archive_of(path)
    if archive is not None:
        return zipimport.zipimporter(archive).get_data(path)
    if not stat.S_ISREG(os.stat(path).st_mode):     # to read a pipe might take for ever
        raise IOError('%s is not a regular file' % path)
    opened = open(path, 'rb')
    try:
        return opened.read()
    finally:
        opened.close()


def touch(path):
    """Have the file in memory: from the disk it comes only the first time."""
    try:
        read(path)
    except READ_ERRORS:
        pass


def archive_of(path):
    """The file that stands in the place of a folder on the way to that path, or None."""
    while True:
        folder = os.path.dirname(path)
        if folder == path or not folder or os.path.isdir(folder):
            return None
        if os.path.isfile(folder):
            return folder
        path = folder


def count_primes(start):
    """(start, how many primes there are among the BLOCK numbers from there)."""
    count = 0
    for number in range(max(start, 2), start + BLOCK):
        divisor = 2
        while divisor * divisor <= number and number % divisor:
            divisor += 1
        count += divisor * divisor > number
    return start, count


def blocks():
    """Tasks for count_primes(), endless."""
    start = 0
    while True:
        yield start
        start += BLOCK


class Words(object):
    """What many count_words() make together."""

    def __init__(self):
        self.counts, self.left_out = {}, []

    def add(self, result):
        path, counts, problem = result
        if problem is not None:
            self.left_out.append((problem, path))
        for word in counts:
            self.counts[word] = self.counts.get(word, 0) + counts[word]

    number = property(lambda self: sum(self.counts.values()))

    def frequent(self, number):
        """The most frequent words, [(word, how often)]."""
        ordered = [(-count, word) for word, count in self.counts.items()]
        ordered.sort()
        return [(str(word.decode('ascii')), -count) for count, word in ordered[:number]]

    def counted(self):
        """All words with their numbers, as bytes that are the same on every Python."""
        words = list(self.counts)
        words.sort()
        return b('').join([word + b(' %d\n' % self.counts[word]) for word in words])

    def serialised(self):
        """Everything as bytes, the same in whichever order results came."""
        self.left_out.sort()
        return self.counted() + repr(self.left_out).encode('utf-8')

    def digest(self):
        """A few letters that are the same for the same counts."""
        return '%08x' % (binascii.crc32(self.counted()) & 0xffffffff)


class Primes(object):
    """What many count_primes() make together."""

    def __init__(self):
        self.blocks = {}

    def add(self, result):
        start, count = result
        self.blocks[start] = self.blocks.get(start, 0) + count

    below = property(lambda self: len(self.blocks) * BLOCK)
    count = property(lambda self: sum(self.blocks.values()))

    def serialised(self):
        ordered = list(self.blocks.items())
        ordered.sort()
        return b(repr(ordered))
