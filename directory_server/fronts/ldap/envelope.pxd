# Types that envelope.py is compiled with.
import cython

cdef int _LONG_FORM
cdef list _HEADS

@cython.locals(entry=bytes, done=bytes, first=Py_ssize_t, second=Py_ssize_t)
cpdef bytes enveloped(bytes number, object operations)
