//! The parts of a name (`loadUserConfig` has three), by which names are compared with what is being talked about.

/// Calls `each` with the hash of every part of three letters or more, plural and case taken away.
pub fn of(name: &str, mut each: impl FnMut(u64)) {
    let bytes = name.as_bytes();
    let mut start = 0;
    let mut emit = |from: usize, to: usize| {
        let Some(part) = bytes.get(from..to).filter(|part| part.len() >= 3) else { return };
        let stem = part.strip_suffix(b"s").or(part.strip_suffix(b"S")).filter(|stem| stem.len() >= 3);
        each(hash(stem.unwrap_or(part)));
    };
    for at in 0..bytes.len() {
        let (before, byte) =
            (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at).copied().unwrap_or_default());
        if !byte.is_ascii_alphanumeric() {
            emit(start, at);
            start = at + 1;
        } else if byte.is_ascii_uppercase() && before.is_some_and(u8::is_ascii_lowercase) {
            emit(start, at);
            start = at;
        }
    }
    emit(start, bytes.len());
}

/// FNV-1a over the lower-case letters.
fn hash(part: &[u8]) -> u64 {
    part.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(name: &str) -> Vec<u64> {
        let mut found = Vec::new();
        of(name, |part| found.push(part));
        found
    }

    #[test]
    fn names_share_their_parts() {
        let cases = [
            ("loadUserConfig", "load_user_configs"),
            ("src/users.rs", "src USER"),
            ("a_b", ""),
            ("HTTPServer", "httpserver"),
            ("getS", "get"),
        ];
        for (one, other) in cases {
            assert_eq!(hashes(one), hashes(other), "{one} {other}");
        }
        assert_ne!(hashes("user"), hashes("case"));
    }
}
