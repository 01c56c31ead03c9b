//! The whole way: a real agent with our hooks works until its context is full of old outputs, is compacted, and its next
//! request to the model has the memory and the newest turns in place of everything else.

use std::path::Path;

use serde_json::{Value, json};

use super::model::{Purpose, words};
use super::place::Place;
use super::{claude, codex};
use crate::harness::PROGRAM;
use crate::vendor::Answer;
