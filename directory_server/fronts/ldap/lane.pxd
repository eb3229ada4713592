# Types that lane.py is compiled with.
import cython
from directory_server.fronts.ldap.answers cimport Answers
from directory_server.fronts.ldap.caller cimport Callers
from directory_server.fronts.ldap.envelope cimport enveloped

cdef int _SEQUENCE, _INTEGER, _LONG_FORM, _SHORTEST, _MOST_ID_BYTES, _BIND, _SIMPLE, _NAME, _SHORTEST_BIND

@cython.locals(whole=Py_ssize_t, text="const unsigned char*", size=int, length=Py_ssize_t, at=Py_ssize_t, size=int, first=int, end=Py_ssize_t, count=int)
cpdef tuple split(bytes data)
@cython.locals(found=tuple, number=bytes, body=bytes, operations=list)
cpdef bytes answer(bytes data, object session, object tree)
@cython.locals(answers=Answers, callers=Callers, operations=list)
cdef list _remembered(object tree, bytes body)
