//! Bounds of the tables: what is worth least goes first.

use super::{Candidate, Index, Stat, number};

/// Identifiers kept at most, and what is left of them after pruning.
const IDENTS: (usize, usize) = (4_500, 3_500);
/// Candidate lines kept at most, and what is left of them after pruning.
const LINES: (usize, usize) = (4_000, 2_900);
/// Files kept at most, and what is left of them after pruning.
const FILES: (usize, usize) = (500, 350);

impl Index {
    /// Whether one of the tables is over its bound.
    pub fn is_full(&self) -> bool {
        self.idents.len() > IDENTS.0 || self.lines.len() > LINES.0 || self.files.len() > FILES.0
    }

    /// Keeps the best lines and identifiers by `need` (what each identifier is worth). Returns where each old file went.
    pub fn prune(&mut self, need: &[f32]) -> Vec<Option<u32>> {
        let worth = |ident: u32| need.get(ident as usize).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a line has a few hundred tokens at most")]
        let value =
            |line: &Candidate| line.idents.iter().map(|&ident| worth(ident)).sum::<f32>() / (line.tokens as f32 + 2.0);
        let values: Vec<f32> = self.lines.iter().map(value).collect();
        let lines = best(&values, LINES.1);
        let idents = best(need, IDENTS.1);
        let ages: Vec<f32> = self.files.iter().map(|file| as_f32(file.last)).collect();
        let files = best(&ages, FILES.1);

        for line in &mut self.lines {
            line.idents = line.idents.iter().filter_map(|&ident| moved(&idents, ident)).collect();
            line.home = line.home.checked_sub(1).and_then(|home| moved(&files, home)).map_or(0, |home| home + 1);
        }
        for ident in &mut self.idents {
            let home =
                ident.get(Stat::Home).checked_sub(1).and_then(|home| moved(&files, home)).map_or(0, |home| home + 1);
            ident.set(Stat::Home, home);
        }
        keep(&mut self.lines, &lines);
        keep(&mut self.idents, &idents);
        keep(&mut self.files, &files);
        self.relink();
        files
    }
}

#[expect(clippy::cast_precision_loss, reason = "an order of age, where neighbours may tie")]
fn as_f32(value: u32) -> f32 {
    value as f32
}

fn moved(map: &[Option<u32>], at: u32) -> Option<u32> {
    map.get(at as usize).copied().flatten()
}

/// For each value the new place of its row when only the `count` largest stay, in their old order.
fn best(values: &[f32], count: usize) -> Vec<Option<u32>> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |at: &usize| values.get(*at).copied().unwrap_or_default();
    order.sort_by(|a, b| value(b).total_cmp(&value(a)).then(b.cmp(a)));
    let mut stays = vec![false; values.len()];
    for at in order.into_iter().take(count) {
        if let Some(slot) = stays.get_mut(at) {
            *slot = true;
        }
    }
    let mut next = 0;
    let place = |stays: bool| {
        stays.then(|| {
            next += 1;
            next - 1
        })
    };
    stays.into_iter().map(place).collect()
}

fn keep<T>(rows: &mut Vec<T>, map: &[Option<u32>]) {
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        moved(map, number(at - 1)).is_some()
    });
}
