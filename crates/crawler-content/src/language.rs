//! Which language a text is written in.

use whatlang::Lang;

/// Characters looked at: more does not change the answer.
const SAMPLE_CHARS_MAX: usize = 2_000;
/// Fewer do not tell languages apart.
const SAMPLE_CHARS_MIN: usize = 40;

/// The language's ISO 639 code (of two letters where there is one), if it is beyond doubt.
pub(crate) fn detect(text: &str) -> Option<&'static str> {
    let end = text.char_indices().nth(SAMPLE_CHARS_MAX).map_or(text.len(), |(idx, _)| idx);
    let sample = &text[..end];
    sample.chars().nth(SAMPLE_CHARS_MIN)?;
    let found = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    Some(short(found.lang()))
}

/// The code of ISO 639-1, as `lang` attributes have it (RFC 5646 section 2.2.1).
fn short(language: Lang) -> &'static str {
    let long = language.code();
    CODES.iter().find(|(code, _)| *code == long).map_or(long, |(_, short)| *short)
}

const CODES: &[(&str, &str)] = &[
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_or_not_told() {
        let table = [
            (
                "All human beings are born free and equal in dignity and rights. They are endowed with reason \
              and conscience and should act towards one another in a spirit of brotherhood.",
                Some("en"),
            ),
            (
                "Der schnelle braune Fuchs springt über den faulen Hund, und niemand, der es sieht, lacht darüber.",
                Some("de"),
            ),
            (
                "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i praw.",
                Some("pl"),
            ),
            ("Усі люди народжуються вільними і рівними у своїй гідності та правах.", Some("uk")),
            (
                "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
                Some("ja"),
            ),
            (
                "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
                Some("zh"),
            ),
            ("short", None),
            ("1234567890 1234567890 1234567890 1234567890 1234567890", None),
        ];
        for (text, code) in table {
            assert_eq!(detect(text), code, "{text}");
        }
    }

    #[test]
    fn every_language_has_a_code_of_two_letters() {
        for language in Lang::all() {
            assert_eq!(short(*language).len(), 2, "{language:?}");
        }
    }
}
