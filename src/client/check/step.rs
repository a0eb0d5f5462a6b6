//! The steps of a check.

/// What is looked at, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Configuration,
    Proxy,
    Resolve,
    Connect,
    Tls,
    Token,
    Permission,
    Clock,
    /// Only where there is one.
    Store,
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::Configuration,
        Self::Proxy,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Token,
        Self::Permission,
        Self::Clock,
        Self::Store,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Proxy => "proxy",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Token => "token",
            Self::Permission => "permission",
            Self::Clock => "clock",
            Self::Store => "store",
        }
    }
}
