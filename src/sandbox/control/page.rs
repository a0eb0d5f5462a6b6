//! The page at `/`, for people who would rather look.

use crate::sandbox::serve::Response;

/// Nothing on it comes from elsewhere, and nobody may frame it. Its pictures are fetched with the token, where there is
/// one, and shown from memory.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                          img-src blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub fn page() -> Response {
    Response::new(200, "text/html; charset=utf-8", include_str!("page.html"))
}
