//! A room, as its clients and a test see it.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::error::Error;

/// The most members of one page of the control plane.
const PAGE: usize = 1000;
/// The most accounts of one call of the control plane.
const CROWD: usize = 10_000;

/// A room of an app, there or not. What is done here is what clients do, which no vendor's server API
/// can: the backend under test makes its rooms itself.
#[derive(Debug, Clone)]
pub struct Room {
    app: App,
    id: String,
}

/// What a member may do among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Whose room it is.
    Owner,
    /// Somebody whom the owner gave more rights.
    Admin,
    /// Everybody else.
    Member,
}

/// A member of a room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// Who.
    pub account: String,
    /// The name that the others see; empty if there is none.
    pub name: String,
    /// What the member may do.
    pub role: Role,
    /// Whether a program stands in a person's place.
    pub robot: bool,
    /// The place in the list, in Unix milliseconds of the app's clock.
    pub joined_ms: u64,
    /// The app's marks on the member.
    pub marks: Vec<u32>,
    /// The app's own text about the member.
    pub custom_info: String,
    /// Where the member sits, from 0.
    pub seat: Option<u32>,
    /// Came in: the owner of a new room is listed before that.
    pub entered: bool,
}

impl Room {
    pub(super) fn new(app: App, id: &str) -> Self {
        Self { app, id: id.to_owned() }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Makes it: a Conference without any extras, by `create_room` and as an administrator, who owns it.
    ///
    /// # Errors
    /// [`Error::Refused`]: 100010 if it is there already.
    pub async fn create(&self) -> Result<(), Error> {
        let body = json!({"RoomInfo": {"RoomId": self.id, "RoomType": "Conference"}});
        self.app.call("room_engine_http_srv/create_room", body).await.map(drop)
    }

    /// A client enters, or is in already.
    ///
    /// # Errors
    /// [`Error::Refused`]: 100004 no such room, 100008 full, 100016 banned, 100018 a password is needed.
    pub async fn enter(&self, account: &str) -> Result<Member, Error> {
        self.enter_with(account, json!({})).await
    }

    /// A client enters with more to say: `name`, `password`, `platform`, `ip`, `session`, `token`
    /// (`docs/control-plane.md`).
    ///
    /// # Errors
    /// As [`enter`](Self::enter); 100019 for a wrong password.
    pub async fn enter_with(&self, account: &str, more: Value) -> Result<Member, Error> {
        let path = format!("{}/{}", self.members_path(), segment(account));
        self.app.ask(Method::PUT, &path, Some(more)).await
    }

    /// A client enters, and an unknown room is born as an open one, as ZEGO's are.
    ///
    /// # Errors
    /// As [`enter`](Self::enter), but for 100004.
    pub async fn enter_open(&self, account: &str) -> Result<Member, Error> {
        let path = format!("{}/{}?create=open", self.members_path(), segment(account));
        self.app.ask(Method::PUT, &path, Some(json!({}))).await
    }

    /// Many clients enter, one after another. Those who may not are passed over.
    ///
    /// # Errors
    /// [`Error::Refused`]: 100004 no such room.
    pub async fn enter_all<S: AsRef<str>>(&self, accounts: &[S]) -> Result<(), Error> {
        let accounts: Vec<&str> = accounts.iter().map(AsRef::as_ref).collect();
        for crowd in accounts.chunks(CROWD) {
            let body = Some(json!({ "accounts": crowd }));
            let _: Value = self.app.ask(Method::POST, &self.members_path(), body).await?;
        }
        Ok(())
    }

    /// A client leaves.
    ///
    /// # Errors
    /// [`Error::Refused`]: 100004 no such room, 100005 not in it.
    pub async fn leave(&self, account: &str) -> Result<(), Error> {
        let path = format!("{}/{}", self.members_path(), segment(account));
        self.app.ask(Method::DELETE, &path, None).await
    }

    /// Everybody in it, in the order of coming in.
    ///
    /// # Errors
    /// [`Error::Refused`]: 100004 no such room.
    pub async fn members(&self) -> Result<Vec<Member>, Error> {
        #[derive(Deserialize)]
        struct Page {
            members: Vec<Member>,
            next: String,
        }
        let (mut all, mut next) = (Vec::new(), String::new());
        loop {
            let path = format!("{}?limit={PAGE}&after={next}", self.members_path());
            let page: Page = self.app.ask(Method::GET, &path, None).await?;
            all.extend(page.members);
            next = page.next;
            if next.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Who is in it, in the order of coming in.
    ///
    /// # Errors
    /// As [`members`](Self::members).
    pub async fn accounts(&self) -> Result<Vec<String>, Error> {
        Ok(self.members().await?.into_iter().map(|member| member.account).collect())
    }

    /// The room as the control plane shows it (`docs/control-plane.md`).
    ///
    /// # Errors
    /// [`Error::Refused`]: 100004 no such room.
    pub async fn show(&self) -> Result<Value, Error> {
        self.app.ask(Method::GET, &format!("rooms/{}", segment(&self.id)), None).await
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn exists(&self) -> Result<bool, Error> {
        match self.show().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(100_004) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn members_path(&self) -> String {
        format!("rooms/{}/members", segment(&self.id))
    }
}

/// A text as one segment of a path.
pub(super) fn segment(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
