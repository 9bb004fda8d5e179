//! When a host may be asked next.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::UnixMillis;
use crate::breaker::{BreakerConfig, FailureClass, FailureRun, Standing};

/// The operator's wishes on how a host is paced.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceConfig {
    /// Least pause between two fetches of a host. Zero means none at all.
    pub delay: Duration,
    /// A longer crawl delay of robots.txt paces at this, rather than dropping the host.
    pub crawl_delay_max: Duration,
    /// Pause after the first throttling without `Retry-After`; doubles with each further one.
    pub backoff_first: Duration,
    /// Longest pause that doubling leads to.
    pub backoff_max: Duration,
    /// Longest `Retry-After` that is honored in full; longer ones are cut to this.
    pub retry_after_max: Duration,
    /// Up to which part of itself a pause is lengthened by chance, 0 to 1, so that many hosts do
    /// not come due at once. Never shortens.
    pub jitter: f32,
    /// The pause is at least this many times the host's recent response time. Zero is off.
    pub latency_factor: f32,
    /// Longest pause that response times lead to.
    pub latency_pause_max: Duration,
    /// When a host that does not answer counts as dead.
    pub breaker: BreakerConfig,
}

impl Default for PaceConfig {
    fn default() -> Self {
        Self {
            delay: Duration::from_secs(1),
            crawl_delay_max: Duration::from_secs(300),
            backoff_first: Duration::from_secs(30),
            backoff_max: Duration::from_secs(60 * 60),
            retry_after_max: Duration::from_secs(24 * 60 * 60),
            jitter: 0.1,
            latency_factor: 0.0,
            latency_pause_max: Duration::from_secs(60),
            breaker: BreakerConfig::default(),
        }
    }
}

impl PaceConfig {
    /// The pause that throttling incident number `level` in a row brings: `backoff_first`, doubled
    /// each time, up to `backoff_max`. Zero at level 0.
    fn backoff(&self, level: u8) -> Duration {
        let Some(doublings) = level.checked_sub(1) else { return Duration::ZERO };
        let factor = 1_u32.checked_shl(u32::from(doublings)).unwrap_or(u32::MAX);
        self.backoff_first.saturating_mul(factor).min(self.backoff_max)
    }

    /// The least level that waits the longest, so that levels stop where pauses do.
    fn level_max(&self) -> u8 {
        (1..LEVEL_MAX).find(|level| self.backoff(*level) >= self.backoff_max).unwrap_or(LEVEL_MAX)
    }

    fn lengthen(&self, pause: Duration, jitter: Jitter) -> Duration {
        let share = f64::from(jitter.0) * f64::from(Jitter::new(self.jitter).0);
        pause.saturating_add(
            Duration::try_from_secs_f64(pause.as_secs_f64() * share).unwrap_or(pause),
        )
    }

    /// No pause may be longer, whatever was observed.
    fn pause_max(&self) -> Duration {
        let pauses = [
            self.delay,
            self.crawl_delay_max,
            self.backoff_max,
            self.retry_after_max,
            self.latency_pause_max,
            self.breaker.interval_max,
        ];
        let longest = pauses.into_iter().max().unwrap_or_default();
        self.lengthen(longest, Jitter(1.0))
    }
}

const LEVEL_MAX: u8 = 32;

/// Chance from 0 to 1 that the caller draws, one for each observation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter(f32);

impl Jitter {
    /// Pauses stay as they are.
    pub const NONE: Self = Self(0.0);

    /// `chance` cut to 0..=1; not-a-number is 0.
    #[must_use]
    pub fn new(chance: f32) -> Self {
        Self(if chance.is_nan() { 0.0 } else { chance.clamp(0.0, 1.0) })
    }

    /// Draws from the caller's generator.
    pub fn draw(rng: &mut fastrand::Rng) -> Self {
        Self(rng.f32())
    }
}

/// What a fetch told about the host's readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
    /// A response that does not ask to slow down, whatever its status.
    Answered,
    /// The same, and a quota is used up.
    Exhausted {
        /// When there will be more, from now on.
        reset: Duration,
    },
    /// 429, or 503: the host asks for less.
    Throttled {
        /// How long it asks for, from now on.
        retry_after: Option<Duration>,
    },
    /// No response: DNS, connection, TLS, time-out, protocol.
    Failed(FailureClass),
}

