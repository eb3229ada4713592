# Types that room.py is compiled with.
import cython

cdef int _OCTET_STRING, _LONG_FORM, _ONE_BYTE, _TWO_BYTES, _MOST, _LONGEST_HEAD
cdef unsigned char _ZERO
cdef bytes _BLANK

@cython.final
cdef class Room:
    cdef bytearray _bytes
    cdef Py_ssize_t _size
    cdef public Py_ssize_t at
    cdef public bint is_full

    cpdef clear(self)
    @cython.locals(held="unsigned char*")
    cpdef bytes written(self)
    @cython.locals(held="unsigned char*", at=Py_ssize_t, size=Py_ssize_t)
    cpdef bytes first(self, Py_ssize_t end)
    @cython.locals(held="unsigned char*", at=Py_ssize_t, place=Py_ssize_t)
    cpdef bint copy(self, const unsigned char* text, Py_ssize_t begin, Py_ssize_t end)
    @cython.locals(held="unsigned char*", at=Py_ssize_t, size=Py_ssize_t)
    cpdef bint head(self, int tag, Py_ssize_t end)
    @cython.locals(behind=Py_ssize_t)
    cpdef bint text(self, const unsigned char* text, Py_ssize_t begin, Py_ssize_t end)
    @cython.locals(behind=Py_ssize_t)
    cpdef bint pair(
        self, const unsigned char* text, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t second, Py_ssize_t second_end
    )
    @cython.locals(held="unsigned char*", at=Py_ssize_t)
    cpdef bint decimal(self, long long number)
    @cython.locals(held="unsigned char*", at=Py_ssize_t, place=Py_ssize_t)
    cpdef bint repeats(self, Py_ssize_t second, Py_ssize_t end)
