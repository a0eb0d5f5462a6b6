"""The pytest fixture `sandbox`. Every pytest of an environment loads this module, so that it loads nothing itself."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactway.testing import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A `contactway.testing.Sandbox` of the test's own."""
    from contactway.testing import Sandbox

    with Sandbox() as running:
        yield running
