//! `crawler completions`: what a shell needs to complete commands and options.

use anyhow::Context as _;
use clap::Args;
use clap_complete::Shell;

use super::crawl::write_out;
use crate::exit::Exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler completions bash >/etc/bash_completion.d/crawler
  crawler completions zsh >\"${fpath[1]}/_crawler\"
  crawler completions fish >~/.config/fish/completions/crawler.fish";

/// The options of `crawler completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell to complete in
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    write_out(&script(args.shell)?).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn script(shell: Shell) -> anyhow::Result<String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "crawler", &mut script);
    Ok(String::from_utf8(script)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::COMMANDS;

    #[test]
    fn every_shell_knows_every_command() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = script(shell).unwrap();
            for name in COMMANDS {
                assert!(script.contains(name), "{shell}: {name}");
            }
            assert!(script.contains("max-pages"), "{shell}");
        }
    }
}
