//! A whole session file: what the user went back from is left out.

use super::Importer;
use super::output::Output;
use crate::transcripts::lines::Lines;
use crate::transcripts::{Item, Summary};

/// Reads a whole file.
pub(in crate::transcripts) fn read_all(bytes: &[u8]) -> (Vec<Item>, Summary) {
    let mut importer = Importer { out: Output::whole(), ..Importer::default() };
    let mut lines = Lines::default();
    lines.push(bytes, |line| importer.line(line));
    importer.line(&lines.take());
    importer.finish();
    let mut summary = Summary {
        skipped: importer.skipped,
        title: importer.title().map(str::to_owned),
        agent_session_id: importer.session_id.clone(),
        cwd: importer.cwd.clone(),
        ..Summary::default()
    };
    // All items without those on branches that the user left.
    let (items, abandoned) = importer.out.into_kept(&importer.branches.abandoned());
    summary.abandoned = abandoned;
    (items, summary)
}
