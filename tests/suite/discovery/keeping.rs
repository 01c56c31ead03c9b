//! `attach: auto`: what is found is followed, also after a restart; what hooks feed or the user forgot is left alone.

use std::time::Duration;

use serde_json::json;

use super::homes::{claude, claude_folder, claude_text, codex, write};
use super::{age, await_events, events, listed, root, server, server_with};
use crate::harness::{Server, Workspace, await_some};

#[test]
fn what_is_at_work_is_followed() {
    let place = Workspace::new();
    claude(&place, "live", "Mend the fence.");
    codex(&place, "2026/03/01", "c0de", "Move the bus stop.");
    age(&claude(&place, "old", "Long ago."), Duration::from_secs(3600));
    let mut server = server(&place, "auto");
    await_events(&mut server, "live", 2);
    await_events(&mut server, "c0de", 2);
    assert_eq!(events(&mut server, "old"), None);
    let rows = listed(&mut server);
    let by = |id: &str| rows.iter().find(|row| row["sessionId"] == id).map(|row| (row["attached"].clone(), row["by"].clone()));
    assert_eq!(by("live"), Some((json!(true), json!("import"))));
    assert_eq!(by("old"), Some((json!(false), json!(null))));
}
