"""The text format against a reader of its own."""

import math

from hypothesis import given
from hypothesis import strategies as st

from directory_server.observe.metrics import Kind, Metric, Sample, text
from tests.fakes.exposition import read

names = st.from_regex(r"\Acontactory_[a-z_]{1,9}\Z")
anything = st.text(st.characters(codec="utf-8"), max_size=20)
labels = st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z"), anything, max_size=3)
samples = st.lists(
    st.builds(Sample, st.floats() | st.integers(-(2**53), 2**53), labels),
    max_size=4,
    unique_by=lambda one: tuple(sorted(one.labels.items())),
).map(tuple)
gauges = st.builds(Metric, names, st.just(Kind.GAUGE), anything, samples)
counters = st.builds(Metric, names.map(lambda name: f"{name}_total"), st.just(Kind.COUNTER), anything, samples)


@given(st.lists(gauges | counters, max_size=4, unique_by=lambda one: one.name))
def test_metrics_are_read_as_written(metrics: list[Metric]) -> None:
    found = read(text(metrics))
    assert found.keys() == {metric.name for metric in metrics if metric.samples}
    for metric in metrics:
        for sample in metric.samples:
            value = found[metric.name].values[tuple(sorted(sample.labels.items()))]
            assert value == sample.value or (math.isnan(value) and math.isnan(sample.value))
        if metric.samples:
            assert (found[metric.name].help, found[metric.name].type) == (metric.help, metric.kind)
            assert len(found[metric.name].values) == len(metric.samples)


def test_it_looks_as_prometheus_shows_it() -> None:
    metric = Metric(
        "a_total", Kind.COUNTER, "Said\\of \n it.", (Sample(3, {"x": 'a"\\\n'}), Sample(math.inf), Sample(0.5))
    )
    assert text([metric, Metric("b", Kind.GAUGE, "Nothing.", ())]).splitlines() == [
        r"# HELP a_total Said\\of \n it.",
        "# TYPE a_total counter",
        r'a_total{x="a\"\\\n"} 3',
        "a_total +Inf",
        "a_total 0.5",
    ]
