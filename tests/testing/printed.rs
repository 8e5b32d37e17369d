//! The test that `docs/testing.md` shows.

use std::time::Duration;

use guestlist::testing::{Error, Server};

#[tokio::test]
async fn bob_comes_and_the_ticket_expires() -> Result<(), Error> {
    let server = Server::start().await;
    let app = server.app();

    // For your backend: server.url(), app.sdkappid(), app.secret_key(). What it does, by hand:
    let room = app.room("standup");
    room.create().await?;

    // What clients do.
    room.enter("bob").await?;
    assert_eq!(room.accounts().await?, ["administrator", "bob"]);

    // What your backend's receiver is told; this one is built in.
    let told = app.callbacks().wait(2).await?;
    assert_eq!(told[1].command(), "Room.CallbackAfterMemberEnter");

    // What a day does.
    let url = app.url_with("room_engine_http_srv/get_room_info", "admin", &app.sign("admin"));
    app.clock().advance(Duration::from_secs(86_401)).await?;
    // A POST to that url is answered with 70001 from now on.
    assert!(url.starts_with(server.url()));
    Ok(())
}
