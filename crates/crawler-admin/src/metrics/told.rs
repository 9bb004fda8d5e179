//! What is told of one family after the other, to whatever form it takes.

use std::collections::BTreeMap;
use std::fmt::Error;

use crawler_engine::Histogram;

use super::families::Family;

/// Values that a label may have; those beyond are added up as [`OTHER`].
const VALUES_MAX: usize = 64;
/// Longest value of a label.
const VALUE_CHARS_MAX: usize = 40;
/// What is not told by name.
const OTHER: &str = "other";

/// One series at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    /// In the order of the family's labels.
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) value: f64,
}

/// A form that metrics can take.
pub(super) trait Form {
    /// A family of counters, gauges or information with all its series.
    fn samples(&mut self, family: &Family, samples: Vec<Sample>) -> Result<(), Error>;

    /// A family of one histogram.
    fn histogram(&mut self, family: &Family, times: &Histogram) -> Result<(), Error>;
}

/// Tells families to a form.
pub(super) struct Teller<'a>(pub(super) &'a mut dyn Form);

impl Teller<'_> {
    /// The only series of its family.
    pub(super) fn one(&mut self, family: &Family, value: impl Into<f64>) -> Result<(), Error> {
        self.each(family, [([], value.into())])
    }

    /// The same for a sum.
    pub(super) fn count(&mut self, family: &Family, value: u64) -> Result<(), Error> {
        self.one(family, value as f64)
    }

    /// Left out where it cannot be measured.
    pub(super) fn measured(&mut self, family: &Family, value: Option<f64>) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.one(family, value))
    }

    /// One series for each of these values of the labels.
    pub(super) fn each<const N: usize>(
        &mut self,
        family: &Family,
        values: impl IntoIterator<Item = ([String; N], f64)>,
    ) -> Result<(), Error> {
        let sample = |(labels, value): ([String; N], f64)| Sample {
            labels: family.labels.iter().copied().zip(labels).collect(),
            value,
        };
        self.0.samples(family, values.into_iter().map(sample).collect())
    }

    /// Counts by reason: names that are none of ours, and too many of them, are told as one.
    pub(super) fn by_reason<K: AsRef<str>>(
        &mut self,
        family: &Family,
        counts: &BTreeMap<K, u64>,
    ) -> Result<(), Error> {
        let mut told: BTreeMap<&str, u64> = BTreeMap::new();
        for (reason, count) in counts {
            let known = told.len() < VALUES_MAX && is_name(reason.as_ref());
            *told.entry(if known { reason.as_ref() } else { OTHER }).or_default() += count;
        }
        self.each(family, told.iter().map(|(reason, n)| ([(*reason).to_owned()], *n as f64)))
    }
}

/// A reason as this program names them.
fn is_name(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !value.is_empty() && value.len() <= VALUE_CHARS_MAX && value.bytes().all(plain)
}
