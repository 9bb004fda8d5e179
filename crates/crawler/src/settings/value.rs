//! Reads the words of a setting: durations, sizes, counts and choices.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::layers::Entry;
use super::suggest::nearest;

/// The word for "no limit", wherever a setting can be without one.
pub(crate) const UNLIMITED: &str = "unlimited";
/// The word for "what suits this machine".
const AUTO: &str = "auto";

const DURATION_FORMS: &str = "a duration such as 500ms, 2s, 1m30s or 1h, or a number of seconds";
const SIZE_FORMS: &str = "a size such as 512K, 16M or 2G, or a number of bytes";
/// Long enough for any crawl, short enough for clock arithmetic.
const DURATION_SECS_MAX: u64 = 10 * 365 * 24 * 3600;

/// What was written for one setting, lists with one entry per item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a>(pub(crate) &'a [Entry]);

/// Why a value was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadValue {
    /// Which item of a list.
    pub(crate) item_idx: usize,
    /// What is wrong, with the offending text.
    pub(crate) problem: String,
    /// What would be right.
    pub(crate) notes: Vec<String>,
}

impl BadValue {
    fn new(problem: impl Into<String>, accepted: &str) -> Self {
        Self { item_idx: 0, problem: problem.into(), notes: vec![format!("accepted: {accepted}")] }
    }

    fn out_of_range(text: &str, accepted: &str) -> Self {
        Self::new(format!("`{text}` is out of range"), accepted)
    }

    /// `word` would have been right as well.
    fn or_word(mut self, word: &str) -> Self {
        if let Some(accepted) = self.notes.first_mut() {
            accepted.push_str(", or ");
            accepted.push_str(word);
        }
        self
    }
}

/// Puts a value that could be read into its place.
pub(crate) fn put<T>(place: &mut T, value: Result<T, BadValue>) -> Result<(), BadValue> {
    *place = value?;
    Ok(())
}

impl Given<'_> {
    /// The texts of a list.
    pub(crate) fn texts(self) -> Vec<String> {
        self.0.iter().map(|entry| entry.text.clone()).collect()
    }

    /// The entries of a list, with their origins.
    pub(crate) fn entries(self) -> Vec<Entry> {
        self.0.to_vec()
    }

    /// Every item of a list read by `read`, which says what it wants instead.
    pub(crate) fn each<T>(
        self,
        read: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, BadValue> {
        let read_at = |(item_idx, entry): (usize, &Entry)| {
            read(&entry.text).map_err(|refusal| refusal.into_bad_value(item_idx))
        };
        self.0.iter().enumerate().map(read_at).collect()
    }

    /// A single value read by `read`.
    pub(crate) fn one<T>(self, read: impl Fn(&str) -> Result<T, Refusal>) -> Result<T, BadValue> {
        read(self.str()).map_err(|refusal| refusal.into_bad_value(0))
    }

    /// A duration of at least `min`.
    pub(crate) fn duration(self, min: Duration) -> Result<Duration, BadValue> {
        let text = self.str();
        let Some(duration) = parse_duration(text) else {
            return Err(BadValue::new(format!("`{text}` is not a duration"), DURATION_FORMS));
        };
        if duration < min {
            let accepted = format!("{} or more", show_duration(min));
            return Err(BadValue::out_of_range(text, &accepted));
        }
        Ok(duration)
    }

    /// A duration, or `None` for "unlimited".
    pub(crate) fn duration_limit(self) -> Result<Option<Duration>, BadValue> {
        self.limit(|given| given.duration(Duration::from_millis(1)))
    }

    /// A size in bytes within `range`.
    pub(crate) fn size(self, range: RangeInclusive<u64>) -> Result<u64, BadValue> {
        let text = self.str();
        let Some(bytes) = parse_size(text) else {
            return Err(BadValue::new(format!("`{text}` is not a size"), SIZE_FORMS));
        };
        if !range.contains(&bytes) {
            let accepted = format!("{} to {}", show_size(*range.start()), show_size(*range.end()));
            return Err(BadValue::out_of_range(text, &accepted));
        }
        Ok(bytes)
    }

    /// A size in bytes, or `None` for "unlimited".
    pub(crate) fn size_limit(self) -> Result<Option<u64>, BadValue> {
        self.size_limit_in(1..=u64::MAX >> 1)
    }

    /// A size in bytes within `range`, or `None` for "unlimited".
    pub(crate) fn size_limit_in(self, range: RangeInclusive<u64>) -> Result<Option<u64>, BadValue> {
        self.limit(|given| given.size(range.clone()))
    }

    /// What suits this machine for "auto", else what `read` makes of it.
    pub(crate) fn auto_or<T>(
        self,
        auto: impl FnOnce() -> T,
        read: impl FnOnce(Self) -> Result<T, BadValue>,
    ) -> Result<T, BadValue> {
        if self.str() == AUTO {
            return Ok(auto());
        }
        read(self).map_err(|bad| bad.or_word(AUTO))
    }

    /// A whole number within `range`.
    pub(crate) fn count<N: TryFrom<u64>>(self, range: RangeInclusive<u64>) -> Result<N, BadValue> {
        let text = self.str();
        let accepted = || format!("{} to {}", range.start(), range.end());
        let number = match parse_count(text) {
            Some(number) if range.contains(&number) => N::try_from(number).ok(),
            Some(_) => None,
            None => {
                let problem = format!("`{text}` is not a whole number");
                return Err(BadValue::new(problem, &accepted()));
            }
        };
        number.ok_or_else(|| BadValue::out_of_range(text, &accepted()))
    }

    /// A whole number from `min`, or `None` for "unlimited".
    pub(crate) fn count_limit<N: TryFrom<u64>>(
        self,
        range: RangeInclusive<u64>,
    ) -> Result<Option<N>, BadValue> {
        self.limit(|given| given.count(range.clone()))
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(self, choices: &[(&str, T)]) -> Result<T, BadValue> {
        let text = self.str();
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Ok(*value);
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let mut bad = BadValue::new(format!("`{text}` is not one of its words"), &words.join(", "));
        if let Some(word) = nearest(text, words.iter().copied()) {
            bad.notes.push(format!("did you mean `{word}`?"));
        }
        Err(bad)
    }

    /// One of a few words for each item; several may stand in one item, between commas.
    pub(crate) fn one_of_each<T: Copy + PartialEq>(
        self,
        choices: &[(&str, T)],
    ) -> Result<Vec<T>, BadValue> {
        let mut chosen = Vec::new();
        for (item_idx, entry) in self.0.iter().enumerate() {
            for word in entry.text.split(',') {
                let entry = Entry { text: word.trim().to_owned(), ..entry.clone() };
                let choice =
                    Given(&[entry]).choice(choices).map_err(|bad| BadValue { item_idx, ..bad })?;
                if !chosen.contains(&choice) {
                    chosen.push(choice);
                }
            }
        }
        Ok(chosen)
    }

    /// Yes or no.
    pub(crate) fn switch(self) -> Result<bool, BadValue> {
        self.choice(&[("true", true), ("false", false)])
    }

    fn limit<T>(self, read: impl Fn(Self) -> Result<T, BadValue>) -> Result<Option<T>, BadValue> {
        if self.str() == UNLIMITED {
            return Ok(None);
        }
        read(self).map(Some).map_err(|bad| bad.or_word(UNLIMITED))
    }

    fn str(&self) -> &str {
        self.0.first().map_or("", |entry| entry.text.as_str())
    }
}

/// What a reader of a special form says about a text it cannot use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What is wrong, with the offending text.
    pub(crate) problem: String,
    /// What would be right, if that helps.
    pub(crate) accepted: Option<String>,
}

