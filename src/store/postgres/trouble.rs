//! What PostgreSQL says when it fails, in words that say what to do.

use std::error::Error as _;
use std::io;

use tokio_postgres::error::SqlState;

use crate::store::sql::{Fault, failed};

/// Whether the same once more may succeed, or not.
pub fn fault(shown: &str, error: &tokio_postgres::Error) -> Fault {
    let again = match error.code() {
        Some(code) => AGAIN.contains(code),
        // The connection broke.
        None => error.is_closed() || io_error(error).is_some_and(|error| LOST.contains(&error.kind())),
    };
    let error = failed(explain(shown, error));
    if again { Fault::Again(error) } else { Fault::For(error) }
}

/// It met another transaction, or the server is going or coming.
const AGAIN: [SqlState; 7] = [
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::UNIQUE_VIOLATION,
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

const LOST: [io::ErrorKind; 4] = [
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::ConnectionAborted,
];

/// What to do, by what PostgreSQL says.
const REMEDIES: [(SqlState, &str); 9] = [
    (SqlState::INVALID_PASSWORD, "it refused the user or the password; correct them in store"),
    (SqlState::INVALID_AUTHORIZATION_SPECIFICATION, "it refused the user; correct it in store, or see its pg_hba.conf"),
    (SqlState::INVALID_CATALOG_NAME, "there is no such database; create it, or correct its name in store"),
    (SqlState::READ_ONLY_SQL_TRANSACTION, "it is read-only, as a standby is; name the primary server"),
    (SqlState::DISK_FULL, "its disk is full; make room on it"),
    (SqlState::TOO_MANY_CONNECTIONS, "it has too many connections; raise max_connections, or put PgBouncer before it"),
    (
        SqlState::INSUFFICIENT_PRIVILEGE,
        "the user may not do that; grant it the tables contactway_* and, once, CREATE in the schema",
    ),
    (SqlState::ADMIN_SHUTDOWN, "it is being stopped; start it again"),
    (SqlState::CANNOT_CONNECT_NOW, "it is starting or stopping; wait for it"),
];

fn explain(shown: &str, error: &tokio_postgres::Error) -> String {
    if let Some(refused) = error.as_db_error() {
        let remedy = REMEDIES.iter().find(|(code, _)| code == refused.code());
        return match remedy {
            Some((_, remedy)) => format!("{shown}: {remedy} ({})", refused.message()),
            None => format!("{shown} refused: {} ({})", refused.message(), refused.code().code()),
        };
    }
    match io_error(error) {
        Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            format!("{shown} does not run, or not there: connection refused; start it, or correct store")
        }
        Some(error) if error.kind() == io::ErrorKind::NotFound => {
            format!("{shown} does not run, or not there: no such socket; start it, or correct store")
        }
        Some(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            format!("{shown} is read-only, as a standby is; name the primary server")
        }
        Some(error) if error.kind() == io::ErrorKind::TimedOut => {
            format!("{shown} did not answer; see that it runs and can be reached")
        }
        Some(error) if is_certificate(error) => format!(
            "{shown}: its certificate is not trusted ({error}); name its authority as sslrootcert in store, or in \
             extra_ca_file"
        ),
        Some(error) => format!("{shown}: the connection broke ({error}); see that it runs and can be reached"),
        None if error.is_closed() => format!("{shown} closed the connection; see that it runs"),
        None => {
            let because = error.source().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{shown}: {error}{because}")
        }
    }
}

fn io_error(error: &tokio_postgres::Error) -> Option<&io::Error> {
    error.source()?.downcast_ref()
}

fn is_certificate(error: &io::Error) -> bool {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
}
