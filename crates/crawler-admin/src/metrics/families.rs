//! Every metric there is.

use prometheus_client::metrics::MetricType;

/// A metric with all its series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    /// Without the suffix `_total` of counters and `_info` of information.
    pub(super) name: &'static str,
    pub(super) kind: MetricType,
    pub(super) labels: &'static [&'static str],
    pub(super) help: &'static str,
}

macro_rules! families {
    ($($id:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(pub(super) const $id: Family = Family {
            name: $name,
            kind: MetricType::$kind,
            labels: &[$($label),*],
            help: $help,
        };)*

        /// All of them, in the order in which they are written.
        #[cfg(test)]
        pub(super) const ALL: &[Family] = &[$($id),*];
    };
}

families! {
    BUILD = Info "crawler_build" ["version"] "Version of the program";
    PHASE = Gauge "crawler_phase" ["phase"] "1 for the phase that the crawl is in, 0 for the others";
    HELD = Gauge "crawler_held" [] "1 while nothing is fetched because disk, memory or open files are short";
    GENERATION = Gauge "crawler_generation" [] "Recrawl generation, from 1";
    ELAPSED = Gauge "crawler_elapsed_seconds" [] "Time crawled in this run, without pauses";

    FETCH = Counter "crawler_fetch" ["status_class"] "URLs that ended with a response";
    FAILED = Counter "crawler_failed" ["reason"] "URLs that ended with an error, those queued again since included";
    REQUEUED = Counter "crawler_requeued" ["reason"] "Failed URLs that an operator had queued again, by the reason they had failed for";
    SKIPPED = Counter "crawler_skipped" ["reason"] "URLs that were not asked for";
    RETRIED = Counter "crawler_retried" [] "Attempts that were to be made again";
    PARTIAL = Counter "crawler_partial" ["reason"] "Responses whose body is not whole or could not be decoded";
    DEDUPE = Counter "crawler_dedupe" ["kind"] "Fetches that brought what was stored before";
    BYTES = Counter "crawler_bytes" ["kind"] "Bytes of responses: received (wire), decoded (content), appended to WARC files (warc)";
    ROBOTS = Counter "crawler_robots" ["outcome"] "Requests for robots.txt by what they brought";
    SITEMAPS = Counter "crawler_listings" ["kind"] "Sitemaps and feeds read, and how many of them not to their end (cut)";
    DISCOVERED = Counter "crawler_urls_discovered" [] "URLs taken into the frontier";
    LINKS = Counter "crawler_links" [] "Links found in pages, before scope and repeats";
    OUT_OF_SCOPE = Counter "crawler_links_out_of_scope" ["reason"] "Links that were refused";

    QUEUE = Gauge "crawler_queue_urls" ["shard", "state"] "URLs that wait or are being fetched";
    SEEN = Gauge "crawler_seen_urls" [] "URLs known";
    HOSTS = Gauge "crawler_hosts" ["state"] "Hosts in memory by state, and all that are known";
    BACKOFF = Gauge "crawler_backoff_hosts" [] "Hosts that have throttled the crawl in this run and are left alone for that";
    CAPACITY = Gauge "crawler_fetches_max" ["shard"] "Fetches that a shard may have under way";
    BUSY = Gauge "crawler_shard_busy_ratio" ["shard"] "CPU use of a shard's thread, 1 for a whole core";
    IDLE = Counter "crawler_idle_seconds" ["shard", "reason"] "Time of a shard's whole capacity by what it went into or waited for";
    RESTARTS = Counter "crawler_shard_restarts" [] "Shards started again after a panic";
    STALLS = Counter "crawler_shard_stalls" [] "Times that a shard's loop stood still for 5 s";
    ACCOUNTING = Gauge "crawler_accounting_error" [] "URLs discovered minus ended minus queued; anything but 0 is a defect";

    FOLLOWER_BYTES = Gauge "crawler_follower_behind_bytes" ["name"] "Bytes of the page list that a format or sink has still to take";
    FOLLOWER_TIME = Gauge "crawler_follower_behind_seconds" ["name"] "Time since a format or sink had all of the page list";
    FOLLOWER_ATTEMPTS = Counter "crawler_follower_failed_attempts" ["name"] "Attempts to deliver that a server did not take";
    FOLLOWER_FAILED = Gauge "crawler_follower_failed" ["name"] "1 for a format or sink that has ended with an error";

    DNS_TIME = Histogram "crawler_dns_seconds" [] "Name look-ups, those answered from memory included";
    CONNECT_TIME = Histogram "crawler_connect_seconds" [] "TCP connections";
    TLS_TIME = Histogram "crawler_tls_seconds" [] "TLS handshakes";
    FIRST_BYTE_TIME = Histogram "crawler_first_byte_seconds" [] "From a request to the end of the response head";
    FETCH_TIME = Histogram "crawler_fetch_seconds" [] "Fetches from the connection to the end of the body, failed ones and robots.txt included";
    COMMIT_TIME = Histogram "crawler_store_commit_seconds" [] "Commits of the store writer";

    CPU_TIME = Counter "process_cpu_seconds" [] "CPU time of the process";
    MEMORY = Gauge "process_resident_memory_bytes" [] "Memory of the process that is in RAM";
    VIRTUAL = Gauge "process_virtual_memory_bytes" [] "Address space of the process";
    OPEN_FDS = Gauge "process_open_fds" [] "Open files and connections";
    MAX_FDS = Gauge "process_max_fds" [] "How many the process may have open";
    THREADS = Gauge "process_threads" [] "Threads of the process";
    STARTED = Gauge "process_start_time_seconds" [] "When the process began, in seconds since 1970";
}
