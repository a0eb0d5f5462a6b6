//! Pictures: uploaded for closing words, and QR codes saved.

use clap::{Arg, ArgMatches};
use contactway::{Language, json_get};
use serde_json::{Value, json};

use super::entry::{Entry, object, with_ledger, with_session};
use super::{keyed, ledger};
use crate::arguments::{self, Flag, Takes};
use crate::exit::Exit;
use crate::messages::{Message, Text};
use crate::progress::Bar;
use crate::session::{Session, complain, counts, plain};

const UPLOADED: &[Flag] = &[Flag::new("path", Takes::Place("FILE"), Text::Picture)];
const SAVED: &[Flag] =
    &[Flag::new("config_id", Takes::Text, Text::ConfigId), Flag::new("qr_code", Takes::Text, Text::QrCode)];
const ALL_SAVED: &[Flag] = &[
    Flag::new("directory", Takes::Place("DIR"), Text::Directory),
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
    command: |lang| {
        let command = arguments::command("save-qr-code", Text::SaveQrCode, SAVED, lang);
        command.arg(keyed::arg(lang)).arg(out(Text::PictureOut, lang))
    },
    run: |given, command, lang| {
        let mut request = object(arguments::given(SAVED, given));
        if request.is_empty() && !given.contains_id(keyed::KEY) {
            let [config_id, key] = keyed::WAYS;
            return complain(&Message::WhichOne(&[config_id, key, "--qr-code"]).text(lang), Exit::Usage);
        }
        with_session(given, command, lang, |session| {
            match keyed::config_id(session, given) {
                Ok(config_id) => request.extend(config_id.map(|id| ("config_id".to_owned(), id.into()))),
                Err(exit) => return exit,
            }
            request.extend(given.get_one::<String>("path").map(|path| ("path".to_owned(), path.as_str().into())));
            let request = Value::Object(request).to_string();
            session.tell(session.client.save_qr_code(&request, &session.options()), plain)
        })
    },
};

pub const SAVE_QR_CODES: Entry = Entry {
    command: |lang| {
        let flags = [ALL_SAVED, ledger::QUERY].concat();
        arguments::command("save-qr-codes", Text::SaveQrCodes, &flags, lang)
    },
    run: |given, command, lang| with_ledger(given, command, lang, |session| save_all(session, given)),
};

/// The file that a command writes; the member's own name will do too.
pub fn out(help: Text, lang: Language) -> Arg {
    let arg = Arg::new("path").long("out").alias("path").value_name("FILE");
    arg.help(help.text(lang)).help_heading(Text::Options.text(lang))
}

fn save_all(session: &Session, given: &ArgMatches) -> Exit {
    let mut request = object(arguments::given(ALL_SAVED, given));
    request.insert("query".to_owned(), json!(object(arguments::given(ledger::QUERY, given))));
    let mut bar = Bar::new(session.lang);
    let mut tell = |progress: &str| bar.tell(progress);
    let request = Value::Object(request).to_string();
    let outcome = session.client.save_qr_codes(&request, &session.options(), Some(&mut tell));
    drop(bar);
    let is_empty = outcome.as_ref().is_ok_and(|answer| json_get(answer, "/saved").as_deref() == Some("0"));
    let exit = session.tell_job(outcome, None, |answer| counts(answer, session.lang));
    if is_empty { session.complain(&Message::NoCodes, Exit::Refused) } else { exit }
}
