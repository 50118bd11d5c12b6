"""Draw the Mandelbrot set with all cores, line by line.

    python multicore_mandelbrot.py [--method NAME] [--workers N] [--width N] [--output FILE]

To each point of the picture belongs a number c.  Begin with z = 0, go on with z*z + c: for some
points that stays small for ever (they are the set: black), for the others it grows, sooner or later
(the sooner, the brighter).  No point needs another one, so all lines may be calculated at once.  It
is work that is easy to share: tasks and results are small, and each takes a good while.

The picture is a PGM: a line of text, then a byte of grey for each point.  Most viewers open it.
"""
import array
import optparse
import sys
import time

import shim


def brightness(c, limit):
    """How bright a point is, 1 to 255; 0 in the set, or so it seems after so many steps."""
    z = 0
    for step in range(limit):
        z = z * z + c
        if abs(z) > 2:
            return 255 - step * 254 // limit
    return 0


def line(task):
    """The task of a worker: one line of the picture."""
    y, width, height, limit = task
    imaginary = 2.4 * y / height - 1.2
    return [brightness(complex(3.0 * x / width - 2.2, imaginary), limit) for x in range(width)]


def main(arguments):
    parser = optparse.OptionParser(
        '%prog [--method NAME] [--workers N] [--width N] [--steps N] [--output FILE]')
    parser.add_option('--method', help='how to run the workers: fork, spawn, subprocess, thread...')
    parser.add_option('--workers', type='int', default=shim.cpus.usable(),
                      help='how many [default: one for each core]')
    parser.add_option('--width', type='int', default=600, help='of the picture [default: 600]')
    parser.add_option('--steps', type='int', default=100, help='for a point [default: 100]')
    parser.add_option('--output', default='mandelbrot.pgm', help='[default: mandelbrot.pgm]')
    options, _ = parser.parse_args(arguments)
    try:
        context = shim.get_context(options.method)
    except ValueError:
        parser.error(str(sys.exc_info()[1]))
    width, height = options.width, options.width * 4 // 5
    tasks = [(y, width, height, options.steps) for y in range(height)]

    start = time.time()
    inside = 0
    picture = open(options.output, 'wb')
    try:
        picture.write(('P5 %d %d 255\n' % (width, height)).encode('ascii'))
        pool = context.Pool(options.workers)
        try:
            # imap() hands out the results in the order of the tasks, and each as soon as it is
            # there: the upper lines are written while the lower ones are calculated.
            for points in pool.imap(line, tasks):
                inside += points.count(0)
                array.array('B', points).tofile(picture)
        finally:
            pool.terminate()
            pool.join()
    finally:
        picture.close()
    sys.stdout.write('%s: %d x %d points, %d of them in the set, %d workers, %.2f s\n' % (
        options.output, width, height, inside, options.workers, time.time() - start))
    return 0


if __name__ == '__main__':      # why: see multiprocessing_pool.py
    sys.exit(main(sys.argv[1:]))
