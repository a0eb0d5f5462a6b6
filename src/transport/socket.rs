//! A TCP socket that obeys the deadline of the call it serves, and hangs up when that call is stopped.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};
use ureq::{Error, Timeout};

use super::attempt::Attempt;
use super::resolver::Names;
use crate::call::{Call, HangUp};

/// Socket time-outs are set in steps, so that most calls need not set them anew.
const STEP: Duration = Duration::from_millis(16);
/// Long enough for any address to answer that will.
const LEAST_PER_ADDRESS: Duration = Duration::from_millis(10);
/// A server that has hung up is an error here, and no SIGPIPE, which would end the host's process.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: libc::c_int = libc::MSG_NOSIGNAL;
/// Here socket2 has set the socket so already.
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: libc::c_int = 0;

impl HangUp for Socket {
    fn hang_up(&self) {
        // Also ends a connect under way. An error means that it is closed already.
        let _closed = self.shutdown(Shutdown::Both);
    }
}

/// Opens sockets.
pub struct SocketConnector {
    names: Arc<Names>,
}

impl SocketConnector {
    pub fn new(names: Arc<Names>) -> Self {
        Self { names }
    }
}

impl<In: Transport> Connector<In> for SocketConnector {
    type Out = Either<In, SocketTransport>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let attempt = Attempt::current().ok_or(Error::ConnectionFailed)?;
        attempt.connecting();
        if let Some(through_proxy) = chained {
            return Ok(Some(Either::A(through_proxy)));
        }
        let socket = open(&attempt, &details.addrs).inspect_err(|_| self.names.forget(details.uri))?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(SocketTransport {
            socket: Arc::new(socket),
            buffers,
            read_timeout: None,
            write_timeout: None,
            last_used: Instant::now(),
        })))
    }
}

/// Tries each address; each gets its share of the time that is left.
fn open(attempt: &Attempt, addresses: &[SocketAddr]) -> Result<Socket, Error> {
    let mut last = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = attempt.io_deadline().saturating_duration_since(Instant::now());
        let shares = u32::try_from(addresses.len() - index).unwrap_or(1);
        match open_one(&attempt.call, *address, (left / shares).max(LEAST_PER_ADDRESS)) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = Some(error),
        }
        if attempt.call.check().is_err() {
            break;
        }
    }
    Err(match last {
        Some(error) if error.kind() == ErrorKind::TimedOut => Error::Timeout(Timeout::Connect),
        Some(error) => Error::Io(error),
        None => Error::HostNotFound,
    })
}

fn open_one(call: &Call, address: SocketAddr, timeout: Duration) -> io::Result<Socket> {
    let socket = Arc::new(Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?);
    call.hold(&socket);
    let connected = socket.connect_timeout(&address.into(), timeout);
    call.release();
    connected?;
    socket.set_tcp_nodelay(true)?;
    // Whoever stops the call just now may hold it for a moment longer, to hang up: then it is of no use.
    Arc::into_inner(socket).ok_or_else(|| ErrorKind::ConnectionAborted.into())
}

/// One connection.
pub struct SocketTransport {
    socket: Arc<Socket>,
    buffers: LazyBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    last_used: Instant,
}

impl SocketTransport {
    /// What is left of the time, in steps; none of it, and the exchange is over.
    fn time_left(&self) -> Result<Duration, Error> {
        let attempt = Attempt::current().ok_or(Error::ConnectionFailed)?;
        attempt.call.hold(&self.socket);
        let left = attempt.io_deadline().saturating_duration_since(Instant::now());
        if left.is_zero() || attempt.call.stopped().is_some() {
            return Err(Error::Timeout(Timeout::Global));
        }
        Ok(in_steps(left))
    }
}

/// Rounds up to a multiple of [`STEP`]; the deadline is looked at again after each wait.
fn in_steps(left: Duration) -> Duration {
    let step = STEP.as_nanos().max(1);
    let steps = left.as_nanos().div_ceil(step);
    Duration::from_nanos(u64::try_from(steps * step).unwrap_or(u64::MAX))
}

fn set_if_changed(
    set: &mut Option<Duration>,
    wanted: Duration,
    apply: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> io::Result<()> {
    if *set != Some(wanted) {
        apply(Some(wanted))?;
        *set = Some(wanted);
    }
    Ok(())
}

impl Transport for SocketTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut sent = 0;
        while sent < amount {
            let left = self.time_left()?;
            set_if_changed(&mut self.write_timeout, left, |timeout| self.socket.set_write_timeout(timeout))?;
            match self.socket.send_with_flags(&self.buffers.output()[sent..amount], NO_SIGNAL) {
                Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
                Ok(written) => sent += written,
                Err(error) if is_no_fault(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        loop {
            let left = self.time_left()?;
            set_if_changed(&mut self.read_timeout, left, |timeout| self.socket.set_read_timeout(timeout))?;
            match (&*self.socket).read(self.buffers.input_append_buf()) {
                Ok(amount) => {
                    self.buffers.input_appended(amount);
                    self.last_used = Instant::now();
                    return Ok(amount > 0);
                }
                Err(error) if is_no_fault(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether it may carry another request: idle for not too long, and nothing to read, not even an end of file.
    ///
    /// ureq asks when an answer is read and again before the next request. The second look sees all that the first
    /// would, and what came since.
    fn is_open(&mut self) -> bool {
        let Some(attempt) = Attempt::current() else { return false };
        if attempt.sent() {
            return true;
        }
        let idle = self.last_used.elapsed();
        if idle >= attempt.idle_max {
            return false;
        }
        attempt.reuses(idle);
        let peeked = self.socket.recv_with_flags(&mut [MaybeUninit::uninit()], libc::MSG_PEEK | libc::MSG_DONTWAIT);
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

/// A time-out of the socket, after which the deadline is looked at again, or a signal.
fn is_no_fault(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

impl fmt::Debug for SocketConnector {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("SocketConnector")
    }
}

impl fmt::Debug for SocketTransport {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("SocketTransport")
    }
}
