//! Everything that can happen to a memory, in any order, with the real server and the real file: updates by the embedded backend
//! and by a model, compactions, edits saved in different ways, going back, `kill -9`. In the end every line that the user typed is there, versions are numbered
//! without a gap, and the file is the newest version.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{memory, revisions};
use crate::events::{assistant, prose, user};
use crate::harness::{DID_UPDATE, SHOW, Server, Workspace, await_some};
use crate::models;
use crate::vendor::{Api, Behaviour, Vendor};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn start(place: &Workspace, vendor: Option<&Vendor>) -> Server {
    let mut server = Server::with(place, |options| {
        options.settings = json!({"initTokens": 500, "updateTokens": 500});
        if let Some(vendor) = vendor {
            options.user = models::settings(vendor, Api::Anthropic);
        }
    });
    server.tolerate(DID_UPDATE);
    server.tolerate(SHOW);
    server.tolerate("sessionMemory/didChangePressure");
    server
}

/// Saves a text as one of three kinds of editors does.
fn save(file: &Path, text: &str, way: u64) {
    match way {
        0 => fs::write(file, text).unwrap(),
        1 => {
            let other = file.with_extension("tmp-of-the-editor");
            fs::write(&other, text).unwrap();
            fs::rename(&other, file).unwrap();
        }
        _ => {
            fs::rename(file, file.with_extension("md~")).unwrap();
            fs::write(file, text).unwrap();
            fs::remove_file(file.with_extension("md~")).unwrap();
        }
    }
}

/// Types a line somewhere below the first heading of what is on disk now, if there is a file.
fn type_line(file: &Path, line: &str, dice: &mut Dice) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let mut rows: Vec<&str> = text.lines().collect();
    let Some(first) = rows.iter().position(|row| row.starts_with("## ")) else { return false };
    let at = first + 1 + usize::try_from(dice.roll((rows.len() - first) as u64)).unwrap();
    rows.insert(at, line);
    save(file, &(rows.join("\n") + "\n"), dice.roll(3));
    true
}

fn play(seed: u64) {
    let mut dice = Dice(seed);
    // A model that writes something else each time, in every other conversation.
    let vendor =
        seed.is_multiple_of(2).then(|| Vendor::always(Behaviour::text(models::memory("The model has written."))));
    if let Some(vendor) = &vendor {
        for number in ["first", "second", "third", "fourth"] {
            vendor.then(Behaviour::text(models::memory(&format!("The {number} part is done."))));
        }
    }
    let place = Workspace::new();
    let file = place.memory_file("s");
    let mut server = start(&place, vendor.as_ref());
    server.append("s", &[user("first", "Please do thing number 0.")]);
    server.call("refresh", json!({"sessionId": "s"}));
    let mut typed: Vec<String> = Vec::new();
    for step in 1..=24_u64 {
        match dice.roll(10) {
            0..=2 => {
                let words = prose(200 + usize::try_from(dice.roll(400)).unwrap(), seed + step);
                server.append("s", &[user(&format!("u{step}"), &format!("Please do thing {step}. {words}"))]);
                server.append("s", &[assistant(&format!("a{step}"), &format!("I did it in src/f{step}.rs."))]);
            }
            3 => drop(server.call("refresh", json!({"sessionId": "s"}))),
            4 => drop(server.call("compact", json!({"sessionId": "s", "targetTokens": 1500}))),
            5 => {
                let last = revisions(&mut server).len() as u64;
                server.call("restore", json!({"sessionId": "s", "revision": 1 + dice.roll(last)}));
            }
            6 => {
                server.kill();
                server = start(&place, vendor.as_ref());
                server.append("s", &[user(&format!("k{step}"), "Go on.")]);
            }
            _ => {
                let line = format!("typed in step {step}");
                if type_line(&file, &format!("- {line}"), &mut dice) {
                    typed.push(line.clone());
                    // Half of the time it is waited for; otherwise the next step comes right into it.
                    if dice.roll(2) == 0 {
                        await_some("the edit", || memory(&mut server).contains(&line).then_some(()));
                    }
                }
            }
        }
    }
    await_some("the newest version with every line, on disk", || {
        let newest = memory(&mut server);
        let there = typed.iter().all(|line| newest.lines().any(|row| row.trim_start_matches("- ") == line));
        (there && fs::read_to_string(&file).is_ok_and(|text| text == newest)).then_some(())
    });
    let numbers: Vec<u64> = revisions(&mut server).iter().map(|row| row["revision"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "seed {seed}");
    let rows = server.call("blame", json!({"sessionId": "s"}));
    if let Some(vendor) = vendor {
        assert!(!vendor.requests().is_empty(), "seed {seed}");
        let by_model = |row: &serde_json::Value| row["source"] == "model";
        assert!(revisions(&mut server).iter().any(by_model), "seed {seed}: no version is the model's");
    }
    for line in typed {
        let own = |row: &serde_json::Value| row["own"] == true && row["text"].as_str().unwrap().contains(&line);
        assert!(rows["lines"].as_array().unwrap().iter().any(own), "seed {seed}: {line:?} is not the user's");
    }
}

#[test]
fn no_typed_line_is_lost_in_any_order() {
    std::thread::scope(|scope| {
        for seed in 1..=8 {
            scope.spawn(move || play(seed));
        }
    });
}
