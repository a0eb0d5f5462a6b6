//! The members that the document names, and the type of each.

use crate::endpoint::Endpoint::{self, Add, CloseTempChat, Del, Get, List, Update};
use crate::json::Value;

/// A documented JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// An integer of up to 64 bits.
    Integer,
    /// `true` or `false`.
    Bool,
    /// A string.
    Text,
    /// An array of strings.
    Texts,
    /// An array of integers.
    Integers,
    /// An object.
    Object,
}

impl Type {
    /// What a value must be, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Integer => "an integer, written without quotes, fraction or exponent",
            Self::Bool => "true or false, without quotes",
            Self::Text => "a string in quotes",
            Self::Texts => "an array of strings",
            Self::Integers => "an array of integers",
            Self::Object => "an object",
        }
    }

    /// Whether `value` is of this type; of an array's items nothing is said here.
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Integer => value.as_integer().is_some(),
            Self::Bool => value.as_bool().is_some(),
            Self::Text => value.as_text().is_some(),
            Self::Texts | Self::Integers => value.as_list().is_some(),
            Self::Object => value.as_object().is_some(),
        }
    }

    /// The type of an array's items.
    #[must_use]
    pub const fn item(self) -> Option<Self> {
        match self {
            Self::Texts => Some(Self::Text),
            Self::Integers => Some(Self::Integer),
            _ => None,
        }
    }
}

/// A member that the document names.
#[derive(Debug)]
pub struct Member {
    /// The endpoints whose request has it.
    pub endpoints: &'static [Endpoint],
    /// Where it stands (RFC 6901).
    pub pointer: &'static str,
    /// What it must be.
    pub wire_type: Type,
}

const fn row(endpoints: &'static [Endpoint], pointer: &'static str, wire_type: Type) -> Member {
    Member { endpoints, pointer, wire_type }
}

/// Every member of the six requests.
pub const MEMBERS: &[Member] = &[
    row(&[Add], "/type", Type::Integer),
    row(&[Add], "/scene", Type::Integer),
    row(&[Get, Update, Del], "/config_id", Type::Text),
    row(&[Add, Update], "/style", Type::Integer),
    row(&[Add, Update], "/remark", Type::Text),
    row(&[Add, Update], "/skip_verify", Type::Bool),
    row(&[Add, Update], "/state", Type::Text),
    row(&[Add, Update], "/user", Type::Texts),
    row(&[Add, Update], "/party", Type::Integers),
    row(&[Add], "/is_temp", Type::Bool),
    row(&[Add, Update], "/expires_in", Type::Integer),
    row(&[Add, Update], "/chat_expires_in", Type::Integer),
    row(&[Add, Update], "/unionid", Type::Text),
    row(&[Add, Update], "/is_exclusive", Type::Bool),
    row(&[Add, Update], "/mark_source", Type::Bool),
    row(&[Add, Update], "/conclusions", Type::Object),
    row(&[Add, Update], "/conclusions/text", Type::Object),
    row(&[Add, Update], "/conclusions/text/content", Type::Text),
    row(&[Add, Update], "/conclusions/image", Type::Object),
    row(&[Add, Update], "/conclusions/image/media_id", Type::Text),
    row(&[Add, Update], "/conclusions/image/pic_url", Type::Text),
    row(&[Add, Update], "/conclusions/link", Type::Object),
    row(&[Add, Update], "/conclusions/link/title", Type::Text),
    row(&[Add, Update], "/conclusions/link/picurl", Type::Text),
    row(&[Add, Update], "/conclusions/link/desc", Type::Text),
    row(&[Add, Update], "/conclusions/link/url", Type::Text),
    row(&[Add, Update], "/conclusions/miniprogram", Type::Object),
    row(&[Add, Update], "/conclusions/miniprogram/title", Type::Text),
    row(&[Add, Update], "/conclusions/miniprogram/pic_media_id", Type::Text),
    row(&[Add, Update], "/conclusions/miniprogram/appid", Type::Text),
    row(&[Add, Update], "/conclusions/miniprogram/page", Type::Text),
    row(&[List], "/start_time", Type::Integer),
    row(&[List], "/end_time", Type::Integer),
    row(&[List], "/cursor", Type::Text),
    row(&[List], "/limit", Type::Integer),
    row(&[CloseTempChat], "/userid", Type::Text),
    row(&[CloseTempChat], "/external_userid", Type::Text),
];

/// The documented type of the member at `pointer`, if `endpoint` has it.
#[cfg(any(feature = "sandbox", test))]
#[must_use]
pub fn wire_type(endpoint: Endpoint, pointer: &str) -> Option<Type> {
    MEMBERS
        .iter()
        .find(|member| member.pointer == pointer && member.endpoints.contains(&endpoint))
        .map(|member| member.wire_type)
}
