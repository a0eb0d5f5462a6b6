//! What a `postgres://` URL says: where, as whom, and how the server proves who it is.

use std::borrow::Cow;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, sync::mpsc, thread};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::answer::Error;
use crate::call::Call;
use crate::os_error::in_words;
use crate::secret::{Secret, Secrets};
use crate::store::sql::failed;
use crate::store::stopped;

/// A server that says nothing for so long is looked after.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// How long a lookup waits before it is looked whether the call may wait on.
const PATIENCE: Duration = Duration::from_millis(20);

/// Where the store's server is.
pub struct Address {
    /// Everything but the hosts, whose names are looked up with every connection.
    config: Config,
    hosts: Vec<(Host, u16)>,
    pub tls: MakeRustlsConnect,
    /// The server's name in texts.
    pub shown: String,
    /// The password, to be kept out of every text.
    pub secrets: Secrets,
}

impl Address {
    /// Reads a URL. `extra_ca` are further authorities.
    pub fn read(url: &str, extra_ca: &[CertificateDer<'static>]) -> Result<Self, Error> {
        let Said { config, hosts, root } = Said::read(url).map_err(|why| failed(format!("store {why}")))?;
        let shown: Vec<_> = hosts.iter().map(|(host, port)| show(host, *port)).collect();
        Ok(Self {
            tls: tls(config.get_ssl_mode(), root.as_deref(), extra_ca)?,
            shown: format!("the store's PostgreSQL at {}", shown.join(", ")),
            secrets: {
                let password = config.get_password().map(|it| Secret::new(String::from_utf8_lossy(it).into_owned()));
                Secrets::new(password.into_iter(), None)
            },
            config,
            hosts,
        })
    }

    /// Whether what is sent can be read on the way to another machine.
    pub fn is_open_to_all(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Disable && !self.hosts.iter().all(|(host, _)| is_near(host))
    }

    /// What to connect with, names looked up.
    pub fn resolved(&self, call: &Call) -> Result<Config, Error> {
        let mut config = without_hosts(&self.config);
        for (host, port) in &self.hosts {
            match host {
                Host::Unix(path) => {
                    config.host_path(path).port(*port);
                }
                Host::Tcp(name) => {
                    for address in look_up(call, name, &self.shown)? {
                        config.host(name).hostaddr(address).port(*port);
                    }
                }
            }
        }
        let left = call.deadline().saturating_duration_since(std::time::Instant::now());
        config.connect_timeout(left.max(Duration::from_millis(1)));
        Ok(config)
    }
}

/// What a URL says, before anything is looked at.
struct Said {
    config: Config,
    hosts: Vec<(Host, u16)>,
    /// The file of authorities.
    root: Option<String>,
}

impl Said {
    fn read(url: &str) -> Result<Self, &'static str> {
        let (plain, mode, root) = without_tls(url)?;
        // What is wrong may hold a piece of the password.
        let mut config: Config = plain.parse().map_err(|_| {
            "is not understood; write postgres://user:password@host:port/database, with special characters of the \
             password percent-encoded"
        })?;
        let ports = config.get_ports().to_vec();
        let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(5432);
        let hosts: Vec<_> =
            config.get_hosts().iter().enumerate().map(|(place, host)| (host.clone(), port(place))).collect();
        let sockets = hosts.iter().filter(|(host, _)| matches!(host, Host::Unix(_))).count();
        if hosts.is_empty() || !config.get_hostaddrs().is_empty() || (sockets > 0 && sockets < hosts.len()) {
            return Err("must name hosts, or sockets, but not both, and no hostaddr; write \
                        postgres://user:password@host:port/database");
        }
        let near = hosts.iter().all(|(host, _)| is_near(host));
        config.ssl_mode(match mode.as_deref() {
            Some("disable") => SslMode::Disable,
            None | Some("prefer" | "allow") if near => SslMode::Disable,
            None | Some("prefer" | "allow" | "require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(_) => return Err("has an unknown sslmode; write disable, require or verify-full"),
        });
        Ok(Self { config, hosts, root })
    }
}

/// What is wrong with a URL as it stands there, if anything: the rest of a sentence that begins with its name.
pub fn fault(url: &str) -> Option<String> {
    Said::read(url).err().map(str::to_owned)
}

/// A configuration's hosts cannot be taken out of it.
fn without_hosts(from: &Config) -> Config {
    let mut to = Config::new();
    if let Some(user) = from.get_user() {
        to.user(user);
    }
    if let Some(password) = from.get_password() {
        to.password(password);
    }
    if let Some(name) = from.get_dbname() {
        to.dbname(name);
    }
    if let Some(options) = from.get_options() {
        to.options(options);
    }
    to.application_name("contactway").target_session_attrs(TargetSessionAttrs::ReadWrite);
    to.ssl_mode(from.get_ssl_mode()).ssl_negotiation(from.get_ssl_negotiation());
    to.channel_binding(from.get_channel_binding());
    to.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE / 3).keepalives_retries(3);
    to
}

