//! Values that a name gives away: `DB_PASSWORD=…`, `"apiKey": "…"`, `--token …`, `Authorization: Bearer …`.
//!
//! The name alone proves nothing (`password = get_password()`, `token: String`), so the value must look like a secret:
//! a token must look drawn by a generator, a password must at least mix letters with digits and not be a stock word.

mod separator;

use super::Span;
use super::cursor::Cursor;
use super::irregular::is_aws_secret;
use super::randomness::{Mix, contains, entropy, is_placeholder, is_random, is_weak};
use separator::Separator;

/// What a keyword announces, which decides how strictly the value is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Chosen by a person.
    Password,
    Secret,
    Token,
    ApiKey,
    /// The header, with or without a scheme.
    Authorization,
}

#[rustfmt::skip]
pub(super) const KEYWORDS: &[(Kind, &[&str])] = &[
    (Kind::Password, &[
        "password", "Password", "PASSWORD", "passwd", "Passwd", "PASSWD", "passphrase", "Passphrase", "PASSPHRASE",
        "_pass", "_PASS", "MYSQL_PWD", ";pwd", ";Pwd", ";PWD",
    ]),
    (Kind::Secret, &[
        "secret", "Secret", "SECRET", "access_key", "accessKey", "AccessKey", "ACCESS_KEY", "access-key",
        "private_key", "privateKey", "PrivateKey", "PRIVATE_KEY", "private-key", "encryption_key", "encryptionKey",
        "EncryptionKey", "ENCRYPTION_KEY", "signing_key", "signingKey", "SigningKey", "SIGNING_KEY", "master_key",
        "masterKey", "MasterKey", "MASTER_KEY", "account_key", "accountKey", "AccountKey", "ACCOUNT_KEY", "auth_key",
        "authKey", "AuthKey", "AUTH_KEY",
    ]),
    (Kind::Token, &["token", "Token", "TOKEN"]),
    (Kind::ApiKey, &[
        "api_key", "apikey", "apiKey", "ApiKey", "APIKey", "APIKEY", "API_KEY", "Api_Key", "api-key", "Api-Key",
        "API-Key", "API-KEY", "api key", "API key", "API Key",
    ]),
    (Kind::Authorization, &["authorization", "Authorization", "AUTHORIZATION"]),
];

/// Ends of names that hold something about a secret, not the secret.
#[rustfmt::skip]
const OTHER_ENDS: [&str; 41] = [
    "id", "ids", "url", "uri", "path", "file", "name", "names", "type", "hash", "digest", "sum", "count", "limit",
    "length", "len", "size", "index", "ttl", "label", "hint", "field", "prompt", "pattern", "policy", "version",
    "endpoint", "date", "time", "format", "env", "var", "ref", "arn", "sha256", "fingerprint", "manager", "expiry",
    "expires", "strategy", "prefix",
];
/// Words before the keyword that make it opaque but not secret.
const OTHER_STARTS: [&str; 6] = ["public", "next", "page", "continuation", "starting", "idempotency"];

/// The longest values looked at: either may be a whole session token.
const QUOTED: usize = 4096;
const BARE: usize = 2048;
const NAME: usize = 40;

/// A name that contains a keyword: `AWS_SECRET_ACCESS_KEY`, `spring.datasource.password`, `--api-key`.
struct Name<'a> {
    /// What stands before the name, for separators that depend on it.
    before: &'a [u8],
    /// The name up to the keyword.
    head: &'a [u8],
    keyword: &'a [u8],
    /// The name after the keyword.
    tail: &'a [u8],
}

