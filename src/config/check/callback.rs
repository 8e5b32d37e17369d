//! `[app.callback]` and `[callback]`.

use super::super::fault::quoted;
use super::super::section::{Field, Section};
use super::super::settings::*;
use super::{Check, HIDDEN, hidden};
use crate::domain::{CallbackUrl, EventKind};

impl Check<'_> {
    pub(super) fn backlog(&mut self, section: &Section<'_>) -> Option<BacklogSettings> {
        let backlog = self.size(&section.text("backlog"), CALLBACK_BACKLOG_BYTES_MAX);
        Some(BacklogSettings { backlog_bytes: backlog? })
    }

    pub(super) fn callback(&mut self, section: &Section<'_>) -> Option<CallbackSettings> {
        let url = self.callback_url(&section.text("url"));
        let commands = self.commands(&section.list("commands"));
        let token = self.token(&section.text("token"), CALLBACK_TOKEN_BYTES_MAX);
        let retry = self.retry(&section.integers("retry"));
        let timeout = self.duration(&section.text("timeout"), CALLBACK_TIMEOUT_MAX);
        let words = [SignClock::Real, SignClock::App].map(|clock| (clock.as_str(), clock));
        let sign_clock = self.word(&section.text("sign_clock"), &words);
        Some(CallbackSettings {
            url: url?,
            commands: commands?,
            token: token?,
            retry_s: retry?,
            timeout: timeout?,
            allow_private: section.flag("allow_private"),
            sign_clock: sign_clock?,
        })
    }

    /// Nothing, no receiver, or one. The value is not shown: its query may be secret.
    pub(super) fn callback_url(&mut self, field: &Field<'_, &str>) -> Option<Option<CallbackUrl>> {
        if field.value.is_empty() {
            return Some(None);
        }
        if field.value.contains(HIDDEN) {
            return self.refuse(field, hidden());
        }
        match CallbackUrl::parse(field.value) {
            Ok(url) => Some(Some(url)),
            Err(fault) => self.refuse(field, fault.to_string()),
        }
    }

    fn commands(&mut self, field: &Field<'_, Vec<&str>>) -> Option<Vec<EventKind>> {
        self.count(field, "commands", 0..=CALLBACK_COMMANDS.len())?;
        let commands = self.each(field, |word| {
            let known = CALLBACK_COMMANDS.iter().find(|(known, _)| *known == word);
            known.copied().ok_or_else(|| unknown_command(word))
        })?;
        let twice = (1..commands.len()).find(|&index| commands[..index].contains(&commands[index]));
        match twice {
            Some(index) => self.refuse(field, format!("{} stands there twice", commands[index].0)),
            None => Some(commands.into_iter().map(|(_, kind)| kind).collect()),
        }
    }

    fn retry(&mut self, field: &Field<'_, Vec<i64>>) -> Option<Vec<u32>> {
        self.count(field, "pauses", 0..=CALLBACK_RETRIES_MAX)?;
        self.each(field, |seconds| {
            let checked = u32::try_from(seconds).ok();
            checked
                .filter(|seconds| (1..=CALLBACK_RETRY_S_MAX).contains(seconds))
                .ok_or_else(|| format!("{seconds}, must be 1 to {CALLBACK_RETRY_S_MAX} seconds"))
        })
    }
}

fn unknown_command(word: &str) -> String {
    let known = CALLBACK_COMMANDS.iter().map(|(known, _)| *known);
    let nearest = known.min_by_key(|known| strsim::osa_distance(known, word));
    let nearest = nearest.expect("there are commands");
    format!("{}, no such command, the nearest is {nearest}", quoted(word))
}
