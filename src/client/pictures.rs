//! Pictures: uploaded for a conclusion, and saved from a contact way's QR code.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use ureq::http::Uri;

use super::base_url::port_fits;
use super::{Client, Done, Options};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::endpoint::{Endpoint, PICTURE, UPLOAD};
use crate::json::fields::{Detail, Fields};
use crate::json::{self, Object};
use crate::ledger::Progress;
use crate::os_error::in_words;
use crate::random;
use crate::wire::Ask;

const REQUEST: &str = "the request";
/// WeCom's bounds for an uploaded picture, in bytes.
const UPLOAD_MIN: usize = 6;
const UPLOAD_MAX: usize = 10 * 1024 * 1024;
/// Where WeCom keeps its pictures, and all below it.
const PICTURE_HOST: &str = "qpic.cn";

/// A kind of pictures.
struct Format {
    /// How a file of it begins.
    start: &'static [u8],
    content_type: &'static str,
    /// What its files' names end with; the first is the common one.
    suffixes: &'static [&'static str],
    /// Whether WeCom takes it for a conclusion.
    is_uploaded: bool,
}

const fn format(start: &'static [u8], content_type: &'static str, suffixes: &'static [&'static str]) -> Format {
    Format { start, content_type, suffixes, is_uploaded: false }
}

const FORMATS: &[Format] = &[
    Format { is_uploaded: true, ..format(b"\x89PNG\r\n\x1a\n", "image/png", &["png"]) },
    Format { is_uploaded: true, ..format(b"\xff\xd8\xff", "image/jpeg", &["jpg", "jpeg"]) },
    format(b"GIF8", "image/gif", &["gif"]),
    format(b"BM", "image/bmp", &["bmp"]),
];

impl Client {
    /// Uploads a picture: `{"path": "a.png"}` or `{"base64": "…", "filename": "a.png"}`. The answer holds `media_id`.
    ///
    /// # Errors
    /// When there is no such picture, or as with [`Client::call`].
    pub fn upload_image(&self, request: &str, options: &Options) -> Result<String, Error> {
        self.run(UPLOAD.name, options, |call| {
            let (filename, picture, content_type) = picture_of(request)?;
            let boundary = format!("contactway-{:032x}", random::source().u128(..));
            let form = form(&boundary, &filename, content_type, &picture);
            let content_type = format!("multipart/form-data; boundary={boundary}");
            let mut ask = Ask::of(&UPLOAD, &form);
            ask.query = "type=image";
            ask.content_type = &content_type;
            let answered = self.wire.ask(call, &ask)?;
            Ok(Done { answer: answered.answer.into_text(Vec::new()), attempts: answered.attempts })
        })
    }

    /// Saves a QR picture: `{"config_id" or "qr_code": "…", "path": "out.png"}`. The file appears whole or not at all; it
    /// replaces a file, or a symbolic link to one or to nothing, and nothing else.
    ///
    /// # Errors
    /// When the address is not one of WeCom's, what it gives is no picture, the file cannot be written, or as with
    /// [`Client::call`].
    pub fn save_qr_code(&self, request: &str, options: &Options) -> Result<String, Error> {
        self.run(PICTURE.name, options, |call| {
            let object = Object::parse(request).map_err(|error| Error::unreadable(REQUEST, &error))?;
            let (source, path) = self.source_and_path(&object)?;
            replaceable(Path::new(path)).map_err(unwritable)?;
            let (address, before) = match source {
                Wanted::Address(address) => (address, 0),
                Wanted::ConfigId(config_id) => self.qr_code_of(call, config_id)?,
            };
            let fetched = self.wire.fetch(call, &PICTURE, &address, picture).map_err(|error| error.after(before))?;
            let (picture, content_type) = fetched.answer;
            write_whole(Path::new(path), &picture).map_err(unwritable)?;
            let bytes = picture.len();
            let answer =
                json!({"errcode": 0, "errmsg": "ok", "path": path, "bytes": bytes, "content_type": content_type});
            Ok(Done { answer: answer.to_string(), attempts: before + fetched.attempts })
        })
    }

    /// Saves the QR pictures of many contact ways: `{"query": {as for the ledger}, "directory": "codes/"}`. A file is named
    /// after the key, or the `config_id` where there is none, and replaces one of that name.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some pictures could not be saved; or why the job stopped.
    pub fn save_qr_codes(
        &self,
        request: &str,
        options: &Options,
        progress: Option<&mut dyn Progress>,
    ) -> Result<String, Error> {
        let save = |call: &Arc<Call>, address: &str, path: &Path| self.save_picture(call, address, path);
        self.job("save_qr_codes", options, |ledger, call| ledger.save_qr_codes(call, request, &save, progress))
    }

