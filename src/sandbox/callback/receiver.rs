//! Who is told, and the keys that this is done with. They come from the starting configuration and go nowhere else.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ureq::http::Uri;
use zeroize::Zeroizing;

use crate::json::fields::{Fields, Read};
use crate::secret::Secret;

/// WeCom draws the key's 43 letters without regard to the two bits that the last one has too many.
const KEY_TEXT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

pub type AesKey = Zeroizing<[u8; 32]>;

/// The company's server.
#[derive(Clone)]
pub struct Receiver {
    pub place: Place,
    pub token: Secret,
    pub key: AesKey,
}

/// Where it is.
#[derive(Clone, Default)]
pub struct Place {
    pub host: String,
    pub port: u16,
    /// Host and port as the `Host` header has them.
    pub authority: String,
    /// Path and query.
    pub target: String,
}

/// Neither the keys, nor the query of the address, which may hold a secret of the receiver's.
impl fmt::Debug for Receiver {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.debug_struct("Receiver").field("authority", &self.place.authority).finish_non_exhaustive()
    }
}

/// Reads the configuration's `callback`.
pub fn receiver(mut fields: Fields) -> Read<Receiver> {
    let url = fields.required_text("url");
    let place = place(url);
    if place.is_none() && !url.is_empty() {
        let rest = "must be http://host:port/path, without a user and a fragment: the sandbox calls back without TLS; \
                    write one";
        fields.wrong("url", "bad_url", rest);
    }
    let token = fields.required_text("token");
    if token.len() > 32 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        fields.wrong("token", "bad_token", "must be up to 32 letters and digits; write it as in WeCom's settings");
    }
    let text = fields.required_text("encoding_aes_key");
    let key = aes_key(text);
    if key.is_none() && !text.is_empty() {
        let rest = "must be 43 characters of base64, a key of 32 bytes; write it as in WeCom's settings";
        fields.wrong("encoding_aes_key", "bad_key", rest);
    }
    // Whatever is not there was noted as wrong, and nothing is made of the rest.
    let (place, key) = (place.unwrap_or_default(), key.unwrap_or_default());
    fields.end(Receiver { place, token: Secret::new(token.to_owned()), key })
}

fn aes_key(text: &str) -> Option<AesKey> {
    let mut key = AesKey::default();
    let length = KEY_TEXT.decode_slice(text, &mut *key).ok()?;
    (text.len() == 43 && length == key.len()).then_some(key)
}

fn place(url: &str) -> Option<Place> {
    let uri: Uri = url.parse().ok().filter(|uri: &Uri| uri.scheme_str() == Some("http") && !url.contains('#'))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let has_port = authority.as_str().len() > authority.host().len();
    let port = if has_port { authority.port_u16().filter(|port| *port > 0)? } else { 80 };
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let place = Place { host, port, authority: authority.to_string(), target: target.to_owned() };
    (!place.host.is_empty()).then_some(place)
}
