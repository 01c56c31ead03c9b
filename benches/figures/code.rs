//! What stands in the generated conversation: source text, command outputs, prose, requests. Every module of the
//! imagined project has names of its own, derived from its number.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::random::Random;

const NOUNS: &[&str] = &[
    "order", "invoice", "session", "packet", "cursor", "bucket", "shard", "lease", "token", "ledger", "route", "frame",
    "layout", "schema", "report", "queue", "digest", "replica", "tenant", "policy", "metric", "window", "segment",
    "quota",
];
const VERBS: &[&str] = &[
    "load", "merge", "parse", "resolve", "flush", "encode", "verify", "collect", "retry", "split", "publish", "rotate",
    "index", "repair", "expire", "compact", "route", "commit",
];
const SYLLABLES: &[&str] = &["ba", "ri", "no", "tel", "ka", "mu", "sor", "vin", "dex", "lo", "pra", "quo", "zet", "ul"];

fn of(list: &[&'static str], number: u64) -> &'static str {
    let at = usize::try_from(number % list.len() as u64).unwrap_or_default();
    list.get(at).copied().unwrap_or_default()
}

/// A word that only this number has.
fn word(number: u64) -> String {
    let base = SYLLABLES.len() as u64;
    [number / base / base, number / base, number].iter().map(|part| of(SYLLABLES, *part)).collect()
}

fn module_name(module: u64) -> String {
    format!("{}_{}", of(NOUNS, module), word(module))
}

fn path(module: u64) -> String {
    format!("/home/dev/atlas/src/{}/{}.rs", of(NOUNS, module / 7), module_name(module))
}

fn type_name(module: u64) -> String {
    let word = word(module);
    let mut letters = word.chars();
    let head: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().collect();
    let noun = of(NOUNS, module);
    format!("{head}{}{}{}", letters.as_str(), noun[..1].to_ascii_uppercase(), &noun[1..])
}

fn function(module: u64, number: u64) -> String {
    format!("{}_{}_{}", of(VERBS, number), of(NOUNS, module + number / 3), word(module * 3 + number % 9))
}

/// A line of a module's source; the same line is the same text wherever it is shown.
fn line(module: u64, at: u64) -> String {
    let random = &mut Random::new(module * 10_000 + at);
    let number = random.below(40);
    let (name, noun) = (function(module, number), of(NOUNS, module + number));
    match random.below(11) {
        0 => format!(
            "    /// {} the {noun} before the next {} begins.",
            random.pick(&["Checks", "Writes", "Keeps", "Drops"]),
            of(NOUNS, number)
        ),
        1 => format!(
            "    pub fn {name}(&mut self, {noun}: &{}) -> Result<u{}, Error> {{",
            type_name(module),
            8 << random.below(4)
        ),
        2 => format!("        let {noun} = self.{}.{name}({})?;", of(NOUNS, number), random.below(64)),
        3 => format!("        if {noun}.len() > {}_LIMIT {{", of(NOUNS, module).to_ascii_uppercase()),
        4 => format!("            return Err(Error::{}({noun}.id()));", type_name(module + number % 3)),
        5 => "        }".to_owned(),
        6 => format!("        self.{}.insert({noun}.key(), {});", word(module), random.below(100)),
        7 => format!("        tracing::debug!({noun} = ?{noun}, \"{} {noun}\");", of(VERBS, number)),
        8 => format!(
            "        for {noun} in self.{}_{}.iter().filter(|{noun}| {noun}.is_open()) {{",
            of(NOUNS, number),
            word(module)
        ),
        9 => format!("        assert_eq!({name}(&{noun}), {});", random.below(100)),
        _ => "    }".to_owned(),
    }
}

/// Some lines of a module's source, from `first` on.
pub fn source(module: u64, first: u64, lines: u64) -> String {
    (first..first + lines).map(|at| line(module, at) + "\n").collect()
}

fn numbered(module: u64, first: u64, lines: u64) -> String {
    let mut text = String::new();
    for at in first..first + lines {
        let _ = writeln!(text, "{at:>6}\t{}", line(module, at));
    }
    text
}

fn test_run(random: &mut Random, module: u64, failed: bool) -> String {
    let mut out = format!("   Compiling atlas v0.{}.0 (/home/dev/atlas)\n", module % 90);
    let tests = 5 + module % 60;
    let _ = writeln!(
        out,
        "    Finished `test` profile [unoptimized] in {}.{:02}s\n\nrunning {tests} tests",
        random.below(40),
        random.below(100)
    );
    let broken = random.below(tests);
    for test in 0..tests {
        let outcome = if failed && test == broken { "FAILED" } else { "ok" };
        let _ = writeln!(out, "test {}::tests::{} ... {outcome}", module_name(module), function(module, test));
    }
    if failed {
        let name = function(module, broken);
        let _ = writeln!(
            out,
            "\nthread '{name}' panicked at {}:{}:9:\nassertion `left == right` failed\n  left: {}\n right: {}\n\ntest result: FAILED. {} passed; 1 failed",
            path(module),
            random.between(20, 900),
            random.below(1000),
            random.below(1000),
            tests - 1
        );
    } else {
        let _ = writeln!(out, "\ntest result: ok. {tests} passed; 0 failed");
    }
    out
}

fn compile_error(random: &mut Random, module: u64) -> String {
    format!(
        "error[E0{}]: cannot find method `{}` in `{}`\n  --> {}:{}:{}\n   |\n   | {}\n   |\nerror: could not compile `atlas` (lib) due to 1 previous error\n",
        random.between(277, 599),
        function(module, random.below(40)),
        type_name(module),
        path(module),
        random.between(5, 900),
        random.between(5, 60),
        line(module, random.below(300))
    )
}

/// A call: the tool's name, its input, its output, whether it failed.
pub fn tool_use(random: &mut Random, module: u64) -> (&'static str, Value, String, bool) {
    let path = path(module);
    match random.below(100) {
        0..35 => {
            if random.chance(4) {
                let missing = path.replace(".rs", "_old.rs");
                let output = format!("File does not exist: {missing}");
                return ("Read", json!({"file_path": missing}), output, true);
            }
            let (first, lines) = (random.below(300), random.size(12, 320));
            let input = json!({"file_path": path, "offset": first, "limit": lines});
            ("Read", input, numbered(module, first, lines), false)
        }
        35..58 => {
            let (first, old, new) = (random.below(300), random.between(2, 8), random.between(2, 16));
            let input = json!({
                "file_path": path,
                "old_string": source(module, first, old),
                "new_string": source(module, first + random.below(3), new),
            });
            let shown = random.between(4, 16);
            let output =
                format!("The file {path} has been updated. Here is the result:\n{}", numbered(module, first, shown));
            ("Edit", input, output, false)
        }
        58..72 => {
            let name = function(module, random.below(40));
            let mut output = String::new();
            for _ in 0..random.size(3, 60) {
                let (at, number) = (module.saturating_sub(random.below(20)), random.between(1, 300));
                let _ = writeln!(output, "{}:{number}:{}", self::path(at), line(at, number));
            }
            ("Grep", json!({"pattern": name, "path": "/home/dev/atlas/src", "output_mode": "content"}), output, false)
        }
        72..90 => {
            let failed = random.chance(30);
            let command = format!("cargo test -p atlas {}", module_name(module));
            let output = test_run(random, module, failed);
            ("Bash", json!({"command": command, "description": "Run the module's tests"}), output, failed)
        }
        90..95 => ("Bash", json!({"command": "cargo check --workspace"}), compile_error(random, module), true),
        _ => {
            let command = format!("git diff --stat HEAD~{} -- src/{}", random.between(1, 9), of(NOUNS, module / 7));
            let mut output = String::new();
            for at in 0..random.size(2, 30) {
                let _ = writeln!(output, " src/{}.rs | {} ++++", module_name(module + at), random.below(90));
            }
            ("Bash", json!({"command": command}), output, false)
        }
    }
}

/// Sentences of the assistant.
pub fn prose(random: &mut Random, module: u64, sentences: u64) -> String {
    let mut text = String::new();
    for _ in 0..sentences {
        let (name, other) = (function(module, random.below(40)), type_name(module.saturating_sub(random.below(4))));
        let sentence = match random.below(6) {
            0 => format!(
                "The test fails because `{name}` still expects the old shape of `{other}`, so I will look at how {} builds it. ",
                path(module)
            ),
            1 => format!(
                "`{name}` now returns an error instead of zero when the {} is empty; the callers in `{}` pass it on. ",
                of(NOUNS, module),
                module_name(module)
            ),
            2 => format!(
                "Next I read `{}` to see whether `{other}` is used anywhere else before I change its signature. ",
                path(module)
            ),
            3 => format!("All {} tests of `{}` pass now. ", random.between(5, 80), module_name(module)),
            4 => format!(
                "I kept the limit at {} because `{name}` allocates that many entries up front. ",
                random.below(5000)
            ),
            _ => format!(
                "That leaves the {} in `{other}`, which is written twice when a retry comes in between. ",
                of(NOUNS, module)
            ),
        };
        text.push_str(&sentence);
    }
    text.truncate(text.trim_end().len());
    text
}

/// What the user asks for or corrects.
pub fn request(random: &mut Random, module: u64) -> String {
    let (name, noun) = (function(module, random.below(40)), of(NOUNS, module));
    match random.below(7) {
        0 => format!("No, don't change `{name}`. Use {} instead and keep the public API as it is.", type_name(module)),
        1 => format!(
            "Please add a retry with at most {} attempts to `{name}`, with a test for the case that the {noun} is gone.",
            random.between(2, 9)
        ),
        2 => format!(
            "The {noun} report in {} shows {} where it should show {}. Find out why and fix it.",
            path(module),
            random.below(999),
            random.below(999)
        ),
        3 => format!("Now do the same for {} and make sure that `cargo test` passes.", module_name(module)),
        4 => "go on".to_owned(),
        5 => format!("Always use UTC in `{}`, never local time.", module_name(module)),
        _ => format!(
            "Can you split {} into two files? One for the {noun} and one for everything about {}.",
            path(module),
            word(module)
        ),
    }
}
