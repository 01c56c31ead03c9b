//! Search.

use super::*;

fn find(store: &mut Store, query: Query) -> Vec<u64> {
    let hits = store.search(&query, &as_is).unwrap();
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score), "best first: {hits:?}");
    hits.into_iter().map(|hit| hit.seq).collect()
}

const TEXTS: [&str; 14] = [
    "The parser in src/host/store.rs failed with SQLITE_BUSY",
    "get_user_name returns None",
    "call getUserName() first, then HTTPServer::bind",
    "errors everywhere, an error in the Parser",
    "Größe und Änderung, naïve café",
    "内存不足，请重试",
    "C++ and C# and f(x) = y*2",
    "see https://example.org/a?b=1 or mail a.b@example.org",
    "version v1.2.3-beta.4 and 0x7fff",
    "don't stop",
    "한국어 문장 입니다",
    "apple banana",
    "apple cherry",
    "banana cherry apple pie",
];

#[test]
fn words_names_paths_and_phrases_are_found() {
    let (_dir, mut store) = fresh();
    feed(&mut store, "s", &TEXTS);
    let mut check = |text: &str, expected: &[u64]| {
        let mut found = find(&mut store, Query { text, limit: 100, ..Query::default() });
        found.sort_unstable();
        assert_eq!(found, expected, "{text:?}");
    };
    check("parser", &[1, 4]);
    check("PARSER", &[1, 4]);
    check("src/host/store.rs", &[1]);
    check("store.rs", &[1]);
    check("store", &[1]);
    check("sqlite_busy", &[1]);
    check("busy", &[1]);
    // Both spellings of a name find both.
    check("get_user_name", &[2, 3]);
    check("getUserName", &[2, 3]);
    check("user", &[2, 3]);
    check("HTTPServer", &[3]);
    check("server", &[3]);
    check("HTTPServer::bind()", &[3]);
    check("error", &[4]);
    check("error*", &[4]);
    check("err*", &[4]);
    check("err", &[]);
    check("größe", &[5]);
    check("GRÖSSE Änderung", &[5]);
    check("cafe", &[5]);
    check("naive café", &[5]);
    check("内存", &[6]);
    check("重试", &[6]);
    check("存内", &[]);
    check("\"存内\"", &[]);
    check("국어", &[10 + 1]);
    check("C++", &[7]);
    check("f(x)", &[7]);
    check("example.org", &[8]);
    check("https://example.org/a?b=1", &[8]);
    check("v1.2.3", &[9]);
    check("0x7fff", &[9]);
    check("don't", &[10]);
    check("\"apple pie\"", &[14]);
    check("\"cherry pie\"", &[]);
    check("\"apple\" \"banana\"", &[12, 13, 14]);
    check("ban*", &[12, 14]);
    check("zebra", &[]);
    check("apple -banana NOT (cherry) OR", &[12, 13, 14]);
}

#[test]
fn nothing_a_user_types_is_an_error() {
    let (_dir, mut store) = fresh();
    feed(&mut store, "s", &TEXTS);
    let mut check = |text: &str, some: bool| {
        let found = find(&mut store, Query { text, limit: 5, ..Query::default() });
        assert_eq!(!found.is_empty(), some, "{:?}", text.chars().take(40).collect::<String>());
    };
    for text in [
        "",
        " ",
        "\n\t",
        "!?-_*",
        "\"",
        "\"\"\"",
        "(((",
        "*",
        "'; DROP TABLE events; --",
        "\u{0}",
        "🦀",
        "Ⓐ",
        "\u{301}",
        "ॣ",
    ] {
        check(text, false);
    }
    for text in [
        "apple\u{0}",
        "\"apple",
        "apple\"",
        "apple*\"",
        "NEAR(apple",
        "text:apple",
        "^apple",
        "{apple}",
        "-apple",
        "Ⓐ apple",
        "AND apple OR",
    ] {
        check(text, true);
    }
    check(&"apple ".repeat(2000), true);
    check(&format!("{} apple_pie", "zebra ".repeat(2000)), true);
    check(&(0..2000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" "), false);
    check(&format!("\"{}\"", "apple ".repeat(2000)), false);
    check(&"\"".repeat(10_001), false);
    check(&"a".repeat(100_000), false);
}

#[test]
fn every_word_beats_some_words() {
    let (_dir, mut store) = fresh();
    let mut texts =
        vec!["rust rust rust rust", "the long way: tokio and, much later in a long text, some rust", "tokio"];
    texts.extend(["nothing of it"; 20]);
    feed(&mut store, "s", &texts);
    let found = find(&mut store, Query { text: "rust tokio", limit: 10, ..Query::default() });
    assert_eq!((found.len(), found[0]), (3, 2));
    assert_eq!(find(&mut store, Query { text: "rust tokio", limit: 1, ..Query::default() }), [2]);
    // A path that is not there as a whole is found by its parts, after the whole one.
    feed(&mut store, "s", &["main.rs in another folder", "src/main.rs"]);
    assert_eq!(find(&mut store, Query { text: "src/main.rs", limit: 10, ..Query::default() }), [25, 24]);
}

