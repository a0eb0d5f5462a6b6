//! The six interfaces, a row each.

use crate::rules::Endpoint;

/// How an interface is called.
pub struct Row {
    /// Which.
    pub endpoint: Endpoint,
    /// WeCom's name for it, in errors and logs.
    pub name: &'static str,
    /// Its path.
    pub path: &'static str,
    /// Whether a second time does no harm.
    pub repeatable: bool,
    /// Refusals that mean, after an attempt of unknown outcome, that the work is done: the code and what to say.
    pub done_already: &'static [i64],
}

/// The table.
pub const ROWS: [Row; 6] = [
    Row {
        endpoint: Endpoint::Add,
        name: "add_contact_way",
        path: "/cgi-bin/externalcontact/add_contact_way",
        repeatable: false,
        done_already: &[],
    },
    Row {
        endpoint: Endpoint::Get,
        name: "get_contact_way",
        path: "/cgi-bin/externalcontact/get_contact_way",
        repeatable: true,
        done_already: &[],
    },
    Row {
        endpoint: Endpoint::List,
        name: "list_contact_way",
        path: "/cgi-bin/externalcontact/list_contact_way",
        repeatable: true,
        done_already: &[],
    },
    Row {
        endpoint: Endpoint::Update,
        name: "update_contact_way",
        path: "/cgi-bin/externalcontact/update_contact_way",
        repeatable: true,
        done_already: &[],
    },
    Row {
        endpoint: Endpoint::Del,
        name: "del_contact_way",
        path: "/cgi-bin/externalcontact/del_contact_way",
        repeatable: true,
        done_already: &[41044],
    },
    Row {
        endpoint: Endpoint::CloseTempChat,
        name: "close_temp_chat",
        path: "/cgi-bin/externalcontact/close_temp_chat",
        repeatable: true,
        // No document names the code of a chat that is closed already; these two say that there is no such contact.
        done_already: &[84061, 84084],
    },
];

/// The row of an interface.
#[must_use]
pub fn row(endpoint: Endpoint) -> &'static Row {
    ROWS.iter().find(|row| row.endpoint == endpoint).unwrap_or(&ROWS[0])
}

/// WeCom's name for an interface.
#[must_use]
pub fn name(endpoint: Endpoint) -> &'static str {
    row(endpoint).name
}
