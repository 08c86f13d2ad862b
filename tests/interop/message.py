"""Messages that tests send: headers, a text with every trap of SMTP in it, a picture."""

import email.message
import email.policy
import struct
import zlib


def picture():
    """A red square, 8 by 8, as PNG."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def with_body(subject, body, recipient="bob@example.org"):
    """Bytes with every header that a server would add; `body` has CRLF line ends."""
    return (f"Date: Mon, 02 Mar 2026 10:00:00 +0000\r\nFrom: Alice <alice@example.org>\r\nTo: {recipient}\r\n"
            f"Message-ID: <{subject.replace(' ', '-')}@example.org>\r\nSubject: {subject}\r\n\r\n").encode() + body


def simple(subject, recipient="bob@example.org"):
    """Bytes with CRLF line ends, lines of dots among them."""
    body = b"First line\r\n.\r\n..two dots\r\n.one dot\r\n\r\nFrom the last line\r\n"
    return with_body(subject, body, recipient)


def large(subject, lines):
    """Of so many lines of 73 octets, all of which begin with a dot."""
    return with_body(subject, b"".join(b".%070d\r\n" % n for n in range(lines)))


def with_picture(subject, recipient="bob@example.org"):
    """Text, umlauts and a picture, as the standard library writes them; CRLF line ends."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Älice <alice@example.org>"
    message["To"] = recipient
    message["Subject"] = subject
    message["Message-ID"] = "<picture@example.org>"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0000"
    message.set_content("Grüße\n.\nwith a picture\n")
    message.add_attachment(picture(), maintype="image", subtype="png", filename="röt.png")
    return message.as_bytes()
