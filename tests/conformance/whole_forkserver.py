"""multiprocessing's own tests for forkserver, where the standard library is installed without this module."""
from test._test_multiprocessing import install_tests_in_module_dict

install_tests_in_module_dict(globals(), 'forkserver')
