# Types that asked.py is compiled with.
import cython

cdef int _SHORTEST, _LONGEST, _DIGITS, _KEEPS_ZERO
cdef unsigned char _PLUS, _ZERO
cdef bytes _CODES

@cython.locals(at=int, code=int, _rest=int, packed="unsigned long long")
cpdef unsigned long long plain(const unsigned char* number, int size)
@cython.locals(held=int)
cpdef bint is_number(const unsigned char* card, int begin, int end, const unsigned char* number, int size)
@cython.locals(at=int, place=int)
cpdef bint has_digits(const unsigned char* card, int begin, int end, const unsigned char* number, int size)
@cython.locals(at=int)
cpdef bint equal(const unsigned char* one, int begin, int end, const unsigned char* other, int first, int last)
