//! What is done about a session that an agent has in a workspace and that nobody feeds. The user's alone to say: a workspace
//! must not have conversations taken in.

use serde_json::Value;

/// What is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attach {
    /// The user is asked.
    #[default]
    Ask,
    /// It is kept.
    Auto,
    /// Nothing.
    Off,
}

impl Attach {
    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Attach::Ask => "ask",
            Attach::Auto => "auto",
            Attach::Off => "off",
        }
    }

    pub(super) fn read(value: &Value) -> Result<Attach, String> {
        let all = [Attach::Ask, Attach::Auto, Attach::Off];
        let found = all.into_iter().find(|attach| value.as_str() == Some(attach.name()));
        found.ok_or_else(|| format!("attach is {value}; \"ask\", \"auto\" or \"off\" is accepted"))
    }
}
