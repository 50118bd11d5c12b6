"""Probes that tests/test_api.py knows the answers of."""
import os
import signal
import time


def a_works():
    pass


def b_crashes():
    os._exit(3)


def c_hangs():
    time.sleep(60)


def d_hangs_beyond():
    if hasattr(signal, 'SIGALRM'):
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
    time.sleep(60)


def e_raises():
    fails('beyond the end')


def fails(words):
    raise IndexError(words)


def f_works():
    pass


def _helper():
    os._exit(4)
