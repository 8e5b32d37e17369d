//! What a userbuf holds when it belongs to a privateMapKey: a room and the rights in it.

/// The layout of a privateMapKey, all numbers big endian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MapKey {
    pub(super) account: Vec<u8>,
    pub(super) sdkappid: u32,
    pub(super) room: MapRoom,
    /// A Unix second, unlike the lifetime in a ticket's claims.
    pub(super) valid_until_s: u32,
    pub(super) privileges: u32,
    pub(super) account_type: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MapRoom {
    Number(u32),
    /// Bytes and not text: two of the libraries write the low byte of each UTF-16 unit.
    Text(Vec<u8>),
}

impl MapKey {
    /// `None` for bytes with any other layout, which is no fault: a userbuf is the app's own.
    pub(super) fn parse(userbuf: &[u8]) -> Option<Self> {
        let mut rest = userbuf;
        let [version] = take(&mut rest)?;
        let account = take_counted(&mut rest)?;
        let sdkappid = u32::from_be_bytes(take(&mut rest)?);
        let room_number = u32::from_be_bytes(take(&mut rest)?);
        let valid_until_s = u32::from_be_bytes(take(&mut rest)?);
        let privileges = u32::from_be_bytes(take(&mut rest)?);
        let account_type = u32::from_be_bytes(take(&mut rest)?);
        let room = match version {
            0 => MapRoom::Number(room_number),
            1 => MapRoom::Text(take_counted(&mut rest)?),
            _ => return None,
        };
        rest.is_empty().then_some(Self {
            account,
            sdkappid,
            room,
            valid_until_s,
            privileges,
            account_type,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn take_counted(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let count = u16::from_be_bytes(take(rest)?);
    let (head, tail) = rest.split_at_checked(usize::from(count))?;
    *rest = tail;
    Some(head.to_vec())
}
