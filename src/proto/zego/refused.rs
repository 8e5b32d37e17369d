//! Why a request is not done, as the dialect says it.

use std::borrow::Cow;

use super::codes;
use crate::domain::Refusal;
use crate::engine::Failure;

/// A code and a sentence for people, which names the parameter and the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// `Code`.
    pub code: u32,
    /// `Message`.
    pub text: Cow<'static, str>,
}

impl Refused {
    /// A refusal.
    pub fn new(code: u32, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into() }
    }

    /// A parameter is not what it should be.
    pub(super) fn parameter(name: &str, fault: impl std::fmt::Display) -> Self {
        Self::new(codes::BAD_PARAMETER, format!("{name}: {fault}"))
    }

    /// There is no such room, by the number that an action has for it.
    pub(super) fn no_room(code: u32) -> Self {
        Self::new(code, "the room does not exist")
    }

    /// The store cannot do it now.
    pub(super) fn unavailable() -> Self {
        Self::new(codes::FAILED, "the store is unavailable, please retry")
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Unavailable => Self::unavailable(),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::new(codes::of(&refusal), refusal.to_string())
    }
}
