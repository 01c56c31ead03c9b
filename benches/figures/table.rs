//! Figures: a value with its spread over the repetitions, what it is compared with, the ratio of the two, the target.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// The median over the repetitions of a run, with the smallest and the largest.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Median.
    pub median: f64,
    /// Smallest.
    pub least: f64,
    /// Largest.
    pub most: f64,
}

impl Spread {
    /// Of one value for each repetition.
    pub fn of(mut values: Vec<f64>) -> Spread {
        values.sort_by(f64::total_cmp);
        let ends = (values.first(), values.last());
        let (least, most) = (ends.0.copied().unwrap_or(f64::NAN), ends.1.copied().unwrap_or(f64::NAN));
        Spread { median: quantile(&values, 0.5), least, most }
    }
}

/// The quantile of sorted values.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position in a list")]
    let at = ((sorted.len().max(1) - 1) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Times of one kind of request, repetition by repetition, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<Vec<f64>>);

impl Series {
    /// Begins a repetition.
    pub fn begin(&mut self) {
        self.0.push(Vec::new());
    }

    /// Adds a time to the present repetition.
    pub fn add(&mut self, time: std::time::Duration) {
        self.add_micros(time.as_secs_f64() * 1e6);
    }

    /// Adds a time to the present repetition.
    pub fn add_micros(&mut self, micros: f64) {
        if self.0.is_empty() {
            self.begin();
        }
        if let Some(last) = self.0.last_mut() {
            last.push(micros);
        }
    }

    /// Number of times in all.
    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// A quantile for each repetition.
    fn quantiles(&self, share: f64) -> Vec<f64> {
        let of = |times: &Vec<f64>| {
            let mut times = times.clone();
            times.sort_by(f64::total_cmp);
            quantile(&times, share)
        };
        self.0.iter().map(of).collect()
    }
}

/// The bound that the project has set for a figure.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// None; the figure is for information.
    None,
    /// The ratio may be at most this.
    Ratio(f64),
    /// The value may be at most this.
    AtMost(f64),
    /// The value must be at least this.
    AtLeast(f64),
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Figure {
    name: String,
    unit: &'static str,
    ours: Spread,
    against: Option<(String, Spread)>,
    ratio: Option<Spread>,
    target: Target,
    samples: usize,
}

impl Figure {
    /// A value by itself.
    pub fn value(name: impl Into<String>, unit: &'static str, values: Vec<f64>, target: Target) -> Figure {
        let samples = values.len();
        Figure { name: name.into(), unit, ours: Spread::of(values), against: None, ratio: None, target, samples }
    }

    /// A quantile of times in microseconds, by itself.
    pub fn time(name: &str, share: f64, ours: &Series, target: Target) -> Figure {
        let samples = ours.len();
        Figure { samples, ..Figure::value(quantile_name(name, share), "µs", ours.quantiles(share), target) }
    }

    /// A quantile of times against the same quantile of other times; the ratio is taken within each repetition.
    pub fn compared(name: &str, share: f64, ours: &Series, other: (&str, &Series), target: Target) -> Figure {
        let (mine, theirs) = (ours.quantiles(share), other.1.quantiles(share));
        let ratios = mine.iter().zip(&theirs).map(|(mine, theirs)| mine / theirs).collect();
        Figure {
            against: Some((other.0.to_owned(), Spread::of(theirs))),
            ratio: Some(Spread::of(ratios)),
            ..Figure::time(name, share, ours, target)
        }
    }

    /// Whether the target is met; `None` without one.
    fn met(&self) -> Option<bool> {
        match self.target {
            Target::None => None,
            Target::Ratio(most) => self.ratio.map(|ratio| ratio.median <= most),
            Target::AtMost(most) => Some(self.ours.median <= most),
            Target::AtLeast(least) => Some(self.ours.median >= least),
        }
    }

    fn target(&self) -> String {
        match self.target {
            Target::None => String::new(),
            Target::Ratio(most) => format!("<= {most} x"),
            Target::AtMost(most) => format!("<= {most} {}", self.unit),
            Target::AtLeast(least) => format!(">= {least} {}", self.unit),
        }
    }

    /// The figure as JSON.
    pub fn to_json(&self) -> Value {
        let spread = |spread: &Spread| json!({"median": spread.median, "least": spread.least, "most": spread.most});
        json!({
            "name": self.name,
            "unit": self.unit,
            "ours": spread(&self.ours),
            "against": self.against.as_ref().map(|(name, other)| json!({"name": name, "value": spread(other)})),
            "ratio": self.ratio.as_ref().map(spread),
            "target": Some(self.target()).filter(|target| !target.is_empty()),
            "met": self.met(),
            "samples": self.samples,
        })
    }
}

fn quantile_name(name: &str, share: f64) -> String {
    format!("{name}, p{:.0}", share * 100.0)
}

/// Three significant digits, as far as there is something behind the point.
fn number(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "-".to_owned(),
        0.0..1.0 => format!("{value:.3}"),
        1.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn shown(spread: &Spread) -> String {
    if spread.least.total_cmp(&spread.most).is_eq() {
        number(spread.median)
    } else {
        format!("{} ({}-{})", number(spread.median), number(spread.least), number(spread.most))
    }
}

/// The figures as a Markdown table.
pub fn render(figures: &[Figure]) -> String {
    let mut rows = vec![["figure", "ours", "compared with", "ratio", "target", ""].map(str::to_owned)];
    for figure in figures {
        let against = figure.against.as_ref().map(|(name, other)| format!("{name}: {} {}", shown(other), figure.unit));
        let verdict = match figure.met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        rows.push([
            figure.name.clone(),
            format!("{} {}", shown(&figure.ours), figure.unit),
            against.unwrap_or_default(),
            figure.ratio.as_ref().map(shown).unwrap_or_default(),
            figure.target(),
            verdict.to_owned(),
        ]);
    }
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        for (cell, &width) in row.iter().zip(&widths) {
            let _ = write!(out, "| {cell:width$} ");
        }
        out.push_str("|\n");
        if at == 0 {
            out.extend(widths.iter().map(|&width| format!("|{}", "-".repeat(width + 2))));
            out.push_str("|\n");
        }
    }
    out
}
