//! Sizes as the settings write them.

const UNITS: [(&str, u64); 4] = [("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)];

/// Bytes in the largest unit that leaves at least 1, rounded down to a tenth: `231M`, `1.5G`.
pub(super) fn size(bytes: u64) -> String {
    let Some((unit, unit_bytes)) = UNITS.into_iter().find(|(_, unit)| bytes >= *unit) else {
        return bytes.to_string();
    };
    let (whole, tenth) = (bytes / unit_bytes, bytes % unit_bytes * 10 / unit_bytes);
    if tenth == 0 { format!("{whole}{unit}") } else { format!("{whole}.{tenth}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_shown_short() {
        for (bytes, text) in [
            (0, "0"),
            (1023, "1023"),
            (1024, "1K"),
            (256 << 20, "256M"),
            ((256 << 20) - 1, "255.9M"),
            (3 << 29, "1.5G"),
            (u64::MAX, "16777215.9T"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
