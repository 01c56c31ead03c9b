//! Reading a file in pieces while it is written, and reading a whole one.

use super::lines::Lines;
use super::records::{Records, Source};
use super::{Format, Item, Summary};
use super::{aider, claude_code, cline, codex, copilot, gemini, messages, opencode, openhands, pi};

/// Reads a file that is still being written.
pub struct Reader(Importer);

enum Importer {
    ClaudeCode(Lines, Box<claude_code::Importer>),
    Messages(Box<messages::Importer>),
    Records(Box<Source>),
    Aider(Box<aider::Importer>),
}

impl Reader {
    /// A reader at the start of a file.
    pub fn new(format: Format) -> Reader {
        let records: Box<dyn Records> = match format {
            Format::ClaudeCode => return Reader(Importer::ClaudeCode(Lines::default(), Box::default())),
            Format::Messages | Format::MiniSweAgent | Format::SweAgent => {
                return Reader(Importer::Messages(Box::default()));
            }
            Format::Aider => return Reader(Importer::Aider(Box::default())),
            Format::Codex => Box::<codex::Importer>::default(),
            Format::Gemini => Box::<gemini::Importer>::default(),
            Format::Cline | Format::Roo => Box::<cline::Importer>::default(),
            Format::OpenCode => Box::<opencode::Importer>::default(),
            Format::Copilot => Box::<copilot::Importer>::default(),
            Format::OpenHands => Box::<openhands::Importer>::default(),
            Format::Pi => Box::<pi::Importer>::default(),
        };
        Reader(Importer::Records(Box::new(Source::new(records))))
    }

    /// A reader that begins behind the first bytes of a file, at the start of a record.
    pub fn at(format: Format, offset: u64) -> Reader {
        match format {
            Format::Aider => Reader(Importer::Aider(Box::new(aider::Importer::at(offset)))),
            _ => Reader::new(format),
        }
    }

    /// Takes the next bytes, in pieces of any size. A last line without its newline waits; so does a document
    /// that is not lines, to its end.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Item> {
        match &mut self.0 {
            Importer::ClaudeCode(lines, importer) => lines.push(bytes, |line| importer.line(line)),
            Importer::Messages(importer) => importer.push(bytes),
            Importer::Records(source) => source.push(bytes),
            Importer::Aider(importer) => importer.push(bytes),
        }
        self.take()
    }

    /// Nothing was written for a while: gives what waited for a sign that the writer has gone on, which is a
    /// complete last line without its newline and the usage of the last message.
    pub fn settle(&mut self) -> Vec<Item> {
        match &mut self.0 {
            Importer::ClaudeCode(lines, importer) => {
                // A character may be torn as well; what cannot be read yet waits with the rest of the line.
                if let Ok(torn) = std::str::from_utf8(lines.torn()) {
                    let read = importer.objects(torn);
                    lines.consume(read);
                }
                importer.settle();
            }
            Importer::Messages(importer) => importer.settle(),
            Importer::Records(source) => source.settle(),
            Importer::Aider(importer) => importer.settle(),
        }
        self.take()
    }

    /// The file is at its end. A torn last line is tried and, if that fails, counted as skipped.
    pub fn finish(&mut self) -> Vec<Item> {
        match &mut self.0 {
            Importer::ClaudeCode(lines, importer) => {
                importer.line(&lines.take());
                importer.finish();
            }
            Importer::Messages(importer) => importer.finish(),
            Importer::Records(source) => source.finish(),
            Importer::Aider(importer) => importer.finish(),
        }
        self.take()
    }

    /// So far the file looks like one document that its agent writes anew each time, so that nothing can be
    /// read out of it before its end.
    pub fn is_document(&self) -> bool {
        match &self.0 {
            Importer::ClaudeCode(..) | Importer::Aider(_) => false,
            Importer::Messages(importer) => importer.is_document(),
            Importer::Records(source) => source.is_document(),
        }
    }

    /// The last records say what others will say again, or differently: a reading that begins behind them would not know.
    pub fn is_waiting(&self) -> bool {
        match &self.0 {
            Importer::Records(source) => source.is_waiting(),
            Importer::Aider(importer) => importer.is_waiting(),
            Importer::ClaudeCode(_, importer) => importer.is_waiting(),
            Importer::Messages(_) => false,
        }
    }

    /// What the file has told beside its items.
    pub fn summary(&self) -> Summary {
        match &self.0 {
            Importer::ClaudeCode(_, importer) => Summary {
                skipped: importer.skipped,
                title: importer.title().map(str::to_owned),
                agent_session_id: importer.session_id.clone(),
                cwd: importer.cwd.clone(),
                ..Summary::default()
            },
            Importer::Messages(importer) => Summary { skipped: importer.skipped, ..Summary::default() },
            Importer::Records(source) => source.told.summary(),
            Importer::Aider(importer) => importer.told.summary(),
        }
    }

    fn take(&mut self) -> Vec<Item> {
        match &mut self.0 {
            Importer::ClaudeCode(_, importer) => importer.take().collect(),
            Importer::Messages(importer) => importer.take().collect(),
            Importer::Records(source) => source.take(),
            Importer::Aider(importer) => importer.take(),
        }
    }
}

/// Reads a whole file.
///
/// Knowing the end, it does better than a [`Reader`]: what the user went back from is left out, and the usage
/// of an API message stands right behind it also where results of its calls came in between.
pub fn read_all(format: Format, bytes: &[u8]) -> (Vec<Item>, Summary) {
    if format == Format::ClaudeCode {
        return claude_code::read_all(bytes);
    }
    let mut reader = Reader::new(format);
    let mut items = reader.push(bytes);
    items.extend(reader.finish());
    let mut summary = reader.summary();
    let all = items.len();
    if items.iter().any(|item| matches!(item, Item::Rewound { .. })) {
        items = without_abandoned(items);
        summary.abandoned = (all - items.len()) as u64;
    }
    (items, summary)
}

/// The items without those that the user went back from.
fn without_abandoned(items: Vec<Item>) -> Vec<Item> {
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let Item::Rewound { after } = &item else {
            kept.push(item);
            continue;
        };
        let name = after.as_deref().map(super::told::quoted);
        let last = name.map_or(Some(0), |name| {
            let named = [format!("\"id\":{name},"), format!("\"id\":{name}}}")];
            let is_it = |item: &Item| {
                matches!(item, Item::Event(event) if named.iter().any(|named| head(event).contains(named.as_str())))
            };
            kept.iter().rposition(is_it).map(|at| at + 1)
        });
        // An event that is not there is none that could be gone back to.
        kept.truncate(last.unwrap_or(kept.len()));
    }
    kept
}

/// The part of an event that holds its id.
fn head(event: &str) -> &str {
    let mut end = event.len().min(1200);
    while !event.is_char_boundary(end) {
        end -= 1;
    }
    event.get(..end).unwrap_or(event)
}
