//! The document on the listener.

use guestlist::control::document;
use reqwest::Method;

use super::harness::{Server, answer};

const PATH: &str = "/_guestlist/v1/openapi.json";

#[tokio::test]
async fn the_document_is_served_as_it_is_printed() {
    let server = Server::dev(&[]).await;
    for _ in 0..2 {
        let served = server.request(Method::GET, PATH).send().await.unwrap();
        assert_eq!(served.headers()["content-type"], "application/json");
        assert_eq!(served.text().await.unwrap(), document());
    }
    server.get("/openapi.json").await.is(200);
    server.get("/openapi.json?x=1").await.problem(400, None, "x: no parameter");
    server.send(Method::POST, "/openapi.json", "").await.problem(405, None, "methods");
}

#[tokio::test]
async fn the_document_is_guarded_like_everything_else() {
    let server = Server::dev(&["control.token=open-sesame"]).await;
    answer(server.request(Method::GET, PATH)).await.problem(401, None, "Authorization");
    answer(server.request(Method::GET, PATH).bearer_auth("open-sesame")).await.is(200);
    let foreign = server.request(Method::GET, PATH).header("origin", "https://evil.example");
    answer(foreign).await.problem(403, None, "Origin");
}
