"""What shim fills in where the interpreter's multiprocessing is older than CPython 3.15's.

The tests are written for 3.15: there they test the standard library itself.
"""
