//! Secrets that only their name or place gives away.

use super::super::redact;
use super::{DIGITS, alnum, check_hidden, hex, noise, word};

/// A password as a person or a policy makes it.
fn password() -> String {
    ["Tr0ub", "4dor&3", "!q"].concat()
}

#[test]
fn passwords() {
    let pw = password();
    for (before, after) in [
        ("DB_PASSWORD=", "\n"),
        ("export PGPASSWORD='", "'"),
        ("password: ", "\n"),
        ("  password: \"", "\"\n"),
        ("spring.datasource.password=", "\n"),
        ("{\"user\": \"app\", \"password\": \"", "\"}"),
        ("password = r\"", "\"\n"),
        ("const PASSWORD: &str = \"", "\";"),
        ("let dbPassword: string = `", "`"),
        ("<password>", "</password>"),
        ("<add key=\"SmtpPassword\" value=\"", "\" />"),
        ("- name: DB_PASSWORD\n  value: ", "\n"),
        ("{\"name\": \"DB_PASSWORD\", \"value\": \"", "\"}"),
        ("mysqldump --user root --password ", " db"),
        ("Server=db;User Id=sa;Password=", ";Encrypt=true"),
        ("Server=db;Uid=sa;Pwd=", ";"),
        ("machine host login me password ", "\n"),
        ("CREATE ROLE app WITH PASSWORD '", "';"),
        ("os.environ[\"DB_PASSWORD\"] = \"", "\""),
        ("my password is ", "\n"),
        ("SMTP_PASS=", ""),
    ] {
        check_hidden(before, &pw, after, "password");
    }
    for (before, after) in [
        ("APP_PASSWORD=", "\n"),
        ("password: ", "\n"),
        ("https://host.invalid/login?password=", "&x=1"),
        ("Uid=sa;Password=", ";"),
        ("password = \"", "\""),
    ] {
        check_hidden(before, "Winter2031", after, "password");
    }
    check_hidden("PASSWORD='", &["pa", "#55", "wörd", "é9"].concat(), "'\n", "password");
}

#[test]
fn passwords_with_quotes_and_backslashes_do_not_leak_their_tail() {
    for pw in ["q7\"Zt!x", "q7\\Zt!x8", "a\\\\b9!cde", "ends9!in\\"] {
        let pw = ["K", pw, "z#1"].concat();
        let text = serde_json::json!({ "password": pw, "next": 1 }).to_string();
        let expected = r#"{"password":"[redacted:password]","next":1}"#;
        assert_eq!(redact(&text), expected);
        let mut json = text;
        for _ in 0..3 {
            json = serde_json::json!({ "o": json }).to_string();
            let hidden = super::super::redact_json(&json);
            assert!(hidden.contains("[redacted:password]"), "{json}");
            let mut inner: serde_json::Value = serde_json::from_str(&hidden).unwrap();
            while let Some(text) = inner.get("o").and_then(|o| o.as_str()) {
                inner = serde_json::from_str(text).unwrap();
            }
            assert_eq!(inner.to_string(), expected);
        }
    }
}

#[test]
fn tokens_and_keys() {
    for (before, secret, after, kind) in [
        ("SESSION_TOKEN=", alnum(32, 1), "\n", "token"),
        ("{\"access_token\":\"", word(64, 2), "\",\"expires_in\":3600}", "token"),
        ("GET /cb?token=", alnum(24, 3), "&state=1", "token"),
        ("//registry.invalid/:_authToken=", alnum(36, 4), "\n", "token"),
        ("deploy --token ", hex(40, 5), " --yes", "token"),
        ("deploy --token=", hex(40, 6), " --yes", "token"),
        ("X-Vault-Token: s.", alnum(24, 7), "\n", "token"),
        ("exchange_token=", alnum(32, 21), "\n", "token"),
        ("NEXTAUTH_SECRET=", alnum(43, 22), "=\n", "secret"),
        ("SECRET_KEY_BASE=", hex(128, 8), "\n", "secret"),
        ("client_secret: ", alnum(40, 9), "\n", "secret"),
        ("'clientSecret' => '", word(40, 10), "',", "secret"),
        ("PRIVATE_KEY=0x", hex(64, 11), "\n", "secret"),
        ("encryption_key = \"", alnum(43, 12), "=\"", "secret"),
        ("X-Api-Key: ", hex(32, 13), "\n", "api-key"),
        ("apiKey: '", alnum(32, 14), "',", "api-key"),
        ("the API key is ", alnum(32, 15), "\n", "api-key"),
        ("Authorization: Bearer ", word(40, 16), "\n", "authorization"),
        ("-H 'Authorization: Bearer ", word(40, 17), "'", "authorization"),
        ("\"Authorization\": \"token ", hex(40, 18), "\"", "authorization"),
        ("Authorization: Basic ", alnum(26, 19), "==\n", "authorization"),
        ("bearer ", alnum(32, 20), " works", "authorization"),
    ] {
        // What a context writes around the drawn part may be part of the secret.
        let (lead, rest) = before.split_at(before.trim_end_matches("0x").trim_end_matches("s.").len());
        let tail_at = after.find(|c| c != '=').unwrap_or(after.len());
        let (tail, rest_after) = after.split_at(tail_at);
        check_hidden(lead, &[rest, &secret, tail].concat(), rest_after, kind);
    }
}

#[test]
fn aws_secret_keys() {
    let secret = alnum(20, 30) + "/" + &alnum(19, 31);
    check_hidden("aws_secret_access_key = ", &secret, "\n", "aws-secret-key");
    check_hidden("{\"SecretAccessKey\": \"", &secret, "\"}", "aws-secret-key");
    let id = ["AKIA", &noise("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 32)].concat();
    assert_eq!(
        redact(&format!("new user: {id} / {secret}\n")),
        "new user: [redacted:aws-access-key] / [redacted:aws-secret-key]\n"
    );
}

#[test]
fn passwords_in_urls() {
    let pw = alnum(14, 40);
    for (before, after) in [
        ("postgres://app:", "@db.internal:5432/app"),
        ("DATABASE_URL=mysql://root:", "@127.0.0.1/x"),
        ("redis://:", "@cache:6379/0"),
        ("mongodb+srv://me:", "@cluster0.invalid/?retryWrites=true"),
        ("git clone https://oauth2:", "@git.invalid/a/b.git"),
        ("curl -s -u admin:", " https://host.invalid/@x"),
        ("curl --user 'admin:", "' https://host.invalid/@x"),
        ("amqp://user:", "%40x@queue\n"),
    ] {
        // What is percent-encoded belongs to the password.
        let (tail, rest) = after.split_at(if after.starts_with('%') { 4 } else { 0 });
        check_hidden(before, &[&pw, tail].concat(), rest, "url-password");
    }
}

#[test]
fn discord_bot_tokens() {
    let token = ["MT", &alnum(24, 50), ".", &word(6, 51), ".", &word(38, 52)].concat();
    check_hidden("discord: ", &token, "\n", "discord-bot-token");
    check_hidden("client.login(\"", &token, "\")", "discord-bot-token");
    check_hidden("Authorization: Bot ", &token, "\n", "discord-bot-token");
    // The same in a URL of Telegram, whose token begins with the bot's number.
    let telegram = [&noise(DIGITS, 9, 53), ":AA", &word(33, 54)].concat();
    check_hidden("https://api.telegram.org/bot", &telegram, "/sendMessage", "telegram-bot-token");
}
