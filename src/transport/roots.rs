//! Who is trusted to vouch for the server.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{PemObject, SectionKind};
use rustls::{ClientConfig, RootCertStore};

use crate::os_error::in_words;

/// The largest file of certificates that is read, in bytes.
const FILE_MAX: u64 = 16 * 1024 * 1024;
/// How a text begins that is certificates itself, and no path.
const PEM_BEGINS: &str = "-----BEGIN";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Other words that OpenSSL has for a certificate.
const OTHER_LABELS: &[&str] = &["TRUSTED CERTIFICATE", "X509 CERTIFICATE"];
/// Where OpenSSL's programs are told of the system's roots.
const SYSTEM_VARIABLES: &[&str] = &["SSL_CERT_FILE", "SSL_CERT_DIR"];
/// The tags of DER that tell a certificate from something else.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// Trusted roots.
#[derive(Default)]
pub struct Roots {
    /// These alone; the system's where there are none.
    pub given: Option<Authorities>,
    /// Beside either.
    pub extra: Option<Authorities>,
}

/// The certificates of a file.
#[derive(Debug)]
pub struct Authorities {
    certificates: Vec<CertificateDer<'static>>,
    /// The places of those that cannot serve, counted from 1.
    pub unfit: Vec<usize>,
}

impl Authorities {
    /// Those that can serve.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }

    /// Reads certificates in PEM form: `source` is their text, or the path of their file.
    ///
    /// # Errors
    /// In words that go on after the name of a setting.
    pub fn read(source: &str) -> Result<Self, String> {
        if source.starts_with(PEM_BEGINS) {
            return Self::from_pem(source.as_bytes());
        }
        Self::from_pem(&read_file(Path::new(source)).map_err(|why| format!("cannot be read: {why}"))?)
    }

    fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let pem = as_certificates(pem.strip_prefix(BYTE_ORDER_MARK).unwrap_or(pem));
        let (mut certificates, mut unfit, mut nth) = (Vec::new(), Vec::new(), 0);
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(&pem) {
            let (kind, mut der) = section.map_err(|_| cannot_be_decoded(nth + 1))?;
            if kind != SectionKind::Certificate {
                continue;
            }
            nth += 1;
            // How far it is trusted may stand behind it.
            let length = sequence(&der).ok_or_else(|| cannot_be_decoded(nth))?;
            der.truncate(length);
            let certificate = CertificateDer::from(der);
            RootCertStore::empty().add(certificate.clone()).map_err(|_| cannot_be_decoded(nth))?;
            // One that has no version cannot say that it is an authority's: anybody's could pass for one.
            if has_version(&certificate) {
                certificates.push(certificate);
            } else {
                unfit.push(nth);
            }
        }
        match nth {
            0 => Err("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned()),
            _ if certificates.is_empty() => Err("holds only certificates that cannot serve: of version 1".to_owned()),
            _ => Ok(Self { certificates, unfit }),
        }
    }
}

fn cannot_be_decoded(nth: usize) -> String {
    format!("holds a certificate that cannot be decoded: number {nth}; replace it, or take it out")
}

/// The same text with one word for all that is a certificate.
fn as_certificates(pem: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(pem.len());
    for line in pem.split_inclusive(|byte| *byte == b'\n') {
        let label = str::from_utf8(line).ok().filter(|line| line.starts_with("-----"));
        let other =
            label.and_then(|line| OTHER_LABELS.iter().find(|label| line.contains(**label)).map(|it| (line, it)));
        match other {
            Some((line, label)) => lines.extend_from_slice(line.replace(label, "CERTIFICATE").as_bytes()),
            None => lines.extend_from_slice(line),
        }
    }
    lines
}

/// How many bytes at the start of `der` are one sequence, which is wholly there.
fn sequence(der: &[u8]) -> Option<usize> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (digits, length) = match first {
        0..=0x7f => (0, usize::from(first)),
        // No certificate needs more than four bytes for its length.
        0x81..=0x84 => {
            let digits = usize::from(first & 0x7f);
            let bytes = rest.get(..digits)?;
            (digits, bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
        }
        _ => return None,
    };
    (tag == SEQUENCE && rest.len() - digits >= length).then_some(2 + digits + length)
}

/// Whether a certificate says its version; those of the first do not.
fn has_version(certificate: &[u8]) -> bool {
    let inside = |der: &'_ [u8]| 2 + usize::from(der[1].saturating_sub(0x80));
    let body = sequence(certificate).and_then(|_| certificate.get(inside(certificate)..));
    let first = body.and_then(|body| sequence(body).and_then(|_| body.get(inside(body))));
    first == Some(&VERSION)
}

/// A regular file, behind links or not: a pipe or a device is neither waited for nor read without end.
fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let file =
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).map_err(|error| in_words(&error))?;
    let about = file.metadata().map_err(|error| in_words(&error))?;
    if !about.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let pem = read_some(file, about.len()).map_err(|error| in_words(&error))?;
    if pem.len() as u64 > FILE_MAX { Err("it is larger than 16 MiB".to_owned()) } else { Ok(pem) }
}

/// Enough to see that a file is too large; files of the system's own have no length.
fn read_some(file: File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(FILE_MAX)).unwrap_or(0));
    file.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Roots {
    /// What TLS is spoken with.
    ///
    /// # Errors
    /// When it cannot be set up.
    pub fn into_config(self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let mut store = match self.given {
            Some(given) => store_of(given.certificates),
            None => system(),
        };
        store.add_parsable_certificates(self.extra.into_iter().flat_map(|extra| extra.certificates));
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions()?;
        Ok(Arc::new(builder.with_root_certificates(store).with_no_client_auth()))
    }
}

fn store_of(certificates: impl IntoIterator<Item = CertificateDer<'static>>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates);
    store
}

/// The system's roots. Small containers mostly have none: then Mozilla's, unless somebody said which to take.
fn system() -> RootCertStore {
    let store = store_of(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() && SYSTEM_VARIABLES.iter().all(|name| env::var_os(name).is_none()) {
        return webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    }
    store
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(der: &[u8]) -> String {
        use base64::Engine;
        let base64 = base64::prelude::BASE64_STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    }

    #[test]
    fn a_damaged_certificate_is_taken_refused_or_passed_over_and_never_a_panic() {
        let good = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
        let der = good.der();
        assert!(Authorities::from_pem(pem(der).as_bytes()).is_ok());
        for length in 0..der.len() {
            let read = Authorities::from_pem(pem(&der[..length]).as_bytes());
            assert!(read.unwrap_err().contains("cannot be decoded: number 1"), "cut at {length}");
        }
        for place in 0..der.len() {
            for damage in [0, 1, 0x80, 0xff] {
                let mut der = der.to_vec();
                der[place] ^= damage;
                let _whatever = Authorities::from_pem(pem(&der).as_bytes());
            }
        }
    }
}
