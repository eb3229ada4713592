# Types that straight.py is compiled with.
import cython
from directory_server.directory.glance cimport Glance
from directory_server.fronts.ldap.asked cimport equal, has_digits, is_number
from directory_server.fronts.ldap.room cimport Room

cdef int _CONSTANT, _NAME, _CN, _SN, _MAIL, _PHONE
cdef int _GIVEN, _FAMILY, _DISPLAY, _COMPANY
cdef int _OCTET_STRING, _SEQUENCE, _SET, _ENTRY
cdef unsigned char _PLUS

@cython.final
cdef class Part:
    cdef bytes name, whole
    cdef int source, kinds
    cdef bint echoes
    cdef readonly object template
    cdef readonly dict places

@cython.final
cdef class Straight:
    cdef tuple _parts
    cdef int _kinds
    cdef dict _tails
    cdef bint _formats
    cdef Glance _glance
    cdef Room _room
    cdef bytearray _hits

    @cython.locals(glance=Glance)
    cpdef bytes answer(self, bytes number, unsigned long long packed, object take)

    @cython.locals(found=int, tail=bytes, room=Room, part=Part, end=Py_ssize_t, behind=Py_ssize_t)
    cdef bytes _entry(self, Glance glance, bytes number)

    @cython.locals(card="const unsigned char*", numbers="int[::1]", hits="unsigned char*", found=int, each=int, place=int,
                   begin=int, end=int, hit=bint)
    cdef int _find_hits(self, Glance glance, const unsigned char* number, int size)

    @cython.locals(end=Py_ssize_t)
    cdef bint _attribute(self, Room room, Part part, Glance glance, bytes number)

    cpdef _values(self, Room room, int source, Glance glance)

    @cython.locals(card="const unsigned char*", numbers="int[::1]", hits="unsigned char*", first=int, back=int, each=int,
                   place=int, begin=int, end=int)
    cdef bint _numbers(self, Room room, Part part, Glance glance, bytes number)

    @cython.locals(card="const unsigned char*", texts="int[::1]", end=Py_ssize_t)
    cdef _name(self, Room room, Glance glance)
    @cython.locals(card="const unsigned char*", texts="int[::1]", end=Py_ssize_t, second=Py_ssize_t)
    cdef _cn(self, Room room, Glance glance)
    @cython.locals(card="const unsigned char*", texts="int[::1]", end=Py_ssize_t)
    cdef _sn(self, Room room, Glance glance)
    @cython.locals(end=Py_ssize_t)
    cdef _name_or_uid(self, Room room, Glance glance)
    @cython.locals(card="const unsigned char*", emails="int[::1]", back=int, each=int, other=int, begin=int, end=int,
                   is_repeated=bint)
    cdef _mail(self, Room room, Glance glance)
    @cython.locals(end=Py_ssize_t)
    cdef _uid(self, Room room, Glance glance)

@cython.locals(card="const unsigned char*", numbers="int[::1]", each=int, place=int, first=int, last=int)
cdef bint _is_repeated(Glance glance, int until, int kinds, int begin, int end)
