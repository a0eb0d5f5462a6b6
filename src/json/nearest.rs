//! The name that somebody meant who wrote one that nobody knows.

/// The known name that is likely meant: at most a third of its letters off, whatever the case.
pub fn nearest<K: AsRef<str>>(name: &str, known: impl Iterator<Item = K>) -> Option<K> {
    let name = name.to_ascii_lowercase();
    let off = |known: K| {
        let most = (known.as_ref().len() / 3).max(1);
        let may_be_near = known.as_ref().len().abs_diff(name.len()) <= most;
        let distance = may_be_near.then(|| strsim::damerau_levenshtein(&name, known.as_ref()))?;
        (distance <= most).then_some((distance, known))
    };
    known.filter_map(off).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found_and_no_other() {
        let known = ["type", "user", "remark", "skip_verify", "is_temp", "config_id"];
        for (name, wanted) in [
            ("remrak", Some("remark")),
            ("Remark", Some("remark")),
            ("skipVerify", Some("skip_verify")),
            ("users", Some("user")),
            ("configId", Some("config_id")),
            ("colour", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), wanted, "{name}");
        }
    }
}
