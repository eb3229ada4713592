# Types that cards.py is compiled with.
import cython

cdef int _UNIT, _HEAD, _USUAL

@cython.final
cdef class Cards:
    cdef object _held, _view
    cdef int _file
    cdef long long _start, _size
    cdef const unsigned int[::1] _begins

    @cython.locals(at="long long", size="long long", found=bytes, head="const unsigned char*", length="unsigned int",
                   checksum="unsigned int", card=bytes)
    cpdef bytes of(self, Py_ssize_t doc)

    @cython.locals(found=bytes)
    cdef bytes _read(self, long long at, long long size)
