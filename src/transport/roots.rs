//! Who is trusted to vouch for the server.

use std::sync::Arc;

use rustls::RootCertStore;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

/// Trusted roots.
pub enum Roots {
    /// The system's; Mozilla's where the system has none.
    System,
    /// Those of a file, and no others.
    Given(Vec<Certificate<'static>>),
    /// Nobody: there will be no TLS.
    Unused,
}

impl Roots {
    /// The certificates of a PEM text; none if it holds anything that is no certificate, or nothing.
    #[must_use]
    pub fn from_pem(pem: &[u8]) -> Option<Self> {
        let mut certificates = Vec::new();
        for item in parse_pem(pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => {
                    // One that cannot be trusted would only show as a failure of every call.
                    RootCertStore::empty().add(certificate.der().into()).ok()?;
                    certificates.push(certificate);
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        (!certificates.is_empty()).then_some(Self::Given(certificates))
    }

    pub(super) fn into_ureq(self) -> RootCerts {
        match self {
            Self::Given(certificates) => RootCerts::Specific(Arc::new(certificates)),
            Self::System if system_has_roots() => RootCerts::PlatformVerifier,
            Self::System => RootCerts::WebPki,
            Self::Unused => RootCerts::Specific(Arc::default()),
        }
    }
}

/// Only Unix machines without a package of certificates, small containers mostly, have none.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn system_has_roots() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn system_has_roots() -> bool {
    true
}
