//! Where a running crawl answers, and the token that it wants.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use reqwest::Url;

use super::client::Refused;
use crate::settings::ENV_TOKEN;

const ADDRESS_FILE: &str = "operator/address";
const TOKEN_FILE: &str = "operator/token";

/// A crawl that can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// Where it answers.
    pub(crate) url: Url,
    /// What it knows the operator by, if that was found.
    pub(crate) token: Option<String>,
    /// Where the token was found, or why not.
    pub(crate) token_place: String,
    /// Its data directory, if that is how it was found.
    pub(crate) data_dir: Option<PathBuf>,
}

impl Address {
    /// The crawl on a data directory.
    ///
    /// # Errors
    /// When none runs there that can be asked.
    pub(crate) fn of_data_dir(
        data_dir: PathBuf,
        token_file: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let file = data_dir.join(ADDRESS_FILE);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(silent(&data_dir).into());
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        };
        let url = parse(text.trim()).with_context(|| format!("{} is damaged", file.display()))?;
        let (token, token_place) = match (token_file, token_in_environment()) {
            (Some(file), _) => (Some(read_token(file)?), file.display().to_string()),
            (None, Some(token)) => (Some(token), ENV_TOKEN.to_owned()),
            (None, None) => token_of(&data_dir),
        };
        Ok(Self { url, token, token_place, data_dir: Some(data_dir) })
    }

    /// The crawl that answers at `url`: `host:port` or a whole URL.
    ///
    /// # Errors
    /// When this is no URL, or the token file cannot be read.
    pub(crate) fn of_url(url: &str, token_file: Option<&Path>) -> anyhow::Result<Self> {
        let url = parse(url)?;
        let (token, token_place) = match (token_file, token_in_environment()) {
            (Some(file), _) => (Some(read_token(file)?), file.display().to_string()),
            (None, Some(token)) => (Some(token), ENV_TOKEN.to_owned()),
            (None, None) => (None, "no token was given".to_owned()),
        };
        Ok(Self { url, token, token_place, data_dir: None })
    }

    /// What to do when nobody answers.
    pub(super) fn when_silent(&self) -> Refused {
        let message = format!("nobody answers at {}", self.url);
        let hint = match &self.data_dir {
            Some(dir) if !crawler_engine::is_in_use(dir) => format!(
                "the crawl in {} has ended or died; `crawler serve -o {0}` goes on with it",
                dir.display()
            ),
            Some(dir) => format!(
                "the crawl in {} runs; it may be about to end, or run in another container or \
                 network: name its address with --url",
                dir.display()
            ),
            None => "is the crawl running with --admin, and is this its address?".to_owned(),
        };
        Refused { status: None, message, hint: Some(hint) }
    }
}

/// What to do when a directory has no address.
fn silent(data_dir: &Path) -> Refused {
    let dir = data_dir.display();
    let (message, hint) = if crawler_engine::is_in_use(data_dir) {
        (
            format!("the crawl in {dir} runs without its admin interface"),
            "run it as `crawler serve`, or with --admin auto".to_owned(),
        )
    } else {
        (
            format!("no crawl runs in {dir}"),
            format!(
                "start one with `crawler serve -o {dir}`, or name the directory of one with \
                 --output DIR, or its address with --url"
            ),
        )
    };
    Refused { status: None, message, hint: Some(hint) }
}

fn parse(text: &str) -> anyhow::Result<Url> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&whole).map_err(|error| anyhow!("`{text}` is no address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
        return Err(anyhow!("`{text}` is no address: write it as host:port or http://host:port"));
    }
    Ok(url)
}

fn token_in_environment() -> Option<String> {
    std::env::var(ENV_TOKEN).ok().filter(|token| !token.trim().is_empty())
}

fn read_token(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read the token in {}", file.display()))?;
    Ok(text.trim().to_owned())
}

/// The token beside the address; reading the crawl's state may do without.
fn token_of(data_dir: &Path) -> (Option<String>, String) {
    let file = data_dir.join(TOKEN_FILE);
    match fs::read_to_string(&file) {
        Ok(text) => (Some(text.trim().to_owned()), file.display().to_string()),
        Err(error) => (None, unreadable(&file, &error)),
    }
}

fn unreadable(file: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            format!("the token in {} can be read by the crawl's user only", file.display())
        }
        _ => format!("the token in {} cannot be read: {error}", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_short_or_whole() {
        for (text, url) in [
            ("127.0.0.1:7070", Some("http://127.0.0.1:7070/")),
            ("[::1]:7070", Some("http://[::1]:7070/")),
            ("https://crawl.example/", Some("https://crawl.example/")),
            ("crawl.example", Some("http://crawl.example/")),
            ("ftp://a", None),
            ("", None),
            ("a b", None),
        ] {
            assert_eq!(parse(text).ok().map(String::from).as_deref(), url, "{text}");
        }
    }

    #[test]
    fn a_directory_tells_address_and_token() {
        let dir = tempfile::tempdir().unwrap();
        let silent = Address::of_data_dir(dir.path().to_owned(), None).unwrap_err();
        assert!(silent.to_string().starts_with("no crawl runs in"), "{silent}");
        fs::create_dir(dir.path().join("operator")).unwrap();
        fs::write(dir.path().join(ADDRESS_FILE), "127.0.0.1:7171\n").unwrap();
        let found = Address::of_data_dir(dir.path().to_owned(), None).unwrap();
        assert_eq!((found.url.as_str(), found.token), ("http://127.0.0.1:7171/", None));
        fs::write(dir.path().join(TOKEN_FILE), "secret-secret-secret\n").unwrap();
        let found = Address::of_data_dir(dir.path().to_owned(), None).unwrap();
        assert_eq!(found.token.as_deref(), Some("secret-secret-secret"));
        let own = dir.path().join("own");
        fs::write(&own, " other ").unwrap();
        let found = Address::of_data_dir(dir.path().to_owned(), Some(&own)).unwrap();
        assert_eq!(found.token.as_deref(), Some("other"));
        assert!(Address::of_data_dir(dir.path().to_owned(), Some(Path::new("/nowhere"))).is_err());
    }
}
