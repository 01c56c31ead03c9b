//! What is accepted from where, and what is said of the rest.

use super::*;
use serde_json::json;

#[test]
fn what_is_accepted_from_where() {
    let file = || Source::File("/c.toml".into());
    let cases = [
        (json!({"initTokens": 5}), file(), None),
        (
            json!({"initTokens": -5}),
            file(),
            Some("/c.toml: initTokens is -5; a whole number from 0 to 10000000 is accepted"),
        ),
        (json!({"redact": false}), file(), None),
        (json!({"redact": false}), Source::Environment, None),
        (json!({"redact": true}), Source::Editor, None),
        (
            json!({"redact": false}),
            Source::Editor,
            Some("the editor's settings: redact can only be turned off in the user's config file or environment"),
        ),
        (json!({"pressureLevels": [0.1, 0.2, 0.3]}), Source::Editor, None),
        (
            json!({"pressureLevels": [0.3, 0.2, 0.3]}),
            file(),
            Some(
                "/c.toml: pressureLevels is [0.3,0.2,0.3]; three rising shares such as [0.7, 0.85, 0.95] are accepted",
            ),
        ),
        (
            json!({"baseUrl": "http://evil"}),
            Source::Editor,
            Some(
                "the editor's settings: baseUrl is accepted from the user's own settings only (config file, environment, \
                 `user` at initialize), because a workspace may have written the editor's",
            ),
        ),
        (json!({"provider": "anthropic", "model": "m", "timeoutSeconds": 5}), Source::User, None),
        (
            json!({"provider": "google"}),
            file(),
            Some(
                "/c.toml: provider is \"google\"; \"extractive\", \"anthropic\", \"openai\" or \"editor\" is accepted",
            ),
        ),
        (json!({"nonsense": 1}), file(), Some("/c.toml: unknown setting \"nonsense\" is ignored")),
        (json!([]), Source::Editor, Some("the editor's settings: the settings must be an object")),
        (Value::Null, Source::Editor, None),
    ];
    for (values, source, problem) in cases {
        let mut config = Config::default();
        let problems = config.merge(&values, &source);
        assert_eq!(problems.first().map(String::as_str), problem, "{values}");
    }
    let mut config = Config::default();
    assert_eq!(config.merge(&json!({"memoryFile": "../out/{session}.md"}), &Source::Editor).len(), 1);
    assert_eq!(config, Config::default(), "a refused value changes nothing");
}

#[test]
fn environment_names() {
    let variables = [
        ("SESSION_MEMORY_INIT_TOKENS", "7"),
        ("SESSION_MEMORY_REDACT", "false"),
        ("OTHER", "1"),
        ("SESSION_MEMORY_LOG", "debug"),
        ("SESSION_MEMORY_API_KEY", "secret"),
    ];
    let values = environment(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    assert_eq!(Value::Object(values), json!({"initTokens": 7, "redact": false}));
}
