//! Whether a string was drawn by a generator or written by a person: entropy, mixture of character classes, length of
//! the words in it, and the placeholders that documentation puts where a secret goes.

/// How every placeholder of ours begins.
pub(super) const PLACEHOLDER: &str = "[redacted:";

/// Words that only stand in examples. Four letters or more, so that a random string hardly ever holds one.
#[rustfmt::skip]
const EXAMPLE_WORDS: [&str; 15] = [
    "example", "placeholder", "changeme", "change-me", "change_me", "your", "dummy", "sample", "replace", "insert",
    "redacted", "-here", "_here", "mytoken", "-hmac-",
];
/// Marks of a template, an elision or a mask.
const TEMPLATE_MARKS: [&str; 10] = ["...", "\u{2026}", "***", "${", "{{", "$(", "%(", "<", "{}", PLACEHOLDER];
/// Words of which weak and invented passwords are made.
#[rustfmt::skip]
const WEAK_WORDS: [&str; 26] = [
    "password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "apikey", "api", "key", "test", "admin",
    "user", "root", "guest", "demo", "default", "qwerty", "letmein", "foo", "bar", "baz", "mock", "fake", "invalid",
    "wrong",
];

/// Shannon entropy of the bytes of `value`, in bits per byte.
pub(super) fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in value {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    counts.iter().filter(|count| **count > 0).map(|&count| f64::from(count) / total).map(|p| -p * p.log2()).sum()
}

/// Which kinds of characters a string holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mix {
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) digit: usize,
    /// `- _ . / :`, which stand between the words of names and paths.
    pub(super) separator: usize,
    /// Everything else that is not a letter or digit.
    pub(super) special: usize,
    pub(super) space: usize,
}

impl Mix {
    /// Counts the characters of `value`.
    pub(super) fn of(value: &[u8]) -> Mix {
        let mut mix = Mix::default();
        for byte in value {
            match byte {
                b'a'..=b'z' => mix.lower += 1,
                b'A'..=b'Z' => mix.upper += 1,
                b'0'..=b'9' => mix.digit += 1,
                b'-' | b'_' | b'.' | b'/' | b':' => mix.separator += 1,
                b' ' | b'\t' | b'\n' | b'\r' => mix.space += 1,
                _ => mix.special += 1,
            }
        }
        mix
    }

    /// Whether at least two of the three alphabets `a-z`, `A-Z`, `0-9` occur.
    pub(super) fn is_mixed(self) -> bool {
        [self.lower, self.upper, self.digit].iter().filter(|count| **count > 0).count() >= 2
    }
}

/// Whether `value` is documentation's stand-in for a secret: `<token>`, `${TOKEN}`, `xxxx`, `your-key-here`.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    TEMPLATE_MARKS.iter().any(|mark| contains(&lower, mark))
        // Padding repeats in real tokens too, but is no large part of them.
        || longest_repeat(&lower) >= 5.max(lower.len() / 4)
        || has_interpolation(&lower)
        || matches!(lower.as_slice(), [b'[', .., b']'])
        // In a long token any four letters turn up by chance, and nobody invents one that long.
        || (lower.len() <= 100 && EXAMPLE_WORDS.iter().any(|word| contains(&lower, word)))
}

/// Whether `value` is a password in name only: nothing but stock words, digits and punctuation, as `test-secret-1`.
pub(super) fn is_weak(value: &[u8]) -> bool {
    let mut rest = String::from_utf8_lossy(value).to_ascii_lowercase();
    for word in WEAK_WORDS {
        if rest.contains(word) {
            rest = rest.replace(word, "");
        }
    }
    rest.len() < value.len() && rest.bytes().filter(u8::is_ascii_alphabetic).count() < 3
}

/// Whether `value` looks drawn: mixed alphabets, at least `bits` of entropy per byte, and pieces (stretches of one
/// alphabet; a capital opens a word) too short for words. Measured on random strings of 20 characters, this refuses
/// 0.6 % of base62 and none of hex; names in code have pieces of 3.5 letters and more.
pub(super) fn is_random(value: &[u8], bits: f64) -> bool {
    let mix = Mix::of(value);
    // A date (`2018-03-02T21:26:13Z`) has few letters.
    if !mix.is_mixed() || mix.lower + mix.upper < 3 || entropy(value) < bits {
        return false;
    }
    let (pieces, digit_groups) = pieces(value);
    // A constant (`SMART_ON_FHIR_V1`) has short pieces, but one case and separators.
    let is_short = mix.lower + mix.upper + mix.digit < pieces * 3;
    let is_constant = mix.separator > 0 && (mix.lower == 0 || mix.upper == 0);
    let is_hex = mix.digit > 2 && value.iter().all(u8::is_ascii_hexdigit);
    (is_hex || digit_groups >= 3 || (is_short && !is_constant)) && !is_placeholder(value)
}

/// The number of pieces and, among them, of groups of digits.
fn pieces(value: &[u8]) -> (usize, usize) {
    let (mut pieces, mut groups) = (0, 0);
    let mut previous = b' ';
    let mut length = 0;
    for &byte in value {
        let same = (byte.is_ascii_digit() && previous.is_ascii_digit())
            || (byte.is_ascii_lowercase() && previous.is_ascii_lowercase())
            || (byte.is_ascii_uppercase() && previous.is_ascii_uppercase())
            || (byte.is_ascii_lowercase() && previous.is_ascii_uppercase() && length == 1);
        if same {
            length += 1;
        } else if byte.is_ascii_alphanumeric() {
            pieces += 1;
            groups += usize::from(byte.is_ascii_digit());
            length = 1;
        }
        previous = byte;
    }
    (pieces, groups)
}

/// Whether `value` holds `{name}`, as format strings do.
fn has_interpolation(value: &[u8]) -> bool {
    let is_name =
        |part: &[u8]| part.len() > 2 && part.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'));
    let mut parts = value.split(|&byte| byte == b'{').skip(1);
    parts.any(|part| {
        part.split(|&byte| byte == b'}').next().is_some_and(|name| name.len() < part.len() && is_name(name))
    })
}

fn longest_repeat(value: &[u8]) -> usize {
    value.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0)
}

/// Whether `word` stands in `value`.
pub(super) fn contains(value: &[u8], word: &str) -> bool {
    value.windows(word.len()).any(|window| window == word.as_bytes())
}
