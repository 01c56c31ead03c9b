//! From a session id, which may be any text, to the name of one folder.
//!
//! Tame ids are used as they are. Any other becomes `<slug>-<hash>`, and an id that already looks like that is
//! not tame: so the two kinds never meet, and two ids share a name only if they share a hash. Names are lower
//! case, so this holds on file systems that ignore case as well.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Hex digits of the hash in a name: 128 bits, so that nobody can search for two ids that meet.
const HASH_DIGITS: usize = 32;
/// Longest id that is used as it is, in bytes.
const MAX_PLAIN: usize = 64;
/// Longest readable part before a hash, in bytes.
const MAX_SLUG: usize = 40;
/// The readable part for an id with nothing readable in it.
const EMPTY_SLUG: &str = "session";

/// The folder name of a session: one path component, different for every id, at most 73 bytes of
/// `[a-z0-9._-]`, the same on every machine and in every version.
pub fn session_folder(session_id: &str) -> String {
    if is_plain(session_id) {
        return session_id.to_owned();
    }
    // SHA-256 over BLAKE3: pure Rust without a C build step, and an id is too short for speed to matter.
    let digest = Sha256::digest(session_id.as_bytes());
    let mut name = slug(session_id);
    name.push('-');
    for byte in digest.iter().take(HASH_DIGITS / 2) {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn is_plain(id: &str) -> bool {
    let tame = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    !id.is_empty()
        && id.len() <= MAX_PLAIN
        && id.bytes().all(tame)
        && !id.starts_with(['.', '-'])
        && !id.ends_with('.')
        && !is_device_name(id)
        && !looks_hashed(id)
}

/// Whether Windows takes the name for a device whatever its extension: `nul`, `com1.md`.
pub(super) fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" => true,
        _ => stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|number| {
            let mut chars = number.chars();
            // Windows counts the superscripts among the digits here.
            let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³');
            chars.next().is_some_and(is_digit) && chars.next().is_none()
        }),
    }
}

fn looks_hashed(id: &str) -> bool {
    id.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn slug(id: &str) -> String {
    let mut slug = String::new();
    for c in id.chars() {
        if slug.len() == MAX_SLUG {
            break;
        }
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() {
        slug.push_str(EMPTY_SLUG);
    }
    slug
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tame_ids_stay_and_others_get_a_hash() {
        #[track_caller]
        fn check(id: &str, expected: &str) {
            let name = session_folder(id);
            match expected.strip_suffix("-#") {
                None => assert_eq!(name, expected),
                Some(slug) => {
                    let (readable, hash) = name.rsplit_once('-').unwrap();
                    assert_eq!(readable, slug);
                    assert_eq!(hash.len(), HASH_DIGITS);
                    assert!(looks_hashed(&name), "{name}");
                }
            }
        }
        let uuid = "0b4e7a52-9d57-4a41-9a53-6a3b2f3f7b11";
        check(uuid, uuid);
        check("fix_login.2", "fix_login.2");
        check("_", "_");
        check(&"a".repeat(64), &"a".repeat(64));
        check(&"a".repeat(65), &format!("{}-#", "a".repeat(40)));
        check("Fix Login", "fix-login-#");
        check("../../etc/passwd", "etc-passwd-#");
        check("/", "session-#");
        check("", "session-#");
        check("\0", "session-#");
        check("会話", "session-#");
        check(".hidden", "hidden-#");
        check("-rf", "rf-#");
        check("end.", "end-#");
        check("nul", "nul-#");
        check("com1.txt", "com1-txt-#");
        check("con", "con-#");
        check("console", "console");
        check("com10", "com10");
        check("lpt9", "lpt9-#");
        let forged = session_folder("Fix Login");
        check(&forged, &format!("{}-#", &forged[..40]));
    }

    #[test]
    fn the_hash_is_stable() {
        // From `printf %s 'Fix Login' | sha256sum`: a change would orphan every folder made before it.
        assert_eq!(session_folder("Fix Login"), "fix-login-6bf6e289b8f7aa7844396eccbfe2c640");
    }

    /// Ids near the border between the two kinds, where a collision would hide.
    fn any_id() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[A-Za-z0-9._-]{0,70}",
            "[a-z]{0,3}-[0-9a-fA-F]{30,33}",
            "(?i)(con|nul|com[0-9]|lpt[0-9])[.a-z]{0,3}",
        ]
    }

    proptest! {
        #[test]
        fn a_name_is_one_safe_component(id in any_id()) {
            let name = session_folder(&id);
            prop_assert!(name.len() <= 73 && !name.is_empty());
            prop_assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')));
            prop_assert!(!name.starts_with(['.', '-']) && !name.ends_with('.'));
            prop_assert!(!is_device_name(&name));
            prop_assert_eq!(std::path::Path::new(&name).components().count(), 1);
        }

        #[test]
        fn different_ids_never_share_a_name(a in any_id(), b in any_id()) {
            let variants = [
                b, a.to_uppercase(), a.to_lowercase(), a.trim().to_owned(), format!("{a}."), format!(".{a}"),
                format!("{a}\0"), slug(&a), session_folder(&a), session_folder(&session_folder(&a)).to_uppercase(),
            ];
            for other in variants.iter().filter(|other| **other != a) {
                let (one, two) = (session_folder(&a), session_folder(other));
                prop_assert_ne!(one.to_lowercase(), two.to_lowercase(), "{:?} and {:?}", a, other);
            }
        }
    }
}
