# Types that caller.py is compiled with.
import cython
from directory_server.fronts.ldap.asked cimport plain
from directory_server.fronts.ldap.straight cimport Straight
from directory_server.fronts.ldap.kept cimport Kept

cdef int _TEXT
cdef bytes _DONE

@cython.final
cdef class Shape:
    cdef list _parts
    cdef int _start, _most
    cdef public Kept kept
    cdef object _take, _state_of, _book, _base, _suffix, _slot, _predicate, _writer
    cdef public Straight _straight

    @cython.locals(start=int, end=int, number=bytes, text="const unsigned char*")
    cpdef bytes number(self, bytes body)
    @cython.locals(entry=bytes, packed="unsigned long long", straight=Straight, kept=Kept)
    cpdef list straight(self, bytes number)
    cpdef list answer(self, bytes number)

@cython.final
cdef class Callers:
    cdef public object book, base, suffix, limits, profile
    cdef public dict _shapes
    cdef list _keeping
    cdef long long _most
    cdef int _count

    @cython.locals(shape=Shape, number=bytes)
    cpdef list straight(self, bytes body)
    @cython.locals(shape=Shape, number=bytes)
    cpdef list answer(self, bytes body)
