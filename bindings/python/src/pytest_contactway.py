"""The pytest fixture `sandbox`. Every pytest of an environment loads this module, so that it loads nothing itself."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactway.testing import Sandbox


def pytest_configure(config: pytest.Config) -> None:
    """Say what the mark is, for ``pytest --markers`` and where marks must be known."""
    config.addinivalue_line(
        "markers", "sandbox(config=None, /, **members): what the fixture sandbox is started with, as Sandbox takes it"
    )


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A `contactway.testing.Sandbox` of the test's own, started with what ``@pytest.mark.sandbox(…)`` says."""
    from contactway.testing import Sandbox

    mark = request.node.get_closest_marker("sandbox")
    args, members = (mark.args, mark.kwargs) if mark is not None else ((), {})
    with Sandbox(*args, **members) as running:
        yield running
