//! Pictures: uploaded for closing words, and QR codes saved.

use clap::{Arg, ArgMatches};
use contactway::Language;
use serde_json::{Value, json};

use super::{Entry, ledger, object, with_session};
use crate::arguments::{self, Flag, Takes};
use crate::exit::Exit;
use crate::messages::Text;
use crate::progress::Bar;
use crate::session::{Session, plain};

const UPLOADED: &[Flag] = &[Flag::new("path", Takes::Place, Text::Picture)];
const SAVED: &[Flag] =
    &[Flag::new("config_id", Takes::Text, Text::ConfigId), Flag::new("qr_code", Takes::Text, Text::QrCode)];
const ALL_SAVED: &[Flag] = &[
    Flag::new("directory", Takes::Place, Text::Directory),
    Flag::new("concurrency", Takes::Integer, Text::Concurrency),
];

pub const UPLOAD_IMAGE: Entry = Entry {
    command: |lang| arguments::command("upload-image", Text::UploadImage, UPLOADED, lang),
    run: |given, command, lang| {
        with_session(given, command, lang, |session| {
            let request = Value::Object(object(arguments::given(UPLOADED, given))).to_string();
            session.tell(session.client.upload_image(&request, &session.options()), plain)
        })
    },
};

pub const SAVE_QR_CODE: Entry = Entry {
    command: |lang| arguments::command("save-qr-code", Text::SaveQrCode, SAVED, lang).arg(out(Text::PictureOut, lang)),
    run: |given, command, lang| {
        with_session(given, command, lang, |session| {
            let mut request = object(arguments::given(SAVED, given));
            request.extend(given.get_one::<String>("path").map(|path| ("path".to_owned(), path.as_str().into())));
            let request = Value::Object(request).to_string();
            session.tell(session.client.save_qr_code(&request, &session.options()), plain)
        })
    },
};

pub const SAVE_QR_CODES: Entry = Entry {
    command: |lang| {
        let flags = [ledger::QUERY, ALL_SAVED].concat();
        arguments::command("save-qr-codes", Text::SaveQrCodes, &flags, lang)
    },
    run: |given, command, lang| with_session(given, command, lang, |session| save_all(session, given)),
};

/// The file that a command writes.
pub fn out(help: Text, lang: Language) -> Arg {
    Arg::new("path").long("out").value_name("FILE").help(help.text(lang)).help_heading(Text::Options.text(lang))
}

fn save_all(session: &Session, given: &ArgMatches) -> Exit {
    let mut request = object(arguments::given(ALL_SAVED, given));
    request.insert("query".to_owned(), json!(object(arguments::given(ledger::QUERY, given))));
    let mut bar = Bar::new(session.lang);
    let mut tell = |progress: &str| bar.tell(progress);
    let request = Value::Object(request).to_string();
    let outcome = session.client.save_qr_codes(&request, &session.options(), Some(&mut tell));
    drop(bar);
    session.tell_job(outcome, plain)
}
