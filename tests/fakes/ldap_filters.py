"""Hypothesis strategies for LDAP filters."""

from hypothesis import strategies as st

from directory_server.fronts.ldap import filter as f

attributes = st.sampled_from(["cn", "sn", "telephoneNumber", "mobile", "o", "objectClass", "x-unknown", "mail", "uid"])
values = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
raw_values = st.binary(min_size=1, max_size=8).map(lambda data: data.decode("utf-8", "surrogateescape"))
any_values = values | raw_values


@st.composite
def substrings(draw: st.DrawFn) -> f.Substrings:
    initial, final = draw(st.just("") | any_values), draw(st.just("") | any_values)
    between = tuple(draw(st.lists(any_values, max_size=3, min_size=0 if initial or final else 1)))
    return f.Substrings(draw(attributes), initial, between, final)


leaves = (
    st.builds(f.Equality, attributes, any_values)
    | st.builds(f.GreaterOrEqual, attributes, any_values)
    | st.builds(f.LessOrEqual, attributes, any_values)
    | st.builds(f.Approximate, attributes, any_values)
    | st.builds(f.Present, attributes)
    | substrings()
    | st.builds(
        f.Extensible, st.sampled_from(["", "caseExactMatch", "2.5.13.2"]), attributes, any_values, st.booleans()
    )
)
filters = st.recursive(
    leaves,
    lambda inner: (
        st.builds(f.And, st.lists(inner, max_size=3).map(tuple))
        | st.builds(f.Or, st.lists(inner, max_size=3).map(tuple))
        | st.builds(f.Not, inner)
    ),
    max_leaves=12,
)
