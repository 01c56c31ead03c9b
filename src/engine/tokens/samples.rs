//! Texts of every class that a conversation is made of, written for the tests of the estimate.

mod code;
mod language;
mod output;

/// How far the estimate may be off, in percent: scripts and languages other than English vary more with the subject.
const NEAR: usize = 10;
const FAR: usize = 15;

/// The samples: name, tolerance in percent, text.
pub fn all() -> Vec<(&'static str, usize, String)> {
    let written = [
        ("Rust", NEAR, code::RUST),
        ("Python", NEAR, code::PYTHON),
        ("Go", NEAR, code::GO),
        ("TypeScript", NEAR, code::TYPESCRIPT),
        ("C", NEAR, code::C),
        ("diff", NEAR, output::DIFF),
        ("English", NEAR, language::ENGLISH),
        ("Markdown", NEAR, language::MARKDOWN),
        ("emoji", NEAR, language::EMOJI),
        ("German", FAR, language::GERMAN),
        ("French", FAR, language::FRENCH),
        ("Polish", FAR, language::POLISH),
        ("Russian", FAR, language::RUSSIAN),
        ("Greek", FAR, language::GREEK),
        ("Arabic", FAR, language::ARABIC),
        ("Chinese", FAR, language::CHINESE),
        ("Japanese", FAR, language::JAPANESE),
        ("Korean", FAR, language::KOREAN),
        ("grep -n", NEAR, output::GREP),
        ("ls -l", NEAR, output::LS),
        ("cargo", NEAR, output::CARGO),
        ("pytest", NEAR, output::PYTEST),
        ("stack traces", NEAR, output::TRACES),
        ("identifiers", NEAR, output::IDENTIFIERS),
        ("paths", NEAR, output::PATHS),
        ("colours", NEAR, output::COLOURED),
        ("tree and table", NEAR, output::TREE),
    ];
    let mut all: Vec<_> = written.map(|(name, percent, text)| (name, percent, text.to_owned())).into();
    all.extend([
        ("JSON compact", NEAR, records().to_string()),
        ("JSON pretty", NEAR, format!("{:#}", records())),
        ("JSON of code", NEAR, serde_json::json!({"path": "src/history.rs", "content": code::RUST}).to_string()),
        ("hex and UUID", NEAR, hex_dump()),
        ("base64", NEAR, base64(&noise(900, 3))),
    ]);
    all
}

/// What an API returns.
fn records() -> serde_json::Value {
    let names = ["Ada Winter", "Jonas Keller", "Mira Okafor", "Luis Ferreira", "Hanna Lind", "Tom Becker"];
    let states = ["active", "pending", "disabled"];
    let users = names.iter().zip(noise(6, 9)).enumerate().map(|(at, (name, noise))| {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        serde_json::json!({
            "id": 1000 + u32::from(noise) * 7,
            "name": name,
            "email": format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase()),
            "createdAt": format!("2024-0{}-1{}T08:4{at}:12.{noise:03}Z", at + 1, at),
            "status": states[at % states.len()],
            "roles": if at % 2 == 0 { vec!["editor", "reviewer"] } else { vec!["viewer"] },
            "settings": {"theme": "dark", "pageSize": 25, "notifications": at % 3 == 0, "score": f64::from(noise) / 16.0},
            "lastLogin": null,
        })
    });
    serde_json::json!({"page": 1, "total": names.len(), "items": users.collect::<Vec<_>>()})
}

/// Checksums, identifiers and addresses as tools print them.
fn hex_dump() -> String {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let noise = noise(480, 5);
    let lines = noise.chunks_exact(48).enumerate().map(|(at, chunk)| {
        let (sum, id) = (hex(&chunk[..32]), hex(&chunk[32..]));
        let (commit, address) = (hex(&chunk[..20]), hex(&chunk[20..28]));
        let uuid = format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
        format!("{sum}  target/release/part-{at}.bin\n{uuid}\ncommit {commit} 0x{address}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    let groups = bytes.chunks_exact(3).map(|chunk| chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)));
    groups.flat_map(|bits| [18, 12, 6, 0].map(|shift| digit(bits >> shift))).collect()
}

/// Bytes without a pattern, the same in every run.
fn noise(count: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[2]
    };
    (0..count).map(|_| next()).collect()
}
