//! The command that was probably meant by one that does not exist.

use strsim::osa_distance;

/// A longer name is compared with nothing, in bytes: no command's is half as long.
const MAX_NAME_BYTES: usize = 64;
/// How many letters of a name make up for one wrong one.
const LETTERS_FOR_A_WRONG_ONE: usize = 3;
/// How many letters of a service may be wrong: the three in which `…_srv` and `…_mic` differ, and
/// one more.
const WRONG_LETTERS_OF_A_SERVICE: usize = 4;

/// The known command that is nearest to `service/command`: one of the same name in another service,
/// else the one with the fewest wrong letters, if they are few. The case of letters means nothing.
pub(super) fn nearest<'k>(asked: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let (service, name) = asked.split_once('/')?;
    if name.len() > MAX_NAME_BYTES || service.len() > MAX_NAME_BYTES {
        return None;
    }
    let (service, name) = (service.to_ascii_lowercase(), name.to_ascii_lowercase());
    let letters = name.chars().count();
    let at_most = (letters / LETTERS_FOR_A_WRONG_ONE).max(1);
    let near = known.filter_map(|path| {
        let (other_service, other) = path.split_once('/')?;
        // Each letter too many or too few is a wrong one: most need no closer look.
        if other.len().abs_diff(letters) > at_most {
            return None;
        }
        let wrong = osa_distance(&name, other);
        if wrong > at_most {
            return None;
        }
        let wrong_of_service = osa_distance(&service, other_service);
        let near = wrong == 0 || wrong_of_service <= WRONG_LETTERS_OF_A_SERVICE;
        near.then_some((wrong, wrong_of_service, path))
    });
    near.min().map(|(_, _, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tencent::commands;

    const KNOWN: [&str; 6] = [
        "room_engine_http_srv/create_room",
        "room_engine_http_srv/destroy_room",
        "room_engine_http_srv/get_room_info",
        "room_engine_http_srv/get_room_member_list",
        "room_engine_http_mic/get_seat_list",
        "group_open_http_svc/create_group",
    ];

    fn meant(asked: &str) -> Option<&'static str> {
        nearest(asked, KNOWN.into_iter())
    }

    #[test]
    fn the_same_command_of_another_service_comes_first() {
        let seats = Some("room_engine_http_mic/get_seat_list");
        for asked in ["room_engine_http_srv/get_seat_list", "x/get_seat_list", "/Get_Seat_List"] {
            assert_eq!(meant(asked), seats, "{asked}");
        }
        let twice = ["a_srv/list", "b_mic/list"];
        assert_eq!(nearest("b_srv/list", twice.into_iter()), Some("a_srv/list"));
        assert_eq!(nearest("c_mic/list", twice.into_iter()), Some("b_mic/list"));
    }

    #[test]
    fn a_few_wrong_letters_are_forgiven() {
        let rows = [
            ("room_engine_http_srv/creat_room", Some(KNOWN[0])),
            ("room_engine_http_srv/create_rooms", Some(KNOWN[0])),
            ("room_engine_http_srv/createRoom", Some(KNOWN[0])),
            ("room_engine_http_srv/Create_Room", Some(KNOWN[0])),
            ("room_engine_http_mic/creat_room", Some(KNOWN[0])),
            ("room_engine_http_svr/craete_room", Some(KNOWN[0])),
            ("room_engine_http_srv/getRoomMemberList", Some(KNOWN[3])),
            ("room_engine_http_srv/get_seats_list", Some(KNOWN[4])),
            // As many wrong letters as may be, and one more.
            ("room_engine_http_srv/xxxate_room", Some(KNOWN[0])),
            ("room_engine_http_srv/xxxxte_room", None),
            ("group_open_http_svc/creat_room", None),
            ("room_engine_http_srv/get_group_info", Some(KNOWN[2])),
            ("room_engine_http_srv/nothing", None),
            ("x/y", None),
            ("/", None),
            ("create_room", None),
            ("", None),
        ];
        for (asked, expected) in rows {
            assert_eq!(meant(asked), expected, "{asked}");
        }
    }

    #[test]
    fn a_name_of_64_bytes_is_compared_and_no_longer_one() {
        let known = ["a".repeat(MAX_NAME_BYTES), "b/".to_owned()].concat();
        let known = format!("s/{}", &known[..MAX_NAME_BYTES]);
        let find = |asked: &str| nearest(asked, [known.as_str()].into_iter()).map(str::len);
        let name = "a".repeat(MAX_NAME_BYTES);
        assert_eq!(find(&format!("t/{name}")), Some(known.len()));
        assert_eq!(find(&format!("t/{name}a")), None);
        assert_eq!(find(&format!("{name}/{name}")), Some(known.len()));
        assert_eq!(find(&format!("{name}a/{name}")), None);
    }

    /// Whatever commands there are: misspelling one by a letter leads back to it.
    #[test]
    fn every_command_is_found_again() {
        let known = || commands().map(|entry| entry.spec.path);
        for path in known() {
            let twice = format!("{path}{}", &path[path.len() - 1..]);
            assert_eq!(nearest(&twice, known()), Some(path), "{twice}");
            let (service, name) = path.split_once('/').unwrap();
            let elsewhere = format!("no_{service}/{name}");
            let found = nearest(&elsewhere, known()).unwrap();
            assert!(found.ends_with(&format!("/{name}")), "{elsewhere}: {found}");
        }
    }
}
