//! Pictures: uploaded for a conclusion, and saved from a contact way's QR code.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use ureq::http::Uri;

use super::settings::{self, Settings};
use super::{Client, JSON, Options, Progress, Target, endpoint};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json;
use crate::rules::Endpoint;

const UPLOAD_PATH: &str = "/cgi-bin/media/upload?type=image";
/// WeCom's bounds for an uploaded picture, in bytes.
const UPLOAD_MIN: usize = 6;
const UPLOAD_MAX: usize = 10 * 1024 * 1024;
/// Where WeCom keeps its pictures, and all below it.
const PICTURE_HOST: &str = "qpic.cn";

/// Kinds of pictures: how a file of it begins, and its type.
const KINDS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
];

impl Client {
    /// Uploads a picture: `{"path": "a.png"}` or `{"base64": "…", "filename": "a.png"}`. The answer holds `media_id`.
    ///
    /// # Errors
    /// When there is no such picture, or as with [`Client::call`].
    pub fn upload_image(&self, request: &str, options: &Options) -> Result<String, Error> {
        self.run(Progress::new("upload_image", true), options, |call, progress| {
            let (filename, picture) = picture_of(request)?;
            let boundary = format!("contactway-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
            let body = form(&boundary, &filename, &picture);
            let content_type = format!("multipart/form-data; boundary={boundary}");
            let target = Target { path: UPLOAD_PATH, gate: None, done_already: &[] };
            let answer = self.with_token(call, &target, progress, &|uri| {
                self.transport.post(call, uri, &content_type, &body, false)
            })?;
            Ok(answer.into_text(&[]))
        })
    }

    /// Saves a QR picture: `{"config_id" or "qr_code": "…", "path": "out.png"}`. The file appears whole or not at all.
    ///
    /// # Errors
    /// When the address is not one of WeCom's, what it gives is no picture, the file cannot be written, or as with
    /// [`Client::call`].
    pub fn save_qr_code(&self, request: &str, options: &Options) -> Result<String, Error> {
        self.run(Progress::new("save_qr_code", true), options, |call, progress| {
            let object = settings::parse(request, "the request")?;
            let mut settings = Settings::new(&object, "");
            let (config_id, qr_code) = (settings.text("config_id"), settings.text("qr_code"));
            let path = settings.text("path");
            if config_id.is_some() == qr_code.is_some() {
                settings.wrong("config_id", "one_of_two", "give either config_id or qr_code");
            }
            if path.is_none() {
                settings.wrong("path", "path_required", "path is required: the file to write");
            }
            settings.finish("the request")?;
            let (Some(path), source) = (path, qr_code.map(str::to_owned)) else {
                return Err(Error::new(Kind::Internal, "the request was not read"));
            };
            let address = match (source, config_id) {
                (Some(address), _) => address,
                (None, config_id) => self.qr_code_of(call, progress, config_id.unwrap_or_default())?,
            };
            let picture = self.download(call, progress, &address)?;
            let content_type = kind_of(&picture)
                .ok_or_else(|| Error::new(Kind::BadResponse, "what the qr_code address gives is no picture"))?;
            write_whole(Path::new(path), &picture).map_err(|error| {
                Error::new(Kind::InvalidArgument, format!("path: the file cannot be written: {}", error.kind()))
            })?;
            let bytes = picture.len();
            let answer =
                json!({"errcode": 0, "errmsg": "ok", "path": path, "bytes": bytes, "content_type": content_type});
            Ok(answer.to_string())
        })
    }

    fn qr_code_of(&self, call: &Arc<Call>, progress: &mut Progress, config_id: &str) -> Result<String, Error> {
        let row = endpoint::row(Endpoint::Get);
        let body = json!({"config_id": config_id}).to_string();
        let target = Target { path: row.path, gate: self.gate(Endpoint::Get), done_already: &[] };
        let answer = self
            .with_token(call, &target, progress, &|uri| self.transport.post(call, uri, JSON, body.as_bytes(), false))?;
        json::get(answer.text(), "/contact_way/qr_code").ok_or_else(|| {
            Error::new(Kind::InvalidRequest, "config_id: this contact way has no qr_code; only those of scene 2 have")
        })
    }

    /// GETs a picture, without a token.
    fn download(&self, call: &Arc<Call>, progress: &mut Progress, address: &str) -> Result<Vec<u8>, Error> {
        let uri = self.picture_address(address)?;
        let failed = |progress: &mut Progress, failure| progress.failed(failure).1;
        let reply = self.transport.get(call, uri).map_err(|failure| failed(progress, failure))?;
        progress.http_status = Some(reply.status);
        if reply.status == 200 {
            return Ok(reply.body);
        }
        let what = format!("the qr_code address answered with HTTP status {}", reply.status);
        Err(progress.finish(Error::new(Kind::BadResponse, what), true))
    }

    /// The address of a picture, if it is WeCom's: anything else could be made to reach into the host's own network.
    fn picture_address(&self, address: &str) -> Result<Uri, Error> {
        let refused = |why: &str| Error::new(Kind::InvalidArgument, format!("qr_code: {why}"));
        let uri: Uri = address.parse().map_err(|_| refused("it is no address"))?;
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let own: Option<Uri> = self.base_url.parse().ok();
        let of_wecom = host.strip_suffix(PICTURE_HOST).is_some_and(|above| above.is_empty() || above.ends_with('.'));
        let of_base_url = own.as_ref().and_then(Uri::host).is_some_and(|own| own.eq_ignore_ascii_case(&host));
        if address.contains('@') || !(of_wecom || of_base_url) {
            return Err(refused("its host is neither below qpic.cn nor that of base_url"));
        }
        match uri.scheme_str() {
            Some("https") => Ok(uri),
            Some("http") if is_loopback(&host) => Ok(uri),
            // Old codes have such addresses; the host answers on both.
            Some("http") if of_wecom => {
                format!("https{}", &address["http".len()..]).parse().map_err(|_| refused("it is no address"))
            }
            _ => Err(refused("it must be https")),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The name and the bytes of the picture that a request gives.
fn picture_of(request: &str) -> Result<(String, Vec<u8>), Error> {
    let object = settings::parse(request, "the request")?;
    let mut settings = Settings::new(&object, "");
    let (path, base64, filename) = (settings.text("path"), settings.text("base64"), settings.text("filename"));
    if path.is_some() == base64.is_some() {
        settings.wrong("path", "one_of_two", "give either path, or base64 and filename");
    }
    if base64.is_some() && filename.is_none() {
        settings.wrong("filename", "filename_required", "filename is required beside base64");
    }
    let picture = match (path, base64) {
        (Some(path), _) => {
            fs::read(path).map_err(|error| ("path", format!("the file cannot be read: {}", error.kind())))
        }
        (None, Some(text)) => BASE64_STANDARD.decode(text).map_err(|_| ("base64", "it is not base64".to_owned())),
        (None, None) => Ok(Vec::new()),
    };
    let picture = picture.unwrap_or_else(|(name, why)| {
        settings.wrong(name, "unreadable", why);
        Vec::new()
    });
    settings.finish("the request")?;
    if !(UPLOAD_MIN..=UPLOAD_MAX).contains(&picture.len()) {
        return Err(Error::new(Kind::InvalidRequest, "a picture to upload has 6 bytes to 10 MiB"));
    }
    if !matches!(kind_of(&picture), Some("image/png" | "image/jpeg")) {
        return Err(Error::new(Kind::InvalidRequest, "a picture to upload is a PNG or a JPEG"));
    }
    let own_name = path.and_then(|path| Path::new(path).file_name()?.to_str());
    Ok((filename.or(own_name).unwrap_or("picture").to_owned(), picture))
}

fn kind_of(picture: &[u8]) -> Option<&'static str> {
    KINDS.iter().find(|(start, _)| picture.starts_with(start)).map(|(_, kind)| *kind)
}

/// The body of a form with one file.
fn form(boundary: &str, filename: &str, picture: &[u8]) -> Vec<u8> {
    // As browsers write a name that holds what would end it.
    let filename = filename.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let kind = kind_of(picture).unwrap_or("application/octet-stream");
    let length = picture.len();
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{filename}\"; filelength={length}\r\n\
         Content-Type: {kind}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(picture);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

/// Writes beside `path` first, so that nobody ever sees half a picture.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut beside = name.to_owned();
    beside.push(format!(".{:016x}.part", fastrand::u64(..)));
    let beside = path.with_file_name(beside);
    let written = File::create_new(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _left_nothing = fs::remove_file(&beside);
    }
    written
}
