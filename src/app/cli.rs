//! The command line: what can be said, and who does it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use super::commands::{
    config, exec, export, healthcheck, import, openapi, serve, usersig, wait, zego_sign, zego_token,
};
use crate::config::{Defaults, Settings, Sources};

/// Who is in the room? The membership APIs of Tencent RTC Conference, Tencent Chat and ZEGO, answered
/// from one list that you run yourself.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the local stand-in: one app with well-known keys, no file needed, every request told
    Dev(serve::Dev),
    /// Run a server of your own, as its settings say
    Serve(serve::Serve),
    /// Run a command with a server of its own, on free ports, and end as it ends
    Exec(exec::Exec),
    /// Make a UserSig, or explain one
    Usersig(usersig::Usersig),
    /// Sign a request of ZEGO's server API, and print its URL
    ZegoSign(zego_sign::ZegoSign),
    /// Make a Token04 of ZEGO's, or explain one
    ZegoToken(zego_token::ZegoToken),
    /// Print the effective settings, secrets hidden
    Config(config::Config),
    /// Print the OpenAPI document of both listeners
    Openapi(openapi::Openapi),
    /// Write an app's whole state down, one record a line
    Export(export::Export),
    /// Put an app's whole state in the place of what it is now
    Import(import::Import),
    /// Ask a server whether it is ready; for images without a shell
    Healthcheck(healthcheck::Healthcheck),
    /// Wait until a server is ready; for scripts
    Wait(wait::Wait),
}

/// Where settings come from.
#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// A settings file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The main listener's address; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The control plane's address; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS")]
    control_listen: Option<SocketAddr>,
    /// Ids that are the same in each run with this number: bench.seed_ids
    #[arg(long, value_name = "NUMBER")]
    seed_ids: Option<u64>,
    /// Where the clocks stand still at the start, in Unix milliseconds: bench.start_ms
    #[arg(long, value_name = "MS")]
    start_ms: Option<u64>,
    /// A file to fill an app from before anybody is answered, TOML or an export: bench.seed
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// One setting, above file and environment; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl SettingsArgs {
    /// The settings of file, environment and arguments, over the defaults.
    ///
    /// # Errors
    /// Every fault of every layer, one a line.
    pub(super) fn load(&self, defaults: Defaults) -> anyhow::Result<Settings> {
        let mut overrides = self.set.clone();
        overrides.extend(self.listen.map(|address| format!("server.listen={address}")));
        overrides.extend(self.control_listen.map(|address| format!("control.listen={address}")));
        overrides.extend(self.seed_ids.map(|seed| format!("bench.seed_ids={seed}")));
        overrides.extend(self.start_ms.map(|start| format!("bench.start_ms={start}")));
        overrides.extend(self.seed.as_ref().map(|file| format!("bench.seed={}", file.display())));
        // Only our own variables count, and those that are no text cannot be meant for us.
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let sources =
            Sources { file: self.config.as_deref(), environment: environment.collect(), overrides };
        Ok(Settings::load(&sources, defaults)?)
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Dev(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Exec(command) => return command.run(),
        Command::Usersig(command) => return command.run(),
        Command::ZegoSign(command) => {
            command.run();
            Ok(())
        }
        Command::ZegoToken(command) => return command.run(),
        Command::Config(command) => command.run(),
        Command::Openapi(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Healthcheck(command) => command.run(),
        Command::Wait(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            super::commands::complain(&error);
            ExitCode::FAILURE
        }
    }
}
