//! What holds for every ticket, and for every text.

use proptest::prelude::*;

use super::{key, pack};
use crate::sig::usersig::{Claims, SecretKey, alphabet, decode, explain, sign};

prop_compose! {
    fn any_claims()(
        identifier in "\\PC{0,40}",
        sdkappid in any::<u64>(),
        time_s in any::<u64>(),
        expire_s in any::<u64>(),
        userbuf in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..100)),
    ) -> Claims {
        Claims { identifier, sdkappid, time_s, expire_s, userbuf }
    }
}

/// A text that is nobody's ticket: reading and explaining it ends, and not well.
fn is_refused(text: &str) -> bool {
    let believed = decode(text).is_ok_and(|ticket| ticket.is_signed_by(&key()));
    let explanation = explain(text, Some(&key()), 0, None);
    !believed && !explanation.is_good() && !explanation.to_string().is_empty()
}

proptest! {
    #[test]
    fn what_was_signed_is_read_and_verified(claims in any_claims(), secret in ".{0,100}") {
        let key = SecretKey::new(&secret);
        let ticket = decode(&sign(&key, &claims)).unwrap();
        prop_assert!(ticket.is_signed_by(&key));
        let other = SecretKey::new(&(secret + "x"));
        prop_assert!(!ticket.is_signed_by(&other));
        prop_assert_eq!(ticket.into_claims(), claims);
    }

    #[test]
    fn explaining_a_good_ticket_ends_well(claims in any_claims()) {
        let text = sign(&key(), &claims);
        let until_s = claims.valid_until_s();
        let explained = explain(&text, Some(&key()), until_s, Some(claims.sdkappid));
        prop_assert!(explained.is_good(), "{}", explained);
    }

    #[test]
    fn any_text_is_refused(text in any::<String>()) {
        prop_assert!(is_refused(&text));
    }

    #[test]
    fn any_text_of_the_alphabet_is_refused(text in "(eJ)?[A-Za-z0-9*-]{0,300}_{0,2}") {
        prop_assert!(is_refused(&text));
    }

    #[test]
    fn any_bytes_are_refused(
        zlib in any::<bool>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let head: &[u8] = if zlib { &[0x78, 0x9c] } else { &[] };
        prop_assert!(is_refused(&alphabet::encode(&[head, &bytes].concat())));
    }

    #[test]
    fn any_packed_text_is_refused(text in any::<String>()) {
        prop_assert!(is_refused(&pack(&text)));
    }

    #[test]
    fn any_values_of_the_fields_are_refused(
        values in proptest::collection::vec("[0-9]{1,25}|null|\"[A-Za-z0-9+/=]{0,44}\"|\\[\\]", 5),
        junk in "\\PC{0,10}",
    ) {
        let names = ["identifier", "sdkappid", "time", "expire", "sig"];
        let members: String =
            names.iter().zip(&values).map(|(name, value)| format!(",\"TLS.{name}\":{value}")).collect();
        let json = format!("{{\"TLS.ver\":\"2.0\"{members}{junk}}}");
        prop_assert!(is_refused(&pack(&json)));
    }
}