#[test]
fn rare_words_beat_common_ones() {
    let (_dir, mut store) = fresh();
    let mut texts = vec!["common common common"; 1200];
    texts[700] = "zebra, once and in a text that is a good deal longer than the others";
    feed(&mut store, "s", &texts);
    let found = find(&mut store, Query { text: "common zebra", limit: 3, ..Query::default() });
    assert_eq!((found.len(), found[0]), (3, 701));
    assert_eq!(find(&mut store, Query { text: "common okapi", limit: 5, ..Query::default() }).len(), 5);
}

#[test]
fn scopes_limit_what_is_found() {
    let (_dir, mut store) = fresh();
    let roles = [Some(Role::User), Some(Role::Assistant), Some(Role::Tool), Some(Role::System), None];
    for id in ["a", "b"] {
        let events: Vec<NewEvent> =
            roles.iter().map(|&role| NewEvent { role, ..message(&[], "needle here") }).collect();
        store.append(&meta(id), &events).unwrap();
    }
    let mut check = |query: Query, expected: &[(&str, u64)]| {
        let hits = store.search(&Query { text: "needle", ..query }, &as_is).unwrap();
        let mut found: Vec<(&str, u64)> = hits.iter().map(|hit| (hit.session_id.as_str(), hit.seq)).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{query:?}");
    };
    let all = Query { limit: 100, ..Query::default() };
    check(Query { session: Some("b"), ..all }, &[("b", 1), ("b", 2), ("b", 3), ("b", 4), ("b", 5)]);
    check(Query { session: Some("b"), last: Some(2), ..all }, &[("b", 1), ("b", 2)]);
    check(Query { session: Some("c"), ..all }, &[]);
    check(Query { roles: &[Role::Tool], ..all }, &[("a", 3), ("b", 3)]);
    check(Query { roles: &[Role::User, Role::System], session: Some("a"), ..all }, &[("a", 1), ("a", 4)]);
    check(Query { limit: 0, ..all }, &[]);
    assert_eq!(store.search(&Query { text: "needle", ..all }, &as_is).unwrap().len(), 10);
    assert_eq!(store.search(&Query { text: "needle", limit: 3, ..all }, &as_is).unwrap().len(), 3);
}

#[test]
fn the_index_follows_in_pieces() {
    let (dir, mut store) = fresh();
    let text = "filler ".repeat(20_000);
    feed(&mut store, "s", &[&text, &text, &text, "needle one"]);
    feed(&mut store, "t", &["needle two"]);
    let query = Query { text: "needle", limit: 10, ..Query::default() };
    let seen = |store: &Store| store.search_indexed(&query, &as_is).unwrap().len();
    assert!(store.index_pending(1, &as_is).unwrap());
    assert_eq!(seen(&store), 0);
    let mut other = Store::open(&dir.path().join("state")).unwrap();
    while other.index_pending(1, &as_is).unwrap() {}
    assert_eq!((seen(&store), seen(&other)), (2, 2));
    assert!(!store.index_pending(1, &as_is).unwrap());
    feed(&mut store, "s", &["needle three"]);
    assert_eq!(seen(&store), 2);
    assert_eq!(store.search(&query, &as_is).unwrap().len(), 3);
    // Events without text are passed over, once.
    feed(&mut store, "s", &["", ""]);
    assert!(!store.index_pending(usize::MAX, &as_is).unwrap());
}

#[test]
fn a_hit_says_where_and_shows_why() {
    let (_dir, mut store) = fresh();
    let raw = format!("{{\"text\":\"{} the Needle {}\"}}", "before ".repeat(100), "after ".repeat(100));
    let names = keys(&["m:1"]);
    store.append(&meta("s"), &[NewEvent { at: 77, role: Some(Role::Tool), ..message(&names, &raw) }]).unwrap();
    let text_of = |raw: &str| raw.replace(['{', '}'], "");
    let hits = store.search(&Query { text: "needle", limit: 10, ..Query::default() }, &text_of).unwrap();
    let [hit] = hits.as_slice() else { panic!("{hits:?}") };
    assert_eq!((hit.session_id.as_str(), hit.seq, hit.role, hit.at), ("s", 1, Some(Role::Tool), 77));
    assert!(hit.score > 0.0, "{hit:?}");
    assert!(hit.snippet.contains("before the Needle after") && hit.snippet.chars().count() <= 162, "{hit:?}");
}
