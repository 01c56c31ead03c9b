//! Keys: where they come from, and that each goes to the one origin it was made for and to no other.
//!
//! A key that the editor hands over and `SESSION_MEMORY_API_KEY` belong to the address in the settings. A vendor's own
//! variable belongs to the vendor's address, or to the one in the vendor's variable for it: pointing `baseUrl` at
//! another server must not send that server the user's vendor key.

use std::fmt;

use super::endpoint::Endpoint;
use super::{Provider, SettingsProblem};

/// A secret that opens a provider. It is never shown: its `Debug` and `Display` print `[key]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    text: String,
    /// Where it may be sent; without one it belongs to the address in the settings.
    origin: Option<String>,
    /// It goes into `Authorization: Bearer` even where the API has a header of its own for keys.
    bearer: bool,
}

impl Key {
    /// A key that the user handed over for the address in the settings; `None` for an empty text or one that no HTTP
    /// header can carry.
    pub fn handed(text: &str) -> Option<Key> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Key { text: text.to_owned(), origin: None, bearer: false })
    }

    /// The secret itself, for the header and for removing it from what a server says.
    pub(super) fn reveal(&self) -> &str {
        &self.text
    }

    /// Whether it goes into `Authorization: Bearer` whatever the API.
    pub(super) fn is_bearer(&self) -> bool {
        self.bearer
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// A vendor's environment variable.
struct Variable {
    name: &'static str,
    /// The vendor's own address.
    origin: &'static str,
    /// The vendor's variable for another address.
    base: Option<&'static str>,
    bearer: bool,
}

/// The first that is set and belongs to the address wins, as in the vendors' own clients.
const VARIABLES: &[Variable] = &[
    Variable {
        name: "ANTHROPIC_API_KEY",
        origin: "https://api.anthropic.com",
        base: Some("ANTHROPIC_BASE_URL"),
        bearer: false,
    },
    Variable {
        name: "ANTHROPIC_AUTH_TOKEN",
        origin: "https://api.anthropic.com",
        base: Some("ANTHROPIC_BASE_URL"),
        bearer: true,
    },
    Variable { name: "OPENAI_API_KEY", origin: "https://api.openai.com", base: Some("OPENAI_BASE_URL"), bearer: true },
    Variable { name: "GOOGLE_API_KEY", origin: "https://generativelanguage.googleapis.com", base: None, bearer: true },
    Variable { name: "GEMINI_API_KEY", origin: "https://generativelanguage.googleapis.com", base: None, bearer: true },
    Variable { name: "OPENROUTER_API_KEY", origin: "https://openrouter.ai", base: None, bearer: true },
];

/// Our own variable: for the address in the settings, whichever that is.
const OWN_VARIABLE: &str = "SESSION_MEMORY_API_KEY";

/// The key for the address in the settings: the one handed over, else one of the environment.
///
/// `None` is good for servers on this machine only. The problem says which variable to set.
pub fn find(
    provider: Provider,
    base_url: Option<&str>,
    handed: Option<Key>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Key>, SettingsProblem> {
    let endpoint = Endpoint::new(provider, base_url)?;
    let key = match handed {
        Some(key) => Some(key),
        None => match read(OWN_VARIABLE, env)? {
            Some(key) => Some(key),
            None => vendors(&endpoint.origin(), provider, env)?,
        },
    };
    bind(&endpoint, key)
}

/// Makes the key one of this address, or says why it must not be sent there.
pub(super) fn bind(endpoint: &Endpoint, key: Option<Key>) -> Result<Option<Key>, SettingsProblem> {
    let origin = endpoint.origin();
    let Some(key) = key else {
        return if endpoint.is_loopback() { Ok(None) } else { Err(missing(&origin)) };
    };
    if endpoint.is_plain() && !endpoint.is_loopback() {
        return Err(SettingsProblem::new(format!(
            "no key is sent to {origin}, because everybody on the way could read it; set baseUrl to an https:// address"
        )));
    }
    match &key.origin {
        Some(bound) if *bound != origin => Err(SettingsProblem::new(format!(
            "the key belongs to {bound} and is not sent to {origin}; set baseUrl back, or set {OWN_VARIABLE}"
        ))),
        _ => Ok(Some(Key { origin: Some(origin), ..key })),
    }
}

fn vendors(
    origin: &str,
    provider: Provider,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Key>, SettingsProblem> {
    for variable in VARIABLES {
        let elsewhere = || env(variable.base?).and_then(|base| Endpoint::new(provider, Some(&base)).ok());
        let belongs = variable.origin == origin || elsewhere().is_some_and(|endpoint| endpoint.origin() == origin);
        if belongs && let Some(key) = read(variable.name, env)? {
            return Ok(Some(Key { origin: Some(origin.to_owned()), bearer: variable.bearer, ..key }));
        }
    }
    Ok(None)
}

fn read(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Key>, SettingsProblem> {
    let Some(text) = env(name).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    match Key::handed(&text) {
        Some(key) => Ok(Some(key)),
        None => Err(SettingsProblem::new(format!("{name} holds characters that no key has; set it again"))),
    }
}

fn missing(origin: &str) -> SettingsProblem {
    let vendors = VARIABLES.iter().filter(|variable| variable.origin == origin).map(|variable| variable.name);
    let names: Vec<&str> = vendors.chain([OWN_VARIABLE]).collect();
    SettingsProblem::new(format!("there is no key for {origin}; set {} in the environment", names.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Env<'a> = &'a [(&'a str, &'a str)];

    fn look(provider: Provider, base: Option<&str>, handed: Option<&str>, env: Env<'_>) -> Result<Option<Key>, String> {
        let read = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        find(provider, base, handed.and_then(Key::handed), &read).map_err(|problem| problem.to_string())
    }

    #[test]
    fn whose_key_goes_where() {
        use Provider::{Anthropic, OpenAi};
        // What is sent, and whether as a bearer; or a part of the problem; or nothing.
        let check = |provider, base: &str, handed: &str, env: Env<'_>, expected: Result<Option<(&str, bool)>, &str>| {
            let base = Some(base).filter(|base| !base.is_empty());
            let found = look(provider, base, Some(handed), env);
            match (&found, expected) {
                (Ok(None), Ok(None)) => {}
                (Ok(Some(key)), Ok(Some(expected))) => {
                    assert_eq!((key.reveal(), key.is_bearer()), expected, "{base:?} {env:?}");
                }
                (Err(problem), Err(part)) => {
                    assert!(problem.contains(part), "{problem}");
                    assert!(!problem.contains("k-"), "{problem}");
                }
                _ => panic!("{base:?} {env:?}: {found:?}"),
            }
        };
        let all: Env<'_> = &[
            ("ANTHROPIC_API_KEY", "k-a"),
            ("ANTHROPIC_AUTH_TOKEN", "k-t"),
            ("OPENAI_API_KEY", "k-o"),
            ("GEMINI_API_KEY", "k-g"),
            ("OPENROUTER_API_KEY", "k-r"),
        ];
        check(Anthropic, "", "", all, Ok(Some(("k-a", false))));
        check(Anthropic, "https://api.anthropic.com/", "", all, Ok(Some(("k-a", false))));
        check(Anthropic, "", "", &[("ANTHROPIC_AUTH_TOKEN", "k-t")], Ok(Some(("k-t", true))));
        check(
            Anthropic,
            "",
            "",
            &[("ANTHROPIC_API_KEY", " "), ("ANTHROPIC_AUTH_TOKEN", "k-t")],
            Ok(Some(("k-t", true))),
        );
        check(OpenAi, "", "", all, Ok(Some(("k-o", true))));
        check(OpenAi, "https://generativelanguage.googleapis.com/v1beta/openai", "", all, Ok(Some(("k-g", true))));
        check(OpenAi, "https://openrouter.ai/api/v1", "", all, Ok(Some(("k-r", true))));
        check(Anthropic, "https://openrouter.ai/api", "", all, Ok(Some(("k-r", true))));

        // A vendor's key stays with the vendor, or goes where the vendor's own variable points.
        check(Anthropic, "https://elsewhere.example", "", all, Err("set SESSION_MEMORY_API_KEY"));
        check(OpenAi, "https://api.openai.com.elsewhere.example/v1", "", all, Err("there is no key for"));
        check(OpenAi, "https://api.openai.com:8443/v1", "", all, Err("there is no key for"));
        check(OpenAi, "http://127.0.0.1:11434/v1", "", all, Ok(None));
        let gateway: Env<'_> = &[("ANTHROPIC_API_KEY", "k-a"), ("ANTHROPIC_BASE_URL", "https://gateway.example/x")];
        check(Anthropic, "https://gateway.example", "", gateway, Ok(Some(("k-a", false))));
        check(Anthropic, "", "", gateway, Ok(Some(("k-a", false))));
        check(Anthropic, "https://other.example", "", gateway, Err("there is no key for"));

        // Ours and the editor's belong to the configured address.
        let own: Env<'_> = &[("SESSION_MEMORY_API_KEY", "k-s"), ("ANTHROPIC_API_KEY", "k-a")];
        check(Anthropic, "", "", own, Ok(Some(("k-s", false))));
        check(Anthropic, "https://elsewhere.example", "", own, Ok(Some(("k-s", false))));
        check(Anthropic, "https://elsewhere.example", "k-h", own, Ok(Some(("k-h", false))));
        check(OpenAi, "http://localhost:1234/v1", "k-h", &[], Ok(Some(("k-h", false))));

        check(Anthropic, "", "", &[], Err("set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN or SESSION_MEMORY_API_KEY"));
        check(OpenAi, "", "", &[], Err("set OPENAI_API_KEY or SESSION_MEMORY_API_KEY"));
        check(OpenAi, "http://127.0.0.1:8080/v1", "", &[], Ok(None));
        check(OpenAi, "http://10.0.0.7:8080/v1", "k-h", &[], Err("everybody on the way"));
        check(OpenAi, "http://10.0.0.7:8080/v1", "", &[], Err("there is no key for"));
        check(OpenAi, "", "", &[("OPENAI_API_KEY", "k-\u{e9}")], Err("OPENAI_API_KEY holds characters"));
        check(OpenAi, "nonsense", "k-h", &[], Err("baseUrl is no URL"));
    }

    #[test]
    fn a_bound_key_goes_nowhere_else() {
        let key = look(Provider::OpenAi, None, Some("k-h"), &[]).unwrap();
        let elsewhere = Endpoint::new(Provider::OpenAi, Some("https://elsewhere.example")).unwrap();
        let problem = bind(&elsewhere, key.clone()).unwrap_err().to_string();
        assert!(problem.contains("https://api.openai.com and is not sent to https://elsewhere.example"), "{problem}");
        assert_eq!(bind(&Endpoint::new(Provider::OpenAi, None).unwrap(), key.clone()), Ok(key));
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = Key::handed(" k-secret\n").unwrap();
        assert_eq!((format!("{key} {key:?}"), key.reveal()), ("[key] [key]".to_owned(), "k-secret"));
        for unfit in ["", "  ", "a b", "a\nb", "\u{e9}"] {
            assert_eq!(Key::handed(unfit), None);
        }
    }
}
