//! The token by which the operator is known: a secret in a file that only its owner can read.

use std::fs::{self, OpenOptions};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Where the token is, in a data directory.
pub const FILE: &str = "operator/token";

/// A shorter one could be guessed.
const LEN_MIN: usize = 16;
/// No token is longer.
const LEN_MAX: u64 = 4096;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file cannot be read or made.
    #[error("cannot use the token file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "{} does not hold a token of {LEN_MIN} printable characters or more; remove it, and a new one is \
         made",
        path.display()
    )]
    NoToken {
        /// The file.
        path: PathBuf,
    },
}

/// A token that was read; it is never shown.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Token(…)")
    }
}

impl Token {
    /// The token of a data directory; the first time, one is made.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds no token.
    pub fn of_data_dir(data_dir: &Path) -> Result<Self, TokenError> {
        let path = data_dir.join(FILE);
        let failed = |source| TokenError::Io { path: path.clone(), source };
        match fs::metadata(&path) {
            Ok(meta) if meta.len() > LEN_MAX => return Err(TokenError::NoToken { path }),
            Ok(meta) if meta.permissions().mode() & 0o007 != 0 => tracing::warn!(
                "{} can be read by every user of this machine: chmod 600",
                path.display()
            ),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return make(&path).map_err(failed);
            }
            Err(error) => return Err(failed(error)),
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let token = text.trim();
        if token.len() < LEN_MIN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::NoToken { path });
        }
        Ok(Self(token.to_owned()))
    }

    /// Whether it is the one given, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let differing = own.iter().zip(given).fold(0, |all, (a, b)| black_box(all | (a ^ b)));
        own.len() == given.len() && black_box(differing) == 0
    }
}

fn make(path: &Path) -> io::Result<Token> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let mut secret = [[0_u8; 16]; 2];
    fs::File::open("/dev/urandom")?.read_exact(secret.as_flattened_mut())?;
    let [a, b] = secret.map(u128::from_ne_bytes);
    let token = format!("{a:032x}{b:032x}");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(format!("{token}\n").as_bytes())?;
    file.sync_all()?;
    Ok(Token(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let token = Token::of_data_dir(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.trim().len(), 64);
        assert!(token.is(text.trim().as_bytes()));
        assert!(Token::of_data_dir(dir.path()).unwrap().is(text.trim().as_bytes()));
        assert!(!format!("{token:?}").contains(text.trim()));
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = Token("0123456789abcdef".to_owned());
        assert!(token.is(b"0123456789abcdef"));
        for wrong in ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeF"] {
            assert!(!token.is(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_token_is_told() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("operator")).unwrap();
        for text in ["", "short", "with blanks in the middle", &"x".repeat(5000)] {
            fs::write(dir.path().join(FILE), text).unwrap();
            let error = Token::of_data_dir(dir.path()).unwrap_err().to_string();
            assert!(error.contains("operator/token does not hold a token"), "{error}");
        }
    }
}
