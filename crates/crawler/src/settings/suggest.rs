//! "did you mean …?"

/// The candidate that `text` is most likely a slip of, if there is a likely one.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let text = text.to_ascii_lowercase().replace('-', "_");
    let slips_max = text.chars().count() / 3 + 1;
    let distance = |candidate: &str| slips(&text, &candidate.replace('-', "_"));
    let (best, n) = candidates.map(|c| (c, distance(c))).min_by_key(|(_, n)| *n)?;
    (n <= slips_max && n < best.chars().count()).then_some(best)
}

/// Single-letter changes between two words, an exchange of neighbors counting as one
/// (optimal string alignment).
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j - 1] + differs).min(last[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognized_and_strangers_are_not() {
        let keys = ["host_concurrency", "concurrency", "delay", "depth", "max_pages"];
        for (text, expected) in [
            ("host_concurency", Some("host_concurrency")),
            ("host-concurrency", Some("host_concurrency")),
            ("dealy", Some("delay")),
            ("DELAY", Some("delay")),
            ("max_page", Some("max_pages")),
            ("zzz", None),
            ("", None),
            ("frobnicate", None),
        ] {
            assert_eq!(nearest(text, keys.into_iter()), expected, "{text}");
        }
    }
}
