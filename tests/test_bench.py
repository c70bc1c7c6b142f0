"""How the benchmarks evaluate and report measurements; nothing is timed here."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest

from nncore.data.dataset import load_mnist
from nncore.data.formats import read_dataset
from tests.bench import frameworks
from tests.bench.child import in_fresh_process, interleaved
from tests.bench.memory import peak
from tests.bench.networks import CONV, DENSE
from tests.bench.products import products_of_a_step
from tests.bench.report import Figure, Section, as_json, table
from tests.bench.scaling import images_for, write_images

OURS = Figure("ours", "s", (1.0, 3.0, 2.0))


def test_a_figure_is_the_median_of_its_rounds() -> None:
    assert OURS.median == 2.0


def test_a_ratio_is_the_median_of_the_ratios_per_round_not_the_ratio_of_medians() -> None:
    theirs = Figure("theirs", "s", (4.0, 4.0, 1.0), compared=OURS)
    assert theirs.ratio == 0.75  # of 0.25, 0.75, 2; the medians' would be 0.5


def test_a_figure_without_another_to_compare_has_no_ratio() -> None:
    assert OURS.ratio is None
    assert OURS.as_wanted is None


@pytest.mark.parametrize(("at_most", "as_wanted"), [(0.75, True), (0.74, False)])
def test_the_limit_of_a_compared_figure_applies_to_its_ratio(at_most: float, as_wanted: bool) -> None:
    theirs = Figure("theirs", "s", (4.0, 4.0, 1.0), OURS, at_most)
    assert theirs.as_wanted is as_wanted


@pytest.mark.parametrize(("at_most", "as_wanted"), [(2.0, True), (1.9, False)])
def test_the_limit_of_a_figure_alone_applies_to_its_median(at_most: float, as_wanted: bool) -> None:
    assert Figure("ours", "s", (1.0, 3.0, 2.0), at_most=at_most).as_wanted is as_wanted


def test_the_ratio_to_a_run_that_never_reached_its_goal_is_zero() -> None:
    assert Figure("theirs", "s", (inf, inf, 4.0), OURS).ratio == 0.0


def test_a_run_that_never_reached_its_goal_is_within_no_limit() -> None:
    never = Figure("ours", "s", (inf, inf, 1.0))
    theirs = Figure("theirs", "s", (inf, 4.0, 4.0), never, at_most=0.5)
    assert theirs.as_wanted is False
    section = Section("Title", [never, theirs])
    assert "at most 0.5: NO" in table(section)
    assert "never" in table(section)
    assert as_json(section)["figures"][1]["ratio"] is None


def test_a_table_aligns_its_columns_and_shows_the_limits() -> None:
    theirs = Figure("theirs, of longer name", "s", (1234.0, 4.0, 4.5), OURS, at_most=0.5)
    lines = table(Section("Title", [OURS, theirs], ["A note."])).splitlines()
    assert lines == [
        "Title",
        "                          median  lowest  highest  unit  ratio  wanted",
        "  ours                     2.000   1.000    3.000  s",
        "  theirs, of longer name   4.500   4.000    1,234  s     0.444  at most 0.5: yes",
        "  A note.",
    ]


def test_json_has_every_round_and_no_infinite_number() -> None:
    section = Section("Title", [OURS, Figure("theirs", "s", (4.0, inf, 1.0), OURS, 0.5)], ["A note."])
    found = json.loads(json.dumps(as_json(section), allow_nan=False))
    assert found["figures"][0] == {
        "name": "ours", "unit": "s", "median": 2.0, "runs": [1.0, 3.0, 2.0],
        "compared": None, "ratio": None, "at_most": None, "as_wanted": None,
    }  # fmt: skip
    assert found["figures"][1]["runs"] == [4.0, None, 1.0]
    assert found["figures"][1]["ratio"] == 0.25
    assert found["notes"] == ["A note."]


def test_a_framework_is_compared_by_its_fastest_variant() -> None:
    slow, fast = Figure("slow", "s", (8.0,) * 3), Figure("fast", "s", (4.0,) * 3)
    best, *ways = frameworks.against_best(OURS, [slow, fast], at_most=0.4)
    assert (best.median, best.ratio, best.at_most) == (4.0, 0.5, 0.4)
    assert [(way.name.strip(), way.ratio, way.at_most) for way in ways] == [("slow", 0.25, None), ("fast", 0.5, None)]
    assert frameworks.against_best(OURS, []) == []


def test_a_framework_that_is_not_installed_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frameworks.PACKAGES, "torch", "no-such-package")
    assert frameworks.torch_ways("dense") == {}
    assert frameworks.left_out("torch") == ['PyTorch is not installed: left out; pip install -e ".[bench]" brings it.']


def test_pytorch_is_measured_with_both_adams_each_with_one_thread_and_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frameworks.PACKAGES, "torch", "numpy")  # something that is installed
    monkeypatch.setattr(frameworks, "available_cores", lambda: 2)
    assert frameworks.torch_ways("dense") == {
        "PyTorch, default Adam, 2 threads": ["torch", "dense", "default", "2"],
        "PyTorch, default Adam, 1 thread": ["torch", "dense", "default", "1"],
        "PyTorch, fused Adam, 2 threads": ["torch", "dense", "fused", "2"],
        "PyTorch, fused Adam, 1 thread": ["torch", "dense", "fused", "1"],
    }


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that records its calls in a file and prints its second argument as a number."""
    calls = tmp_path / "calls"
    module = tmp_path / "echo_of_bench.py"
    module.write_text(
        "import json, sys\n"
        f"open({str(calls)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "if sys.argv[1] == 'fail': sys.exit('it went wrong')\n"
        "print('chatter')\n"
        "print(json.dumps({'seed': int(sys.argv[2])}))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return calls


def test_every_second_round_measures_the_variants_in_reverse_order(echo: Path) -> None:
    runs = interleaved("echo_of_bench", {"a": ["a", "{round}"], "b": ["b", "1{round}"]}, range(2))
    assert echo.read_text().splitlines() == ["a 0", "b 10", "b 11", "a 1"]
    assert runs["a"].of("seed") == (0.0, 1.0)
    assert runs["b"].of("seed") == (10.0, 11.0)


def test_the_error_of_a_failed_measurement_is_shown(echo: Path) -> None:
    with pytest.raises(RuntimeError, match="it went wrong"):
        in_fresh_process("echo_of_bench", "fail")


def test_a_dense_network_has_the_products_of_the_forward_and_backward_pass() -> None:
    found = [(left.shape, right.shape, result.shape) for left, right, result in products_of_a_step(DENSE, 128)]
    assert found == [
        ((128, 784), (784, 128), (128, 128)),
        ((784, 128), (128, 128), (784, 128)),
        ((128, 128), (128, 64), (128, 64)),
        ((128, 128), (128, 64), (128, 64)),
        ((128, 64), (64, 128), (128, 128)),
        ((128, 64), (64, 10), (128, 10)),
        ((64, 128), (128, 10), (64, 10)),
        ((128, 10), (10, 64), (128, 64)),
    ]


def test_a_convolution_has_the_products_of_its_patches() -> None:
    found = [(left.shape, right.shape) for left, right, _ in products_of_a_step(CONV, 2)]
    first, second = 2 * 14 * 14, 2 * 7 * 7  # windows
    assert found[:5] == [
        ((8, 25), (25, first)),
        ((8, first), (first, 25)),
        ((32, 200), (200, second)),
        ((32, second), (second, 200)),
        ((200, 32), (32, second)),
    ]
    assert len(found) == 5 + 3 + 3


def test_products_are_float32_as_in_a_step() -> None:
    assert {array.dtype for product in products_of_a_step(CONV, 2) for array in product} == {np.dtype(np.float32)}


@pytest.mark.parametrize("batch", [1, 128, 8192])
@pytest.mark.parametrize("width", [16, 1024])
def test_scaling_is_measured_on_whole_batches_of_mnist(batch: int, width: int) -> None:
    images = images_for(batch, width)
    assert images % batch == 0
    assert 3 * batch <= images <= 60_000


@pytest.mark.parametrize("count", [50, 60_010])
def test_a_file_of_many_rows_repeats_mnist(tmp_path: Path, count: int) -> None:
    write_images(tmp_path / "some-images.npy", tmp_path / "some-labels.npy", count)
    found = read_dataset(tmp_path / "some-images.npy").training
    mnist = load_mnist().training
    assert len(found) == count
    assert np.array_equal(found.images[-10:], np.resize(mnist.images, (count, 28, 28))[-10:])
    assert np.array_equal(found.labels[-10:], np.resize(mnist.labels, count)[-10:])


def test_the_peak_memory_of_a_child_does_not_include_its_parent() -> None:
    ballast = np.ones(2**28, np.uint8)  # 256 MiB
    found = in_fresh_process("tests.bench.memory", "nothing")
    assert ballast[-1] == 1
    assert 10 < found["MiB"] < 200


def test_the_peak_memory_includes_memory_that_was_freed() -> None:
    np.ones(2**28, np.uint8)
    assert peak() >= 256


@pytest.mark.skipif(frameworks.version_of("torch") is None, reason="PyTorch is not installed")
def test_pytorch_trains_the_same_network() -> None:
    for name, difference in in_fresh_process("tests.bench.twins").items():
        assert difference < 1e-5, name
