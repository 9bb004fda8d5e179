//! The JSON form of an OTLP export (opentelemetry-proto 1.x, "JSON Protobuf Encoding": field names in
//! lower camel case, 64-bit numbers as text).

use std::fmt::Error;

use crawler_engine::Histogram;
use prometheus_client::metrics::MetricType;
use serde_json::{Value, json};

use super::families::Family;
use super::told::{Form, Sample};

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const CUMULATIVE: u8 = 2;

/// Metrics as the objects of `scopeMetrics[].metrics`.
pub(super) struct Otlp {
    /// Nanoseconds since 1970, as text.
    started_at: String,
    at: String,
    pub(super) metrics: Vec<Value>,
}

impl Otlp {
    /// `started_at` and `at` are nanoseconds since 1970.
    pub(super) fn new(started_at: u64, at: u64) -> Self {
        let (started_at, at) = (started_at.to_string(), at.to_string());
        Self { started_at, at, metrics: Vec::new() }
    }

    fn point(&self, labels: &[(&'static str, String)], fields: Value) -> Value {
        let mut point = json!({
            "attributes": attributes(labels),
            "startTimeUnixNano": self.started_at,
            "timeUnixNano": self.at,
        });
        if let (Value::Object(point), Value::Object(fields)) = (&mut point, fields) {
            point.extend(fields);
        }
        point
    }
}

impl Form for Otlp {
    fn samples(&mut self, family: &Family, samples: Vec<Sample>) -> Result<(), Error> {
        let point =
            |sample: &Sample| self.point(&sample.labels, json!({ "asDouble": sample.value }));
        let points: Vec<Value> = samples.iter().map(point).collect();
        let mut metric = json!({ "name": family.name, "description": family.help });
        if matches!(family.kind, MetricType::Counter) {
            metric["sum"] = json!({
                "aggregationTemporality": CUMULATIVE, "isMonotonic": true, "dataPoints": points,
            });
        } else {
            metric["gauge"] = json!({ "dataPoints": points });
        }
        self.metrics.push(metric);
        Ok(())
    }

    fn histogram(&mut self, family: &Family, times: &Histogram) -> Result<(), Error> {
        let (bounds, counts): (Vec<f64>, Vec<u64>) = times.buckets().unzip();
        let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
        // The last class has no bound.
        let bounds: Vec<f64> = bounds.into_iter().filter(|bound| bound.is_finite()).collect();
        let fields = json!({
            "count": times.count().to_string(), "sum": times.sum_secs(),
            "bucketCounts": counts, "explicitBounds": bounds,
        });
        let point = self.point(&[], fields);
        self.metrics.push(json!({
            "name": family.name, "description": family.help, "unit": "s",
            "histogram": { "aggregationTemporality": CUMULATIVE, "dataPoints": [point] },
        }));
        Ok(())
    }
}

fn attributes(labels: &[(&'static str, String)]) -> Vec<Value> {
    let attribute =
        |(key, value): &(&str, String)| json!({ "key": key, "value": { "stringValue": value } });
    labels.iter().map(attribute).collect()
}
