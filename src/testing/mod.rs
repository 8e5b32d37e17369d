//! A guestlist inside a test: real sockets, real signatures, nothing to install and nothing to clean up.
//!
//! Job: start a server on free loopback ports, give a test apps of its own, and let it do in one line
//! what the vendor's clients, consoles and clocks do. Promise: servers of one process share nothing,
//! so that hundreds run side by side; no subscriber, registry, hook or variable of the process is
//! touched; when a [`Server`] goes, everything of it is gone, and a test whose server had a bug fails.
//! Not here: the vendor's API itself. A test calls that as its backend does, over HTTP.
//!
//! ```
//! use std::time::Duration;
//! use guestlist::testing::{Error, Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! let server = Server::start().await;
//! let app = server.app();
//!
//! // What the backend under test is given: a base URL, and what it signs with.
//! let (base_url, sdkappid, key) = (server.url(), app.sdkappid(), app.secret_key());
//! # assert!(base_url.starts_with("http://127.0.0.1:") && sdkappid > 0 && key.len() == 64);
//!
//! // What the backend does: here by hand, as an administrator.
//! let room = app.room("standup");
//! room.create().await?;
//!
//! // What clients do.
//! room.enter("bob").await?;
//! assert_eq!(room.accounts().await?, ["administrator", "bob"]);
//!
//! // What the backend's receiver would be told: here a receiver that is built in.
//! let told = app.callbacks().wait(2).await?;
//! assert_eq!(told[0].command(), "Room.CallbackAfterCreateRoom");
//! assert_eq!(told[1].command(), "Room.CallbackAfterMemberEnter");
//!
//! // What a day does: signatures expire, for one.
//! let ticket = app.sign("administrator");
//! app.clock().advance(Duration::from_secs(86_401)).await?;
//! let url = app.url_with("room_engine_http_srv/get_room_info", "administrator", &ticket);
//! # drop((url, told));
//! # Ok(())
//! # }
//! ```
//!
//! Whatever waits here has a deadline in real time, and says at its end what it has seen: see
//! [`Callbacks::wait`]. `docs/testing.md` has the other ways in: `guestlist exec` for other languages,
//! leases for processes that share a server.

mod app;
mod callbacks;
mod clock;
mod control;
mod error;
mod receiver;
mod room;
mod server;

pub use app::App;
pub use callbacks::{Callback, Callbacks, MAX_WAIT, WAIT};
pub use clock::{Clock, Moved};
pub use error::Error;
pub use receiver::{MAX_BODY_BYTES, MAX_KEPT};
pub use room::{Member, Role, Room};
pub use server::Server;
