//! A reply, and whether it is the one that was hoped for.

/// How much two replies to like requests may differ in length: by the digits of their ids.
const LENGTH_SLACK_BYTES: usize = 16;

/// Which of guestlist's listeners a request goes to. Success looks different at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The vendor's API: status 200 whatever happens, and a code in the body.
    Vendor,
    /// The control plane, asked to let somebody in who is out, or out who is in.
    Control,
}

/// The whole of a reply.
#[derive(Clone, Copy)]
pub(crate) struct Reply<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl<'a> Reply<'a> {
    /// A reply, once all of it is there.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        const LENGTH: &[u8] = b"\r\ncontent-length: ";
        const NO_CONTENT: u16 = 204;
        let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let (head, rest) = (&bytes[..end], &bytes[end + 4..]);
        let status = head.strip_prefix(b"HTTP/1.1 ").map(number).expect("a status line");
        let mut lines = head.windows(LENGTH.len());
        let length = match lines.position(|bytes| bytes.eq_ignore_ascii_case(LENGTH)) {
            Some(at) => number(&head[at + LENGTH.len()..]),
            None if status == usize::from(NO_CONTENT) => 0,
            None => panic!("no length: {}", String::from_utf8_lossy(head)),
        };
        assert!(rest.len() <= length, "bytes behind the reply");
        let status = u16::try_from(status).expect("three digits");
        (rest.len() == length).then_some(Self { status, body: rest })
    }
}

/// The number that some bytes begin with.
fn number(bytes: &[u8]) -> usize {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

impl Door {
    /// Fails unless a reply is a success, looking at all of it.
    pub(crate) fn assert_success(self, reply: Reply<'_>) {
        let text = String::from_utf8_lossy(reply.body);
        let done = match self {
            Self::Vendor => reply.status == 200 && text.contains(r#""ErrorCode":0,"#),
            Self::Control => moved(reply),
        };
        assert!(done, "{} {text}", reply.status);
    }

    /// Fails unless a reply is as good as one of so many bytes that was looked at.
    pub(crate) fn assert_alike(self, reply: Reply<'_>, looked_at_bytes: usize) {
        let bytes = reply.body.len();
        let alike = match self {
            Self::Vendor => {
                reply.status == 200 && bytes.abs_diff(looked_at_bytes) <= LENGTH_SLACK_BYTES
            }
            Self::Control => moved(reply),
        };
        assert!(alike, "{} {bytes} bytes", reply.status);
    }
}

/// Somebody entered who was not in (who was is answered with 200), or left who was (else 404).
fn moved(reply: Reply<'_>) -> bool {
    match reply.status {
        201 => !reply.body.is_empty(),
        204 => reply.body.is_empty(),
        _ => false,
    }
}
