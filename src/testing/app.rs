//! An app of a test's own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::callbacks::Callbacks;
use super::error::Error;
use super::receiver::Lane;
use super::room::{Room, segment};
use super::server::Shared;
use crate::engine::{Fixture, ImportFault, Leased};
use crate::sig::usersig::{Claims, SecretKey, sign};

/// How long a ticket is good unless said otherwise.
const DAY: Duration = Duration::from_secs(86_400);

/// An app that nobody else has, made by [`Server::app`](super::Server::app). A clone is the same app.
#[derive(Clone)]
pub struct App {
    pub(super) shared: Arc<Shared>,
    pub(super) leased: Arc<Leased>,
    lanes: Lanes,
}

/// Where an app's callbacks come in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lanes {
    pub(super) room_engine: Lane,
    pub(super) zego: Lane,
}

impl App {
    pub(super) fn new(shared: Arc<Shared>, leased: Leased, lanes: Lanes) -> Self {
        Self { shared, leased: Arc::new(leased), lanes }
    }

    /// Its SDKAppID, which is ZEGO's AppId too.
    #[must_use]
    pub fn sdkappid(&self) -> u32 {
        self.leased.app.id().0
    }

    /// What the genuine libraries (`tls-sig-api-v2`) sign with.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        self.leased.secret_key.expose()
    }

    /// What requests of ZEGO's server API are signed with.
    #[must_use]
    pub fn zego_server_secret(&self) -> &str {
        self.leased.zego_server_secret.expose()
    }

    /// What ZEGO's callbacks are signed with.
    #[must_use]
    pub fn zego_callback_secret(&self) -> &str {
        self.leased.zego_callback_secret.expose()
    }

    /// An administrator, who may call the server APIs: `administrator` unless the settings say otherwise.
    #[must_use]
    pub fn admin(&self) -> &str {
        self.leased.app.operator().as_str()
    }

    /// A `UserSig` for an identifier, good for a day from now of the app's clock. Those of administrators
    /// (`administrator`, `admin`) open the server APIs; others are refused there, as the vendor does.
    #[must_use]
    pub fn sign(&self, identifier: &str) -> String {
        self.sign_for(identifier, DAY)
    }

    /// The same for another time, in whole seconds.
    #[must_use]
    pub fn sign_for(&self, identifier: &str, good_for: Duration) -> String {
        let claims = Claims {
            identifier: identifier.to_owned(),
            sdkappid: self.sdkappid().into(),
            time_s: self.leased.app.now_ms() / 1000,
            expire_s: good_for.as_secs(),
            userbuf: None,
        };
        sign(&SecretKey::new(self.secret_key()), &claims)
    }

    /// The signed URL of a command, by its service and name: `room_engine_http_srv/create_room`. To be sent
    /// a POST by whatever client a test has; [`call`](Self::call) sends it.
    #[must_use]
    pub fn url(&self, command: &str) -> String {
        self.url_with(command, self.admin(), &self.sign(self.admin()))
    }

    /// The URL of a command, with an identifier and a ticket of the test's choice.
    #[must_use]
    pub fn url_with(&self, command: &str, identifier: &str, usersig: &str) -> String {
        let (base, sdkappid) = (&self.shared.url, self.sdkappid());
        format!(
            "{base}/v4/{command}?sdkappid={sdkappid}&identifier={identifier}&usersig={usersig}\
             &random=99999999&contenttype=json"
        )
    }

    /// Calls a command as an administrator, and has its reply.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), guestlist::testing::Error> {
    /// use serde_json::json;
    ///
    /// let server = guestlist::testing::Server::start().await;
    /// let app = server.app();
    /// let group = json!({"Type": "Public", "Name": "chess", "GroupId": "chess"});
    /// app.call("group_open_http_svc/create_group", group.clone()).await?;
    /// let twice = app.call("group_open_http_svc/create_group", group).await.unwrap_err();
    /// assert_eq!(twice.code(), Some(10021));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] with the reply's `ErrorCode`, if that is not 0.
    pub async fn call(&self, command: &str, body: Value) -> Result<Value, Error> {
        self.shared.control.call(command, &self.url(command), &body).await
    }

    /// A room of the app, there or not.
    #[must_use]
    pub fn room(&self, room: &str) -> Room {
        Room::new(self.clone(), room)
    }

    /// What the app's receiver of RoomEngine callbacks was told.
    #[must_use]
    pub fn callbacks(&self) -> Callbacks {
        Callbacks::new(Arc::clone(&self.shared), self.lanes.room_engine)
    }

    /// What the app's receiver of ZEGO callbacks was told.
    #[must_use]
    pub fn zego_callbacks(&self) -> Callbacks {
        Callbacks::new(Arc::clone(&self.shared), self.lanes.zego)
    }

    /// What the app was asked and what was answered, the oldest first and 1,000 at most: items as
    /// `docs/control-plane.md` shows them.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn requests(&self) -> Result<Vec<Value>, Error> {
        let mut page: Value = self.ask(Method::GET, "requests?limit=1000", None).await?;
        Ok(match page["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        })
    }

    /// Fills the app with a fixture in TOML (`docs/testing.md`), in the place of what it is now and whatever
    /// app the fixture names. Nobody is told. A `[callback]` in it takes callbacks away from
    /// [`callbacks`](Self::callbacks).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), guestlist::testing::Error> {
    /// let server = guestlist::testing::Server::start().await;
    /// let app = server.app();
    /// app.fill(r#"
    ///     app = 1
    ///     [[room]]
    ///     room = "standup"
    ///     [[room.member]]
    ///     account = "bob"
    /// "#).await?;
    /// app.snapshot("morning").await?;
    ///
    /// app.room("standup").leave("bob").await?;
    /// app.restore("morning").await?;
    /// assert_eq!(app.room("standup").accounts().await?, ["administrator", "bob"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`], with the line and the field that is wrong; then the app is as it was.
    pub async fn fill(&self, fixture: &str) -> Result<(), Error> {
        let refused = |fault: ImportFault| Error::Refused {
            what: "a fixture".to_owned(),
            status: 400,
            code: None,
            detail: fault.to_string(),
        };
        let fixture = Fixture::read(fixture).map_err(refused)?;
        let Shared { engine, .. } = &*self.shared;
        engine.import_fixture(&self.leased.app, fixture).await.map(drop).map_err(refused)
    }

    /// Keeps the app as it is now under a name, in the place of what had it before.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is too much: `docs/testing.md` has the limits.
    pub async fn snapshot(&self, name: &str) -> Result<(), Error> {
        let path = format!("snapshots/{}", segment(name));
        let _: Value = self.ask(Method::POST, &path, None).await?;
        Ok(())
    }

    /// Puts the app back to how it was when a snapshot was taken, its clock too, and tells nobody. What its
    /// receivers were told before is forgotten.
    ///
    /// # Errors
    /// [`Error::Refused`] if there is no such snapshot.
    pub async fn restore(&self, name: &str) -> Result<(), Error> {
        let path = format!("snapshots/{}/restore", segment(name));
        let _: Value = self.ask(Method::POST, &path, None).await?;
        self.callbacks().take();
        self.zego_callbacks().take();
        Ok(())
    }

    /// Sets a fault, as `docs/testing.md` describes them; its number. A reset removes it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), guestlist::testing::Error> {
    /// use serde_json::json;
    ///
    /// let server = guestlist::testing::Server::start().await;
    /// let app = server.app();
    /// app.room("r").create().await?;
    /// app.callbacks().wait(1).await?;
    ///
    /// // The second entry is told before the first.
    /// let enter = "Room.CallbackAfterMemberEnter";
    /// app.fault(json!({"on": "callback", "command": enter, "nth": 1,
    ///     "fault": {"kind": "reorder"}})).await?;
    /// app.room("r").enter("bob").await?;
    /// app.room("r").enter("carol").await?;
    /// let told = app.callbacks().wait(2).await?;
    /// let who = |nth: usize| told[nth].json()["MemberList_Account"][0].clone();
    /// assert_eq!([who(0), who(1)], ["carol", "bob"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] if it cannot be read, or if there are 100.
    pub async fn fault(&self, fault: Value) -> Result<u64, Error> {
        let set: Value = self.ask(Method::POST, "faults", Some(fault)).await?;
        Ok(set["id"].as_u64().unwrap_or_default())
    }

    /// Removes all faults. What they hold back stays back until it is released.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn clear_faults(&self) -> Result<(), Error> {
        self.ask(Method::DELETE, "faults", None).await
    }

    /// Lets go of callbacks that faults hold back; how many.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn release(&self) -> Result<u64, Error> {
        let let_go: Value = self.ask(Method::POST, "callbacks/release", None).await?;
        Ok(let_go["released"].as_u64().unwrap_or_default())
    }

    /// Takes the app back to its beginning, and tells nobody: no rooms, no accounts, real time, empty logs.
    /// Number and keys stay; what its receivers were told before is forgotten.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn reset(&self) -> Result<(), Error> {
        let () = self.ask(Method::POST, "reset", None).await?;
        self.callbacks().take();
        self.zego_callbacks().take();
        Ok(())
    }

    /// A request to the control plane about this app.
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        what: &str,
        body: Option<Value>,
    ) -> Result<T, Error> {
        let path = format!("{}/{what}", self.sdkappid());
        self.shared.control.ask(method, &path, body).await
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("sdkappid", &self.sdkappid()).finish_non_exhaustive()
    }
}
