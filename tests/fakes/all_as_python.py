"""A pytest plugin (`-p tests.fakes.all_as_python`) under which everything that is compiled is Python."""

from tests.fakes import as_python

as_python.install()
