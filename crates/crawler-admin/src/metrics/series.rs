//! Writes the series of one family after the other.

use std::collections::BTreeMap;
use std::fmt::Error;

use crawler_engine::Histogram;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, MetricEncoder, NoLabelSet};

use super::families::Family;

/// Values that a label may have; those beyond are added up as [`OTHER`].
const VALUES_MAX: usize = 64;
/// Longest value of a label.
const VALUE_CHARS_MAX: usize = 40;
/// What is not told by name.
const OTHER: &str = "other";

/// The families written so far go to an encoder.
pub(super) struct Series<'a>(pub(super) DescriptorEncoder<'a>);

impl Series<'_> {
    fn family(&mut self, family: &Family) -> Result<MetricEncoder<'_>, Error> {
        self.0.encode_descriptor(family.name, family.help, None, family.kind)
    }

    pub(super) fn gauge(
        &mut self,
        family: &Family,
        value: impl EncodeGaugeValue + Copy,
    ) -> Result<(), Error> {
        self.family(family)?.encode_gauge(&value)
    }

    /// A gauge that is left out where it cannot be measured.
    pub(super) fn measured(&mut self, family: &Family, value: Option<f64>) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.gauge(family, value))
    }

    pub(super) fn counter(&mut self, family: &Family, value: u64) -> Result<(), Error> {
        self.family(family)?.encode_counter::<NoLabelSet, u64, f64>(&value, None)
    }

    pub(super) fn seconds(&mut self, family: &Family, value: Option<f64>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        self.family(family)?.encode_counter::<NoLabelSet, f64, f64>(&value, None)
    }

    /// One gauge for each value of the labels.
    pub(super) fn gauges<const N: usize, V: EncodeGaugeValue>(
        &mut self,
        family: &Family,
        values: impl IntoIterator<Item = ([String; N], V)>,
    ) -> Result<(), Error> {
        let mut metric = self.family(family)?;
        for (labels, value) in values {
            metric.encode_family(&paired(family, labels))?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// One counter for each value of the labels.
    pub(super) fn counters<const N: usize>(
        &mut self,
        family: &Family,
        values: impl IntoIterator<Item = ([String; N], f64)>,
    ) -> Result<(), Error> {
        let mut metric = self.family(family)?;
        for (labels, value) in values {
            let labels = paired(family, labels);
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, f64, f64>(&value, None)?;
        }
        Ok(())
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
        let mut metric = self.family(family)?;
        for (reason, count) in told {
            let labels = paired(family, [reason.to_owned()]);
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, f64>(&count, None)?;
        }
        Ok(())
    }

    pub(super) fn histogram(&mut self, family: &Family, times: &Histogram) -> Result<(), Error> {
        let buckets: Vec<_> = times.buckets().collect();
        let mut metric = self.family(family)?;
        metric.encode_histogram::<NoLabelSet>(times.sum_secs(), times.count(), &buckets, None)
    }

    pub(super) fn info<const N: usize>(
        &mut self,
        family: &Family,
        values: [String; N],
    ) -> Result<(), Error> {
        self.family(family)?.encode_info(&paired(family, values))
    }
}

/// A reason as this program names them.
fn is_name(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !value.is_empty() && value.len() <= VALUE_CHARS_MAX && value.bytes().all(plain)
}

fn paired<const N: usize>(family: &Family, values: [String; N]) -> Vec<(&'static str, String)> {
    family.labels.iter().copied().zip(values).collect()
}
