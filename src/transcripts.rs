//! Agents' own files as a source of events: one importer per on-disk format, bytes in, items out.
//!
//! An importer is tolerant, because the formats are nobody's promise: what it does not know it passes over,
//! what it cannot read it counts. It is incremental: bytes may come in any pieces, and the items are the same.
//! Native messages go into the events byte for byte.

mod claude_code;
mod detect;
mod json;
mod lines;
mod messages;
#[cfg(test)]
mod tests;

pub use self::detect::detect;
use self::lines::Lines;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Session files of Claude Code (JSON lines).
    ClaudeCode,
    /// Messages of the Anthropic or `OpenAI` API: an array, a document that holds one, or JSON lines.
    Messages,
}

impl Format {
    /// The format's name on the wire and in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::ClaudeCode => "claude-code",
            Format::Messages => "messages",
        }
    }

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Format> {
        [Format::ClaudeCode, Format::Messages].into_iter().find(|format| format.name() == name)
    }
}

/// One thing that a file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An event of the wire as JSON text: a message, or the usage that the API reported for one.
    Event(String),
    /// The agent compacted its context here. The event of the summary message follows.
    Compacted(Compaction),
    /// The user went back (only from a [`Reader`]; [`read_all`] leaves the abandoned part out).
    Rewound {
        /// The id of the last event that still holds; everything after it is abandoned. `None`: everything.
        after: Option<String>,
    },
}

/// A compaction by the agent itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// When it was done, milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// `auto`, `manual`, or `unknown` where the file does not say.
    pub trigger: String,
    /// Size of the context before it, in tokens, as the agent counts.
    pub tokens_before: Option<u64>,
    /// How long it took, in milliseconds: measured by the agent, or from the last message to its end.
    pub waited_ms: Option<u64>,
    /// The text that took the place of the conversation.
    pub summary: Option<String>,
}

/// What [`read_all`] tells beside the items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records that belong to a conversation but not to this one (side conversations, the program's error
    /// messages, attachments), and what could not be read.
    pub skipped: u64,
    /// Items on branches that the user left.
    pub abandoned: u64,
    /// The conversation's title, where the file tells.
    pub title: Option<String>,
    /// The agent's own name of the session.
    pub agent_session_id: Option<String>,
    /// The folder that the agent worked in at the start.
    pub cwd: Option<String>,
}

/// Reads a file that is still being written.
pub struct Reader(Importer);

enum Importer {
    ClaudeCode(Lines, Box<claude_code::Importer>),
    Messages(Box<messages::Importer>),
}

impl Reader {
    /// A reader at the start of a file.
    pub fn new(format: Format) -> Reader {
        Reader(match format {
            Format::ClaudeCode => Importer::ClaudeCode(Lines::default(), Box::default()),
            Format::Messages => Importer::Messages(Box::default()),
        })
    }

    /// Takes the next bytes, in pieces of any size. A last line without its newline waits; so does a document
    /// that is not lines, to its end.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Item> {
        match &mut self.0 {
            Importer::ClaudeCode(lines, importer) => lines.push(bytes, |line| importer.line(line)),
            Importer::Messages(importer) => importer.push(bytes),
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
        }
        self.take()
    }

    /// So far the file looks like one document that its agent writes anew each time, so that nothing can be
    /// read out of it before its end.
    pub fn is_document(&self) -> bool {
        matches!(&self.0, Importer::Messages(importer) if importer.is_document())
    }

    /// See [`Summary::skipped`].
    pub fn skipped(&self) -> u64 {
        match &self.0 {
            Importer::ClaudeCode(_, importer) => importer.skipped,
            Importer::Messages(importer) => importer.skipped,
        }
    }

    /// The conversation's title, where the file has told it.
    pub fn title(&self) -> Option<&str> {
        self.claude_code().and_then(claude_code::Importer::title)
    }

    /// The agent's own name of the session, where the file has told it.
    pub fn agent_session_id(&self) -> Option<&str> {
        self.claude_code().and_then(|importer| importer.session_id.as_deref())
    }

    /// The folder that the agent worked in at the start, where the file has told it.
    pub fn cwd(&self) -> Option<&str> {
        self.claude_code().and_then(|importer| importer.cwd.as_deref())
    }

    fn claude_code(&self) -> Option<&claude_code::Importer> {
        match &self.0 {
            Importer::ClaudeCode(_, importer) => Some(importer),
            Importer::Messages(_) => None,
        }
    }

    fn take(&mut self) -> Vec<Item> {
        match &mut self.0 {
            Importer::ClaudeCode(_, importer) => importer.take().collect(),
            Importer::Messages(importer) => importer.take().collect(),
        }
    }
}

/// Reads a whole file.
///
/// Knowing the end, it does better than a [`Reader`]: what the user went back from is left out, and the usage
/// of an API message stands right behind it also where results of its calls came in between.
pub fn read_all(format: Format, bytes: &[u8]) -> (Vec<Item>, Summary) {
    if format == Format::Messages {
        let mut reader = Reader::new(format);
        let mut items = reader.push(bytes);
        items.extend(reader.finish());
        return (items, Summary { skipped: reader.skipped(), ..Summary::default() });
    }
    let mut importer = claude_code::Importer::whole();
    let mut lines = Lines::default();
    lines.push(bytes, |line| importer.line(line));
    importer.line(&lines.take());
    importer.finish();
    let mut summary = Summary {
        skipped: importer.skipped,
        title: importer.title().map(str::to_owned),
        agent_session_id: importer.session_id.clone(),
        cwd: importer.cwd.clone(),
        abandoned: 0,
    };
    let (items, abandoned) = importer.into_items();
    summary.abandoned = abandoned;
    (items, summary)
}
