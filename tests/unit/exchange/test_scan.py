from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator
from itertools import repeat

import pytest
from mdmr.exchange.files.filetypes import Form
from mdmr.exchange.files.frame import MAX_LINE, Scan, scan

FILE = b"FNR|name\nFHR|header\nDTL|1\nDTL|2\nEOF|2\n"


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def framed(content: bytes) -> Scan:
    """Return the scan of a framed file, seen to be the same in pieces of every size."""
    whole = scan([content], Form.FRAME)
    for size in {1, 2, 3, 7, max(len(content) - 1, 1)}:
        assert scan(pieces(content, size), Form.FRAME) == whole
    return whole


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class TestAFramedFile:
    def test_gives_its_first_two_lines_its_details_and_its_end(self) -> None:
        found = framed(FILE)
        assert found.clean
        assert (found.name_line, found.header_line) == ("FNR|name", "FHR|header")
        assert found.details == 2
        assert found.ends == ("EOF|2",)

    def test_gives_the_hash_of_all_bytes_and_of_those_after_line_1(self) -> None:
        found = framed(FILE)
        assert found.size == len(FILE)
        assert found.sha256 == hashed(FILE)
        assert found.content_sha256 == hashed(FILE.partition(b"\n")[2])

    def test_may_have_crlf_at_its_line_ends(self) -> None:
        found, crlf = framed(FILE), framed(FILE.replace(b"\n", b"\r\n"))
        assert crlf.clean
        assert (crlf.name_line, crlf.header_line) == (found.name_line, found.header_line)
        assert (crlf.details, crlf.ends) == (found.details, found.ends)

    def test_may_mix_both_line_ends(self) -> None:
        assert framed(FILE.replace(b"\n", b"\r\n", 2)).clean

    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    def test_may_lack_the_end_of_the_last_line(self, end: bytes) -> None:
        content = FILE.replace(b"\n", end).removesuffix(end)
        assert framed(content).clean
        assert framed(content).ends == ("EOF|2",)

    def test_without_eof_record_ends_with_its_last_detail(self) -> None:
        found = framed(FILE.removesuffix(b"EOF|2\n"))
        assert found.details == 2
        assert found.ends == ()

    def test_counts_a_line_of_an_unknown_record_type_as_a_detail(self) -> None:
        assert framed(FILE.replace(b"DTL|2", b"XYZ")).details == 2
        assert framed(FILE.replace(b"DTL|2", b"EOFX|2")).details == 2

    @pytest.mark.parametrize("record", [b"EOF", b"EOF|", b"EOF|2", b"EOF|2|x"])
    def test_ends_with_whatever_eof_record_it_has(self, record: bytes) -> None:
        found = framed(FILE.replace(b"EOF|2", record))
        assert found.details == 2
        assert found.ends == (record.decode(),)

    @pytest.mark.parametrize("rest", [b"DTL|3\n", b"EOF|2\n", b"x", b"DTL|3\nDTL|4\nDTL|5\n"])
    def test_tells_that_something_follows_its_eof_record(self, rest: bytes) -> None:
        found = framed(FILE + rest)
        assert found.details == 2
        assert len(found.ends) == 2

    @pytest.mark.parametrize(
        ("content", "lines"),
        [
            (b"", (None, None)),
            (b"FNR|name", ("FNR|name", None)),
            (b"FNR|name\n", ("FNR|name", None)),
            (b"FNR|name\nFHR|header", ("FNR|name", "FHR|header")),
            (b"EOF|0\n", ("EOF|0", None)),
        ],
    )
    def test_that_is_cut_short_has_no_details(
        self, content: bytes, lines: tuple[str | None, str | None]
    ) -> None:
        found = framed(content)
        assert (found.name_line, found.header_line) == lines
        assert found.details == 0


