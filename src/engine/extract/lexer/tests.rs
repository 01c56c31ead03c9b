use super::{Kind, path_key, scan, scan_command};

#[track_caller]
fn check(text: &str, expected: &[(Kind, &str)]) {
    let mut found = Vec::new();
    scan(text, |kind, key| found.push((kind, key)));
    assert_eq!(found, expected, "{text}");
}

#[test]
fn kinds() {
    check("open /home/ann/shop/src/cart.py:12:", &[(Kind::Path, "src/cart.py")]);
    check("see setup.go.", &[(Kind::File, "setup.go")]);
    check("and/or true/false", &[]);
    check("get https://a.example/x?y=1, now", &[(Kind::Url, "https://a.example/x?y=1")]);
    check("order #4711 for user_4711", &[(Kind::Id, "#4711"), (Kind::Id, "user_4711")]);
    check("commit 3c7d1d7 of HAT030", &[(Kind::Id, "3c7d1d7"), (Kind::Id, "HAT030")]);
    check(
        "$125 on 2024-05-21 with 65536",
        &[(Kind::Number, "125"), (Kind::Number, "2024-05-21"), (Kind::Number, "65536")],
    );
    check("in 2024 about 1000 of 12", &[]);
    check("ValueError ENOENT E0308", &[(Kind::Error, "ValueError"), (Kind::Error, "ENOENT"), (Kind::Error, "E0308")]);
    check("loadConfig load_config Loader", &[(Kind::Symbol, "loadConfig"), (Kind::Symbol, "load_config")]);
    check("settings.loadAll", &[(Kind::Dotted, "settings.loadAll"), (Kind::Symbol, "loadAll")]);
    check("Cart::new_item", &[(Kind::Dotted, "Cart::new_item"), (Kind::Symbol, "new_item")]);
    check("the pre-commit-hook", &[(Kind::Kebab, "pre-commit-hook")]);
    check("\"two words\" `x = y + z`", &[(Kind::Quote, "two words"), (Kind::Quote, "x = y + z")]);
    check("`mise run lint`", &[(Kind::Quote, "mise run lint"), (Kind::Command, "mise run lint")]);
    check("naïve – ünïcode … 漢字", &[]);
}

#[test]
fn paths_are_known_by_their_end() {
    for (path, key) in [("/a/b/c.rs", "b/c.rs"), ("./b/c.rs", "b/c.rs"), ("c.rs", "c.rs"), ("a/b/", "a/b"), ("/", "/")]
    {
        assert_eq!(path_key(path), key);
    }
}

#[test]
fn commands() {
    let mut found = Vec::new();
    scan_command("cd src && CI=1 mise run test:ci --all | tail; git status\ncargo test -p core", |_, key| {
        found.push(key);
    });
    assert_eq!(found, ["mise run test:ci", "cargo test"]);
}
