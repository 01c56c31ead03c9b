//! Where a model is reached: a base URL that has been looked at, and its origin, to which keys are bound.

use std::net::IpAddr;

use reqwest::Url;

use super::{Provider, SettingsProblem};

/// A base URL without user, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    base: Url,
}

impl Endpoint {
    /// Reads the `baseUrl` setting; without one it is the vendor's own address.
    pub(super) fn new(provider: Provider, base_url: Option<&str>) -> Result<Endpoint, SettingsProblem> {
        let text = base_url.unwrap_or(provider.base_url()).trim();
        // The value is not repeated: it may hold a password.
        let problem = |what: &str| Err(SettingsProblem::new(format!("baseUrl {what}")));
        let Ok(base) = Url::parse(text) else {
            return problem("is no URL; it has to look like https://host/path");
        };
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return problem("has to begin with https:// or http:// and name a host");
        }
        if !base.username().is_empty() || base.password().is_some() {
            return problem("holds a user or a password; leave it out and set SESSION_MEMORY_API_KEY");
        }
        if base.query().is_some() || base.fragment().is_some() {
            return problem("has a part behind `?` or `#`; leave it out");
        }
        Ok(Endpoint { base })
    }

    /// The address of a method: its path behind the base, in which a last `/` makes no difference.
    pub(super) fn address(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let base = self.base.path().trim_end_matches('/');
        // A base for one vendor's clients ends in `/v1`, for the other's it does not; both are meant.
        let path = if base.ends_with("/v1") { path.strip_prefix("/v1").unwrap_or(path) } else { path };
        url.set_path(&format!("{base}{path}"));
        url
    }

    /// Scheme, host and port, as `https://host` or `https://host:port`.
    pub(super) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Whether what is sent can be read on the way.
    pub(super) fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// Whether it is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => {
                let name = host.strip_suffix('.').unwrap_or(host);
                name == "localhost" || name.ends_with(".localhost")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_base_may_be() {
        let check = |base: &str, expected: Result<(&str, bool), &str>| {
            let endpoint = Endpoint::new(Provider::OpenAi, Some(base));
            match (endpoint, expected) {
                (Ok(endpoint), Ok((origin, loopback))) => {
                    assert_eq!((endpoint.origin().as_str(), endpoint.is_loopback()), (origin, loopback), "{base}");
                }
                (Err(problem), Err(part)) => {
                    let text = problem.to_string();
                    assert!(text.starts_with("baseUrl ") && text.contains(part), "{base}: {text}");
                    assert!(!text.contains("hunter2"), "{text}");
                }
                (found, _) => panic!("{base}: {found:?}"),
            }
        };
        check("https://api.openai.com/v1", Ok(("https://api.openai.com", false)));
        check(" https://API.openai.com:443/v1 ", Ok(("https://api.openai.com", false)));
        check("http://127.0.0.1:11434/v1", Ok(("http://127.0.0.1:11434", true)));
        check("http://127.8.9.1", Ok(("http://127.8.9.1", true)));
        check("http://localhost:1234", Ok(("http://localhost:1234", true)));
        check("http://[::1]:80/", Ok(("http://[::1]", true)));
        check("http://[::ffff:127.0.0.1]/", Ok(("http://[::ffff:7f00:1]", true)));
        check("http://localhost.evil.example", Ok(("http://localhost.evil.example", false)));
        check("http://127.0.0.1.evil.example", Ok(("http://127.0.0.1.evil.example", false)));
        check("http://0.0.0.0:1", Ok(("http://0.0.0.0:1", false)));
        check("localhost:11434", Err("begin with https://"));
        check("127.0.0.1:11434", Err("is no URL"));
        check("", Err("is no URL"));
        check("ftp://host/", Err("begin with https://"));
        check("file:///etc/passwd", Err("begin with https://"));
        check("https://user:hunter2@host/", Err("password"));
        check("https://hunter2@host/", Err("password"));
        check("https://host/?key=hunter2", Err("`?`"));
        check("https://host/#hunter2", Err("`#`"));
    }

    #[test]
    fn addresses() {
        let check = |base: &str, path: &str, expected: &str| {
            let endpoint = Endpoint::new(Provider::OpenAi, Some(base)).unwrap();
            assert_eq!(endpoint.address(path).as_str(), expected);
        };
        check("https://api.anthropic.com", "/v1/messages", "https://api.anthropic.com/v1/messages");
        check("https://h/proxy/", "/v1/messages", "https://h/proxy/v1/messages");
        check("https://h/v1", "/v1/messages", "https://h/v1/messages");
        check("https://h/v1/", "/chat/completions", "https://h/v1/chat/completions");
        check("http://h:1/v1beta/openai", "/chat/completions", "http://h:1/v1beta/openai/chat/completions");
    }
}
