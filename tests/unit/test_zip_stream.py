import io
import zipfile
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from export_function.zip_stream import ZipStream


class Sink:
    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes) -> None:
        self.data += data


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def zipped(files: dict[str, list[bytes]]) -> bytes:
    sink = Sink()
    stream = ZipStream(sink)
    for name, parts in files.items():
        await stream.add(name, pieces(*parts))
    await stream.close()
    return sink.data


@given(
    st.dictionaries(
        st.text("abc/", min_size=1, max_size=8), st.lists(st.binary(max_size=5000), max_size=4), max_size=4
    )
)
async def test_what_goes_in_comes_out_and_the_same_gives_the_same(files: dict[str, list[bytes]]) -> None:
    data = await zipped(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: b"".join(parts) for name, parts in files.items()
        }
    assert data == await zipped(files)
