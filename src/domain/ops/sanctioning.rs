//! Writing sanctions of one kind: what bans and mutes have in common.

use crate::domain::ids::Account;
use crate::domain::sanction::{Sanction, SanctionView, SanctionWrite};

/// How many sanctions that are over go with one that comes, so that they do not gather.
pub(super) const SWEPT_PER_SANCTION: usize = 2;

/// The sanctions of some accounts until a time. One in force is overwritten and keeps its place;
/// others get the next ones.
pub(super) fn impose(
    accounts: &[Account],
    present: &[Option<SanctionView<'_>>],
    until_ms: u64,
    now_ms: u64,
    newest: &mut u64,
) -> Vec<SanctionWrite> {
    let put = |(account, present): (&Account, &Option<SanctionView<'_>>)| {
        let kept = present.filter(|sanction| sanction.in_force(now_ms));
        let nth = kept.map_or_else(
            || {
                *newest += 1;
                *newest
            },
            |sanction| sanction.nth,
        );
        SanctionWrite::Put(Sanction { account: account.clone(), until_ms, nth })
    };
    accounts.iter().zip(present).map(put).collect()
}

/// Lifts the sanctions of some accounts; whoever has none stays as he is.
pub(super) fn lift(
    accounts: &[Account],
    present: &[Option<SanctionView<'_>>],
) -> Vec<SanctionWrite> {
    let there = accounts.iter().zip(present).filter(|(_, sanction)| sanction.is_some());
    there.map(|(account, _)| SanctionWrite::Remove(account.clone())).collect()
}

/// Removes the sanctions that are over, but for those of accounts that are written anyway.
pub(super) fn sweep<'a>(
    ending: &'a [SanctionView<'a>],
    accounts: &'a [Account],
    now_ms: u64,
) -> impl Iterator<Item = SanctionWrite> + 'a {
    let over = ending.iter().filter(move |sanction| !sanction.in_force(now_ms));
    let account = |text: &str| Account::parse(text).expect("kept accounts are right");
    let over = over.map(move |sanction| account(sanction.account));
    over.filter(|account| !accounts.contains(account)).map(SanctionWrite::Remove)
}