/// What was taken from a host, to be held against its budgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSpent {
    /// Response bytes received, heads included.
    pub bytes: u64,
    /// Fetches that failed or brought a 5xx.
    pub errors: u32,
}

/// A host's durable pace. Serialized with its times in milliseconds, so that a restart neither
/// bursts nor forgets a back-off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Earliest time of the next fetch.
    pub next_fetch_at: UnixMillis,
    /// Throttling incidents not yet forgiven; 0 for a host in good standing.
    pub backoff_level: u8,
    /// Incidents of [`Observation::Failed`] since the last response.
    pub failures: FailureRun,
    /// The pause that robots.txt asks for; the caller sets it when the rules change.
    #[serde(with = "optional_millis")]
    pub crawl_delay: Option<Duration>,
    /// How long responses took to begin, of late; 0 when none was measured.
    pub response_ms: u32,
    /// What was taken from the host so far.
    pub spent: HostSpent,
    /// End of the running or last back-off, or the last forgiveness if later: the quiet time
    /// counts from here.
    backoff_until: UnixMillis,
}

impl Pace {
    /// Takes note of the end of a fetch at `now` and sets `next_fetch_at`.
    ///
    /// Every pause is at least [`delay`](Self::delay), lengthened by `jitter`, and never brings
    /// `next_fetch_at` forward.
    ///
    /// - `Answered`: forgives after quiet time. A host at level n must have been quiet for as long as
    ///   level n had it wait; then it sinks to n - 1, and so on, so that a host which throttled us
    ///   hard is trusted again step by step. Time without fetches counts as quiet.
    /// - `Exhausted`: like `Answered`, but waits until the quota is reset, up to `retry_after_max`.
    /// - `Throttled`: raises the level and waits for `Retry-After` (up to `retry_after_max`), else
    ///   the back-off of the level. A `Retry-After` that proved too short is not relied on alone:
    ///   from the second incident on the wait is at least the back-off of the level before.
    ///   What comes in while that wait is running, from fetches under way, belongs to the same
    ///   incident: it does not raise the level, but a later `Retry-After` is obeyed.
    /// - `Failed`: waits a quarter of the back-off for as many incidents in a row; failures while
    ///   that wait is running count once. It leaves the level alone. From `failures_max` in a row on
    ///   it waits for the next probe; a host that is given up does not make its URLs wait for that.
    pub fn observe(
        &mut self,
        now: UnixMillis,
        seen: Observation,
        config: &PaceConfig,
        jitter: Jitter,
    ) {
        self.bound(now, config);
        let pause = match seen {
            Observation::Answered | Observation::Exhausted { .. } => {
                self.failures = FailureRun::default();
                self.forgive(now, config);
                match seen {
                    Observation::Exhausted { reset } => reset.min(config.retry_after_max),
                    _ => Duration::ZERO,
                }
            }
            Observation::Throttled { retry_after } => {
                self.failures = FailureRun::default();
                self.throttle(now, retry_after, config, jitter)
            }
            Observation::Failed(class) => self.fail(now, class, config, jitter),
        };
        let pause = config.lengthen(pause.max(self.delay(config)), jitter);
        self.next_fetch_at = self.next_fetch_at.max(now + pause);
        if let Observation::Exhausted { .. } = seen {
            // What the host itself asked for: no wish of the operator's makes it shorter.
            self.backoff_until = self.backoff_until.max(self.next_fetch_at);
        }
    }

    /// The operator has made the pause shorter: a host that waits for the longer one may be asked after
    /// the new one, from `now` on. What the host asked for (back-off, `Retry-After`, a quota that is
    /// used up) and the pause after failures are waited out. Never puts anything off.
    pub fn hasten(&mut self, now: UnixMillis, config: &PaceConfig) {
        let asked = self.backoff_until.max(self.failures.until());
        let earliest = asked.max(now + self.delay(config));
        self.next_fetch_at = self.next_fetch_at.min(earliest);
    }

    /// The pause between two fetches of a host in good standing: the operator's, or the longer one
    /// that robots.txt asks for, up to `crawl_delay_max`, or that its response times call for.
    #[must_use]
    pub fn delay(&self, config: &PaceConfig) -> Duration {
        let asked = self.crawl_delay.unwrap_or_default().min(config.crawl_delay_max);
        config.delay.max(asked).max(self.latency_pause(config))
    }

