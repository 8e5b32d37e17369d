//! What a path names: an app, a room of it, an account, a callback, a fault, a snapshot.
//!
//! The router splits a path before it decodes it, and decodes each segment once: `a%2Fb` is the
//! room `a/b`, `a%252Fb` the room `a%2Fb`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use super::problem::Problem;
use super::{Plane, page};
use crate::domain::{Account, AppId, RoomId, TextFault};
use crate::engine::{App, LoggedCallback, SnapshotName};

/// `/apps/{app}`.
pub(super) struct AtApp {
    pub(super) app: Arc<App>,
}

/// `/apps/{app}/accounts/{account}`. Whether it was imported is not asked.
pub(super) struct AtAccount {
    pub(super) app: Arc<App>,
    pub(super) account: Account,
}

/// `/apps/{app}/rooms/{room}`. Whether there is such a room is the store's to say.
pub(super) struct AtRoom {
    pub(super) app: Arc<App>,
    pub(super) room: RoomId,
}

/// `/apps/{app}/rooms/{room}/members/{account}`.
pub(super) struct AtMember {
    pub(super) app: Arc<App>,
    pub(super) room: RoomId,
    pub(super) account: Account,
}

/// `/apps/{app}/callbacks/{id}`, of those that the log still has.
pub(super) struct AtCallback {
    pub(super) app: Arc<App>,
    pub(super) id: u64,
    pub(super) callback: Arc<LoggedCallback>,
}

/// `/apps/{app}/faults/{id}`. Whether there is such a fault is not asked.
pub(super) struct AtFault {
    pub(super) app: Arc<App>,
    pub(super) id: u64,
}

/// `/apps/{app}/snapshots/{name}`. Whether there is such a snapshot is not asked.
pub(super) struct AtSnapshot {
    pub(super) app: Arc<App>,
    pub(super) name: SnapshotName,
}

impl FromRequestParts<Arc<Plane>> for AtApp {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        Ok(Self { app: app(&names, plane)? })
    }
}

impl FromRequestParts<Arc<Plane>> for AtAccount {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        Ok(Self { app: app(&names, plane)?, account: id(&names, "account", Account::parse)? })
    }
}

impl FromRequestParts<Arc<Plane>> for AtRoom {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        Ok(Self { app: app(&names, plane)?, room: id(&names, "room", RoomId::parse)? })
    }
}

impl FromRequestParts<Arc<Plane>> for AtMember {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        Ok(Self {
            app: app(&names, plane)?,
            room: id(&names, "room", RoomId::parse)?,
            account: id(&names, "account", Account::parse)?,
        })
    }
}

impl FromRequestParts<Arc<Plane>> for AtCallback {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        let app = app(&names, plane)?;
        let id = number(&names)?;
        let callback = plane.engine.callback_log().get(app.id(), id).ok_or_else(|| {
            Problem::not_found(format!("id: the log has no callback {id}, or no longer"))
        })?;
        Ok(Self { app, id, callback })
    }
}

impl FromRequestParts<Arc<Plane>> for AtFault {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        Ok(Self { app: app(&names, plane)?, id: number(&names)? })
    }
}

impl FromRequestParts<Arc<Plane>> for AtSnapshot {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, plane: &Arc<Plane>) -> Result<Self, Problem> {
        let names = names(head, plane).await?;
        let app = app(&names, plane)?;
        let name = SnapshotName::parse(segment(&names, "name"));
        let name = name.map_err(|fault| Problem::bad_request(format!("name: {fault}")))?;
        Ok(Self { app, name })
    }
}

fn number(names: &RawPathParams) -> Result<u64, Problem> {
    let id = page::digits(segment(names, "id"));
    id.ok_or_else(|| Problem::bad_request("id: not a number"))
}

async fn names(head: &mut Parts, plane: &Arc<Plane>) -> Result<RawPathParams, Problem> {
    let names = RawPathParams::from_request_parts(head, plane).await;
    names.map_err(|_| Problem::bad_request("path: not UTF-8"))
}

fn app(names: &RawPathParams, plane: &Plane) -> Result<Arc<App>, Problem> {
    let id = segment(names, "app").parse();
    let id = id.map_err(|_| Problem::bad_request("app: not a number of 32 bits"))?;
    plane.engine.app(AppId(id)).ok_or_else(|| Problem::not_found(format!("app: no app {id}")))
}

fn id<T>(
    names: &RawPathParams,
    name: &str,
    parse: fn(&str) -> Result<T, TextFault>,
) -> Result<T, Problem> {
    let parsed = parse(segment(names, name));
    parsed.map_err(|fault| Problem::bad_request(format!("{name}: {fault}")))
}

fn segment<'a>(names: &'a RawPathParams, name: &str) -> &'a str {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value).expect("the route has this segment")
}
