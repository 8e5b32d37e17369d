//! `guestlist export`: writes an app's whole state down.
//!
//! A file has its name only once it is whole: until then it is `<name>.part`, which goes if something
//! fails.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use reqwest::Method;

use super::now_s;
use super::place::{Opened, Place};
use crate::domain::AppId;
use crate::engine::Lines;

/// What the last line begins with.
const END: &[u8] = b"{\"end\":";

/// Writes an app's whole state down, for a back-up, a fixture or another store.
#[derive(Debug, Args)]
pub(in crate::app) struct Export {
    /// The app, by its SDKAppID
    #[arg(long, value_name = "SDKAPPID")]
    app: u32,
    /// How: one record of JSON a line
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    #[command(flatten)]
    place: Place,
    /// The file to write; standard output if not given
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One JSON object a line.
    Jsonl,
}

impl Export {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        let Format::Jsonl = self.format;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let part = self.output.as_deref().map(part);
        let written = runtime.block_on(self.write(part.as_deref()));
        match (&written, &part, &self.output) {
            (Ok(_), Some(part), Some(output)) => fs::rename(part, output)
                .with_context(|| format!("cannot be named {}", output.display()))?,
            (Err(_), Some(part), _) => drop(fs::remove_file(part)),
            _ => {}
        }
        let lines = written?;
        eprintln!("guestlist: exported app {}, {lines} lines", self.app);
        Ok(())
    }

    /// Writes everything, and answers how many lines there are.
    async fn write(&self, part: Option<&Path>) -> anyhow::Result<u64> {
        // First: a place that cannot be opened leaves no file behind.
        let opened = self.place.open(false).await?;
        let out: Box<dyn Write> = match part {
            Some(part) => {
                let file = File::create(part).with_context(|| part.display().to_string())?;
                Box::new(file)
            }
            None => Box::new(io::stdout().lock()),
        };
        let mut out = Counted { out: BufWriter::new(out), lines: 0, last: Vec::new() };
        match opened {
            Opened::Server(server) => {
                let request = server.request(Method::GET, self.app, "export")?;
                let mut response = server.send(request).await?;
                let broken = "the answer broke off: nothing of it is whole";
                while let Some(chunk) = response.chunk().await.context(broken)? {
                    out.write(&chunk)?;
                }
            }
            Opened::Store(store) => {
                let now_ms = now_s() * 1000;
                let mut lines = Lines::of(&*store, AppId(self.app), now_ms).await?;
                while let Some(more) = lines.next().await? {
                    out.write(&more)?;
                }
            }
        }
        out.finish()
    }
}

/// A file that is not whole yet.
fn part(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Counts lines on their way, and knows how the last one begins.
struct Counted<W: Write> {
    out: W,
    lines: u64,
    /// The beginning of the line that is under way, or of the last one.
    last: Vec<u8>,
}

impl<W: Write> Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.last.last() == Some(&b'\n') {
                self.last.clear();
            }
            let room = END.len() - self.last.len().min(END.len());
            self.last.extend_from_slice(&line[..line.len().min(room)]);
            if line.ends_with(b"\n") {
                self.lines += 1;
                self.last.truncate(END.len());
                self.last.push(b'\n');
            }
        }
        self.out.write_all(bytes).context("cannot be written")
    }

    fn finish(mut self) -> anyhow::Result<u64> {
        self.out.flush().context("cannot be written")?;
        if self.last.strip_suffix(b"\n") != Some(END) {
            bail!("the last line is missing: something was cut off");
        }
        Ok(self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, step: usize) -> Result<u64, String> {
        let mut out = Counted { out: Vec::new(), lines: 0, last: Vec::new() };
        for chunk in text.as_bytes().chunks(step) {
            out.write(chunk).unwrap();
        }
        assert_eq!(out.out, text.as_bytes());
        out.finish().map_err(|error| error.to_string())
    }

    #[test]
    fn what_was_cut_off_is_noticed_wherever_pieces_begin() {
        let whole = "{\"guestlist\":{}}\n{\"room\":{}}\n{\"end\":{\"records\":1}}\n";
        for step in 1..=whole.len() {
            assert_eq!(lines(whole, step), Ok(3), "{step}");
            for cut in 0..whole.len() {
                assert!(lines(&whole[..cut], step).is_err(), "{cut} bytes");
            }
            assert!(lines(&format!("{whole}{{}}\n"), step).is_err());
        }
    }
}
