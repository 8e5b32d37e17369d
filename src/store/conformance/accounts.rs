//! Accounts: put, looked at, removed, counted, and gone with their epoch.

use std::slice;

use super::probe::{APP, Probe, account, key};
use super::racing::race;
use crate::domain::{Account, AccountRecord, AccountView, AppId};
use crate::store::AccountPut;

const OTHER: AppId = AppId(2);

fn record(name: &str, nick: &str, face_url: &str) -> AccountRecord {
    AccountRecord { account: account(name), nick: nick.into(), face_url: face_url.into() }
}

async fn put(probe: &Probe, app: AppId, record: &AccountRecord, at_most: u64) -> AccountPut {
    match probe.store.put_accounts(app, slice::from_ref(record), at_most).await {
        Ok(put) => {
            assert_eq!(put.len(), 1, "{probe}: one answer for {record:?}");
            put[0]
        }
        Err(error) => panic!("{probe}: {record:?} is not put: {error}"),
    }
}

/// The records of some accounts, each where it was asked for.
async fn seen(probe: &Probe, app: AppId, names: &[&str]) -> Vec<Option<AccountRecord>> {
    let accounts: Vec<_> = names.iter().copied().map(account).collect();
    let (mut records, mut asked) = (Vec::new(), Vec::new());
    let mut see = |account: &Account, view: Option<AccountView<'_>>| {
        asked.push(account.clone());
        records.push(view.map(|view| record(names[records.len()], view.nick, view.face_url)));
    };
    let looked = probe.store.see_accounts(app, &accounts, &mut see).await;
    assert_eq!(looked, Ok(()), "{probe}: accounts are looked at");
    assert_eq!(asked, accounts, "{probe}: each is shown once, in the order of the question");
    records
}

async fn count(probe: &Probe, app: AppId) -> u64 {
    match probe.store.counts(app).await {
        Ok(counts) => counts.accounts,
        Err(error) => panic!("{probe}: {app} is not counted: {error}"),
    }
}

pub(super) async fn accounts_are_kept_apart_from_rooms_and_of_each_app(probe: Probe) {
    assert_eq!(count(&probe, APP).await, 0, "{probe}: none at first");
    let long = "🙂".repeat(125);
    let anna = record("anna", "A \"quoted\"\\ name\u{1}", &long);
    let bert = record(&"é".repeat(32), "", "");
    for one in [&anna, &bert] {
        assert_eq!(put(&probe, APP, one, u64::MAX).await, AccountPut::New, "{probe}: {one:?}");
    }
    let both = [Some(bert.clone()), None, Some(anna.clone())];
    let asked = [bert.account.as_str(), "Anna", "anna"];
    assert_eq!(seen(&probe, APP, &asked).await, both, "{probe}: as they were put");
    assert_eq!(seen(&probe, OTHER, &["anna"]).await, [None], "{probe}: not of another app");
    assert_eq!(seen(&probe, APP, &[]).await, [], "{probe}: nobody is asked for");
    assert_eq!((count(&probe, APP).await, count(&probe, OTHER).await), (2, 0), "{probe}: counted");

    let renamed = record("anna", "", "x");
    let again = put(&probe, APP, &renamed, u64::MAX).await;
    assert_eq!(again, AccountPut::Replaced, "{probe}: put again");
    assert_eq!(seen(&probe, APP, &["anna"]).await, [Some(renamed)], "{probe}: the last counts");
    assert_eq!(count(&probe, APP).await, 2, "{probe}: one that is put again counts once");

    let room = key("room");
    probe.create(&room).await;
    probe.enter(&room, &["carl"]).await;
    assert_eq!(seen(&probe, APP, &["carl"]).await, [None], "{probe}: a member has no record");
    let name = anna.account.clone();
    for was_there in [true, false] {
        let removed = probe.store.remove_account(APP, &name).await;
        assert_eq!(removed, Ok(was_there), "{probe}: removed");
        assert_eq!(seen(&probe, APP, &["anna"]).await, [None], "{probe}: gone");
        assert_eq!(count(&probe, APP).await, 1, "{probe}: one has gone");
    }
    assert_eq!(probe.store.remove_account(OTHER, &bert.account).await, Ok(false), "{probe}");
}

pub(super) async fn accounts_are_gone_with_their_epoch(probe: Probe) {
    for app in [APP, OTHER] {
        put(&probe, app, &record("anna", "", ""), u64::MAX).await;
    }
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: a new epoch");
    assert_eq!(seen(&probe, APP, &["anna"]).await, [None], "{probe}: gone");
    assert_eq!((count(&probe, APP).await, count(&probe, OTHER).await), (0, 1), "{probe}: counted");
}

pub(super) async fn there_are_never_more_accounts_than_allowed(probe: Probe) {
    let putting = race(&probe, |probe, nth| async move {
        let mut new = 0;
        for turn in 0..16 {
            // Two come with each name.
            let one = record(&format!("account-{turn}-{}", nth / 2), "", "");
            new += u64::from(put(&probe, APP, &one, 20).await == AccountPut::New);
        }
        new
    });
    let new: u64 = putting.await.into_iter().sum();
    assert_eq!((new, count(&probe, APP).await), (20, 20), "{probe}: as many as allowed");
    let full = put(&probe, APP, &record("one more", "", ""), 20).await;
    assert_eq!(full, AccountPut::Full, "{probe}: one more");
    assert_eq!(seen(&probe, APP, &["one more"]).await, [None], "{probe}: it is not there");
    let many = ["b", "a", "b", "c", "a"].map(|name| record(name, "", ""));
    let put = probe.store.put_accounts(APP, &many, 22).await;
    let each = [
        AccountPut::New,
        AccountPut::New,
        AccountPut::Replaced,
        AccountPut::Full,
        AccountPut::Replaced,
    ];
    assert_eq!(put, Ok(each.to_vec()), "{probe}: many, of which one is too many");
}
