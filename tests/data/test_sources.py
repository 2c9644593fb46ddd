import hashlib
import http.server
import io
import tarfile
import threading
import zipfile

import pytest

from liquidtime.data import Source, fetch
from liquidtime.data.sources import contents_sha256
from liquidtime.errors import InputError

CONTENT = b"id,value\n1,2\n" * 1000
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    """A web server on this machine; `server.served` counts the requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.served += 1
            if self.path == "/missing":
                self.send_error(404)
                return
            body = CONTENT[:-5] if self.path == "/short" else CONTENT
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.served = 0
    thread = threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield web
    web.shutdown()
    web.server_close()


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LIQUIDTIME_MIRROR", raising=False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)


def source(server, path="/data.csv", sha=SHA):
    return Source("toy", "data.csv", f"http://127.0.0.1:{server.server_port}{path}", sha)


def everything_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_download_then_cache(server, tmp_path):
    path = fetch(source(server), progress=False)
    assert path == tmp_path / "cache" / "toy" / "data.csv"
    assert path.read_bytes() == CONTENT
    assert fetch(source(server)) == path
    assert server.served == 1
    assert everything_below(tmp_path) == [path]


def test_a_damaged_file_in_the_cache_is_downloaded_again(server):
    path = fetch(source(server), progress=False)
    path.write_bytes(b"half")
    assert fetch(source(server), progress=False).read_bytes() == CONTENT
    assert server.served == 2


def test_the_mirror_comes_first(server, tmp_path, monkeypatch):
    mirror = tmp_path / "mirror" / "toy" / "data.csv"
    mirror.parent.mkdir(parents=True)
    mirror.write_bytes(CONTENT)
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path / "mirror"))
    assert fetch(source(server)) == mirror
    assert server.served == 0
    mirror.write_bytes(b"other")
    with pytest.raises(InputError, match=f"expected {SHA}"):
        fetch(source(server))


def test_a_mirror_without_the_file_is_passed_over(server, tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    assert fetch(source(server), progress=False).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "sha", "message"),
    [
        ("/data.csv", "0" * 64, f"SHA-256 {SHA}.*expected 0000"),
        ("/missing", SHA, "404.*LIQUIDTIME_MIRROR.*toy/data.csv"),
        ("/short", SHA, "could not download"),
    ],
)
def test_a_bad_download_leaves_nothing(server, tmp_path, path, sha, message):
    with pytest.raises(InputError, match=message):
        fetch(source(server, path, sha), progress=False)
    assert not everything_below(tmp_path)


def test_without_a_network_the_message_says_where_to_put_the_file(tmp_path):
    nowhere = Source("toy", "data.csv", "http://127.0.0.1:9/data.csv", SHA)
    with pytest.raises(InputError) as caught:
        fetch(nowhere, progress=False)
    for part in (nowhere.url, str(tmp_path / "cache" / "toy" / "data.csv"), "LIQUIDTIME_MIRROR"):
        assert part in str(caught.value)


def test_contents_checksum_is_that_of_the_contents(tmp_path):
    files = {"b.txt": b"two", "a.txt": b"one"}
    zipped, tarred = tmp_path / "x.zip", tmp_path / "x.tar.gz"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/.DS_Store", b"rubbish")
        for name, data in files.items():
            archive.writestr(f"folder/{name}", data)
    with tarfile.open(tarred, "w:gz") as archive:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(f"other/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert contents_sha256(zipped) == contents_sha256(tarred) == expected
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr("folder/c.txt", b"three")
    assert contents_sha256(zipped) != expected


def test_half_an_archive_is_said_to_be_one(tmp_path):
    half = tmp_path / "x.tar.gz"
    half.write_bytes(b"\x1f\x8b\x08 not really")
    with pytest.raises(InputError, match="not a whole"):
        contents_sha256(half)
