//! How many tokens a text is, without a tokenizer: [`estimate`] walks a state machine over the bytes and adds up what
//! each piece of the text costs on average; [`Calibration`] turns estimates into the tokens of the provider at hand,
//! learned from its usage reports.
//!
//! A tokenizer would be exact for one vendor only, and brings megabytes of vocabulary. The costs are fitted to
//! `o200k_base` and stay within some percent of it; the module's tests print the table by class of text.

mod calibration;
mod costs;
mod model;
mod script;
mod states;
mod table;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use calibration::Calibration;

static MODEL: model::Model = model::Model::new(costs::COSTS);

/// The estimated number of `o200k_base` tokens of `text`, at least 1 where there is text. One pass, no allocation.
pub fn estimate(text: &str) -> u32 {
    let tokens = MODEL.thousandths(text).div_ceil(1000);
    u32::try_from(tokens).unwrap_or(u32::MAX).max(u32::from(!text.is_empty()))
}

/// A count as people read it: with its thousands apart.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