    /// Saves the picture at an address that WeCom gave, in a file named `path` and the suffix of its kind.
    fn save_picture(&self, call: &Arc<Call>, address: &str, path: &Path) -> Result<(), Error> {
        let address = self.picture_address(address).map_err(|why| {
            Error::with_details(
                Kind::InvalidRequest,
                "the entry",
                vec![Detail::of_member("/qr_code".to_owned(), "picture_host", why)],
            )
        })?;
        let (picture, _) = self.wire.fetch(call, &PICTURE, &address, picture)?.answer;
        // Always, also where the name seems to have one: two names stay two.
        let suffix = format_of(&picture).and_then(|format| format.suffixes.first()).unwrap_or(&"");
        let mut path = path.as_os_str().to_owned();
        path.push(format!(".{suffix}"));
        let path = Path::new(&path);
        replaceable(path).map_err(unwritable)?;
        write_whole(path, &picture).map_err(unwritable)
    }

    /// What a request asks to be saved, and where.
    fn source_and_path<'a>(&self, object: &'a Object<'a>) -> Result<(Wanted<'a>, &'a str), Error> {
        let mut fields = Fields::new(object, "");
        let (config_id, qr_code) = (fields.text("config_id"), fields.text("qr_code"));
        let path = fields.text("path");
        // What is there and wrong is told of already.
        if fields.value("config_id").is_some() == fields.value("qr_code").is_some() {
            fields.wrong_together("one_of_two", "give either config_id or qr_code");
        }
        if fields.value("path").is_none() {
            fields.wrong("path", "path_required", "is required: the file to write; give it");
        }
        let address = qr_code.map(|address| self.picture_address(address));
        if let Some(Err(why)) = address {
            fields.wrong("qr_code", "picture_host", why);
        }
        fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidRequest, REQUEST, wrong))?;
        match (config_id, address, path) {
            (Some(config_id), _, Some(path)) => Ok((Wanted::ConfigId(config_id), path)),
            (_, Some(Ok(address)), Some(path)) => Ok((Wanted::Address(address), path)),
            _ => Err(Error::new(Kind::Internal, "the request was not read")),
        }
    }

    /// The address of a contact way's picture, as WeCom answers it, and how many attempts that took.
    fn qr_code_of(&self, call: &Arc<Call>, config_id: &str) -> Result<(Uri, u32), Error> {
        let body = json!({"config_id": config_id}).to_string();
        let body = self.read(Endpoint::Get, &body)?.body;
        let answered = self.wire.ask(call, &Ask::of(Endpoint::Get.facts(), body.as_bytes()))?;
        let refused = |rule, why: &str| {
            Error::with_details(Kind::InvalidRequest, REQUEST, vec![Detail::new("/config_id", rule, why)])
        };
        let address = json::get(answered.answer.text(), "/contact_way/qr_code").filter(|address| !address.is_empty());
        let none = "this contact way has no qr_code; only those of scene 2 have";
        let address = address.ok_or_else(|| refused("no_qr_code", none))?;
        let address =
            self.picture_address(&address).map_err(|why| refused("picture_host", &format!("its qr_code {why}")))?;
        Ok((address, answered.attempts))
    }

    /// The address of a picture, if it is WeCom's: anything else could be made to reach into the host's own network.
    fn picture_address(&self, address: &str) -> Result<Uri, &'static str> {
        const NO_ADDRESS: &str = "must be the address of a picture";
        let uri: Uri = address.parse().map_err(|_| NO_ADDRESS)?;
        if !port_fits(&uri) {
            return Err("must have a port of 1 to 65535");
        }
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let own: Option<Uri> = self.wire.base_url().parse().ok();
        let origin = |uri: &Uri| {
            let host = uri.host().map(str::to_ascii_lowercase);
            (uri.scheme().cloned(), host, port_of(uri))
        };
        let of_wecom = host.strip_suffix(PICTURE_HOST).is_some_and(|above| above.is_empty() || above.ends_with('.'));
        let of_base_url = own.is_some_and(|own| origin(&own) == origin(&uri));
        if address.contains('@') || !(of_wecom || of_base_url) {
            return Err("must be at a host below qpic.cn, or at the host and port of base_url");
        }
        match uri.scheme_str() {
            Some("https") => Ok(uri),
            // As far as base_url itself may go.
            Some("http") if of_base_url => Ok(uri),
            // Old codes have such addresses; the host answers on both.
            Some("http") if of_wecom => format!("https{}", &address["http".len()..]).parse().map_err(|_| NO_ADDRESS),
            _ => Err("must be an https address"),
        }
    }
}

