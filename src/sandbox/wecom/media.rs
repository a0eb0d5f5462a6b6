//! Uploaded pictures: their ids, and for how long these are good.

use serde_json::json;

use super::answer::{Answer, Outcome, Refusal};
use super::caller::Caller;
use super::{Wecom, pictures};
use crate::json::{Object, Value};
use crate::lock::write;
use crate::sandbox::serve::{Request, Response};
use crate::sandbox::world::conclusions::Conclusions;
use crate::sandbox::world::ids::mix;
use crate::sandbox::world::{Corp, World};

/// Where `pic_url` points.
pub const PATH: &str = "/pic/";
const LIFE_S: i64 = 3 * 86_400;
const MEGABYTE: usize = 1024 * 1024;

/// A kind of file: its name, its greatest size, how such a file begins.
type FileKind = (&'static str, usize, &'static [&'static [u8]]);

#[rustfmt::skip]
const KINDS: &[FileKind] = &[
    ("image", 10 * MEGABYTE, &[b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
    ("voice", 2 * MEGABYTE, &[b""]),
    ("video", 10 * MEGABYTE, &[b""]),
    ("file", 20 * MEGABYTE, &[b""]),
];

pub fn upload(caller: &Caller, request: &Request) -> Outcome {
    let kind = request.query("type").unwrap_or_default();
    let (name, most, beginnings) = KINDS.iter().find(|(name, ..)| *name == kind).ok_or(40005)?;
    let content_type = request.header("content-type").unwrap_or_default();
    let file = file(&content_type, &request.body).filter(|file| file.len() > 5).ok_or(44001)?;
    if file.len() > *most {
        return Err(45001.into());
    }
    if !beginnings.iter().any(|beginning| file.starts_with(beginning)) {
        return Err(40123.into());
    }
    let media_id = caller.wecom.world.ids.text(64);
    write(caller.corp).media.insert(media_id.clone(), caller.now);
    let created_at = caller.now.to_string();
    Ok(Answer::new(0, "ok", json!({"type": name, "media_id": media_id, "created_at": created_at})))
}

/// The file in a multipart form's field `media`.
fn file<'b>(content_type: &str, body: &'b [u8]) -> Option<&'b [u8]> {
    let (_, boundary) = content_type.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let line = format!("--{boundary}");
    let mut rest = &body[find(body, line.as_bytes())? + line.len()..];
    let end = format!("\r\n{line}");
    while let Some(length) = find(rest, end.as_bytes()) {
        let part = rest[..length].strip_prefix(b"\r\n")?;
        let head_end = find(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&part[..head_end]).to_ascii_lowercase();
        if head.contains("name=\"media\"") && head.contains("filename=") {
            return Some(&part[head_end + 4..]);
        }
        rest = &rest[length + end.len()..];
    }
    None
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len().max(1)).position(|window| window == wanted)
}

/// Whether the media that conclusions name may be used.
pub fn check(world: &World, corp: &Corp, given: &Object, is_temp: bool, now: i64) -> Result<(), Refusal> {
    let conclusions = given.get("conclusions").and_then(Value::as_object).filter(|_| is_temp);
    let Some(media_id) = conclusions.and_then(Conclusions::media_id) else { return Ok(()) };
    let is_good = match corp.media.get(media_id) {
        Some(uploaded_at) => now < uploaded_at.saturating_add(LIFE_S),
        None => !world.config.check_media,
    };
    if is_good { Ok(()) } else { Err(40007.into()) }
}

/// Where the picture can be read once it is part of a contact way.
pub fn address(wecom: &Wecom, media_id: &str) -> String {
    let name = media_id.bytes().fold(0, |name, byte| mix(name ^ u64::from(byte)));
    format!("{}{PATH}{name:016x}", wecom.base_url)
}

/// The picture itself is not kept; a plain one stands for it.
pub fn picture() -> Response {
    pictures::plain_picture().map_or_else(|| Response::empty(404), |png| Response::new(200, "image/png", png))
}
