# Types that answers.py is compiled with.
import cython

cdef long long _LONGEST_REQUEST, _LONGEST_ANSWER, _OVERHEAD

@cython.final
cdef class Answers:
    cdef object _state_of, _state
    cdef public dict _held, _older
    cdef public long long _size, _most

    cpdef limit(self, long long most)
    cdef _forget(self)
    @cython.locals(found=list)
    cpdef list known(self, bytes request)
    @cython.locals(size="long long")
    cpdef keep(self, bytes request, list operations)
    cdef _put(self, bytes request, list operations, long long size)
