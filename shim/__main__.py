"""python -m shim: see shim.commands.

On 2.5 and 2.6 python -m shim.__main__; on 2.4, whose -m takes no dots, python shim/__main__.py
with what holds shim and six in PYTHONPATH.
"""
import sys

from shim.commands import main

if __name__ == '__main__':
    status = main(sys.argv[1:])
    if status:      # 2.5 waits for no thread where a program exits, even with 0
        sys.exit(status)
