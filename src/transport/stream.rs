//! What the bytes of an exchange go through: a socket, or TLS over what lies below.

use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, StreamOwned};

use super::link::Link;

/// A socket; TLS over a socket; or TLS to the server within TLS to its proxy.
pub enum Stream {
    Plain(Link),
    Tls(Box<StreamOwned<ClientConnection, Stream>>),
}

impl Stream {
    /// Puts TLS over it: the handshake with `host`.
    ///
    /// # Errors
    /// What the socket below says; an error of rustls comes inside.
    pub fn secured(mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<Self> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut self)?;
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, self))))
    }

    /// Whether nothing has come, not even an end of file; where it is new, nothing but the session tickets of TLS 1.3.
    pub fn is_silent(&self, is_new: bool) -> bool {
        match self {
            Self::Plain(link) => link.is_silent(),
            Self::Tls(tls) if is_new => !tls.sock.is_over(),
            // It does not want to read where something that it has read already waits to be taken.
            Self::Tls(tls) => tls.conn.wants_read() && tls.sock.is_silent(false),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Plain(link) => link.is_over(),
            Self::Tls(tls) => tls.sock.is_over(),
        }
    }

    /// The version of the uppermost TLS.
    pub fn tls_version(&self) -> Option<ProtocolVersion> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(tls) => tls.conn.protocol_version(),
        }
    }

    /// The socket at the bottom.
    pub fn link(&mut self) -> &mut Link {
        match self {
            Self::Plain(link) => link,
            Self::Tls(tls) => tls.sock.link(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(link) => link.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(link) => link.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn write_vectored(&mut self, parts: &[IoSlice]) -> io::Result<usize> {
        match self {
            Self::Plain(link) => link.write_vectored(parts),
            Self::Tls(tls) => tls.write_vectored(parts),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(link) => link.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
