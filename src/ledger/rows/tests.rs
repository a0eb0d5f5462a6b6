use std::io::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use super::checked::Checked;
use super::*;

/// A file that is gone when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new(ending: &str, bytes: &[u8]) -> Self {
        let name = format!("contactway-rows-{:016x}.{ending}", crate::random::source().u64(..));
        let path = std::env::temp_dir().join(name);
        File::create_new(&path).and_then(|mut file| file.write_all(bytes)).unwrap();
        Self(path)
    }

    fn open(&self) -> Source<'static> {
        Source::open(self.0.to_str().unwrap()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

fn all(source: &mut Source) -> Vec<Read> {
    let mut rows = source.rows().unwrap();
    std::iter::from_fn(|| rows.next_row().unwrap()).collect()
}

fn csv(text: &str) -> Vec<Read> {
    all(&mut Scratch::new("csv", text.as_bytes()).open())
}

fn jsonl(text: &str) -> Vec<Read> {
    all(&mut Scratch::new("jsonl", text.as_bytes()).open())
}

/// The contact way of each row.
fn contact_ways(rows: &[Read]) -> Vec<&str> {
    rows.iter().map(|row| row.as_ref().unwrap().contact_way.as_str()).collect()
}

/// A fault of a file: its rule, line and column.
type Fault = (&'static str, u64, u64);

/// Each fault of a file that is refused as a whole.
fn faults(ending: &str, bytes: &[u8]) -> Vec<Fault> {
    let error = Scratch::new(ending, bytes).open().scan(Validate::Strict).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    error.details().iter().map(|it| (it.rule, it.line.unwrap_or(0), it.column.unwrap_or(0))).collect()
}

/// The rules that one bad row breaks, with the members they are about.
fn broken(row: &Read) -> Vec<(&str, &str)> {
    let details = row.as_ref().unwrap_err().error.details();
    details.iter().map(|it| (it.pointer.as_str(), it.rule)).collect()
}

#[test]
fn a_sheet_becomes_add_requests() {
    let rows = csv("\u{feff}key,#note,config_id,user,type,scene,skip_verify,party,remark,conclusions.link.url,state,\
                    conclusions.text.content,conclusions.link.title,is_temp\r\n\
                    s1,passed over,,zhangsan; lisi ;,2,2,TRUE,2;-3;007,\"a, \"\"b\"\"\r\nc\",,,,,\r\n\
                    ,,,,,,,,,,,,,\r\n\
                    \r\n\
                    s2,,c42,,1,2,,,,https://x,st,bye,t,True");
    let [one, two] = &rows[..] else { panic!("{rows:?}") };
    let one = one.as_ref().unwrap();
    assert_eq!((one.line, one.key.as_str(), one.config_id.as_deref()), (2, "s1", None));
    let request = r#"{"type":2,"scene":2,"remark":"a, \"b\"\r\nc","skip_verify":true,"user":["zhangsan","lisi"],"party":[2,-3,7]}"#;
    assert_eq!(one.contact_way, request);
    let two = two.as_ref().unwrap();
    assert_eq!((two.line, two.key.as_str(), two.config_id.as_deref()), (6, "s2", Some("c42")));
    let request = r#"{"type":1,"scene":2,"state":"st","is_temp":true,"conclusions":{"text":{"content":"bye"},"link":{"title":"t","url":"https://x"}}}"#;
    assert_eq!(two.contact_way, request);
}

#[test]
fn a_sheet_can_name_every_member_of_add() {
    let members = crate::rules::MEMBERS.iter().filter(|it| it.endpoints.contains(&crate::endpoint::Endpoint::Add));
    let leaves: Vec<_> = members.filter(|it| it.wire_type != crate::rules::Type::Object).collect();
    let names: Vec<_> = leaves.iter().map(|it| it.pointer[1..].replace('/', ".")).collect();
    let cells: Vec<_> =
        leaves.iter().map(|it| if it.wire_type == crate::rules::Type::Bool { "true" } else { "1" }).collect();
    let rows = csv(&format!("key,{}\nk,{}", names.join(","), cells.join(",")));
    let request = rows[0].as_ref().unwrap().contact_way.clone();
    let request = Object::parse(&request).unwrap();
    for leaf in leaves {
        assert!(leaf.wire_type.fits(request.at(leaf.pointer).unwrap()), "{}", leaf.pointer);
    }
}

#[test]
fn one_bad_row_of_a_sheet_fails_alone() {
    let rows = csv("key,type,scene,user,skip_verify,party\n\
                    a,1,2,lisi,,\n\
                    ,1,2,lisi,,\n\
                    b,1.0,zwei,lisi,yes,2;x\n\
                    c,1,2\n\
                    d,1,2, ; ,,\n\
                    e,1,2,lisi,false,\n\
                    f ,1,2,lisi,,");
    let lines: Vec<_> = rows.iter().map(|row| row.as_ref().map_or_else(|bad| bad.line, |row| row.line)).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(broken(&rows[1]), [("/key", "key_required")]);
    let at = ["/contact_way/type", "/contact_way/scene", "/contact_way/skip_verify", "/contact_way/party"];
    assert_eq!(broken(&rows[2]), at.map(|pointer| (pointer, "cell")));
    let bad = rows[2].as_ref().unwrap_err();
    assert_eq!(bad.key.as_deref(), Some("b"));
    let places: Vec<_> = bad.error.details().iter().map(|it| (it.line.unwrap(), it.column.unwrap())).collect();
    assert_eq!(places, [(4, 3), (4, 7), (4, 17), (4, 21)]);
    assert_eq!(broken(&rows[3]), [("", "cell_count")]);
    assert_eq!(broken(&rows[4]), [("/contact_way/user", "cell")]);
    assert!(rows[0].is_ok() && rows[5].is_ok());
    assert_eq!(broken(&rows[6]), [("/key", "key_form")]);
}

#[test]
fn a_header_is_refused_with_all_that_is_wrong_with_it() {
    let cases: [(&str, &[Fault]); 8] = [
        ("", &[("key_column", 1, 1)]),
        ("type,scene\n1,2", &[("key_column", 1, 1)]),
        (
            "key,colour,,\"门\",state,state\n",
            &[
                ("unknown_column", 1, 5),
                ("unknown_column", 1, 12),
                ("unknown_column", 1, 13),
                ("repeated_column", 1, 23),
            ],
        ),
        ("key,conclusions,#a,#a", &[("unknown_column", 1, 5)]),
        ("Key,type", &[("unknown_column", 1, 1), ("key_column", 1, 1)]),
        ("key;type\na;1", &[("separator", 1, 1)]),
        ("key\ttype\na\t1", &[("separator", 1, 1)]),
        ("sep=,\nkey", &[("unknown_column", 1, 1), ("unknown_column", 1, 6), ("key_column", 1, 1)]),
    ];
    for (text, expected) in cases {
        assert_eq!(faults("csv", text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn another_encoding_is_refused_where_it_shows() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let with_mark = [b"\xff\xfe".to_vec(), utf16("key,type\n")].concat();
    let big_endian: Vec<u8> = "key,type".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases: [(&[u8], u64, u64); 9] = [
        // 备注 in GBK.
        (b"key,remark\nk1,ok\nk2,\xb1\xb8\xd7\xa2\n", 3, 4),
        ("key,remark\nk1,门".as_bytes().strip_suffix(b"\xa8").unwrap(), 2, 4),
        (b"key,remark\nk1,\xed\xa0\x80", 2, 4),
        (b"key,remark\nk1,\xe9\x97\xa8\xff", 2, 5),
        (&with_mark, 1, 1),
        (&utf16("key,type"), 1, 1),
        (&big_endian, 1, 1),
        (b"\xfe\xff\0k\0e\0y", 1, 1),
        (b"\xff\xfe\0\0k\0\0\0", 1, 1),
    ];
    for (bytes, line, column) in cases {
        for ending in ["csv", "jsonl"] {
            assert_eq!(faults(ending, bytes), [("encoding", line, column)], "{bytes:?}");
        }
    }
    let error = Scratch::new("csv", cases[0].0).open().scan(Validate::Strict).unwrap_err();
    assert!(error.to_string().contains("CSV UTF-8"), "{error}");
}

#[test]
fn quotes_are_those_of_the_standard_so_that_no_row_is_swallowed() {
    let cases: [(&str, Fault); 5] = [
        ("key,remark\na,\"x\nb,y\nc,z\n", ("quote", 2, 3)),
        ("key,remark\na,say \"hi\"\n", ("quote", 2, 7)),
        ("key,remark\na,\"x\" y\n", ("quote", 2, 6)),
        ("key\ra\rb\r", ("line_end", 1, 5)),
        ("key,remark\na,\"x\"\rb,y", ("line_end", 2, 7)),
    ];
    for (text, fault) in cases {
        assert_eq!(faults("csv", text.as_bytes()), [fault], "{text:?}");
    }
}

#[test]
fn a_record_without_end_is_not_taken_into_memory() {
    let endless = format!("key,remark\na,\"{}", "x\n".repeat(3 << 20));
    assert_eq!(faults("csv", endless.as_bytes())[0].0, "record_too_long");
    assert_eq!(faults("jsonl", "x".repeat(5 << 20).as_bytes())[0].0, "record_too_long");
}

#[test]
fn a_key_stands_once() {
    let text = "remark,key\n\"two\nlines\",a\nx,b\ny,a\nz,\n,a\n";
    assert_eq!(faults("csv", text.as_bytes()), [("repeated_key", 5, 3), ("repeated_key", 7, 2)]);
    let text = "{\"key\":\"a\",\"contact_way\":{}}\n\n{\"key\":\"é\",\"contact_way\":{}}\n{\"contact_way\":{\"state\":\"门\"}, \"key\": \"\\u0061\"}\n";
    assert_eq!(faults("jsonl", text.as_bytes()), [("repeated_key", 4, 38)]);
    let error =
        Source::inline(r#"[{"key":"a","contact_way":{}},{"key":"a"}]"#).unwrap().scan(Validate::Strict).unwrap_err();
    let [detail] = error.details() else { panic!("{error}") };
    assert_eq!((detail.pointer.as_str(), detail.line), ("/rows/1/key", Some(2)));
    assert!(detail.message.contains("the key a stands in line 1 already"), "{error}");
    let answer: serde_json::Value = serde_json::from_str(&error.to_json()).unwrap();
    let detail = &answer["error"]["details"][0];
    assert_eq!((detail["line"].as_u64(), detail["column"].as_u64()), (Some(2), Some(1)));
    // So many are named, and no more.
    let many = format!("key\n{}", "a\n".repeat(10_000));
    assert_eq!(faults("csv", many.as_bytes()).len(), 100);
}

#[test]
fn lines_are_json_objects_as_they_were_written() {
    let rows = jsonl(
        "\u{feff}{\"key\":\"a\", \"contact_way\": {\"type\" : 1,\"remark\":\"\",\"user\":[],\"newer\":1e2}}\r\n\n  \t\n\
         {\"config_id\":\"c\",\"key\":\"\\u95e8\",\"contact_way\":{}}\n{\"key\":\"c\",\"config_id\":\"d\"}",
    );
    let [one, two, three] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(contact_ways(&rows), [r#"{"type" : 1,"remark":"","user":[],"newer":1e2}"#, "{}", "{}"]);
    let two = two.as_ref().unwrap();
    assert_eq!((two.line, two.key.as_str(), two.config_id.as_deref()), (4, "门", Some("c")));
    assert_eq!((one.as_ref().unwrap().line, three.as_ref().unwrap().line), (1, 5));
}

#[test]
fn one_bad_line_fails_alone_with_all_that_is_wrong() {
    let long = format!(r#"{{"key":"{}","contact_way":{{}}}}"#, "门".repeat(129));
    let longest = format!(r#"{{"key":"{}","contact_way":{{}}}}"#, "门".repeat(128));
    let cases: [(&str, &[(&str, &str)]); 10] = [
        (r#"{"contact_way":{}}"#, &[("/key", "key_required")]),
        (r#"{"key":"","contact_way":{}}"#, &[("/key", "key_required")]),
        (r#"{"key":7,"contact_way":{}}"#, &[("/key", "wrong_type")]),
        (r#"{"key":"\ud800","contact_way":{}}"#, &[("/key", "key_form")]),
        (r#"{"key":"a\tb","contact_way":{}}"#, &[("/key", "key_form")]),
        (r#"{"key":"a\u0085b","contact_way":{}}"#, &[("/key", "key_form")]),
        (&long, &[("/key", "key_form")]),
        (r#"{"key":"a"}"#, &[("/contact_way", "contact_way_required")]),
        (r#"{"key":"a","contact_way":[],"config_id":""}"#, &[("/config_id", "empty"), ("/contact_way", "wrong_type")]),
        (
            r#"{"key":"a","key":"a","contact_way":{},"s/t":1}"#,
            &[("/key", "repeated_member"), ("/s~1t", "unknown_member")],
        ),
    ];
    for (text, expected) in cases {
        let rows = jsonl(&format!("{longest}\n{text}\n{longest}\n"));
        assert_eq!(broken(&rows[1]), expected, "{text}");
        assert!(rows[0].is_ok() && rows[2].is_ok());
    }
    for text in ["{", "[]", "{\"key\":\"a\"} {}", "nothing"] {
        let rows = jsonl(text);
        let bad = rows[0].as_ref().unwrap_err();
        assert!(
            (bad.line, bad.error.kind()) == (1, Kind::InvalidRequest) && bad.error.to_string().contains("line 1"),
            "{bad:?}"
        );
    }
}

#[test]
fn a_row_is_checked_by_every_rule_of_add() {
    let rows =
        csv("key,type,scene,user,remark\na,1,2,lisi;wangwu,0123456789012345678901234567890\nb,,,lisi,x\nc,1,2,lisi,x");
    let check = |at: usize| rows[at].as_ref().unwrap().check();
    let error = check(0).unwrap_err();
    let broken: Vec<_> = error.details().iter().map(|it| (it.pointer.as_str(), it.rule, it.line)).collect();
    let expected =
        [("/contact_way/user", "type_1_one_user", Some(2)), ("/contact_way/remark", "remark_max_chars", Some(2))];
    assert_eq!(broken, expected);
    assert!(error.to_string().contains("line 2") && error.to_string().contains("at most 30 characters"), "{error}");
    assert_eq!(check(1).unwrap_err().details().len(), 2);
    check(2).unwrap();
}

#[test]
fn a_first_reading_counts_and_finds_rows_that_are_alike() {
    let text = "key,type,scene,user,config_id\na,1,2,lisi,\nb,1,2,LISI,\nc,1,2,wangwu,\nd,x,2,lisi,\ne,1,2,lisi,c1\nf,1,2,lisi,\n";
    let scratch = Scratch::new("csv", text.as_bytes());
    let mut source = scratch.open();
    let scan = source.scan(Validate::Strict).unwrap();
    assert_eq!((scan.total, scan.alike, scan.alike_count), (6, Some((2, 3)), 2));
    assert!(scan.has_key("a") && scan.has_key("d") && !scan.has_key("A") && !scan.has_key("g"));
    // The same file again, though another has its name by now.
    fs::rename(&scratch.0, scratch.0.with_extension("old")).unwrap();
    fs::write(&scratch.0, "key\n").unwrap();
    assert_eq!(all(&mut source).len(), 6);
    fs::remove_file(scratch.0.with_extension("old")).unwrap();
}

#[test]
fn a_name_says_what_a_file_holds() {
    for ending in ["CSV", "csv", "JSONL", "NdJson"] {
        Scratch::new(ending, b"").open();
    }
    let rule = |path: &str| Source::open(path).err().map(|error| (error.details()[0].rule, error.to_string()));
    for path in ["codes.xlsx", "codes", "codes.csv.gz", ".csv", ""] {
        let (rule, text) = rule(path).unwrap();
        assert!(rule == "file_form" && text.contains(".jsonl") && text.contains(".csv"), "{path}: {text}");
    }
    let (nothing, text) = rule("/nonexistent/codes.csv").unwrap();
    assert!(nothing == "unreadable" && text.contains("no such file"), "{text}");
}

#[cfg(unix)]
#[test]
fn only_a_regular_file_is_read_through_links_too() {
    let file = Scratch::new("jsonl", b"{\"key\":\"a\",\"contact_way\":{}}\n");
    let link = file.0.with_extension("csv");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    let error = Source::open(link.to_str().unwrap()).err().unwrap();
    assert!(error.to_string().contains("not a regular file"), "{error}");
    fs::remove_file(&link).unwrap();
    let link = file.0.with_extension("ndjson");
    std::os::unix::fs::symlink(&file.0, &link).unwrap();
    assert_eq!(all(&mut Source::open(link.to_str().unwrap()).unwrap()).len(), 1);
    fs::remove_file(&link).unwrap();
}

#[test]
fn rows_of_a_request_count_from_one() {
    let text = r#" [ {"key":"a","contact_way":{"type":1}} , 7, {"key":"b","contact_way":{}}] "#;
    let mut source = Source::inline(text).unwrap();
    let rows = all(&mut source);
    assert_eq!(rows[0].as_ref().unwrap().contact_way, r#"{"type":1}"#);
    assert_eq!(rows[1].as_ref().unwrap_err().line, 2);
    assert_eq!(rows[2].as_ref().unwrap().line, 3);
    assert_eq!(source.scan(Validate::Strict).unwrap().total, 3);
    assert!(Source::inline("{}").is_err());
}

/// A reader that gives so many bytes at a time.
struct Dribble<'b>(&'b [u8], usize);

impl std::io::Read for Dribble<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let amount = self.1.min(to.len());
        std::io::Read::read(&mut self.0, &mut to[..amount])
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written as RFC 4180 says is read as it was, each cell at its place.
    #[test]
    fn a_sheet_is_read_as_it_was_written(
        records in prop::collection::vec(prop::collection::vec("[a门,\"\r\n ]{0,4}", 2..4), 1..6),
        crlf in any::<bool>(),
        at_a_time in 1..9usize,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let (mut text, mut places) = (String::new(), Vec::new());
        for record in &records {
            for (at, cell) in record.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                let line = 1 + text.matches('\n').count() as u64;
                let column = 1 + text.chars().rev().take_while(|it| *it != '\n').count() as u64;
                places.push(Place { line, column });
                text.extend(["\"", &cell.replace('"', "\"\""), "\""]);
            }
            text.push_str(end);
        }
        let checked = Checked::new(Dribble(text.as_bytes(), at_a_time), Form::Sheet);
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(checked);
        let (mut found, mut read) = (Vec::new(), ::csv::StringRecord::new());
        for record in &records {
            prop_assert!(reader.read_record(&mut read).unwrap());
            prop_assert_eq!(&read.iter().collect::<Vec<_>>(), record);
            let mut of_record = Vec::new();
            reader.get_mut().take_cells(read.len(), &mut of_record);
            found.extend(of_record);
        }
        prop_assert!(!reader.read_record(&mut read).unwrap());
        prop_assert_eq!(found, places);
    }

    /// Any bytes are refused or read, and both readings see the same rows.
    #[test]
    fn any_file_is_read_or_refused(bytes in "(key,remark\n)?[a-c,\"\r\n;{}:é\u{0}]{0,40}", cut in 0..50usize, ending in "csv|jsonl") {
        let bytes = &bytes.as_bytes()[..cut.min(bytes.len())];
        let scratch = Scratch::new(&ending, bytes);
        let mut source = scratch.open();
        if let Ok(scan) = source.scan(Validate::Strict) {
            prop_assert_eq!(all(&mut source).len() as u64, scan.total);
        }
    }
}
