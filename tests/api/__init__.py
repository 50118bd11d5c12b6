"""What CPython 3.15's multiprocessing has and does, asked of shim: names, signatures, behaviour.

    names.txt      its public names and their parameters, read from a real 3.15 (names.py)
    of_*.py        probes, a function for each thing that a name does
    run.py         asks this interpreter, on each of its contexts
    reasons.py     what can't be had, where, and why

tests/test_api.py asks the running interpreter, tools/api_doc.py all of them.
"""
