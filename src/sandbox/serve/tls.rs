//! An authority made at the start, and the certificate that it signs for this server.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;

/// Who the server is to whoever trusts its authority.
pub struct Identity {
    /// The authority's certificate, as text.
    pub authority: String,
    pub config: Arc<ServerConfig>,
}

impl Identity {
    /// Makes one that is good for these names and addresses. The authority's key is forgotten at once.
    pub fn new(names: Vec<String>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut of_authority = CertificateParams::default();
        of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        of_authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        of_authority.distinguished_name = called("contactway sandbox authority");
        let authority = CertifiedIssuer::self_signed(of_authority, KeyPair::generate()?)?;
        let mut of_server = CertificateParams::new(names)?;
        of_server.distinguished_name = called("contactway sandbox");
        of_server.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = of_server.signed_by(&key, &authority)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))?;
        Ok(Self { authority: authority.pem(), config: Arc::new(config) })
    }
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}