impl Refusal {
    fn into_bad_value(self, item_idx: usize) -> BadValue {
        let notes = self.accepted.map(|accepted| format!("accepted: {accepted}"));
        BadValue { item_idx, problem: self.problem, notes: notes.into_iter().collect() }
    }
}

/// Reads `500ms`, `2s`, `1m30s`, `1.5h`, `2d` or a bare number of seconds.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    if let Some(duration) = number_of(text).and_then(|seconds| seconds_to_duration(seconds, 1.0)) {
        return Some(duration);
    }
    let mut sum = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split_at_unit(rest)?;
        let unit_len = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, tail) = after.split_at(unit_len);
        let secs_per_unit = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        sum = sum.checked_add(seconds_to_duration(number, secs_per_unit)?)?;
        rest = tail;
    }
    let within = sum.as_secs() <= DURATION_SECS_MAX && !text.is_empty();
    within.then_some(sum)
}

fn seconds_to_duration(number: f64, secs_per_unit: f64) -> Option<Duration> {
    let duration = Duration::try_from_secs_f64(number * secs_per_unit).ok()?;
    // Parts of a microsecond are only rounding noise of the decimal notation.
    let duration = Duration::from_micros(u64::try_from((duration.as_nanos() + 500) / 1000).ok()?);
    (duration.as_secs() <= DURATION_SECS_MAX).then_some(duration)
}

/// Reads `512`, `512K`, `16M`, `1.5G`, `2T`, with an optional `B` or `iB`; units are powers of 1024.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    if let Ok(bytes) = text.parse::<u64>() {
        return Some(bytes);
    }
    let (number, unit) = split_at_unit(text)?;
    let unit = unit.to_ascii_lowercase();
    let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" if unit == "b" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let bytes = (number * (1_u64 << shift) as f64).round();
    (bytes < (u64::MAX >> 1) as f64).then_some(bytes as u64)
}

/// Reads `1000000` or `1_000_000`.
fn parse_count(text: &str) -> Option<u64> {
    let digits = text.replace('_', "");
    (text.starts_with(|c: char| c.is_ascii_digit())).then(|| digits.parse().ok())?
}

fn split_at_unit(text: &str) -> Option<(f64, &str)> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(at);
    Some((number_of(number)?, unit))
}

/// A plain decimal number: no sign, exponent, infinity or "nan".
fn number_of(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    plain.then(|| text.parse().ok())?
}

/// The shortest exact writing of a duration that [`parse_duration`] reads.
pub(crate) fn show_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    for (unit, unit_millis) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
        if millis > 0 && millis.is_multiple_of(unit_millis) {
            return format!("{}{unit}", millis / unit_millis);
        }
    }
    format!("{millis}ms")
}

/// The shortest exact writing of a size that [`parse_size`] reads.
pub(crate) fn show_size(bytes: u64) -> String {
    for (unit, shift) in [("T", 40), ("G", 30), ("M", 20), ("K", 10)] {
        if bytes > 0 && bytes.trailing_zeros() >= shift {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests;
