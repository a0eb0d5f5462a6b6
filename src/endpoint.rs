//! WeCom's endpoints: one table, which the compiler checks.

/// One of the document's six endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `add_contact_way`
    Add,
    /// `get_contact_way`
    Get,
    /// `list_contact_way`
    List,
    /// `update_contact_way`
    Update,
    /// `del_contact_way`
    Del,
    /// `close_temp_chat`
    CloseTempChat,
}

/// What is known of an endpoint.
#[derive(Debug)]
pub(crate) struct Facts {
    /// WeCom's name for it: in errors, in logs, in the sandbox's journal.
    pub name: &'static str,
    /// Its path.
    pub path: &'static str,
    /// Whether a second time does no harm.
    pub harmless_twice: bool,
    /// Refusals that mean, after an attempt of unknown outcome, that the work is done.
    pub done_already: &'static [i64],
    /// Whether a missing errcode means success.
    pub errcode_optional: bool,
}

/// An endpoint that may be called again at will.
const fn harmless(name: &'static str, path: &'static str) -> Facts {
    Facts { name, path, harmless_twice: true, done_already: &[], errcode_optional: false }
}

const ADD: Facts =
    Facts { harmless_twice: false, ..harmless("add_contact_way", "/cgi-bin/externalcontact/add_contact_way") };
const GET: Facts = harmless("get_contact_way", "/cgi-bin/externalcontact/get_contact_way");
const LIST: Facts = harmless("list_contact_way", "/cgi-bin/externalcontact/list_contact_way");
const UPDATE: Facts = harmless("update_contact_way", "/cgi-bin/externalcontact/update_contact_way");
const DEL: Facts =
    Facts { done_already: &[41044], ..harmless("del_contact_way", "/cgi-bin/externalcontact/del_contact_way") };
// No document names the code of a chat that is closed already; these two say that there is no such contact.
const CLOSE_TEMP_CHAT: Facts =
    Facts { done_already: &[84061, 84084], ..harmless("close_temp_chat", "/cgi-bin/externalcontact/close_temp_chat") };

/// Uploads a picture.
pub(crate) const UPLOAD: Facts = harmless("upload_image", "/cgi-bin/media/upload");
/// Fetches a picture, from the address that an answer gave.
pub(crate) const PICTURE: Facts = harmless("save_qr_code", "");
/// Finds out whether everything works.
pub(crate) const CHECK: Facts = harmless("check", "");
/// The token of a self-built app.
pub(crate) const GETTOKEN: Facts = harmless("gettoken", "/cgi-bin/gettoken");
/// A third-party app's own token.
pub(crate) const GET_SUITE_TOKEN: Facts =
    Facts { errcode_optional: true, ..harmless("get_suite_token", "/cgi-bin/service/get_suite_token") };
/// A third-party app's token for one company.
pub(crate) const GET_CORP_TOKEN: Facts =
    Facts { errcode_optional: true, ..harmless("get_corp_token", "/cgi-bin/service/get_corp_token") };

impl Endpoint {
    /// All six, in the order of the document.
    pub const ALL: [Self; 6] = [Self::Add, Self::Get, Self::List, Self::Update, Self::Del, Self::CloseTempChat];

    /// What is known of it.
    pub(crate) const fn facts(self) -> &'static Facts {
        match self {
            Self::Add => &ADD,
            Self::Get => &GET,
            Self::List => &LIST,
            Self::Update => &UPDATE,
            Self::Del => &DEL,
            Self::CloseTempChat => &CLOSE_TEMP_CHAT,
        }
    }

    /// WeCom's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The function that calls it, as in `contactway_add`.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Get => "get",
            Self::List => "list",
            Self::Update => "update",
            Self::Del => "del",
            Self::CloseTempChat => "close_temp_chat",
        }
    }
}
