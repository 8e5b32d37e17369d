//! HTTP by hand: what no client library would send.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::time::timeout;

use crate::harness::Server;

/// The path of a command that reads.
pub(crate) const INFO: &str = "/v4/room_engine_http_srv/get_room_info";

/// Longer than anything takes on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a dribbling client waits for an answer between two bytes.
const PACE: Duration = Duration::from_millis(10);
/// A server that takes so many bytes one by one sets no limit.
const DRIBBLED_BYTES_MAX: usize = 2_000;

/// A connection of which every byte is the test's own.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn to(server: &Server) -> Self {
        Self::at(server.address()).await
    }

    pub(crate) async fn at(address: impl ToSocketAddrs) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, text: &str) {
        in_time(self.0.write_all(text.as_bytes())).await.unwrap();
    }

    /// Reads one answer: its head and its envelope.
    pub(crate) async fn answer(&mut self) -> (String, Value) {
        let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            let text = String::from_utf8_lossy(&bytes);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_lowercase();
                let length =
                    length.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
                if body.len() == length.parse::<usize>().unwrap() {
                    return (head.to_owned(), serde_json::from_str(body).unwrap());
                }
            }
            let read = in_time(self.0.read(&mut chunk)).await.unwrap();
            assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&chunk[..read]);
        }
    }

    /// Reads until there is something.
    pub(crate) async fn says(&mut self) -> String {
        let mut some = vec![0; 4096];
        let read = in_time(self.0.read(&mut some)).await.unwrap();
        String::from_utf8(some[..read].to_vec()).unwrap()
    }

    /// Reads until the server closes: nothing may come before that.
    pub(crate) async fn closed(&mut self) {
        let mut rest = Vec::new();
        let read = in_time(self.0.read_to_end(&mut rest)).await;
        assert!(read.is_err() || rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    }

    /// Sends these bytes over and over, one at a time and never long apart, until the server closes:
    /// what it said.
    pub(crate) async fn dribbles(&mut self, bytes: &[u8]) -> String {
        let mut said = Vec::with_capacity(4096);
        for byte in bytes.iter().cycle().take(DRIBBLED_BYTES_MAX) {
            let sent = self.0.write_all(&[*byte]).await;
            let heard = timeout(PACE, self.0.read_buf(&mut said)).await;
            if sent.is_err() || matches!(heard, Ok(Ok(0) | Err(_))) {
                return String::from_utf8(said).unwrap();
            }
        }
        panic!("{DRIBBLED_BYTES_MAX} bytes were taken, one by one");
    }

    /// Reads two answers that may come together, and gives the first.
    pub(crate) async fn answer_of_two(&mut self) -> (String, Value) {
        let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
        while String::from_utf8_lossy(&bytes).matches("\"}").count() < 2 {
            let read = in_time(self.0.read(&mut chunk)).await.unwrap();
            assert_ne!(read, 0);
            bytes.extend_from_slice(&chunk[..read]);
        }
        let text = String::from_utf8(bytes).unwrap();
        let (head, rest) = text.split_once("\r\n\r\n").unwrap();
        let body = rest.split("HTTP/1.1").next().unwrap();
        (head.to_owned(), serde_json::from_str(body).unwrap())
    }
}

/// Waits for what must come: a test that waits for ever says nothing.
pub(crate) async fn in_time<T>(coming: impl Future<Output = T>) -> T {
    timeout(PATIENCE, coming).await.expect("what was waited for comes")
}

/// The head of a request.
pub(crate) fn head(path: &str, query: &str, more: &str) -> String {
    format!("POST {path}?{query} HTTP/1.1\r\nHost: x\r\n{more}\r\n")
}
