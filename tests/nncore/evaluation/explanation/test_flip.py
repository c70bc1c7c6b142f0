"""A stroke or an erased piece changes the class of a digit; without one the search says so."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.explanation.changed_images import CHANGE_KINDS, SIZE_TOLERANCE, ChangeKind
from nncore.evaluation.explanation.flip import Flip, find_flip
from nncore.evaluation.recognition import read_digit
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.bitmap.blobs import connected_components
from nncore.preprocessing.distance_field import PenPath
from nncore.preprocessing.ink import PEN_WIDTH, SIDE, Ink, Preparation, rasterize
from tests.nncore.evaluation.explanation.trained_networks import NETWORKS, bundled_network, dense_network
from tests.nncore.example_data import mnist

DIGITS_TRIED = 12


def first_images() -> NDArray[np.uint8]:
    test = mnist().test
    assert test is not None
    return test.images[:DIGITS_TRIED]


def found(network: Network, image: NDArray[np.uint8], *kinds: ChangeKind) -> Flip:
    flip = find_flip(network, image, kinds=kinds or CHANGE_KINDS).flip
    assert flip is not None
    return flip


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
    return NETWORKS[request.param]()


def ink_size(image: NDArray[np.uint8]) -> int:
    rows, columns = np.nonzero(image >= 64)
    return int(max(np.ptp(rows), np.ptp(columns))) + 1


def test_most_digits_get_another_class(network: Network) -> None:
    changed = 0
    for image in first_images():
        before, result = read_digit(network, image), find_flip(network, image)
        assert 0 < result.tried < 10_000
        assert not result.cancelled
        if (flip := result.flip) is not None:
            after = read_digit(network, flip.image)
            assert flip.answer == before.digit != flip.new_answer == after.digit
            assert flip.probability == pytest.approx(after.confidence, abs=1e-5)
            assert after.is_accepted
            changed += 1
    assert changed >= 0.75 * DIGITS_TRIED


@pytest.mark.parametrize("kind", CHANGE_KINDS)
def test_the_change_is_small_and_the_drawing_keeps_its_size_and_its_centre(kind: ChangeKind) -> None:
    middle = np.arange(SIDE)
    for image in first_images()[:6]:
        flip = find_flip(bundled_network(), image, kinds=(kind,)).flip
        if flip is None:
            continue
        assert flip.kind == kind
        ink_before, ink_after = image.sum() / 255, flip.image.sum() / 255
        sign = 1 if kind == "add" else -1
        assert sign * (ink_after - ink_before) == pytest.approx(flip.changed_ink, abs=1e-6)
        assert 0 < flip.changed_ink < 0.5 * ink_before
        assert abs(ink_size(flip.image) - ink_size(image)) <= SIZE_TOLERANCE
        for axis in (0, 1):
            centres = [each.sum(axis=axis) @ middle / each.sum() for each in (image.astype(float), flip.image)]
            assert abs(centres[1] - centres[0]) <= 0.51


def test_an_added_stroke_is_a_line_of_the_pen_at_the_place_that_is_told() -> None:
    image = first_images()[0]
    flip = found(bundled_network(), image, "add")
    assert flip.width == pytest.approx(PEN_WIDTH / SIDE)
    drawn = rasterize(Ink((flip.path,)), Preparation(fit=False, centre=False))
    changed = np.maximum(drawn, image)
    assert flip.region[changed > image.astype(int) + 40].all()
    wider = PenPath(flip.path * SIDE, np.array([len(flip.path) - 1])).coverage(PEN_WIDTH + 0.2)
    assert not flip.region[wider == 0].any()


def test_an_erased_piece_is_connected_and_lies_on_the_line_of_the_eraser() -> None:
    for image in first_images()[:6]:
        flip = find_flip(bundled_network(), image, kinds=("erase",)).flip
        if flip is not None:
            rows, columns = np.nonzero(flip.region)
            middles = np.stack([columns + 0.5, rows + 0.5], axis=1) / SIDE
            distances = np.linalg.norm(middles[:, None] - flip.path[None], axis=2).min(axis=1)
            assert distances.max() < flip.width / 2 + 2 / SIDE
            assert len(connected_components(flip.region)[1]) == 1
            assert image[flip.region].all()


def test_the_search_is_the_same_each_time_and_leaves_the_network_unchanged() -> None:
    network, image = dense_network(), first_images()[3]
    values, gradients = network.parameters.values.copy(), network.parameters.gradients.copy()
    first, second = found(network, image), found(network, image)
    assert first.to_json() == second.to_json()
    np.testing.assert_array_equal(network.parameters.values, values)
    np.testing.assert_array_equal(network.parameters.gradients, gradients)


def test_a_smaller_change_is_found_the_longer_the_search_goes_on() -> None:
    image = first_images()[0]
    calls = iter(range(100))
    early = find_flip(bundled_network(), image, cancelled=lambda: next(calls) >= 6)
    assert early.cancelled
    assert early.flip is not None
    assert found(bundled_network(), image).changed_ink < early.flip.changed_ink


def test_a_search_that_is_cancelled_at_once_reads_no_image() -> None:
    result = find_flip(bundled_network(), first_images()[0], cancelled=lambda: True)
    assert (result.flip, result.tried, result.cancelled) == (None, 0, True)


def test_a_network_that_never_changes_its_answer_gives_no_flip() -> None:
    network = Network(NetworkSpec.dense((784, 10)))
    network.parameters.value("1.b")[4] = 9
    result = find_flip(network, first_images()[0])
    assert result.flip is None
    assert result.tried > 500
    assert not result.cancelled


def test_a_blank_image_has_no_flip() -> None:
    assert find_flip(bundled_network(), np.zeros((SIDE, SIDE), np.uint8)).flip is None


def test_bad_input_is_reported() -> None:
    image = first_images()[0]
    diverged = dense_network().copy()
    diverged.parameters.values[:] = np.nan
    with pytest.raises(DataError, match="diverged"):
        find_flip(diverged, image)
    with pytest.raises(DataError, match="a drawing is 28 × 28"):
        find_flip(Network(NetworkSpec.dense((2, 10))), image)
    with pytest.raises(DataError, match="numbers, not classes"):
        find_flip(Network(NetworkSpec((28, 28), NetworkSpec.dense((784, 10)).layers, "linear")), image)
    with pytest.raises(DataError, match="expected uint8"):
        find_flip(dense_network(), image.astype(np.float32))
