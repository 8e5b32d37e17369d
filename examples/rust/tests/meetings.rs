//! The backend against its vendor, without the vendor: real sockets, real signatures.
//!
//! `cargo test -p meetings` runs it; nothing has to be installed or started.

use std::error::Error;
use std::time::Duration;

use guestlist::testing::{App, Server};
use meetings::{Attendance, Key, Meetings, Vendor};

/// A vendor for one test: another test has another app, with keys of its own.
fn vendor(server: &Server, app: &App) -> Result<Vendor, meetings::Error> {
    let key = Key { sdkappid: app.sdkappid(), secret: app.secret_key().to_owned() };
    Vendor::new(server.url(), key, app.clock().now_ms() / 1000)
}

#[tokio::test]
async fn who_came_is_listed_and_told() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await;
    let app = server.app();
    let meetings = Meetings::new(vendor(&server, &app)?);

    meetings.open("standup", "Every morning").await?;
    // Sixty clients enter: more than the backend asks for at once.
    let people: Vec<_> = (0..60).map(|nth| format!("user-{nth:02}")).collect();
    app.room("standup").enter_all(&people).await?;

    let attendees = meetings.attendees("standup").await?;
    assert_eq!(attendees[0], "administrator", "whoever opens a room owns it");
    assert_eq!(attendees[1..], people);

    // What the vendor tells the backend's receiver, read by the backend's own code.
    let told = app.callbacks().wait(2).await?;
    let heard = Attendance::read(told[1].body()).ok_or("the backend cannot read it")?;
    assert_eq!((heard.meeting.as_str(), heard.people), ("standup", people));
    Ok(())
}

#[tokio::test]
async fn a_ticket_expires_and_is_renewed() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await;
    let app = server.app();
    let mut vendor = vendor(&server, &app)?;
    let open = async |vendor: &Vendor, room: &str| {
        let body = serde_json::json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference"}});
        vendor.call("room_engine_http_srv/create_room", &body).await.map(drop)
    };
    open(&vendor, "today").await?;

    // A day and a second later: no test has to wait for that.
    app.clock().advance(Duration::from_secs(86_401)).await?;
    let refused = open(&vendor, "tomorrow").await.unwrap_err();
    assert!(matches!(refused, meetings::Error::Refused { code: 70_001, .. }), "{refused}");

    vendor.renew(app.clock().now_ms() / 1000);
    open(&vendor, "tomorrow").await?;
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_does_not_open_a_meeting_twice() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await;
    let app = server.app();
    let meetings = Meetings::new(vendor(&server, &app)?);

    // The vendor does what it is asked for, and the line breaks before its answer.
    let lost = serde_json::json!({"on": "request", "times": 1, "fault": {"kind": "lost"}});
    app.fault(lost).await?;
    let first = meetings.open("standup", "Every morning").await.unwrap_err();
    assert!(matches!(first, meetings::Error::Unreachable(_)), "{first}");
    let again = meetings.open("standup", "Every morning").await.unwrap_err();
    assert!(matches!(again, meetings::Error::Refused { code: 100_010, .. }), "{again}");
    assert_eq!(meetings.attendees("standup").await?, ["administrator"]);
    Ok(())
}
