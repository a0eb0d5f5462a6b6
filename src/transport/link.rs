//! A TCP socket that obeys a deadline, and hangs up when the call that it serves is stopped.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::Socket;

use crate::call::HangUp;

/// Socket time-outs are set in steps, so that most calls need not set them anew.
const STEP: Duration = Duration::from_millis(16);
/// A server that has hung up is an error here, and no SIGPIPE, which would end the host's process.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: libc::c_int = libc::MSG_NOSIGNAL;
/// Here socket2 has set the socket so already.
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: libc::c_int = 0;

impl HangUp for Socket {
    fn hang_up(&self) {
        // An error means that it is closed already.
        let _closed = self.shutdown(Shutdown::Both);
    }
}

/// One socket. Reads and writes end at its deadline, as `TimedOut`.
pub struct Link {
    socket: Arc<Socket>,
    deadline: Instant,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Link {
    pub fn new(socket: Arc<Socket>, deadline: Instant) -> Self {
        Self { socket, deadline, read_timeout: None, write_timeout: None }
    }

    /// What a call is to hold, so that stopping it ends reads and writes here.
    pub fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    pub fn obey(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    /// Whether nothing has come, not even an end of file.
    pub fn is_silent(&self) -> bool {
        self.peek().is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// Whether it is at its end, as far as can be seen before what may have come is read.
    pub fn is_over(&self) -> bool {
        match self.peek() {
            Ok(come) => come == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    fn peek(&self) -> io::Result<usize> {
        self.socket.recv_with_flags(&mut [MaybeUninit::uninit()], libc::MSG_PEEK | libc::MSG_DONTWAIT)
    }

    /// What is left of the time, rounded up to a multiple of [`STEP`]; it is looked at again after each wait.
    fn time_left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        let step = STEP.as_nanos().max(1);
        Ok(Duration::from_nanos(u64::try_from(left.as_nanos().div_ceil(step) * step).unwrap_or(u64::MAX)))
    }

    fn send(&mut self, send: impl Fn(&Socket) -> io::Result<usize>) -> io::Result<usize> {
        loop {
            let left = Some(self.time_left()?);
            if self.write_timeout != left {
                self.socket.set_write_timeout(left)?;
                self.write_timeout = left;
            }
            match send(&self.socket) {
                Err(error) if is_no_fault(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = Some(self.time_left()?);
            if self.read_timeout != left {
                self.socket.set_read_timeout(left)?;
                self.read_timeout = left;
            }
            match (&*self.socket).read(buffer) {
                Err(error) if is_no_fault(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

impl Write for Link {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(|socket| socket.send_with_flags(bytes, NO_SIGNAL))
    }

    fn write_vectored(&mut self, parts: &[IoSlice]) -> io::Result<usize> {
        self.send(|socket| socket.send_vectored_with_flags(parts, NO_SIGNAL))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A time-out of the socket, after which the deadline is looked at again, or a signal.
fn is_no_fault(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
