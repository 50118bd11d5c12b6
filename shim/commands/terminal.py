"""What commands write: text that any terminal takes, and how far the work has come."""
import sys

import six

from shim import compat

EVERY = 0.1         # seconds between two lines of the counter


def write(text):
    """Write a line (str) to stdout; what its encoding lacks is escaped."""
    if not isinstance(text, six.binary_type):
        encoding = getattr(sys.stdout, 'encoding', None) or 'utf-8'
        text = text.encode(encoding, 'backslashreplace').decode(encoding)
    sys.stdout.write(text + '\n')
    sys.stdout.flush()


def progress(label, total=None):
    """What is to be told of each step: a bar, a line, or nothing where nobody is looking."""
    if not hasattr(sys.stderr, 'isatty') or not sys.stderr.isatty():
        return Silent()
    try:
        import tqdm
    except ImportError:
        return Counter(label, total)
    return Bar(tqdm.tqdm, label, total)


class Silent(object):

    def step(self):
        pass

    def close(self):
        pass


class Counter(Silent):
    """A line that says how many steps there were: label: 12 of 34."""

    def __init__(self, label, total):
        self.label, self.of, self.count, self.width = label, '', 0, 0
        if total is not None:
            self.of = ' of %d' % total
        self.shown = compat.monotonic()

    def step(self):
        self.count += 1
        now = compat.monotonic()
        if now > self.shown + EVERY:
            self.shown = now
            self._show('%s: %d%s' % (self.label, self.count, self.of))

    def close(self):
        if self.width:
            self._show('')
            self._show('')      # the cursor goes back, too

    def _show(self, line):
        sys.stderr.write('\r' + line.ljust(self.width))
        sys.stderr.flush()
        self.width = len(line)


class Bar(Silent):
    """The one that the library tqdm draws."""

    def __init__(self, kind, label, total):
        kind.monitor_interval = 0       # else there is one thread more, and fork warns of it
        self.bar = kind(total=total, desc=label, leave=False, file=sys.stderr)

    def step(self):
        self.bar.update(1)

    def close(self):
        self.bar.close()
