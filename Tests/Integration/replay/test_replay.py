"""Each recorded file, as it is and with other names, against the development sidecar."""

import pytest

from recording import FILES
from renaming import NoRenaming, Renaming
from replay import exceptions, replay

# The timelines of transport hold no name of a user.
CASES = [(name, NoRenaming()) for name in FILES]
CASES += [(name, Renaming()) for name in FILES if name != "transport"]


@pytest.mark.parametrize(
    ("name", "renaming"), CASES, ids=[f"{name}-{renaming.name}" for name, renaming in CASES]
)
def test_the_sidecar_answers_as_recorded(name, renaming, capsys):
    result = replay(name, renaming)
    excepted = exceptions(name)
    with capsys.disabled():
        print(f"\n{result.summary(excepted)}")
    assert result.passed
    problems = result.problems(excepted)
    assert not problems, "\n".join(problems)
