//! The body of an answer: to its end, and no further than is sensible.

use std::io::{self, BufRead, ErrorKind, Read};
use std::mem;

use flate2::read::MultiGzDecoder;

use super::head::{Fault, Framing};

/// The largest body that is read, in bytes, before and after decompression.
pub const BODY_MAX: u64 = 8 * 1024 * 1024;
/// The longest line between chunks, which nobody makes long.
const LINE_MAX: u64 = 4096;
/// More lines behind the last chunk than anybody sends.
const TRAILERS_MAX: usize = 128;

/// Reads a body from `reader` into `body`, which also holds what came of one that is not whole.
///
/// # Errors
/// When the connection ends before it is whole, it is too large, or cannot be unpacked.
pub fn read(reader: &mut impl BufRead, framing: Framing, is_gzip: bool, body: &mut Vec<u8>) -> Result<(), Fault> {
    let read = framed(reader, framing, body);
    if is_gzip { read.and(unpack(&mem::take(body), body)) } else { read }
}

fn framed(reader: &mut impl BufRead, framing: Framing, body: &mut Vec<u8>) -> Result<(), Fault> {
    match framing {
        Framing::None => Ok(()),
        Framing::Length(length) => append(reader, length, body),
        Framing::Chunks => chunks(reader, body),
        Framing::ToTheEnd => {
            reader.take(BODY_MAX + 1).read_to_end(body)?;
            bounded(body.len() as u64)
        }
    }
}

fn bounded(length: u64) -> Result<(), Fault> {
    if length > BODY_MAX { Err(Fault::Broken("the answer is larger than 8 MiB".to_owned())) } else { Ok(()) }
}

fn broken(why: &str) -> Fault {
    Fault::Broken(format!("the answer is not HTTP: {why}"))
}

fn append(reader: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> Result<(), Fault> {
    bounded(length.saturating_add(body.len() as u64))?;
    body.reserve_exact(usize::try_from(length).unwrap_or(0));
    let read = reader.take(length).read_to_end(body)?;
    if (read as u64) < length { Err(io::Error::from(ErrorKind::UnexpectedEof).into()) } else { Ok(()) }
}

/// RFC 9112, 7.1.
fn chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Result<(), Fault> {
    loop {
        let line = line(reader)?;
        // An extension may follow.
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let digits = str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let length = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let length = length.ok_or_else(|| broken("the length of a chunk is no number"))?;
        if length == 0 {
            break;
        }
        append(reader, length, body)?;
        if !self::line(reader)?.is_empty() {
            return Err(broken("a chunk is longer than it says"));
        }
    }
    for _ in 0..TRAILERS_MAX {
        if line(reader)?.is_empty() {
            return Ok(());
        }
    }
    Err(broken("too many lines follow the last chunk"))
}

/// A line, without what ends it.
fn line(reader: &mut impl BufRead) -> Result<Vec<u8>, Fault> {
    let mut line = Vec::new();
    reader.take(LINE_MAX).read_until(b'\n', &mut line)?;
    if line.pop_if(|byte| *byte == b'\n').is_none() {
        return Err(match line.len() as u64 {
            LINE_MAX => broken("a line between chunks is too long"),
            _ => io::Error::from(ErrorKind::UnexpectedEof).into(),
        });
    }
    line.pop_if(|byte| *byte == b'\r');
    Ok(line)
}

fn unpack(packed: &[u8], body: &mut Vec<u8>) -> Result<(), Fault> {
    let read = MultiGzDecoder::new(packed).take(BODY_MAX + 1).read_to_end(body);
    read.map_err(|_| Fault::Broken("the answer's gzip is damaged".to_owned()))?;
    bounded(body.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(reader: &mut &[u8]) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        read(reader, Framing::Chunks, false, &mut body).map(|()| body)
    }

    #[test]
    fn chunks_are_put_together_with_whatever_stands_between() {
        let text = "3\r\nabc\r\n0a ; name=\"value\"\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\nbehind";
        let mut reader = text.as_bytes();
        assert_eq!(chunked(&mut reader).unwrap(), b"abc0123456789");
        assert_eq!(reader, b"behind");
    }

    #[test]
    fn what_is_no_chunk_is_told_from_what_ends_too_early() {
        let extension = format!("3;{}\r\nabc\r\n0\r\n\r\n", "x".repeat(100_000));
        let trailers = format!("0\r\n{}\r\n", "A: b\r\n".repeat(1000));
        for text in [
            "zz\r\n",
            "+3\r\nabc\r\n",
            "\r\n",
            "3\r\nabcd\r\n",
            "fffffffffffffffff\r\n",
            "800001\r\n",
            &extension,
            &trailers,
        ] {
            let fault = chunked(&mut text.as_bytes()).unwrap_err();
            assert!(matches!(fault, Fault::Broken(_)), "{text:.20}: {fault:?}");
        }
        for text in ["", "3", "3\r\n", "3\r\nab", "3\r\nabc", "3\r\nabc\r\n", "0\r\n", "0\r\nA: b\r\n"] {
            let fault = chunked(&mut text.as_bytes()).unwrap_err();
            assert!(matches!(fault, Fault::Io(_)), "{text}: {fault:?}");
        }
    }
}
