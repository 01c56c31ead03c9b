//! Tolerant reading of JSON records, and the text of the events made of them.
//!
//! Agents change their files without notice, so a record is read as a set of raw slices: a field of an
//! unexpected type is a missing field, not a lost record, and what is passed on is passed on byte for byte.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::repair::lone_surrogates;

/// Declares a struct of raw fields. Unknown fields are passed over, `null` counts as missing, and of a
/// repeated key the last one holds, as in every common JSON parser.
macro_rules! raw_object {
    ($(#[$doc:meta])* $name:ident { $($field:ident = $key:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: Option<&'a serde_json::value::RawValue>,)+
        }

        impl<'de> serde::Deserialize<'de> for $name<'de> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let picked = $crate::transcripts::json::pick(deserializer, &[$($key),+])?;
                let [$($field),+] = picked;
                Ok(Self { $($field),+ })
            }
        }
    };
}
pub(super) use raw_object;

/// Reads one object and keeps the raw values of `keys`.
pub(super) fn pick<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
    keys: &[&str; N],
) -> Result<[Option<&'de RawValue>; N], D::Error> {
    deserializer.deserialize_map(Pick(keys))
}

struct Pick<'k, const N: usize>(&'k [&'k str; N]);

impl<'de, const N: usize> Visitor<'de> for Pick<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut picked = [None; N];
        while let Some(at) = map.next_key_seed(Position(self.0))? {
            match at.and_then(|at| picked.get_mut(at)) {
                Some(slot) => *slot = Some(map.next_value::<&RawValue>()?).filter(|raw| raw.get() != "null"),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(picked)
    }
}

/// A key read as its place in a list of names, without allocating.
struct Position<'k>(&'k [&'k str]);

impl<'de> DeserializeSeed<'de> for Position<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Position<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|name| *name == key))
    }
}

/// The field as a string; `None` where it is anything else.
pub(super) fn string(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let token = raw?.get();
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(token).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// The field is `true`.
pub(super) fn is_true(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

/// The field as a non-negative whole number.
pub(super) fn number(raw: Option<&RawValue>) -> Option<u64> {
    raw?.get().parse().ok()
}

/// The field starts like a string or a list, and holds something: what a message can have as `content`.
pub(super) fn is_content(raw: Option<&RawValue>) -> bool {
    let Some(token) = raw.map(RawValue::get) else { return false };
    match token.as_bytes() {
        [b'"', inner @ .., b'"'] => !inner.is_empty(),
        [b'[', inner @ .., b']'] => !inner.trim_ascii().is_empty(),
        _ => false,
    }
}

/// A moment, as the file gives it (RFC 3339, or seconds or milliseconds since the Unix epoch).
#[derive(Clone)]
pub(super) struct Moment {
    /// The JSON string for an event's `at`.
    pub(super) token: String,
    /// Milliseconds since the Unix epoch.
    pub(super) millis: i64,
}

/// Epoch numbers above this are milliseconds: as seconds it is the year 5138.
const MILLIS_FROM: f64 = 1e11;

/// Reads a timestamp; what is no moment (a placeholder, a naive local time) is `None`, because one wrong
/// `at` would make the server refuse the batch.
pub(super) fn moment(raw: Option<&RawValue>) -> Option<Moment> {
    let token = raw?.get();
    if let Some(text) = string(raw) {
        let at: Timestamp = text.parse().ok()?;
        return Some(Moment { token: token.to_owned(), millis: at.as_millisecond() });
    }
    of_number(token.parse().ok()?)
}

/// The same of a value that was read already.
pub(super) fn moment_of(value: &Value) -> Option<Moment> {
    let Some(text) = value.as_str() else { return of_number(value.as_f64()?) };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Moment { token: value.to_string(), millis: at.as_millisecond() });
    }
    // Python writes times without a zone; that they are UTC is what most of these machines mean.
    let at = text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Moment { token: format!("\"{at}\""), millis: at.as_millisecond() })
}

