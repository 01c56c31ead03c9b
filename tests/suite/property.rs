//! Laws of the engine over arbitrary conversations: whatever is appended in whatever order, and however compactions
//! come in between, the rules of the answer hold; and a session that was loaded again answers as the living one.

mod hand;
mod laws;
mod steps;
mod tools;
mod world;

use proptest::prelude::*;
use proptest::test_runner::Config;
use session_memory::engine::compact::Shape;
use session_memory::engine::message::Format;

use steps::{Step, step};
use world::World;

const SHAPES: [Shape; 3] = [Shape::Messages(Format::Anthropic), Shape::Messages(Format::OpenAi), Shape::Markdown];

fn cases(count: u32) -> Config {
    Config { cases: count, max_shrink_iters: 200, failure_persistence: None, ..Config::default() }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..40)
}

proptest! {
    #![proptest_config(cases(16))]

    /// The rules of the answer, after every step that compacts and at the end, for every shape and several targets.
    #[test]
    fn the_rules_of_a_compaction_hold(model in any::<bool>(), steps in steps()) {
        let mut world = World::new(model);
        for step in &steps {
            world.take(step);
        }
        for shape in SHAPES {
            for target in [Some(1000), Some(3000), None] {
                world.preview(shape, target);
            }
        }
    }

    /// A session restored from what the store has gives the answers of the living one.
    #[test]
    fn a_restored_session_answers_as_the_living_one(model in any::<bool>(), steps in steps(), more in steps()) {
        let mut world = World::new(model);
        for step in &steps {
            world.take(step);
        }
        world.check_restored();
        world.restart();
        for step in &more {
            world.take(step);
        }
        world.check_restored();
    }

    /// Sending everything again changes nothing.
    #[test]
    fn duplicates_change_nothing(model in any::<bool>(), steps in steps()) {
        let mut world = World::new(model);
        for step in &steps {
            world.take(step);
        }
        let before = world.view();
        world.send_all_again();
        prop_assert_eq!(world.view(), before);
    }
}
