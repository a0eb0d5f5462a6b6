//! Examples in the READMEs.

use std::fs;

use crate::page::root;

/// A block of code in a README that follows `<!-- FILE -->` is that file, which the tests build and run.
#[test]
fn the_examples_are_files_that_are_run() {
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        let mut seen = 0;
        for part in text.split("<!-- ").skip(1) {
            let (file, rest) = part.split_once(" -->\n```").unwrap();
            let (_, rest) = rest.split_once('\n').unwrap();
            let (shown, _) = rest.split_once("```").unwrap();
            let whole = fs::read_to_string(root().join(file)).unwrap();
            assert!(whole.contains(shown), "{readme} does not show {file} as it is");
            seen += 1;
        }
        assert!(seen >= 1, "{readme} shows no example");
        assert!(!text.contains("{{"), "{readme} has a gap");
    }
}
