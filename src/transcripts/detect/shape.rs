//! What a record looks like: its keys, the words that name its kind, and the first element of the list that it is or
//! holds. All of it is known as far as the text goes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::transcripts::json::string;

/// Names under which documents hold their records.
const LISTS: [&str; 3] = ["messages", "history", "trajectory"];
/// Keys remembered at most.
const KEYS: usize = 64;

/// What was seen of a value, also when it broke off.
#[derive(Default)]
pub(super) struct Shape {
    /// Its keys, in order.
    pub(super) keys: Vec<String>,
    /// `type`, `kind` and `role`, where they are texts.
    pub(super) kind: String,
    pub(super) event: String,
    pub(super) role: String,
    /// It is or holds a list: the name of the list, and its first element.
    pub(super) list: Option<(String, Option<Box<Shape>>)>,
}

impl Shape {
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    pub(super) fn has_all(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.has(key))
    }

    /// The first element of the list.
    pub(super) fn first(&self) -> Option<&Shape> {
        self.list.as_ref()?.1.as_deref()
    }
}

impl<'de> DeserializeSeed<'de> for &mut Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a record or a list of records")
    }

    /// The first element decides, and the rest is not read once it has.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut first = Shape::default();
        let read = seq.next_element_seed(&mut first);
        let name = self.keys.last().cloned().unwrap_or_default();
        if matches!(read, Ok(None)) || !first.keys.is_empty() {
            let first = (!first.keys.is_empty()).then(|| Box::new(first));
            let known = first.is_some();
            self.list = Some((name, first));
            // An empty list says nothing: what stands behind it may.
            return if known { Err(A::Error::custom("seen")) } else { Ok(()) };
        }
        read?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<str>>()? {
            if self.keys.len() < KEYS {
                self.keys.push(key.clone().into_owned());
            }
            let slot = match key.as_ref() {
                "type" => Some(&mut self.kind),
                "kind" => Some(&mut self.event),
                "role" => Some(&mut self.role),
                _ => None,
            };
            if let Some(slot) = slot {
                *slot = string(Some(map.next_value::<&RawValue>()?)).unwrap_or_default().into_owned();
            } else if LISTS.contains(&key.as_ref()) {
                map.next_value_seed(MaybeList(&mut *self))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A value that is a list, or a number or an object of the same name.
struct MaybeList<'s>(&'s mut Shape);

impl<'de> DeserializeSeed<'de> for MaybeList<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MaybeList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.0.visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
