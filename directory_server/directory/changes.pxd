# Types that changes.py is compiled with.
import cython

cdef int _LOOK_AGAIN

@cython.final
cdef class Changes:
    cdef object _path, _inode
    cdef int _looked
    cdef unsigned long long[::1] _held

    @cython.locals(found="unsigned long long")
    cpdef number(self)

    cpdef look(self)

    cpdef bint is_still(self, unsigned long long number)