impl<'a> Name<'a> {
    /// The name around the keyword at `start..end`.
    fn around(bytes: &'a [u8], start: usize, end: usize) -> Option<Name<'a>> {
        let (left, right) = (bytes.get(..start)?, bytes.get(end..)?);
        let is_part = |byte: u8| is_name(byte) || byte == b'.';
        let head = left.iter().rev().take(NAME).take_while(|&&byte| is_part(byte)).count();
        let next = right.iter().skip(1).chain([&b' ']);
        // A hyphen belongs to the name only between letters (`token->next`).
        let is_part = |byte: u8, next: u8| is_name(byte) && (byte != b'-' || next.is_ascii_alphanumeric());
        let tail = right.iter().zip(next).take(NAME).take_while(|&(&byte, &next)| is_part(byte, next)).count();
        Some(Name {
            before: left.get(..start - head)?,
            head: left.get(start - head..)?,
            keyword: bytes.get(start..end)?,
            tail: right.get(..tail)?,
        })
    }

    /// Whether the name means something else than the secret itself: its file, its hash, many of them, a page.
    fn is_other(&self) -> bool {
        let (head, tail) = (self.head.to_ascii_lowercase(), self.tail.to_ascii_lowercase());
        let head = head.strip_suffix(b"_").or(head.strip_suffix(b"-")).unwrap_or(&head);
        tail.len() == NAME
            || tail == b"s"
            || tail.starts_with(b"iz")
            // `_pass` is a short form only where nothing follows it (`_passive`).
            || (!tail.is_empty() && self.keyword.eq_ignore_ascii_case(b"_pass"))
            || OTHER_ENDS.iter().any(|word| tail.ends_with(word.as_bytes()))
            || OTHER_STARTS.iter().any(|word| head.ends_with(word.as_bytes()))
    }

    /// Whether the name is written in capitals, as environment variables are.
    fn is_upper(&self) -> bool {
        ![self.head, self.keyword, self.tail].concat().iter().any(u8::is_ascii_lowercase)
    }

    /// Whether it is an option of a command, which a blank separates from its value.
    fn is_option(&self) -> bool {
        self.head.starts_with(b"-") && matches!(self.before.last(), None | Some(b' ' | b'"' | b'\'' | b'\t'))
    }

    /// Whether it stands in a line of `.netrc`: `machine … login … password …`.
    fn follows_login(&self) -> bool {
        self.before.get(self.before.len().saturating_sub(96)..).is_some_and(|before| contains(before, "login "))
    }

    /// Whether it is the name of an AWS secret key, which has a shape of its own.
    fn is_aws(&self) -> bool {
        let name = [self.head, self.keyword, self.tail].concat().to_ascii_lowercase();
        contains(&name, "aws") || contains(&name, "access")
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The secret that the keyword at `start..end` is given as a value.
pub(super) fn find(bytes: &[u8], start: usize, end: usize, kind: Kind) -> Option<Span> {
    let name = Name::around(bytes, start, end)?;
    let mut cursor = Cursor { bytes, at: end + name.tail.len() };
    let separator = separator::eat(&mut cursor, &name, kind).filter(|_| !name.is_other())?;
    let value = value(&mut cursor, &name, separator)?;
    // Backslashes of escaped JSON are not the secret's.
    let text: Vec<u8> = bytes.get(value.start..value.end)?.iter().copied().filter(|&byte| byte != b'\\').collect();
    let kind_name = match kind {
        _ if !value.is_secret(&text, kind) => return None,
        Kind::Password => "password",
        Kind::Secret if is_aws_secret(&text) && name.is_aws() => "aws-secret-key",
        Kind::Secret => "secret",
        Kind::Token => "token",
        Kind::ApiKey => "api-key",
        Kind::Authorization => "authorization",
    };
    Some(Span { start: value.start, end: value.end, name: kind_name })
}

/// The token after `Bearer ` that begins at `at`.
pub(super) fn find_bearer(bytes: &[u8], at: usize) -> Option<Span> {
    let mut cursor = Cursor { bytes, at };
    cursor.skip_blanks();
    let value = bare(&mut cursor, Style::Literal)?;
    let text = bytes.get(value.start..value.end)?;
    (text.len() >= 16 && is_random(text, 3.0)).then_some(Span {
        start: value.start,
        end: value.end,
        name: "authorization",
    })
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Quoted,
    /// `NAME=value`, as in a shell or an environment file: to the next blank.
    Environment,
    /// Without quotes, to the end of the line, of the parameter of a query or of the field of a connection string.
    Line,
    /// Without quotes in the middle of a line, where in code an expression would stand, or an element of a list.
    Literal,
}

struct Value {
    start: usize,
    end: usize,
    style: Style,
}

impl Value {
    /// Whether `text`, this value's, is a secret of this kind.
    fn is_secret(&self, text: &[u8], kind: Kind) -> bool {
        let mix = Mix::of(text);
        if mix.space > 0 || text.starts_with(b"arn:") || contains(text, "://") {
            return false;
        }
        match kind {
            Kind::Password => self.is_password(text, mix),
            Kind::Authorization => text.len() >= 12 && is_random(text, 3.0),
            // Change, lock and request tokens are UUIDs, which secrets called tokens hardly ever are.
            Kind::Token if is_uuid(text) => false,
            Kind::Secret | Kind::Token | Kind::ApiKey => text.len() >= 16 && is_random(text, 3.0),
        }
    }

    fn is_password(&self, text: &[u8], mix: Mix) -> bool {
        let letters = mix.lower + mix.upper;
        if !(8..=256).contains(&text.len())
            || letters == 0
            || (mix.digit == 0 && mix.special < 2)
            || matches!(text.first(), Some(b'/' | b'.' | b'~' | b'@'))
            || entropy(text) < 2.5
            || is_placeholder(text)
            || is_weak(text)
        {
            return false;
        }
        // Names of fields, steps and files are words between `- _ . / :`; in code an expression is, too.
        let is_one_word = letters + mix.digit == text.len();
        match self.style {
            Style::Environment => true,
            Style::Quoted | Style::Line => mix.special > 0 || is_one_word || is_random(text, 2.5),
            Style::Literal => mix.special > 0 || is_random(text, 2.5),
        }
    }
}

/// Whether `text` has the form of a UUID, give or take a character, as documentation does.
fn is_uuid(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'-').count() == 5
        && (35..=37).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase() || *byte == b'-')
}

/// Schemes that stand between a header's name and its token.
const SCHEMES: [&str; 9] =
    ["Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token ", "Bot ", "ApiKey ", "Bearer%20"];

fn value(cursor: &mut Cursor, name: &Name, separator: Separator) -> Option<Value> {
    cursor.skip_blanks();
    // `r"…"`, `b"…"`, `f"…"`, `@"…"`.
    let mut ahead = *cursor;
    let has_prefix = ahead.skip(1, |byte| b"rbfu@".contains(&byte)) == 1 && ahead.eat_quote().is_some();
    cursor.at += usize::from(has_prefix);
    let quote = cursor.eat_quote();
    let _ = SCHEMES.iter().any(|scheme| cursor.eat(scheme));
    let start = cursor.at;
    if let Some(quote) = quote {
        cursor.skip_quoted(quote, QUOTED)?;
        // Of two neighbours in a list the second is a password only if it could be nothing else.
        let style = if separator == Separator::Quoted { Style::Literal } else { Style::Quoted };
        return Some(Value { start, end: cursor.at, style });
    }
    match separator {
        Separator::Quoted => None,
        Separator::Equals if name.is_upper() => bare(cursor, Style::Environment),
        Separator::Equals | Separator::Other => bare(cursor, Style::Literal),
    }
}

/// The unquoted value at the cursor. What is called or indexed is code.
fn bare(cursor: &mut Cursor, style: Style) -> Option<Value> {
    let start = cursor.at;
    let is_environment = style == Style::Environment;
    cursor.skip_bare(BARE, |rest| match rest {
        [] | [b';', ..] => true,
        // The next parameter of a query.
        [b'&', rest @ ..] => rest.iter().take(NAME).find(|&&byte| !is_name(byte)) == Some(&b'='),
        [byte, ..] => !is_environment && b",()[]{}<>|".contains(byte),
    })?;
    let next = cursor.peek();
    let text = cursor.bytes.get(start..cursor.at)?;
    let is_variable = matches!(text, [] | [b'$' | b'%', ..]);
    let is_expression = matches!(next, Some(b'(' | b'[' | b'{')) || matches!(text, [b'*' | b'-' | b'@', ..]);
    if is_variable || (is_expression && !is_environment) {
        return None;
    }
    let dots = text.iter().rev().take_while(|&&byte| matches!(byte, b'.' | b':')).count();
    let ends_line = matches!(next, None | Some(b'\n' | b'\r' | b'\\' | b'"' | b'<' | b'&' | b';'));
    let style = if style == Style::Literal && ends_line { Style::Line } else { style };
    Some(Value { start, end: cursor.at - dots, style })
}
