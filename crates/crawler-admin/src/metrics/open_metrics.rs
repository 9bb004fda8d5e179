//! The text format of `OpenMetrics` 1.0.

use std::fmt::Error;

use crawler_engine::Histogram;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::families::Family;
use super::scrape::Scrape;
use super::told::{Form, Sample};

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        self.tell(&mut OpenMetrics(encoder))
    }
}

struct OpenMetrics<'a>(DescriptorEncoder<'a>);

impl OpenMetrics<'_> {
    fn family(&mut self, family: &Family) -> Result<MetricEncoder<'_>, Error> {
        self.0.encode_descriptor(family.name, family.help, None, family.kind)
    }
}

impl Form for OpenMetrics<'_> {
    fn samples(&mut self, family: &Family, samples: Vec<Sample>) -> Result<(), Error> {
        let mut metric = self.family(family)?;
        for Sample { labels, value } in samples {
            match family.kind {
                MetricType::Info => metric.encode_info(&labels)?,
                // Not to write empty braces.
                _ if labels.is_empty() => encode(family, &mut metric, value)?,
                _ => encode(family, &mut metric.encode_family(&labels)?, value)?,
            }
        }
        Ok(())
    }

    fn histogram(&mut self, family: &Family, times: &Histogram) -> Result<(), Error> {
        let buckets: Vec<_> = times.buckets().collect();
        let mut metric = self.family(family)?;
        metric.encode_histogram::<NoLabelSet>(times.sum_secs(), times.count(), &buckets, None)
    }
}

fn encode(family: &Family, series: &mut MetricEncoder<'_>, value: f64) -> Result<(), Error> {
    match family.kind {
        MetricType::Counter => series.encode_counter::<NoLabelSet, f64, f64>(&value, None),
        _ => series.encode_gauge(&value),
    }
}
