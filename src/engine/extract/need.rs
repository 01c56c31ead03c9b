//! How likely an identifier is to be needed again: a logistic model over the history of its use.

use super::index::{Ident, Index, Stat};
use super::lexer::Kind;
use super::weights::WEIGHTS;

mod focus;

use focus::Focus;

/// How many features an identifier has.
pub const FEATURES: usize = 86;

/// What the features are measured against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment<'a> {
    /// Events so far.
    pub events: u32,
    /// Size of the conversation so far, in quarter bytes.
    pub size: u32,
    /// Event of the last user message.
    pub last_user: u32,
    /// Number of the user's requests so far.
    pub requests: u32,
    /// The last user messages.
    pub asked: &'a str,
    /// What the assistant said last.
    pub said: &'a str,
    /// The open tasks.
    pub tasks: &'a str,
}

#[expect(clippy::cast_precision_loss, reason = "features need no more than 24 bits")]
fn float(value: u32) -> f32 {
    value as f32
}

fn flag(value: bool) -> f32 {
    if value { 1.0 } else { 0.0 }
}

fn log(value: u32) -> f32 {
    (1.0 + float(value)).ln()
}

/// For each identifier how lately the agent used another one that stands on a line with it.
fn neighbours(index: &Index, moment: &Moment) -> Vec<f32> {
    let used = |ident: &u32| {
        let at = index
            .idents
            .get(*ident as usize)
            .map(|ident| ident.get(Stat::AssistantAt).max(ident.get(Stat::ArgumentAt)));
        at.filter(|&at| at > 0).map_or(0.0, |at| 1.0 / (1.0 + float(moment.events.saturating_sub(at)) / 8.0))
    };
    let mut near = vec![0.0f32; index.idents.len()];
    for line in &index.lines {
        for ident in &line.idents {
            let others = line.idents.iter().filter(|other| *other != ident).map(used).fold(0.0, f32::max);
            if let Some(slot) = near.get_mut(*ident as usize) {
                *slot = slot.max(others);
            }
        }
    }
    near
}