/// A lookup cannot be interrupted, so it gets a thread, which may outlive the call that no longer waits for it.
fn look_up(call: &Call, name: &str, shown: &str) -> Result<Vec<IpAddr>, Error> {
    if let Ok(address) = name.parse() {
        return Ok(vec![address]);
    }
    let (tell, told) = mpsc::channel();
    let asked = name.to_owned();
    thread::Builder::new()
        .name("contactway-lookup".to_owned())
        .spawn(move || tell.send((asked.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>)))
        .map_err(|error| failed(format!("{shown}: no thread could be made to look its name up: {error}")))?;
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(Ok(addresses)) if !addresses.is_empty() => {
                return Ok(addresses.iter().map(std::net::SocketAddr::ip).collect());
            }
            Err(mpsc::RecvTimeoutError::Timeout) => call.check().map_err(stopped)?,
            _ => return Err(failed(format!("{shown}: the name {name} was not found; correct it in store"))),
        }
    }
}

/// The URL without what it says of TLS, and that: the mode, and the file of authorities.
fn without_tls(url: &str) -> Result<(String, Option<String>, Option<String>), &'static str> {
    let Some((place, query)) = url.split_once('?') else { return Ok((url.to_owned(), None, None)) };
    let (mut rest, mut mode, mut root) = (Vec::new(), None, None);
    for pair in query.split('&') {
        let value = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        let unreadable = |_| "holds a value that is not UTF-8; percent-encode it as UTF-8";
        match pair.split_once('=') {
            Some(("sslmode", text)) => mode = Some(value(text).map_err(unreadable)?),
            Some(("sslrootcert", text)) => root = Some(value(text).map_err(unreadable)?),
            _ => rest.push(pair),
        }
    }
    let query = rest.join("&");
    Ok((if query.is_empty() { place.to_owned() } else { format!("{place}?{query}") }, mode, root))
}

/// Whether a host is this machine.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

fn show(host: &Host, port: u16) -> String {
    match host {
        Host::Unix(path) => format!("{}/.s.PGSQL.{port}", path.display()),
        Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
        Host::Tcp(name) => format!("{name}:{port}"),
    }
}

fn tls(mode: SslMode, root: Option<&str>, extra_ca: &[CertificateDer<'static>]) -> Result<MakeRustlsConnect, Error> {
    let mut roots = RootCertStore::empty();
    if mode != SslMode::Disable {
        if let Some(path) = root {
            let pem = fs::read(path)
                .map_err(|error| failed(format!("sslrootcert {path} cannot be read: {}", in_words(&error))))?;
            if take_in(&mut roots, &pem) == 0 {
                return Err(failed(format!("sslrootcert {path} holds no certificate in PEM form")));
            }
        } else {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots.add_parsable_certificates(extra_ca.iter().cloned());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(format!("TLS cannot be used: {error}")))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// How many certificates of a PEM text are trusted from now on.
fn take_in(roots: &mut RootCertStore, pem: &[u8]) -> usize {
    let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    roots.add_parsable_certificates(certificates).0
}
