//! Whether a text is well-formed XML, as far as an SVG file needs it.

/// The name of the root element, or what is wrong.
pub fn well_formed(text: &str) -> Result<String, String> {
    let mut open: Vec<String> = Vec::new();
    let mut root = None;
    let mut rest = text.trim_start();
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        content(before, open.is_empty())?;
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").ok_or("a comment without an end")?.1;
            continue;
        }
        if let Some(declaration) = tag.strip_prefix("<?") {
            rest = declaration.split_once("?>").ok_or("a declaration without an end")?.1;
            continue;
        }
        let end = tag_end(tag)?;
        let (inside, after) = (&tag[1..end], &tag[end + 1..]);
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            let expected = open.pop().ok_or(format!("</{name}> closes nothing"))?;
            if expected != name.trim() {
                return Err(format!("</{name}> closes <{expected}>"));
            }
            continue;
        }
        let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let name = inside.split_whitespace().next().ok_or("a tag without a name")?;
        if open.is_empty() && root.replace(name.to_owned()).is_some() {
            return Err(format!("a second root <{name}>"));
        }
        attributes(&inside[name.len()..])?;
        if !empty {
            open.push(name.to_owned());
        }
    }
    content(rest, true)?;
    match open.pop() {
        Some(name) => Err(format!("<{name}> is not closed")),
        None => root.ok_or("no element".to_owned()),
    }
}

/// Where the tag's `>` stands, quotes considered.
fn tag_end(tag: &str) -> Result<usize, String> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Ok(at),
            (Some(_), '<') => return Err(format!("a < inside a value: {tag:.80}")),
            _ => {}
        }
    }
    Err(format!("a tag without an end: {tag:.80}"))
}

fn attributes(text: &str) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=').ok_or(format!("no value: {rest:.80}"))?;
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(format!("no quotes: {rest:.80}"))?;
        let end = value[1..].find(quote).ok_or(format!("a quote without an end: {rest:.80}"))?;
        if name.trim().is_empty() || name.trim().contains(char::is_whitespace) {
            return Err(format!("a bad name: {name:?}"));
        }
        content(&value[1..=end], false)?;
        rest = value[end + 2..].trim_start();
    }
    Ok(())
}

/// Text between tags: entities only, no stray control characters; white space alone outside of the root.
fn content(text: &str, outside: bool) -> Result<(), String> {
    if outside && !text.trim().is_empty() {
        return Err(format!("text outside of the root: {text:.80}"));
    }
    if text.contains(|c: char| c.is_control() && !c.is_whitespace()) {
        return Err(format!("a control character: {text:?}"));
    }
    for piece in text.split('&').skip(1) {
        let entity = piece.split(';').next().filter(|_| piece.contains(';')).unwrap_or_default();
        if !matches!(entity, "amp" | "lt" | "gt" | "quot" | "apos") && !entity.starts_with('#') {
            return Err(format!("a bare &: {piece:.80}"));
        }
    }
    Ok(())
}

#[test]
fn tells_good_from_bad() {
    for good in ["<svg/>", "<?xml version='1.0'?>\n<a b=\"1 &amp; >\"><!-- < --><c>x &lt; y</c></a>\n"] {
        assert!(well_formed(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a b=1/>",
        "<a b=\"<\"/>",
        "<a>&</a>",
        "<a/><b/>",
        "<a>\u{1}</a>",
        "<a b/>",
        "</a>",
    ] {
        assert!(well_formed(bad).is_err(), "{bad}");
    }
}
