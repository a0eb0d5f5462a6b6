//! The name of a picture's file.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::hash::hash;

/// What is written otherwise: every byte but letters, digits, `-`, `_` and `.`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
/// File systems allow 255 bytes; a suffix and a temporary name need some.
const MAX_BYTES: usize = 200;

/// A safe file name, without a suffix, for a contact way's key, or for its `config_id` where it has none: percent-encoded
/// where it must be, and its end replaced by a hash where it would pass 200 bytes. No two keys share a name, on a file
/// system that tells capitals from small letters.
#[must_use]
pub fn file_name(key: &str) -> String {
    let mut name = utf8_percent_encode(key, ENCODED).to_string();
    if name.starts_with('.') {
        name.replace_range(..1, "%2E");
    }
    if name.len() > MAX_BYTES {
        // A tilde is in no other name.
        let hash = format!("~{:032x}", u128::from_be_bytes(hash(key.as_bytes())));
        name.replace_range(MAX_BYTES - hash.len().., &hash);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_says_the_key_as_far_as_a_file_system_lets_it() {
        let cases = [
            ("store-0042", "store-0042"),
            ("a_b.C", "a_b.C"),
            ("north/shop 1", "north%2Fshop%201"),
            ("门店", "%E9%97%A8%E5%BA%97"),
            ("..", "%2E."),
            (".hidden", "%2Ehidden"),
            ("50%", "50%25"),
            ("a\\b:c*?\"<>|~", "a%5Cb%3Ac%2A%3F%22%3C%3E%7C%7E"),
        ];
        for (key, name) in cases {
            assert_eq!(file_name(key), name);
        }
    }

    #[test]
    fn a_long_name_ends_in_a_hash() {
        assert_eq!(file_name(&"k".repeat(200)), "k".repeat(200));
        let (one, other) = (file_name(&"店".repeat(128)), file_name(&format!("{}铺", "店".repeat(127))));
        assert_eq!((one.len(), other.len()), (200, 200));
        assert_ne!(one, other);
        assert_eq!(one[..167], other[..167]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_two_keys_share_a_name(one in "\\PC{1,128}|[.%~a]{1,4}", other in "\\PC{1,128}|[.%~a]{1,4}") {
            prop_assert_eq!(one == other, file_name(&one) == file_name(&other));
        }

        #[test]
        fn every_name_can_stand_in_a_folder(key in "\\PC{1,128}") {
            let name = file_name(&key);
            prop_assert!(name.len() <= 200 && !name.starts_with('.'));
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.%~".contains(&byte)));
        }
    }
}
