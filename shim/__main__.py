"""python -m shim (on 2.4 to 2.6: python -m shim.__main__): see shim.commands."""
import sys

from shim.commands import main

if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
