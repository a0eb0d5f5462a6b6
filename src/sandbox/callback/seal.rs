//! How WeCom seals a callback: AES-256-CBC under the receiver's key, and a signature for the query.

use std::fmt::Write as _;

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

use super::Receiver;
use crate::random;

/// WeCom pads to two of AES's blocks.
const BLOCK: usize = 32;
const SALT: usize = 16;
/// So many bytes of the key are the IV too.
const IV: usize = 16;

/// `text` in the form of an `Encrypt` member: salt, length, text and who it is for, padded, encrypted, in base64.
pub fn seal(receiver: &Receiver, corp_id: &str, text: &str) -> String {
    let mut plain = vec![0; SALT];
    random::source().fill(&mut plain);
    plain.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    plain.extend_from_slice(text.as_bytes());
    plain.extend_from_slice(corp_id.as_bytes());
    let padding = BLOCK - plain.len() % BLOCK;
    plain.resize(plain.len() + padding, u8::try_from(padding).unwrap_or_default());
    let (key, iv, length) = (&*receiver.key, &receiver.key[..IV], plain.len());
    // Neither can fail: key and IV have their lengths, and the text fills its blocks.
    if let Ok(cipher) = cbc::Encryptor::<Aes256>::new_from_slices(key, iv) {
        let _ = cipher.encrypt_padded::<NoPadding>(&mut plain, length);
    }
    STANDARD.encode(plain)
}

/// Ten digits, another each time.
pub fn nonce() -> String {
    random::source().u64(1_000_000_000..10_000_000_000).to_string()
}

/// `msg_signature` of these, which WeCom sorts first.
pub fn signature(mut parts: [&str; 4]) -> String {
    parts.sort_unstable();
    let hash = Sha1::digest(parts.concat());
    let mut text = String::with_capacity(2 * hash.len());
    for byte in hash {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