class TestTheBytes:
    @pytest.mark.parametrize("byte", [0x00, 0x09, 0x0B, 0x0C, 0x1A, 0x1F, 0x7F, 0x80, 0xE9, 0xFF])
    @pytest.mark.parametrize("where", [0, 10, 22, len(FILE) - 1, len(FILE)])
    def test_may_not_lie_outside_the_printable_range(self, byte: int, where: int) -> None:
        assert not framed(FILE[:where] + bytes([byte]) + FILE[where:]).clean

    def test_may_be_every_printable_one(self) -> None:
        assert framed(FILE.replace(b"DTL|1", b"DTL|" + bytes(range(0x20, 0x7F)))).clean

    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    @pytest.mark.parametrize("before", [0, 1, 3, 5])
    def test_may_make_no_empty_line(self, end: bytes, before: int) -> None:
        lines = FILE.replace(b"\n", end).split(end)
        lines.insert(before, b"")
        assert not framed(end.join(lines)).clean

    @pytest.mark.parametrize(
        "content",
        [
            FILE.replace(b"1\n", b"1\rDTL|x\n"),
            FILE.replace(b"1\n", b"1\r\r\n"),
            FILE + b"\r",
            FILE.removesuffix(b"\n") + b"\r",
            b"\r" + FILE,
            b"\r",
        ],
    )
    def test_may_hold_cr_before_lf_only(self, content: bytes) -> None:
        assert not framed(content).clean

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
    @pytest.mark.parametrize(("length", "fits"), [(MAX_LINE, True), (MAX_LINE + 1, False)])
    def test_may_make_lines_of_16384_bytes_without_their_end(
        self,
        end: bytes,
        length: int,
        fits: bool,  # noqa: FBT001
    ) -> None:
        content = b"FNR|name\nFHR|header\nDTL|".ljust(20 + length, b"x") + end
        assert len(content.splitlines()[2]) == length
        for size in (1000, MAX_LINE, MAX_LINE + 1, MAX_LINE + 20, len(content)):
            assert scan(pieces(content, size), Form.FRAME).clean is fits

    def test_that_are_unclean_are_hashed_and_measured_to_the_end(self) -> None:
        content = b"\x00" + FILE * 3
        found = framed(content)
        assert found.size == len(content)
        assert found.sha256 == hashed(content)
        assert found.content_sha256 == hashed(content.partition(b"\n")[2])

    def test_are_no_line_without_end_to_be_kept(self) -> None:
        """A file of one endless line is read in the memory of a piece."""
        piece = b"x" * 65_536
        tracemalloc.start()
        try:
            found = scan(repeat(piece, 300), Form.FRAME)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert found.size == 300 * len(piece)
        assert not found.clean
        assert peak < 10 * len(piece)

    def test_need_no_more_memory_for_a_long_file_than_for_a_short_one(self) -> None:
        piece = b"DTL|ORG11111|SP-1\n" * 3_000
        peaks = []
        for many in (10, 200):
            tracemalloc.start()
            try:
                scan(repeat(piece, many), Form.FRAME)
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
        assert peaks[1] < 1.2 * peaks[0]


class TestOtherForms:
    def test_cmep_has_no_frame_and_counts_every_line(self) -> None:
        found = scan([b"MEPMD01,1\nMEPMD01,2\n"], Form.CMEP)
        assert found.clean
        assert found.details == 2
        assert (found.name_line, found.ends) == (None, ())
        assert found.content_sha256 == found.sha256

    def test_the_bytes_of_cmep_are_checked_as_those_of_a_frame(self) -> None:
        assert not scan([b"MEPMD01\n\n"], Form.CMEP).clean
        assert not scan([b"MEPMD01\xe9\n"], Form.CMEP).clean

    def test_a_part_of_a_set_is_framed(self) -> None:
        assert scan([FILE], Form.SET) == scan([FILE], Form.FRAME)

    @pytest.mark.parametrize(
        ("content", "clean"),
        [
            ("<a>é\n\n</a>".encode(), True),
            ("<a>é</a>".encode("latin-1"), False),
            ("<a>é".encode()[:-1], False),
            (b"\xed\xa0\x80", False),
            (b"\xef\xbb\xbf<a/>", True),
        ],
    )
    def test_a_message_must_be_utf_8(self, content: bytes, clean: bool) -> None:  # noqa: FBT001
        for size in (1, 2, 3, len(content)):
            assert scan(pieces(content, size), Form.XML).clean is clean

    def test_of_an_unknown_type_only_size_and_hash_are_wanted(self) -> None:
        content = b"\x00\xff\n\n\r"
        assert scan(pieces(content, 1), None) == Scan(
            5, hashed(content), hashed(content), clean=True
        )
