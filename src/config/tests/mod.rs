//! Tests of the settings through their door, `Settings::load`.

mod documented;
mod faults;
mod precedence;
mod printed;
mod secrets;
mod unknown;

use std::io::Write;

use super::{ConfigError, Defaults, Settings, Sources};

/// A key that no message and no printout may show.
const SENSITIVE: &str = "sensitive-7f3a";

/// What a load is given, and the file that lives as long.
struct Given {
    file: Option<tempfile::NamedTempFile>,
    environment: Vec<(String, String)>,
    overrides: Vec<String>,
}

fn given() -> Given {
    Given { file: None, environment: Vec::new(), overrides: Vec::new() }
}

impl Given {
    fn file(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes.as_ref()).unwrap();
        self.file = Some(file);
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn set(mut self, text: &str) -> Self {
        self.overrides.push(text.to_owned());
        self
    }

    /// An app that is right, so that a test names only what it is about.
    fn app(self) -> Self {
        self.set("app.0.sdkappid=1400000001").set(&format!("app.0.secret_keys={SENSITIVE}"))
    }

    fn load(&self, defaults: Defaults) -> Result<Settings, ConfigError> {
        let sources = Sources {
            file: self.file.as_ref().map(tempfile::NamedTempFile::path),
            environment: self.environment.clone(),
            overrides: self.overrides.clone(),
        };
        Settings::load(&sources, defaults)
    }

    fn exec(&self) -> Settings {
        self.load(Defaults::Exec).unwrap()
    }

    fn serve(&self) -> Settings {
        self.load(Defaults::Serve).unwrap()
    }

    fn dev(&self) -> Settings {
        self.load(Defaults::Dev).unwrap()
    }

    /// The faults of `serve`, with the file's passing name as `FILE`.
    fn faults(&self) -> Vec<String> {
        let error = self.load(Defaults::Serve).unwrap_err();
        let path = self.file.as_ref().map(|file| file.path().display().to_string());
        let line = |fault: &super::Fault| match &path {
            Some(path) => fault.to_string().replace(path, "FILE"),
            None => fault.to_string(),
        };
        error.faults().iter().map(line).collect()
    }
}
