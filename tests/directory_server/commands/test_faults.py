"""What the operating system refuses is said with the file it is about, where it names one."""

import errno
import os

import pytest
import typer

from directory_server.commands.faults import faults


@pytest.mark.parametrize(
    ("named", "said"),
    [(("directory.sqlite",), "No space left on device: directory.sqlite"), ((), "No space left on device")],
)
def test_a_full_disk(capsys, named, said):
    with pytest.raises(typer.Exit) as ended, faults(as_json=False):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *named)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err.strip() == f"Error: {said}"