    /// Takes note of how long a response took to begin: the newest counts a quarter.
    pub fn note_response_time(&mut self, took: Duration) {
        let took_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX).max(1);
        self.response_ms = match self.response_ms {
            0 => took_ms,
            before => before - before / 4 + took_ms / 4,
        };
    }

    fn latency_pause(&self, config: &PaceConfig) -> Duration {
        if config.latency_factor <= 0.0 {
            return Duration::ZERO;
        }
        let seconds = f64::from(self.response_ms) / 1_000.0 * f64::from(config.latency_factor);
        let pause = Duration::try_from_secs_f64(seconds).unwrap_or(config.latency_pause_max);
        pause.min(config.latency_pause_max)
    }

    /// Whether a throttling back-off is running.
    #[must_use]
    pub fn is_backing_off(&self, now: UnixMillis) -> bool {
        self.backoff_level > 0 && now < self.backoff_until
    }

    /// When the throttling back-off that is running ends.
    #[must_use]
    pub fn backs_off_until(&self, now: UnixMillis) -> Option<UnixMillis> {
        self.is_backing_off(now).then_some(self.backoff_until)
    }

    /// Whether the host is worth asking.
    #[must_use]
    pub fn standing(&self, now: UnixMillis, config: &PaceConfig) -> Standing {
        self.failures.standing(now, &config.breaker)
    }

    /// A clock that was set back, or limits made shorter, must not close a host for long.
    fn bound(&mut self, now: UnixMillis, config: &PaceConfig) {
        let latest = now + config.pause_max();
        self.next_fetch_at = self.next_fetch_at.min(latest);
        self.backoff_until = self.backoff_until.min(latest);
        self.failures.bound(latest);
    }

    fn forgive(&mut self, now: UnixMillis, config: &PaceConfig) {
        while self.backoff_level > 0 {
            let quiet_until = self.backoff_until + config.backoff(self.backoff_level);
            if now < quiet_until {
                break;
            }
            self.backoff_until = quiet_until;
            self.backoff_level -= 1;
        }
    }

    fn throttle(
        &mut self,
        now: UnixMillis,
        retry_after: Option<Duration>,
        config: &PaceConfig,
        jitter: Jitter,
    ) -> Duration {
        let asked = retry_after.map(|pause| pause.min(config.retry_after_max));
        let pause = if self.is_backing_off(now) {
            asked.unwrap_or_default()
        } else {
            let level_before = self.backoff_level;
            self.backoff_level = level_before.saturating_add(1).min(config.level_max());
            match asked {
                Some(asked) => asked.max(config.backoff(level_before)),
                None => config.backoff(self.backoff_level),
            }
        };
        let until = now + config.lengthen(pause.max(self.delay(config)), jitter);
        self.backoff_until = self.backoff_until.max(until);
        pause
    }

    fn fail(
        &mut self,
        now: UnixMillis,
        class: FailureClass,
        config: &PaceConfig,
        jitter: Jitter,
    ) -> Duration {
        if !self.failures.count_one(now, class, &config.breaker) {
            return Duration::ZERO;
        }
        let level = u8::try_from(self.failures.count()).unwrap_or(u8::MAX);
        let unlucky = config.backoff(level) / FAILED_BACKOFF_DIVISOR;
        let pause = self.failures.interval(&config.breaker).unwrap_or(unlucky);
        self.failures.pause_until(now + config.lengthen(pause.max(self.delay(config)), jitter));
        match self.standing(now, config) {
            Standing::Dead(_) => Duration::ZERO,
            Standing::Alive | Standing::Probed(_) => pause,
        }
    }
}

/// A host that cannot be reached is not burdened by our asking, so it is asked sooner than one that
/// complains.
const FAILED_BACKOFF_DIVISOR: u32 = 4;

/// Whole milliseconds, rounded up.
mod optional_millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub(super) fn serialize<S: Serializer>(
        pause: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let millis = pause.map(|pause| crate::UnixMillis::default() + pause);
        millis.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let millis = Option::<u64>::deserialize(deserializer)?;
        Ok(millis.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests;
