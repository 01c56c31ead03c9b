//! The sawtooth: size of the context over the conversation as an SVG, with updates and compactions marked. It
//! follows the reader's light or dark theme and holds nothing but shapes and text.

use std::fmt::Write as _;

use super::output::number;
use super::timeline::{Happening, Moment, Timeline};

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 44.0;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-size:15px;font-weight:600;fill:#1f2328}\
.grid{stroke:#d0d7de;stroke-width:1}.limit{stroke:#cf222e;stroke-dasharray:5 4;stroke-width:1.5}\
.area{fill:#0969da;fill-opacity:.12}.line{fill:none;stroke:#0969da;stroke-width:2;stroke-linejoin:round}\
.update{fill:#1a7f37}.cut{stroke:#8250df;stroke-width:1.5}.cutmark{fill:#8250df}.cuttext{fill:#8250df}\
@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#f0f6fc}.grid{stroke:#3d444d}.area{fill:#4493f8;fill-opacity:.18}\
.line{stroke:#4493f8}.update{fill:#3fb950}.cut{stroke:#ab7df8}.cutmark,.cuttext{fill:#ab7df8}.limit{stroke:#f85149}}";

/// Draws a replay.
pub fn render(timeline: &Timeline, title: &str) -> String {
    let peak = timeline.moments.iter().map(|moment| moment.tokens).max().unwrap_or(0);
    // The limit belongs into the picture only where the conversation comes near it.
    let shows_limit = peak * 2 > timeline.limit;
    let top = if shows_limit { peak.max(timeline.limit) } else { peak }.max(1);
    let scale = Scale {
        events: timeline.moments.last().map_or(1, |moment| moment.event).max(1),
        tokens: step(top) * top.div_ceil(step(top)),
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\
         <style>{STYLE}</style>\n<text class=\"title\" x=\"{LEFT}\" y=\"22\">{}</text>\n",
        escape(title),
        title = escape(title)
    );
    grid(&mut svg, &scale, step(top));
    if shows_limit {
        let y = scale.y(timeline.limit);
        let _ =
            writeln!(svg, "<line class=\"limit\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>", WIDTH - RIGHT);
    }
    curve(&mut svg, &scale, &timeline.moments);
    marks(&mut svg, &scale, &timeline.moments);
    legend(&mut svg, shows_limit.then_some(timeline.limit));
    svg.push_str("</svg>\n");
    svg
}

struct Scale {
    events: u64,
    tokens: u64,
}

#[expect(clippy::cast_precision_loss, reason = "positions in a picture")]
impl Scale {
    fn x(&self, event: u64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * event as f64 / self.events as f64
    }

    fn y(&self, tokens: u64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * tokens as f64 / self.tokens as f64
    }
}

/// A round distance between grid lines, so that there are three to six of them.
fn step(top: u64) -> u64 {
    let mut unit = 1;
    loop {
        for factor in [1, 2, 5] {
            if top <= unit * factor * 6 {
                return unit * factor;
            }
        }
        unit *= 10;
    }
}

fn grid(svg: &mut String, scale: &Scale, step: u64) {
    let mut tokens = 0;
    while tokens <= scale.tokens {
        let y = scale.y(tokens);
        let label = if tokens >= 1000 { format!("{}k", number(tokens / 1000)) } else { tokens.to_string() };
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0
        );
        tokens += step;
    }
    let bottom = HEIGHT - BOTTOM + 18.0;
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{bottom}\">0</text><text x=\"{}\" y=\"{bottom}\" text-anchor=\"end\">{} events</text>",
        WIDTH - RIGHT,
        number(scale.events)
    );
}

/// The curve; a compaction is a vertical drop.
fn curve(svg: &mut String, scale: &Scale, moments: &[Moment]) {
    let mut points = String::new();
    for moment in moments {
        let _ = write!(points, "{:.1},{:.1} ", scale.x(moment.event), scale.y(moment.tokens));
        if let Some(Happening::Compaction { after, .. }) = &moment.what {
            let _ = write!(points, "{:.1},{:.1} ", scale.x(moment.event), scale.y(*after));
        }
    }
    let (first, last) =
        (moments.first().map_or(0, |moment| moment.event), moments.last().map_or(0, |moment| moment.event));
    let bottom = scale.y(0);
    let _ = writeln!(
        svg,
        "<polygon class=\"area\" points=\"{:.1},{bottom:.1} {points}{:.1},{bottom:.1}\"/><polyline class=\"line\" points=\"{points}\"/>",
        scale.x(first),
        scale.x(last)
    );
}

fn marks(svg: &mut String, scale: &Scale, moments: &[Moment]) {
    let mut labelled = f64::MIN;
    for moment in moments {
        let (x, y) = (scale.x(moment.event), scale.y(moment.tokens));
        match &moment.what {
            Some(Happening::Update { .. }) => {
                let _ =
                    writeln!(svg, "<circle class=\"update\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"2.5\"/>", scale.y(0) + 6.0);
            }
            Some(Happening::Compaction { after, .. }) => {
                let _ = writeln!(
                    svg,
                    "<line class=\"cut\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{y:.1}\" y2=\"{:.1}\"/><circle class=\"cutmark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>",
                    scale.y(*after)
                );
                if x - labelled > 90.0 {
                    let anchor = if x > WIDTH - 130.0 { "end" } else { "start" };
                    let beside = if anchor == "end" { x - 8.0 } else { x + 8.0 };
                    let label = format!("{} → {}", short(moment.tokens), short(*after));
                    // To the left of the drop the curve itself is in the way.
                    let y = if anchor == "end" { y + 20.0 } else { y };
                    let _ = writeln!(
                        svg,
                        "<text class=\"cuttext\" x=\"{beside:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>",
                        y + 4.0
                    );
                    labelled = x;
                }
            }
            _ => {}
        }
    }
}

fn legend(svg: &mut String, limit: Option<u64>) {
    let y = 40.0;
    let _ = write!(
        svg,
        "<circle class=\"update\" cx=\"{}\" cy=\"{}\" r=\"3\"/><text x=\"{}\" y=\"{y}\">memory updated</text>\
         <circle class=\"cutmark\" cx=\"{}\" cy=\"{}\" r=\"4\"/><text x=\"{}\" y=\"{y}\">compacted</text>",
        LEFT + 4.0,
        y - 4.0,
        LEFT + 14.0,
        LEFT + 134.0,
        y - 4.0,
        LEFT + 144.0
    );
    if let Some(limit) = limit {
        let _ = write!(
            svg,
            "<line class=\"limit\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{y}\">window, {} tokens</text>",
            LEFT + 224.0,
            LEFT + 248.0,
            y - 4.0,
            y - 4.0,
            LEFT + 254.0,
            number(limit)
        );
    }
    svg.push('\n');
}

fn short(tokens: u64) -> String {
    if tokens >= 10_000 { format!("{}k", (tokens + 500) / 1000) } else { number(tokens) }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(event: u64, tokens: u64, what: Option<Happening>) -> Moment {
        Moment { event, turn: 1, tokens, what }
    }

    #[test]
    fn round_steps() {
        for (top, expected) in [(1, 1), (6, 1), (7, 2), (58_000, 10_000), (200_000, 50_000), (1_000_000, 200_000)] {
            assert_eq!(step(top), expected, "{top}");
        }
    }

    #[test]
    fn the_drop_and_the_marks_are_drawn() {
        let cut = Happening::Compaction { after: 8_000, micros: 900, masked: 0, original: None };
        let update = Happening::Update { revision: 1, lines: (3, 0) };
        let moments = vec![
            moment(1, 1_000, None),
            moment(50, 20_000, Some(update)),
            moment(90, 38_000, Some(cut)),
            moment(100, 10_000, None),
        ];
        let svg = render(&Timeline { limit: 40_000, moments }, "a <b> & c");
        assert!(
            svg.contains("a &lt;b&gt; &amp; c") && svg.contains("38k → 8,000") && svg.contains("window, 40,000 tokens"),
            "{svg}"
        );
        assert_eq!(svg.matches("class=\"cut\"").count(), 1);
        assert_eq!(svg.matches("class=\"update\"").count(), 2, "one mark and the legend");
    }
}
