# Types that kept.py is compiled with.
import cython

cdef int _LONGEST, _FIRST, _SHARE, _PLACE, _HEAD, _GROWTH
cdef unsigned int _LAST_EPOCH
cdef unsigned long long _SPREAD

@cython.final
cdef class _Table:
    cdef Py_ssize_t places, used, filled
    cdef unsigned int epoch
    cdef unsigned int[::1] epochs
    cdef unsigned long long[::1] numbers
    cdef unsigned int[::1] begins
    cdef bytearray entries

    cdef clear(self)
    @cython.locals(last=Py_ssize_t, at=Py_ssize_t)
    cdef Py_ssize_t find(self, unsigned long long number)
    @cython.locals(at=Py_ssize_t, begin=Py_ssize_t, size=Py_ssize_t, text="unsigned char*")
    cdef bytes get(self, unsigned long long number)
    @cython.locals(at=Py_ssize_t, begin=Py_ssize_t, size=Py_ssize_t, place=Py_ssize_t, text="unsigned char*",
                   held="const unsigned char*")
    cdef put(self, unsigned long long number, bytes entry)

@cython.final
cdef class Kept:
    cdef Py_ssize_t _most
    cdef object _state
    cdef _Table _table, _older

    cpdef limit(self, Py_ssize_t most)
    @cython.locals(table=_Table, entry=bytes)
    cpdef bytes get(self, unsigned long long number, object state)
    cpdef put(self, unsigned long long number, object state, bytes entry)
    @cython.locals(table=_Table, places=Py_ssize_t)
    cdef _put(self, unsigned long long number, bytes entry)
    @cython.locals(table=_Table)
    cdef _forget(self)
    cdef Py_ssize_t _bytes(self, Py_ssize_t places)
