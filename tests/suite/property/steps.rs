//! What can happen in an arbitrary conversation.

use proptest::prelude::*;
use session_memory::engine::message::Format;

/// How a call or a result is told.
#[derive(Clone, Copy, Debug)]
pub enum Told {
    /// As an event of its own.
    Event,
    /// In a message of that API.
    Message(Format),
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Step {
    User {
        words: usize,
        meta: bool,
    },
    Correction,
    System,
    Assistant {
        words: usize,
    },
    /// So many calls at once.
    Calls {
        count: usize,
        told: Told,
        words: usize,
    },
    /// Results of some of the calls so far, answered or not, or of one that never was; with text of the user beside them.
    Results {
        of: Vec<prop::sample::Index>,
        told: Told,
        words: usize,
        text: bool,
    },
    /// One of the events again.
    Again(prop::sample::Index),
    Usage(u64),
    Window(u64),
    Update,
    /// A model that was asked answers, well or not.
    Answered {
        well: bool,
    },
    /// The user inserts a line in the newest version of the file, or in an older one that an editor still has open.
    Typed {
        version: Option<prop::sample::Index>,
        at: prop::sample::Index,
        kind: usize,
    },
    /// The user removes a line.
    Removed {
        version: Option<prop::sample::Index>,
        at: prop::sample::Index,
    },
    /// The user goes back to a version.
    Restored(prop::sample::Index),
    Idle,
    Save,
    Restart,
    Compact {
        target: Option<u64>,
        shape: usize,
        apply: bool,
    },
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![Just(Told::Event), Just(Told::Message(Format::Anthropic)), Just(Told::Message(Format::OpenAi))]
}

fn words() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0usize..40, 2 => 40usize..300, 1 => 300usize..1200]
}

fn target() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![
        Just(None),
        (1000u64..2000).prop_map(Some),
        (2000u64..10_000).prop_map(Some),
        (10_000u64..60_000).prop_map(Some)
    ]
}

pub fn step() -> impl Strategy<Value = Step> {
    let some = || proptest::collection::vec(any::<prop::sample::Index>(), 1..4);
    prop_oneof![
        6 => (words(), prop::bool::weighted(0.15)).prop_map(|(words, meta)| Step::User { words, meta }),
        1 => Just(Step::Correction),
        1 => Just(Step::System),
        6 => words().prop_map(|words| Step::Assistant { words }),
        8 => (1usize..4, told(), 0usize..40).prop_map(|(count, told, words)| Step::Calls { count, told, words }),
        8 => (some(), told(), words(), any::<bool>()).prop_map(|(of, told, words, text)| Step::Results { of, told, words, text }),
        2 => any::<prop::sample::Index>().prop_map(Step::Again),
        1 => (1u64..100_000).prop_map(Step::Usage),
        1 => (8_000u64..300_000).prop_map(Step::Window),
        2 => Just(Step::Update),
        2 => prop::bool::weighted(0.8).prop_map(|well| Step::Answered { well }),
        3 => (proptest::option::weighted(0.3, any::<prop::sample::Index>()), any::<prop::sample::Index>(), 0usize..4)
            .prop_map(|(version, at, kind)| Step::Typed { version, at, kind }),
        1 => (proptest::option::weighted(0.3, any::<prop::sample::Index>()), any::<prop::sample::Index>())
            .prop_map(|(version, at)| Step::Removed { version, at }),
        1 => any::<prop::sample::Index>().prop_map(Step::Restored),
        4 => Just(Step::Idle),
        1 => Just(Step::Save),
        1 => Just(Step::Restart),
        3 => (target(), 0usize..3, any::<bool>()).prop_map(|(target, shape, apply)| Step::Compact { target, shape, apply }),
    ]
}
