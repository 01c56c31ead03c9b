//! Tokens whose recognisable part is not at their start.

use super::Span;
use super::randomness::{Mix, entropy, is_placeholder, is_random};
use super::rules::{AWS_ACCESS_KEY, LONG};
use super::shape::{
    self, Class,
    Piece::{Run, Text},
};

/// Between the bot's numeric id and its secret; every secret begins with `AA`.
pub(super) const TELEGRAM: &str = ":AA";

/// Words near which a Discord bot token stands; the token itself has no prefix.
pub(super) const DISCORD: &[&str] = &["discord", "Discord", "DISCORD", "login(", "Bot "];

/// The 40 characters of an AWS secret key within a line or two of its access key id.
pub(super) fn aws_secret_after(bytes: &[u8], id: &Span) -> Option<Span> {
    if id.name != AWS_ACCESS_KEY {
        return None;
    }
    let limit = bytes.len().min(id.end + 160);
    let mut at = id.end;
    while at < limit {
        let end = Class::Base64.run(bytes, at, 128);
        let run = bytes.get(at..end).unwrap_or_default();
        // `key=` before the secret is in the class, too.
        let from =
            run.iter().take(run.len().saturating_sub(40)).rposition(|&byte| byte == b'=').map_or(at, |eq| at + eq + 1);
        if end - from == 40 && is_aws_secret(bytes.get(from..end)?) {
            return Some(Span { start: from, end, name: "aws-secret-key" });
        }
        at = end + 1;
    }
    None
}

/// Whether `value` is 40 characters of base64 that were drawn; hexadecimal digests of that length are not.
pub(super) fn is_aws_secret(value: &[u8]) -> bool {
    let mix = Mix::of(value);
    value.len() == 40
        && value.iter().all(|&byte| Class::Base64.has(byte))
        && mix.lower > 0
        && mix.upper > 0
        && mix.digit > 0
        && entropy(value) >= 4.0
        && !is_placeholder(value)
}

/// The Telegram bot token `<8 to 10 digits>:AA<33 characters>` around the `:AA` at `start..end`.
pub(super) fn telegram(bytes: &[u8], start: usize, end: usize) -> Option<Span> {
    let digits = bytes.get(..start)?.iter().rev().take(12).take_while(|byte| byte.is_ascii_digit()).count();
    let stop = shape::matches(&[Run(Class::Word, 33, 33)], bytes, end).ok()?;
    let begins = bytes.get(..start - digits)?.ends_with(b"bot") || shape::starts_token(bytes, start - digits);
    let token = begins && (8..=10).contains(&digits) && is_random(bytes.get(end..stop)?, 3.0);
    token.then_some(Span { start: start - digits, end: stop, name: "telegram-bot-token" })
}

/// The Discord bot token within a line's length of the word at `start..end`: the bot's id in base64 (which begins with
/// `M`, `N` or `O`), a time stamp and a signature.
pub(super) fn discord(bytes: &[u8], start: usize, end: usize) -> Option<Span> {
    let pieces = [Run(Class::Word, 23, 28), Text("."), Run(Class::Word, 6, 6), Text("."), Run(Class::Word, 27, LONG)];
    let window = start.saturating_sub(120)..bytes.len().min(end + 120);
    window.into_iter().find_map(|at| {
        let first = bytes.get(at)?;
        if !b"MNO".contains(first) || !shape::starts_token(bytes, at) {
            return None;
        }
        let stop = shape::matches(&pieces, bytes, at).ok()?;
        is_random(bytes.get(at..stop)?, 3.5).then_some(Span { start: at, end: stop, name: "discord-bot-token" })
    })
}
