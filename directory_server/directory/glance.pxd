# Types that glance.py is compiled with.
import cython

cdef int _NAME, _BUSINESS, _PRIVATE, _HOME, _EMAILS, _KIND_COUNT, _ROOM, _EMAIL_ROOM
cdef unsigned char _QUOTE, _ESCAPE, _COMMA, _COLON, _OPEN, _CLOSE, _BEGIN, _END, _BLANK
cdef tuple _FIELDS, _KINDS
cdef bytes _HOME_EMAIL

@cython.final
cdef class Glance:
    cdef public bytes card
    cdef public long long id
    cdef public int source, count, addresses
    cdef int _at, _begin, _end
    cdef public int[::1] texts
    cdef public int[::1] numbers
    cdef public int[::1] emails

    @cython.locals(place=int)
    cpdef bint read(self, bytes card, int groups)
    @cython.locals(_part=int)
    cdef bint _read(self, const unsigned char* data, int groups)
    cdef bint _contact(self, const unsigned char* data, int groups)
    cdef bint _field(self, const unsigned char* data, int field, int groups)
    @cython.locals(begin=int, end=int)
    cdef bint _addresses(self, const unsigned char* data, int groups)
    cdef bint _numbers(self, const unsigned char* data, int groups)
    @cython.locals(kind=int, begin=int, end=int, place=int)
    cdef bint _number(self, const unsigned char* data, int groups)
    cdef bint _mark(self, const unsigned char* data, unsigned char mark)
    @cython.locals(at=int)
    cdef bint _text(self, const unsigned char* data)
    @cython.locals(at=int, depth=int, char="unsigned char")
    cdef bint _skip(self, const unsigned char* data)

@cython.locals(at=int)
cdef int _closed(const unsigned char* data, int at)
@cython.locals(at=int)
cdef bint _is(const unsigned char* data, int begin, int end, const unsigned char* word, int size)
@cython.locals(place=int, word=bytes)
cdef int _which(const unsigned char* data, int begin, int end, tuple words, int count)