/// The features of one identifier. Their order is the order of the weights.
#[expect(clippy::too_many_lines, reason = "a list, one feature a line")]
fn features(index: &Index, ident: &Ident, near: f32, moment: &Moment, focus: &Focus) -> [f32; FEATURES] {
    let get = |stat| ident.get(stat);
    let events = float(moment.events.max(1));
    // The age of the last such event as a share of the conversation; 1.5 for never.
    let age = |stat| match get(stat) {
        0 => 1.5,
        at => 1.0 - float(at) / events,
    };
    // The age in events on a scale that tells the last few apart; 0 for never.
    let fresh = |stat| match get(stat) {
        0 => 0.0,
        at => 1.0 / (1.0 + float(moment.events.saturating_sub(at)) / 8.0),
    };
    let said = get(Stat::User) + get(Stat::Assistant) + get(Stat::Argument);
    let shown_only = said == 0 && get(Stat::Body) == 0;
    let home = (get(Stat::Home) as usize).checked_sub(1).and_then(|at| index.files.get(at));
    let [asked, spoken, tasks] = focus.shares(ident);
    let kind = |kind| flag(ident.kind == kind);
    let quiet = flag(shown_only);
    [
        1.0,
        kind(Kind::Path),
        kind(Kind::File),
        kind(Kind::Url),
        kind(Kind::Id),
        kind(Kind::Number),
        kind(Kind::Error),
        kind(Kind::Symbol),
        kind(Kind::Dotted),
        kind(Kind::Kebab),
        kind(Kind::Quote),
        kind(Kind::Command),
        log(get(Stat::Events)),
        log(moment.size.saturating_sub(get(Stat::LastSize))) / 10.0,
        age(Stat::Last),
        fresh(Stat::Last),
        age(Stat::First),
        flag(get(Stat::User) > 0),
        flag(get(Stat::Assistant) > 0),
        flag(get(Stat::Argument) > 0),
        flag(get(Stat::Body) > 0),
        flag(get(Stat::Result) > 0),
        quiet,
        log(get(Stat::User)),
        log(get(Stat::Assistant)),
        log(get(Stat::Argument)),
        log(get(Stat::Body)),
        log(get(Stat::Result)),
        age(Stat::AssistantAt),
        age(Stat::ArgumentAt),
        age(Stat::BodyAt),
        age(Stat::ResultAt),
        fresh(Stat::AssistantAt),
        fresh(Stat::ArgumentAt),
        fresh(Stat::BodyAt),
        fresh(Stat::UserAt),
        log(get(Stat::Edited)),
        log(get(Stat::Read)),
        log(get(Stat::Sought)),
        flag(get(Stat::Failed) > 0),
        flag(get(Stat::TaskAt) > 0),
        fresh(Stat::EditedAt),
        float(get(Stat::Burst)) / 4000.0,
        flag(get(Stat::Defined) > 0),
        flag(get(Stat::Defined) > 0) * quiet,
        flag(get(Stat::UserAt) > 0 && get(Stat::UserAt) == moment.last_user),
        flag(get(Stat::FirstRequest) > 0),
        flag(get(Stat::Request) == moment.requests && said > 0),
        log(get(Stat::Returns)),
        home.map_or(0.0, |file| log(file.edits)),
        home.map_or(0.0, |file| log(file.edits)) * quiet,
        home.map_or(0.0, |file| log(file.reads)),
        home.map_or(0.0, |file| 1.0 / (1.0 + float(moment.events.saturating_sub(file.last)) / 8.0)) * quiet,
        asked,
        spoken,
        tasks,
        asked * quiet,
        spoken * quiet,
        flag(ident.tests),
        flag(ident.name.starts_with(|letter: char| letter.is_ascii_uppercase())),
        float(u32::try_from(ident.name.len()).unwrap_or(60).min(60)) / 40.0,
        log(moment.events) / 5.0,
        quiet * fresh(Stat::Last),
        quiet * log(get(Stat::Events)),
        near,
        near * quiet,
        log(get(Stat::Smallest)) / 10.0,
        log(get(Stat::Smallest)) / 10.0 * quiet,
        fresh(Stat::FoundAt) * quiet,
        flag(get(Stat::FoundAt) > 0) * quiet,
        flag(home.is_some()) * quiet,
        quiet * kind(Kind::Path),
        quiet * kind(Kind::File),
        quiet * kind(Kind::Id),
        quiet * kind(Kind::Number),
        quiet * kind(Kind::Symbol),
        quiet * kind(Kind::Dotted),
        quiet * kind(Kind::Kebab),
        quiet * kind(Kind::Quote),
        quiet * flag(ident.tests),
        quiet * flag(get(Stat::Failed) > 0),
        quiet * float(get(Stat::Burst)) / 4000.0,
        fresh(Stat::AssistantAt) * kind(Kind::Quote),
        fresh(Stat::ArgumentAt) * kind(Kind::Path),
        flag(get(Stat::Body) > 0 && get(Stat::Assistant) + get(Stat::Argument) == 0),
        tasks * quiet,
    ]
}

/// The features of every identifier.
pub fn rows(index: &Index, moment: &Moment) -> Vec<[f32; FEATURES]> {
    let focus = Focus::new(index, moment);
    let near = neighbours(index, moment);
    index.idents.iter().zip(near).map(|(ident, near)| features(index, ident, near, moment, &focus)).collect()
}

/// The probability that the agent will use an identifier again from memory.
fn probability(row: &[f32; FEATURES]) -> f32 {
    let sum: f32 = row.iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// What each identifier is worth in the memory: how likely it is needed, and how dear it is to find again.
pub fn worth(index: &Index, moment: &Moment) -> Vec<f32> {
    let total = log(moment.events).max(0.7);
    let worth = |(ident, row): (&Ident, [f32; FEATURES])| {
        let seen = float(ident.get(Stat::Events).max(1));
        let rarity = (1.0 + float(moment.events) / seen).ln() / total;
        // A path or an id cannot be guessed; a command can be found again in a manifest.
        let dear = match ident.kind {
            Kind::Path | Kind::Url | Kind::Id | Kind::Error => 1.0,
            Kind::Command => 0.5,
            _ => 0.75,
        };
        probability(&row) * dear * (0.3 + 0.7 * rarity)
    };
    index.idents.iter().zip(rows(index, moment)).map(worth).collect()
}
