//! One session, several processes that want to ask a model about it.

use std::thread;

use super::*;

/// What the connection does, at which time, and what it is told.
enum Step {
    Take(usize, &'static str, i64, bool),
    Release(usize, &'static str, bool),
}

#[test]
fn a_lease_is_held_by_one() {
    use Step::{Release, Take};
    #[track_caller]
    fn check(steps: &[Step]) {
        let (dir, mut store) = fresh();
        let key = feed(&mut store, "s", &["x"]).key;
        let other = Store::open(&dir.path().join("state")).unwrap();
        let mut stores = [store, other];
        for (at, step) in steps.iter().enumerate() {
            let (done, expected) = match *step {
                Take(who, holder, now, expected) => (stores[who].try_lease(key, holder, now, 100).unwrap(), expected),
                Release(who, holder, expected) => (stores[who].release(key, holder).unwrap(), expected),
            };
            assert_eq!(done, expected, "step {at}");
        }
    }
    let longest = LONGEST_LEASE_MS.cast_signed();
    // Not while another holds it, whatever the connection; its holder may extend it.
    check(&[Take(0, "a", 0, true), Take(1, "b", 99, false), Take(0, "b", 99, false), Take(1, "a", 99, true)]);
    check(&[Take(0, "a", 0, true), Take(0, "a", 50, true), Take(1, "b", 149, false), Take(1, "b", 150, true)]);
    // Its holder crashed: the lease ends by itself, and the holder that comes back is told.
    check(&[Take(0, "a", 0, true), Take(1, "b", 100, true), Take(0, "a", 150, false), Release(0, "a", false)]);
    // Given back; only by who has it, and once.
    check(&[Take(0, "a", 0, true), Release(1, "b", false), Release(0, "a", true), Take(1, "b", 1, true)]);
    check(&[Release(0, "a", false), Take(0, "a", 0, true), Release(0, "a", true), Release(0, "a", false)]);
    // The clock was set back a little, and so far that the lease would last for ever.
    check(&[Take(0, "a", 1_000, true), Take(1, "b", 900, false)]);
    check(&[Take(0, "a", longest, true), Take(1, "b", 100, false), Take(1, "b", 99, true)]);
    check(&[Take(0, "a", i64::MAX, true), Take(1, "b", 0, true), Take(0, "a", i64::MIN, true)]);
}

#[test]
fn no_lease_is_longer_than_the_longest() {
    let (_dir, mut store) = fresh();
    let key = feed(&mut store, "s", &["x"]).key;
    assert!(store.try_lease(key, "a", 0, u64::MAX).unwrap());
    let longest = LONGEST_LEASE_MS.cast_signed();
    assert!(!store.try_lease(key, "b", longest - 1, 1).unwrap());
    assert!(store.try_lease(key, "b", longest, 1).unwrap());
}

#[test]
fn sessions_are_leased_apart_and_forgotten_with_their_lease() {
    let (_dir, mut store) = fresh();
    let (one, two) = (feed(&mut store, "one", &["x"]).key, feed(&mut store, "two", &["x"]).key);
    assert!(store.try_lease(one, "a", 0, 100).unwrap());
    assert!(store.try_lease(two, "b", 0, 100).unwrap());
    assert!(store.forget("one").unwrap());
    assert!(!store.try_lease(one, "a", 0, 100).unwrap(), "there is no such session");
    assert!(!store.release(one, "a").unwrap());
    let again = feed(&mut store, "one", &["x"]).key;
    assert!(store.try_lease(again, "b", 0, 100).unwrap());
    assert!(!store.try_lease(two, "a", 0, 100).unwrap());
}

#[test]
fn of_many_at_the_same_moment_one_wins() {
    let (dir, mut store) = fresh();
    let key = feed(&mut store, "s", &["x"]).key;
    let folder = dir.path().join("state");
    for round in 0..20 {
        let won: usize = thread::scope(|scope| {
            let all: Vec<_> = (0..4)
                .map(|n| {
                    let folder = &folder;
                    scope.spawn(move || {
                        let mut store = Store::open(folder).unwrap();
                        // Every lease of the round before has expired.
                        usize::from(store.try_lease(key, &format!("{round}-{n}"), round * 100, 100).unwrap())
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(won, 1, "round {round}");
    }
}
