//! The pictures: a QR code for each contact way, drawn when it is asked for.

use qrcode::{Color, EcLevel, QrCode};

use super::Wecom;
use crate::lock::read;
use crate::sandbox::serve::Response;
use crate::sandbox::world::World;
use crate::sandbox::world::contact_ways::{ContactWay, MINIPROGRAM};
use crate::sandbox::world::ids::{ConfigId, mix};

/// Where the pictures lie.
pub const PATH: &str = "/qr/";
/// Pixels to a module.
const SCALE: usize = 8;
/// Modules of white around the code, as its standard asks.
const QUIET: usize = 4;
/// Modules across the member's mark, white border included.
const MARK: usize = 7;
const BLACK: u8 = 0;
const WHITE: u8 = 255;

/// The address of a contact way's picture; a button in a mini-program has none.
pub fn address(wecom: &Wecom, way: &ContactWay) -> Option<String> {
    (way.scene != MINIPROGRAM).then(|| format!("{}{PATH}{}", wecom.base_url, way.config_id))
}

/// The picture at a path; there may be none.
pub fn at(world: &World, path: &str) -> Response {
    path.strip_prefix(PATH).map_or_else(|| Response::empty(404), |name| named(world, name))
}

/// The picture whose address ends so.
pub fn named(world: &World, name: &str) -> Response {
    let id = name.parse::<ConfigId>().ok();
    let png = id.and_then(|id| {
        let ways = world.corps.values().map(read);
        let mut faces = ways.filter_map(|corp| {
            let way = corp.ways.get(id).filter(|way| way.scene != MINIPROGRAM)?;
            Some(way.face().map(str::to_owned))
        });
        picture(id, faces.next()?.as_deref())
    });
    png.map_or_else(|| Response::empty(404), |png| Response::new(200, "image/png", png))
}

/// A QR code that leads to the contact way, with the member's mark in its middle.
fn picture(id: ConfigId, face: Option<&str>) -> Option<Vec<u8>> {
    // The highest level of correction makes up for what the mark covers.
    let code = QrCode::with_error_correction_level(format!("https://work.weixin.qq.com/ca/{id}"), EcLevel::H).ok()?;
    let (width, mut modules) = (code.width(), code.to_colors());
    if let Some(face) = face {
        draw_mark(&mut modules, width, face);
    }
    let side = (width + 2 * QUIET) * SCALE;
    let mut pixels = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let module = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|at| *at < width);
            let is_dark = module(x).zip(module(y)).is_some_and(|(x, y)| modules[y * width + x] == Color::Dark);
            pixels.push(if is_dark { BLACK } else { WHITE });
        }
    }
    png(side, &pixels)
}

/// A pattern that is the member's own, where WeCom's pictures show the member's face.
fn draw_mark(modules: &mut [Color], width: usize, face: &str) {
    let name = face.bytes().fold(0, |name, byte| mix(name ^ u64::from(byte)));
    let corner = (width - MARK) / 2;
    for y in 0..MARK {
        for x in 0..MARK {
            let is_border = x == 0 || y == 0 || x == MARK - 1 || y == MARK - 1;
            // Left and right alike, as faces are.
            let bit = y * MARK + x.min(MARK - 1 - x);
            let is_dark = !is_border && (name >> bit) & 1 == 1;
            modules[(corner + y) * width + corner + x] = if is_dark { Color::Dark } else { Color::Light };
        }
    }
}

/// A grey square.
pub fn plain_picture() -> Option<Vec<u8>> {
    const SIDE: usize = 64;
    png(SIDE, &[0xC0; SIDE * SIDE])
}

fn png(side: usize, pixels: &[u8]) -> Option<Vec<u8>> {
    let side = u32::try_from(side).ok()?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().ok()?.write_image_data(pixels).ok()?;
    Some(bytes)
}
