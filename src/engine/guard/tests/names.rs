//! Which names an answer may use.

use super::{Evidence, LIMITS, Limits, Verdict, answer, evidence, judge, verdict, with};
use crate::engine::memory::Section;

#[test]
fn known_and_unknown_names() {
    let known = [
        "src/cart.py",
        "cart.py:12",
        "/home/ann/shop",
        "/home/ann/shop/src/cart.py",
        "shop/src/cart.py",
        "ann/shop/src",
        "src/engine/guard.rs",
        "lib/money.py",
        "branch feature/tax-rates",
        "https://shop.example/issues/4711?tab=all",
        "https://shop.example/issues/4711",
        "https://shop.example",
        "#4711 and ticket 4711",
        "65536 and 65,536 and 131,072 rows, 131072 bytes",
        "version 1.2.3 or v1.2.3",
        "ValueError, HAT030, hat-030",
        "commit 3c7d1d7, 3c7d1d7aa0, 3c7d1d7aa0b1c2d3e4f5061728394a5b6c7d8e9f",
        "toolu_01ABCdef",
        "event 5001, events 17, #5002",
        "a 5-minute pause, 3-way merge, UTF-8, SHA-256",
        "new_symbol and newName are not checked, nor is and/or, client/server-side",
        "12 tests of 40, in 2026, about 1000",
        "131072MB",
    ];
    for line in known {
        assert_eq!(evidence().unknown(line), None, "{line}");
    }
    let unknown = [
        ("see src/basket.py", "src/basket.py"),
        ("see /etc/ann/shop/src/cart.py", "/etc/ann/shop/src/cart.py"),
        ("see tests/cart.py", "tests/cart.py"),
        ("see src/guard.rs/cart.py", "src/guard.rs/cart.py"),
        ("in basket.py", "basket.py"),
        ("https://evil.example/issues/4711", "https://evil.example/issues/4711"),
        ("https://shop.example/issues/47", "https://shop.example/issues/47"),
        ("https://shop.example/issues/4711?key=1", "https://shop.example/issues/4711?key=1"),
        ("#4712", "#4712"),
        ("65537 rows", "65537"),
        ("version 1.2.4", "1.2.4"),
        ("a KeyError", "KeyError"),
        ("ENOSPC", "ENOSPC"),
        ("HAT031", "HAT031"),
        ("commit 3c7d1d8", "3c7d1d8"),
        ("event 9001", "9001"),
        ("www.evil.example", "www.evil.example"),
        ("(ftp://evil.example/x)", "ftp://evil.example/x"),
        ("x---HTTPS://evil.example", "HTTPS://evil.example"),
        ("#www.evil.example", "#www.evil.example"),
        ("javascript:alert", "javascript:alert"),
    ];
    for (line, expected) in unknown {
        assert_eq!(evidence().unknown(line), Some(expected), "{line}");
    }
}

#[test]
fn addresses_are_those_of_the_conversation() {
    #[track_caller]
    fn check(source: &str, line: &str, expected: Option<&str>) {
        assert_eq!(Evidence::new([source]).unknown(line), expected, "{source} {line}");
    }
    let pip = "pip install git+https://shop.example/cart.git@v2";
    check(pip, "installed from git+https://shop.example/cart.git@v2", None);
    check(pip, "see https://shop.example/cart.git@v2", None);
    check("see https://shop.example/cart.git", "pip install git+https://shop.example/cart.git", None);
    check(pip, "pip install git+https://evil.example/cart.git", Some("git+https://evil.example/cart.git"));
    check(pip, "pip install git+https://shop.example/other.git", Some("git+https://shop.example/other.git"));
    check(pip, "git+ssh://shop.example/cart.git@v2", Some("git+ssh://shop.example/cart.git@v2"));
    check("svn+ssh://shop.example/x", "ssh://shop.example/x", None);
    // A source may glue letters to an address, and so may a model.
    check(r"a\u003chttps://shop.example/x", "https://shop.example/x", None);
    check("https://shop.example/x", "seehttps://shop.example/x", None);
    check("https://shop.example/x", "seehttps://evil.example/x", Some("seehttps://evil.example/x"));
    let mail = "From: Ann Lee <Ann.Lee@shop.example>";
    check(mail, "ask Ann.Lee@shop.example, or ann.lee@SHOP.example", None);
    check(mail, "ask bob@shop.example", Some("bob@shop.example"));
    check(mail, "ask lee@shop.example", Some("lee@shop.example"));
    check(mail, "ask ann.lee@shop.example.evil.example", Some("ann.lee@shop.example.evil.example"));
    check(mail, "(Ann.Lee@evil.example)", Some("Ann.Lee@evil.example"));
    check("git clone git@shop.example:ann/cart.git", "cloned git@shop.example:ann/cart.git", None);
    check(r#"{"to":"x\nann@shop.example"}"#, "mail to ann@shop.example", None);
    check("left-pad 1.3.0 for ann", "left-pad@1.3.0 as ann@host", None);
}

#[test]
fn links_keep_known_addresses_only() {
    let source = "pip install git+https://shop.example/cart.git";
    let link = |target: &str| {
        let text = with(&format!("- see [the cart]({target})"));
        match judge(&answer(&text), &Evidence::new([source]), &LIMITS) {
            Verdict::Accepted { document, .. } => document.lines(Section::ActiveWork)[0].text.clone(),
            other => panic!("{other:?}"),
        }
    };
    for known in ["git+https://shop.example/cart.git", "https://shop.example/cart.git", "https://shop.example"] {
        assert_eq!(link(known), format!("see the cart ({known})"));
    }
    for unknown in
        ["git+https://evil.example/cart.git", "https://shop.example/other", "git+ssh://shop.example/cart.git"]
    {
        assert_eq!(link(unknown), "see the cart");
    }
}

#[test]
fn lines_with_unknown_names_go() {
    let good = |count: usize| (0..count).map(|at| format!("- good line {at}\n")).collect::<Vec<_>>().concat();
    let bad = |count: usize| (0..count).map(|at| format!("- see src/invented_{at}.rs\n")).collect::<Vec<_>>().concat();
    let lines = |known: usize, unknown: usize, attempt| {
        let text = with(&format!("{}{}", good(known), bad(unknown)));
        verdict(&answer(&text), &Limits { attempt, ..LIMITS })
    };
    assert_eq!(lines(2, 1, 1), "Current State: at work\nActive Work: good line 0\nActive Work: good line 1");
    assert!(lines(2, 5, 1).starts_with("Current State"), "five may go");
    assert!(lines(2, 6, 1).starts_with("repair: These do not occur in the conversation: src/invented_0.rs, src/inv"));
    assert!(lines(2, 6, 2).starts_with("refused: the mended answer is not good either: These do not occur"));
    assert!(lines(40, 8, 1).starts_with("Current State"), "a fifth may go");
    assert!(lines(40, 12, 1).starts_with("repair: These"));
}