fn of_number(number: f64) -> Option<Moment> {
    let millis = if number > MILLIS_FROM { number } else { number * 1000.0 };
    #[expect(clippy::cast_possible_truncation, reason = "a cast from f64 saturates; jiff refuses what is out of range")]
    let at = Timestamp::from_millisecond(millis as i64).ok()?;
    Some(Moment { token: format!("\"{at}\""), millis: at.as_millisecond() })
}

/// The JSON of a message event. `id` and `message` are JSON already.
pub(super) fn message_event(id: Option<&str>, at: Option<&Moment>, meta: bool, message: &str) -> String {
    let mut event = String::with_capacity(message.len() + 128);
    event.push_str(r#"{"type":"message""#);
    if let Some(id) = id {
        event.push_str(r#","id":"#);
        event.push_str(id);
    }
    if let Some(at) = at {
        event.push_str(r#","at":"#);
        event.push_str(&at.token);
    }
    if meta {
        event.push_str(r#","meta":true"#);
    }
    event.push_str(r#","message":"#);
    event.push_str(message);
    event.push('}');
    repaired(event)
}

/// The event with every lone half of a surrogate pair replaced: writers that cut texts by UTF-16 units leave
/// them behind, and one of them would make the server refuse the batch.
pub(super) fn repaired(json: String) -> String {
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return json;
    }
    let mut bytes = json.into_bytes();
    lone_surrogates(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_stay() {
        let check = |input: &str, expected: &str| {
            let event = message_event(None, None, false, input);
            assert_eq!(event, format!(r#"{{"type":"message","message":{expected}}}"#));
            serde_json::from_str::<serde_json::Value>(&event).unwrap();
        };
        check(r#""a\ud83d\ude00b""#, r#""a\ud83d\ude00b""#);
        check(r#""a\ud83d b""#, r#""a\ufffd b""#);
        check(r#""\ude00\uD83D""#, r#""\ufffd\ufffd""#);
        check(r#""\\ud83d é""#, r#""\\ud83d é""#);
    }

    #[test]
    fn moments_are_taken_from_every_notation_and_refused_where_there_is_none() {
        let check = |input: &str, expected: Option<(&str, i64)>| {
            let raw: &RawValue = serde_json::from_str(input).unwrap();
            let moment = moment(Some(raw));
            assert_eq!(moment.as_ref().map(|m| (m.token.as_str(), m.millis)), expected, "{input}");
        };
        check(r#""2026-01-08T14:58:52.192Z""#, Some((r#""2026-01-08T14:58:52.192Z""#, 1_767_884_332_192)));
        check(r#""2026-01-08T15:58:52+01:00""#, Some((r#""2026-01-08T15:58:52+01:00""#, 1_767_884_332_000)));
        check("1767884332192", Some((r#""2026-01-08T14:58:52.192Z""#, 1_767_884_332_192)));
        check("1767884332.5", Some((r#""2026-01-08T14:58:52.5Z""#, 1_767_884_332_500)));
        check(r#""2026-01-08T14:58:52""#, None);
        check(r#""yesterday""#, None);
        check("1e300", None);
        check("true", None);
        check("{}", None);
    }

    #[test]
    fn a_field_of_another_type_is_a_missing_field() {
        raw_object!(Sample { a = "a", b = "b" });
        let check = |input: &str, a: Option<&str>, b: Option<u64>| {
            let sample: Sample = serde_json::from_str(input).unwrap();
            assert_eq!(string(sample.a).as_deref(), a, "{input}");
            assert_eq!(number(sample.b), b, "{input}");
        };
        check(r#"{"a":"x","b":1}"#, Some("x"), Some(1));
        check(r#"{"b":-1,"c":[{}],"a":"x\ty"}"#, Some("x\ty"), None);
        check(r#"{"a":null,"b":1.5}"#, None, None);
        check(r#"{"a":["x"],"a":"y"}"#, Some("y"), None);
        assert!(serde_json::from_str::<Sample>("[1]").is_err());
    }
}
