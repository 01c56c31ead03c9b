//! Greedy choice of lines: at every step the line that adds the most worth of identifiers not yet covered, per token.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::index::{Index, Source};

/// A line's best possible gain per token, as of when it was computed.
struct Offer {
    gain: f32,
    line: usize,
}

impl PartialEq for Offer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Offer {}
impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Offer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.gain.total_cmp(&other.gain).then(other.line.cmp(&self.line))
    }
}

/// Tokens added to a line's cost, so that very short lines do not win by being short.
const SURCHARGE: f32 = 2.0;
/// A gain per token that is not worth its place.
const LEAST: f32 = 1e-6;

/// A choice under way.
pub struct Cover<'a> {
    index: &'a Index,
    /// Tokens of each line.
    costs: &'a [u32],
    /// Worth of each identifier.
    worth: &'a [f32],
    /// Which identifiers already stand somewhere.
    covered: Vec<bool>,
    /// For each file the line that names it, under which its lines stand.
    heads: Vec<Option<usize>>,
    taken: Vec<bool>,
    chosen: Vec<(usize, f32)>,
}

impl<'a> Cover<'a> {
    /// A choice among the lines of `index`, of which some are `standing` already.
    pub fn new(
        index: &'a Index,
        costs: &'a [u32],
        worth: &'a [f32],
        covered: Vec<bool>,
        standing: &[usize],
    ) -> Cover<'a> {
        let mut heads = vec![None; index.files.len() + 1];
        for (at, line) in index.lines.iter().enumerate() {
            if let Some(head) =
                heads.get_mut(line.home as usize).filter(|_| line.source == Source::Look && line.home > 0)
            {
                *head = Some(at);
            }
        }
        let mut cover =
            Cover { index, costs, worth, covered, heads, taken: vec![false; index.lines.len()], chosen: Vec::new() };
        for &at in standing {
            cover.stand(at);
        }
        cover
    }

    /// The line that must stand above line `at` and does not stand yet.
    fn head(&self, at: usize) -> Option<usize> {
        let line = self.index.lines.get(at)?;
        let head = self.heads.get(line.home as usize).copied().flatten()?;
        (head != at && self.taken.get(head) == Some(&false)).then_some(head)
    }

    fn cost(&self, at: usize) -> u32 {
        self.costs.get(at).copied().unwrap_or(u32::MAX)
    }

    fn sum(&self, at: usize) -> f32 {
        let fresh = |ident: &&u32| self.covered.get(**ident as usize) == Some(&false);
        let idents = self.index.lines.get(at).map(|line| line.idents.as_slice()).unwrap_or_default();
        idents.iter().filter(fresh).filter_map(|&ident| self.worth.get(ident as usize)).sum()
    }

    /// Worth per token that the line adds with its head, and what both cost.
    fn gain(&self, at: usize) -> (f32, u32) {
        let head = self.head(at);
        let cost = self.cost(at).saturating_add(head.map_or(0, |head| self.cost(head)));
        let sum = self.sum(at) + head.map_or(0.0, |head| self.sum(head));
        #[expect(clippy::cast_precision_loss, reason = "a line has a few hundred tokens at most")]
        let tokens = cost as f32;
        (sum / (tokens + SURCHARGE), cost)
    }

    fn stand(&mut self, at: usize) {
        if let Some(slot) = self.taken.get_mut(at) {
            *slot = true;
        }
        for &ident in self.index.lines.get(at).map(|line| line.idents.as_slice()).unwrap_or_default() {
            if let Some(slot) = self.covered.get_mut(ident as usize) {
                *slot = true;
            }
        }
    }

    fn take(&mut self, at: usize, gain: f32) {
        self.stand(at);
        self.chosen.push((at, gain));
    }

    /// Chooses lines for `budget` more tokens. Returns whether there were any.
    pub fn choose(&mut self, mut budget: u32) -> bool {
        let before = self.chosen.len();
        let offers = (0..self.index.lines.len()).map(|line| Offer { gain: self.gain(line).0, line });
        let mut heap: BinaryHeap<Offer> = offers.filter(|offer| offer.gain > LEAST).collect();
        while let Some(offer) = heap.pop() {
            let (now, cost) = self.gain(offer.line);
            if cost > budget || now <= LEAST || self.taken.get(offer.line) != Some(&false) {
                continue;
            }
            // Gains fall as more is covered: an offer that is still the best after recomputing is the best.
            if heap.peek().is_some_and(|next| next.gain > now) {
                heap.push(Offer { gain: now, line: offer.line });
                continue;
            }
            budget -= cost;
            let above = self.head(offer.line);
            if let Some(line) = above {
                self.take(line, now);
            }
            self.take(offer.line, now);
            if above.is_some() {
                // The file's other lines need no head any more: they gained.
                let home = self.index.lines.get(offer.line).map(|line| line.home).unwrap_or_default();
                let of_file = |at: &usize| self.index.lines.get(*at).is_some_and(|line| line.home == home);
                heap.extend(
                    (0..self.index.lines.len()).filter(of_file).map(|line| Offer { gain: self.gain(line).0, line }),
                );
            }
        }
        self.chosen.len() > before
    }

    /// The chosen lines with their gain per token.
    pub fn chosen(&self) -> &[(usize, f32)] {
        &self.chosen
    }
}