/// The port that an address names, or its scheme means.
fn port_of(uri: &Uri) -> Option<u16> {
    uri.port_u16().or(match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}

/// What the picture is of.
enum Wanted<'a> {
    ConfigId(&'a str),
    Address(Uri),
}

/// A picture in a body, and its type.
fn picture(body: Vec<u8>) -> Result<(Vec<u8>, &'static str), &'static str> {
    match format_of(&body) {
        Some(format) => Ok((body, format.content_type)),
        None => Err("what the qr_code address gives is no picture"),
    }
}

/// The name, the bytes and the type of the picture that a request gives.
fn picture_of(request: &str) -> Result<(String, Vec<u8>, &'static str), Error> {
    let object = Object::parse(request).map_err(|error| Error::unreadable(REQUEST, &error))?;
    let mut fields = Fields::new(&object, "");
    let (path, base64, filename) = (fields.text("path"), fields.text("base64"), fields.text("filename"));
    // What is there and wrong is told of already.
    if fields.value("path").is_some() == fields.value("base64").is_some() {
        fields.wrong_together("one_of_two", "give either path, or base64 and filename");
    }
    if base64.is_some() && fields.value("filename").is_none() {
        fields.wrong("filename", "filename_required", "is required beside base64; give it");
    }
    let (member, read) = match (path, base64) {
        (Some(path), _) => ("path", read_file(Path::new(path))),
        (None, Some(text)) => {
            ("base64", BASE64_STANDARD.decode(text).map_err(|_| "is not base64; encode it as RFC 4648 says".to_owned()))
        }
        (None, None) => ("", Ok(Vec::new())),
    };
    let picture = match read {
        Ok(picture) => picture,
        Err(why) => {
            fields.wrong(member, "unreadable", &why);
            Vec::new()
        }
    };
    let format = format_of(&picture).filter(|format| format.is_uploaded);
    if !picture.is_empty() {
        if !(UPLOAD_MIN..=UPLOAD_MAX).contains(&picture.len()) {
            fields.wrong(member, "picture_bytes", "must be a picture of 6 bytes to 10 MiB; give another");
        } else if format.is_none() {
            fields.wrong(member, "picture_kind", "must be a PNG or a JPEG; convert it");
        }
    }
    fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidRequest, REQUEST, wrong))?;
    let format = format.ok_or_else(|| Error::new(Kind::Internal, "the picture was not read"))?;
    let own_name = path.and_then(|path| Path::new(path).file_name()?.to_str());
    let filename = with_suffix(filename.or(own_name).unwrap_or("picture"), format);
    Ok((filename, picture, format.content_type))
}

/// A file's name that ends as those of its format do: WeCom goes by that.
fn with_suffix(filename: &str, format: &Format) -> String {
    let suffix = Path::new(filename).extension().and_then(OsStr::to_str).unwrap_or_default();
    match format.suffixes {
        [common, ..] if !format.suffixes.iter().any(|fitting| fitting.eq_ignore_ascii_case(suffix)) => {
            Path::new(filename).with_extension(common).to_string_lossy().into_owned()
        }
        _ => filename.to_owned(),
    }
}

/// The bytes of a regular file, and of a longer one just enough to see that it is too long: reading from a device or a
/// pipe might never end.
fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable =
        |error: io::Error| format!("names a file that cannot be read: {}; check the path", in_words(&error));
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a regular file; name one".to_owned());
    }
    let mut picture = Vec::new();
    File::open(path).and_then(|file| file.take(UPLOAD_MAX as u64 + 1).read_to_end(&mut picture)).map_err(unreadable)?;
    if picture.is_empty() { Err("names an empty file; name another".to_owned()) } else { Ok(picture) }
}

fn format_of(picture: &[u8]) -> Option<&'static Format> {
    FORMATS.iter().find(|format| picture.starts_with(format.start))
}

/// The body of a form with one file.
fn form(boundary: &str, filename: &str, content_type: &str, picture: &[u8]) -> Vec<u8> {
    // As browsers write a name that holds what would end it.
    let filename = filename.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let length = picture.len();
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{filename}\"; filelength={length}\r\n\
         Content-Type: {content_type}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(picture);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

fn unwritable(why: impl fmt::Display) -> Error {
    let message = format!("the file cannot be written: {why}");
    Error::with_details(Kind::InvalidRequest, REQUEST, vec![Detail::new("/path", "unwritable", message)])
}

/// Whether a file may come to be at `path`, or replace what is there. A device, a pipe or a folder is no file, nor is a
/// link to one.
fn replaceable(path: &Path) -> Result<(), &'static str> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => Err("what is there is not a regular file"),
        _ => Ok(()),
    }
}

/// Writes beside `path` first, so that nobody ever sees half a picture. A link is replaced; what it names is left alone.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let in_words = |error: io::Error| match path.parent() {
        Some(folder) if error.kind() == io::ErrorKind::NotFound => {
            format!("there is no folder {}; make it, or name another", folder.display())
        }
        _ => in_words(&error),
    };
    path.file_name().ok_or_else(|| in_words(io::ErrorKind::InvalidFilename.into()))?;
    // Its own name may be as long as a name can be.
    let beside = path.with_file_name(format!(".contactway-{:016x}", random::source().u64(..)));
    let written = File::create_new(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _left_nothing = fs::remove_file(&beside);
    }
    written.map_err(in_words)
}
