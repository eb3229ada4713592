# Types that sole.py is compiled with.
import cython
from directory_server.directory.changes cimport Changes
from directory_server.directory.glance cimport Glance
from directory_server.directory.words.cards cimport Cards

cdef long long _MASK
cdef int _BITS, _STEP

@cython.final
cdef class Part:
    cdef int group
    cdef bint has_dead
    cdef const unsigned long long[::1] keys
    cdef const unsigned long long[::1] fence
    cdef const unsigned int[::1] docs
    cdef const long long[::1] rows
    cdef const unsigned char[::1] alive
    cdef Cards cards

    @cython.locals(block=Py_ssize_t, at=Py_ssize_t, end=Py_ssize_t)
    cdef Py_ssize_t place(self, unsigned long long key)

@cython.final
cdef class Sole:
    cdef object __weakref__
    cdef list _parts
    cdef dict _groups

    @cython.locals(at=Py_ssize_t, count=Py_ssize_t, held="unsigned int",
                   other="long long", row="long long", seen=int, groups=int, doc="unsigned int", part=Part, found=Part)
    cpdef bint find(self, unsigned long long number, Glance glance)

@cython.final
cdef class Glances:
    cdef object __weakref__
    cdef Changes _changes
    cdef object _at_once, _scope, _sole
    cdef unsigned long long _state

    @cython.locals(changes=Changes, state="unsigned long long", sole=Sole, found=bint)
    cpdef bint take(self, unsigned long long number, Glance glance)

@cython.locals(middle=Py_ssize_t)
cdef Py_ssize_t _first(
    const unsigned long long[::1] keys, Py_ssize_t low, Py_ssize_t high, unsigned long long key
)
