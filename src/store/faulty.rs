//! A store that fails on purpose, around any other.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{
    AccountPut, Counts, Decide, Due, Export, Filled, JournalCounts, OutboxCounts, RoomStore,
    RulePut, See, SeeAccount, SeeJoined, SeeRoom, SeeRule, SeeRuleOf, SeeSanction, SetBack,
    StoreFuture, Switched, TakenLetter, TxError,
};
use crate::domain::{
    Account, AccountRecord, AppId, Destination, ForbidKey, ForbidKind, ForbidRule, GroupType, Need,
    PageEnd, PageQuery, PageSink, ReceiverRecord, Record, RoomId, RoomKey, SanctionKind,
};

/// Which calls a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Those that only look.
    Reads,
    /// Those that change something.
    Changes,
}

/// Where the failure is, and how it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The nth transaction (from 1), on a room, an account or a rule, fails before anything is written.
    Commit {
        /// Which.
        at: u64,
    },
    /// The nth transaction (from 1) is done, but its answer is lost.
    Answer {
        /// Which.
        at: u64,
    },
    /// Every read fails.
    Reads,
    /// Every such call takes for ever.
    Hangs(Calls),
    /// Every such call panics: a bug of the store.
    Panics(Calls),
}

/// A store wrapped in one [`Fault`].
pub struct Faulty {
    inner: Arc<dyn RoomStore>,
    fault: Fault,
    transactions: AtomicU64,
}

impl Faulty {
    /// Wraps a store.
    #[must_use]
    pub fn new(inner: Arc<dyn RoomStore>, fault: Fault) -> Self {
        Self { inner, fault, transactions: AtomicU64::new(0) }
    }

    /// What comes of a call instead of its answer, if anything does.
    fn trouble<'a, T: Send + 'a>(&self, calls: Calls) -> Option<StoreFuture<'a, T>> {
        match self.fault {
            Fault::Reads if calls == Calls::Reads => Some(unavailable()),
            Fault::Hangs(these) if these == calls => Some(Box::pin(pending())),
            Fault::Panics(these) if these == calls => panic!("a fault that was asked for"),
            _ => None,
        }
    }
}

impl Faulty {
    /// A transaction, unless something comes of it instead.
    fn change<'a, T: Send + 'a>(
        &self,
        change: impl FnOnce() -> StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T> {
        if let Some(trouble) = self.trouble(Calls::Changes) {
            return trouble;
        }
        let nth = self.transactions.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fault {
            Fault::Commit { at } if at == nth => unavailable(),
            Fault::Answer { at } if at == nth => {
                let changing = change();
                Box::pin(async move {
                    // What the rules said is lost with the rest of the answer.
                    let _ = changing.await;
                    Err(TxError::Unavailable)
                })
            }
            _ => change(),
        }
    }
}

fn unavailable<'a, T: Send + 'a>() -> StoreFuture<'a, T> {
    Box::pin(ready(Err(TxError::Unavailable)))
}

impl RoomStore for Faulty {
    fn transact<'a>(
        &'a self,
        key: &'a RoomKey,
        need: Need<'a>,
        decide: Decide<'a>,
    ) -> StoreFuture<'a, ()> {
        self.change(|| self.inner.transact(key, need, decide))
    }

    fn read<'a>(&'a self, key: &'a RoomKey, need: Need<'a>, see: See<'a>) -> StoreFuture<'a, ()> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.read(key, need, see))
    }

    fn page<'a>(
        &'a self,
        key: &'a RoomKey,
        query: PageQuery<'a>,
        sink: &'a mut dyn PageSink,
    ) -> StoreFuture<'a, PageEnd> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.page(key, query, sink))
    }

    fn sanctions<'a>(
        &'a self,
        key: &'a RoomKey,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'a>,
    ) -> StoreFuture<'a, ()> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.sanctions(key, kind, after, see))
    }

    fn rooms<'a>(
        &'a self,
        app: AppId,
        after: Option<&'a RoomId>,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<RoomId>> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.rooms(app, after, limit, see))
    }

    fn rooms_by_age<'a>(
        &'a self,
        app: AppId,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<u64>> {
        match self.trouble(Calls::Reads) {
            Some(trouble) => trouble,
            None => self.inner.rooms_by_age(app, only, after, limit, see),
        }
    }

    fn joined<'a>(
        &'a self,
        app: AppId,
        account: &'a Account,
        see: SeeJoined<'a>,
    ) -> StoreFuture<'a, ()> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.joined(app, account, see))
    }

    fn due(&self, app: AppId, until_ms: u64, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.due(app, until_ms, limit))
    }

    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.counts(app))
    }

    fn take<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        now_ms: u64,
        limit: usize,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Vec<TakenLetter>> {
        let taking = || self.inner.take(app, to, now_ms, limit, only);
        self.trouble(Calls::Changes).unwrap_or_else(taking)
    }

    fn ack<'a>(&'a self, key: &'a RoomKey, to: Destination, id: u64) -> StoreFuture<'a, bool> {
        self.trouble(Calls::Changes).unwrap_or_else(|| self.inner.ack(key, to, id))
    }

    fn put_off<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        until_ms: u64,
    ) -> StoreFuture<'a, ()> {
        let putting_off = || self.inner.put_off(key, to, id, until_ms);
        self.trouble(Calls::Changes).unwrap_or_else(putting_off)
    }

    fn set_back<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        back: SetBack,
    ) -> StoreFuture<'a, bool> {
        let setting_back = || self.inner.set_back(key, to, id, back);
        self.trouble(Calls::Changes).unwrap_or_else(setting_back)
    }

    fn release<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, u64> {
        self.trouble(Calls::Changes).unwrap_or_else(|| self.inner.release(app, to, only))
    }

    fn next_letter<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Option<u64>> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.next_letter(app, to, only))
    }

    fn journal(&self) -> StoreFuture<'_, Option<JournalCounts>> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.journal())
    }

    fn outbox(&self, app: AppId) -> StoreFuture<'_, OutboxCounts> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.outbox(app))
    }

    fn put_accounts<'a>(
        &'a self,
        app: AppId,
        records: &'a [AccountRecord],
        at_most: u64,
    ) -> StoreFuture<'a, Vec<AccountPut>> {
        self.change(|| self.inner.put_accounts(app, records, at_most))
    }

    fn remove_account<'a>(&'a self, app: AppId, account: &'a Account) -> StoreFuture<'a, bool> {
        self.change(|| self.inner.remove_account(app, account))
    }

    fn see_accounts<'a>(
        &'a self,
        app: AppId,
        accounts: &'a [Account],
        see: SeeAccount<'a>,
    ) -> StoreFuture<'a, ()> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.see_accounts(app, accounts, see))
    }

    fn put_rule<'a>(
        &'a self,
        app: AppId,
        rule: &'a ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> StoreFuture<'a, RulePut> {
        self.change(|| self.inner.put_rule(app, rule, at_most, now_ms))
    }

    fn remove_rule<'a>(
        &'a self,
        app: AppId,
        key: &'a ForbidKey,
    ) -> StoreFuture<'a, Option<ForbidRule>> {
        self.change(|| self.inner.remove_rule(app, key))
    }

    fn rules<'a>(&'a self, app: AppId, kind: ForbidKind, see: SeeRule<'a>) -> StoreFuture<'a, ()> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.rules(app, kind, see))
    }

    fn see_rules<'a>(
        &'a self,
        app: AppId,
        keys: &'a [ForbidKey],
        see: SeeRuleOf<'a>,
    ) -> StoreFuture<'a, ()> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.see_rules(app, keys, see))
    }

    fn put_receiver<'a>(
        &'a self,
        app: AppId,
        receiver: Option<&'a ReceiverRecord>,
    ) -> StoreFuture<'a, ()> {
        self.change(|| self.inner.put_receiver(app, receiver))
    }

    fn receiver(&self, app: AppId) -> StoreFuture<'_, Option<Option<ReceiverRecord>>> {
        // Asked once, before a server answers anybody: the trouble begins behind that.
        self.inner.receiver(app)
    }

    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()> {
        self.trouble(Calls::Changes).unwrap_or_else(|| self.inner.new_epoch(app))
    }

    fn forget(&self, app: AppId) -> StoreFuture<'_, ()> {
        self.trouble(Calls::Changes).unwrap_or_else(|| self.inner.forget(app))
    }

    fn export(&self, app: AppId) -> StoreFuture<'_, Box<dyn Export>> {
        self.trouble(Calls::Reads).unwrap_or_else(|| self.inner.export(app))
    }

    fn open_epoch(&self, app: AppId) -> StoreFuture<'_, u64> {
        self.change(|| self.inner.open_epoch(app))
    }

    fn fill_epoch(&self, app: AppId, epoch: u64, records: Vec<Record>) -> StoreFuture<'_, Filled> {
        self.change(|| self.inner.fill_epoch(app, epoch, records))
    }

    fn switch_epoch<'a>(
        &'a self,
        app: AppId,
        epoch: u64,
        switched: Switched<'a>,
    ) -> StoreFuture<'a, ()> {
        self.change(|| self.inner.switch_epoch(app, epoch, switched))
    }

    fn drop_epoch(&self, app: AppId, epoch: u64) {
        self.inner.drop_epoch(app, epoch);
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::domain::{
        AccountView, Aside, CreateRoom, Deed, Deeds, DestroyRoom, Enter, EnterMany, Env, Gate,
        Leave, LeaveReason, MemberChange, MemberView, Operation, Refusal, RoomChange, RoomRules,
        RoomView, SanctionView, Seats, Silenced, Slice, UpdateMember, UpdateRoom,
    };
    use crate::store::MemoryStore;
    use crate::store::conformance::{self, RoomSeen};

    const APP: AppId = AppId(1);
    const RULES: RoomRules = RoomRules {
        owner_is_member: true,
        max_member_count: 10,
        member_ceiling: 10,
        max_seat_count: 4,
        max_admin_count: 1,
        max_robot_count: 2,
        reclaim_after_ms: 1_000,
    };

    /// One operation of a script.
    trait Step {
        fn run<'a>(&'a self, store: &'a dyn RoomStore) -> StoreFuture<'a, ()>;
    }

    impl<O: Operation> Step for (RoomKey, O) {
        fn run<'a>(&'a self, store: &'a dyn RoomStore) -> StoreFuture<'a, ()> {
            Box::pin(async {
                let env = Env { now_ms: 1000, serial: 1, rules: &RULES };
                conformance::act(store, &self.0, &self.1, &env).await.map(|_| ())
            })
        }
    }

    /// Two rooms, one of which ends and comes again; some steps are refused.
    fn script() -> Vec<Box<dyn Step>> {
        let account = |text: &str| Account::parse(text).unwrap();
        let key = |room: &str| RoomKey { app: APP, room: RoomId::parse(room).unwrap() };
        let create = || CreateRoom {
            by: account("carl"),
            owner: account("olga"),
            name: "a room".into(),
            max_member_count: Some(5),
            start_s: None,
            end_s: None,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            invitees: vec![],
        };
        let enter = |name| Enter::of(account(name));
        let admin = |name| UpdateMember {
            account: account(name),
            change: MemberChange { admin: Some(true), ..MemberChange::default() },
        };
        let rename = RoomChange { name: Some("renamed".into()), ..RoomChange::default() };
        let many = ["a", "b", "c", "d", "e"].map(account).to_vec();
        vec![
            Box::new((key("one"), create())),
            Box::new((key("one"), enter("olga"))),
            Box::new((key("two"), create())),
            Box::new((key("one"), enter("anna"))),
            Box::new((key("one"), admin("anna"))),
            Box::new((key("one"), admin("olga"))),
            Box::new((key("two"), EnterMany { accounts: many, opens: false })),
            Box::new((key("two"), UpdateRoom { by: account("carl"), change: rename })),
            Box::new((key("one"), Leave { account: account("anna"), reason: LeaveReason::Left })),
            Box::new((key("one"), create())),
            Box::new((key("two"), DestroyRoom { by: account("carl"), quietly: false })),
            Box::new((key("two"), create())),
            Box::new((key("two"), enter("bert"))),
        ]
    }

    /// Nobody who is shown a page.
    struct NoPage;

    impl PageSink for NoPage {
        fn begin(&mut self, _: &RoomView<'_>, _: usize, _: &Seats) -> Result<(), Refusal> {
            panic!("nothing is shown");
        }

        fn member(&mut self, _: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
            panic!("nothing is shown");
        }
    }

    /// What a store looks like, whichever incarnation its rooms are.
    async fn look(store: &dyn RoomStore) -> (Vec<RoomSeen>, Counts) {
        let mut rooms = conformance::everything(store, APP).await.unwrap();
        rooms.iter_mut().for_each(|room| room.incarnation = 0);
        (rooms, store.counts(APP).await.unwrap())
    }

    /// What is answered, and what is left, when a script runs without the nth of its steps.
    async fn without(nth: Option<usize>) -> (Vec<Result<(), TxError>>, (Vec<RoomSeen>, Counts)) {
        let store = MemoryStore::new();
        let mut answers = Vec::new();
        for (at, step) in (1..).zip(script()) {
            answers.push(if Some(at) == nth {
                Err(TxError::Unavailable)
            } else {
                step.run(&store).await
            });
        }
        (answers, look(&store).await)
    }

    async fn with(fault: Fault) -> (Vec<Result<(), TxError>>, (Vec<RoomSeen>, Counts)) {
        let store = Faulty::new(Arc::new(MemoryStore::new()), fault);
        let mut answers = Vec::new();
        for step in script() {
            answers.push(step.run(&store).await);
        }
        (answers, look(&store).await)
    }

    #[tokio::test]
    async fn a_commit_that_fails_is_the_only_one_that_is_missing() {
        for nth in 1..=script().len() {
            let expected = without(Some(nth)).await;
            assert_eq!(with(Fault::Commit { at: nth as u64 }).await, expected, "number {nth}");
        }
    }

    #[tokio::test]
    async fn a_commit_whose_answer_is_lost_is_done_all_the_same() {
        let (answers, left) = without(None).await;
        assert!(answers.iter().any(Result::is_err), "some steps are refused");
        for nth in 1..=script().len() {
            let mut answers = answers.clone();
            answers[nth - 1] = Err(TxError::Unavailable);
            let faulty = with(Fault::Answer { at: nth as u64 }).await;
            assert_eq!(faulty, (answers, left.clone()), "number {nth}");
        }
    }

    #[tokio::test]
    async fn reads_that_fail_leave_the_commits_alone() {
        let inner: Arc<dyn RoomStore> = Arc::new(MemoryStore::new());
        let store = Faulty::new(Arc::clone(&inner), Fault::Reads);
        let mut answers = Vec::new();
        for step in script() {
            answers.push(step.run(&store).await);
        }
        assert_eq!((answers, look(&*inner).await), without(None).await);

        let key = RoomKey { app: APP, room: RoomId::parse("one").unwrap() };
        let mut see = |_: &Slice<'_>| panic!("nothing is shown");
        let read = store.read(&key, Need::default(), &mut see).await;
        assert_eq!(read, Err(TxError::Unavailable));
        let mut sink = NoPage;
        let page = store.page(&key, PageQuery::first(1), &mut sink).await;
        assert_eq!(page, Err(TxError::Unavailable));
        let mut see = |_: &SanctionView<'_>| panic!("nothing is shown");
        for kind in [SanctionKind::Ban, SanctionKind::Mute] {
            let listed = store.sanctions(&key, kind, 0, &mut see).await;
            assert_eq!(listed, Err(TxError::Unavailable));
        }
        let mut see = |_: &RoomId, _: &RoomView<'_>| panic!("nothing is shown");
        assert_eq!(store.rooms(APP, None, 1, &mut see).await, Err(TxError::Unavailable));
        let by_age = store.rooms_by_age(APP, None, 0, 1, &mut see).await;
        assert_eq!(by_age, Err(TxError::Unavailable));
        let mut see = |_: &RoomId, _: &RoomView<'_>, _: &MemberView<'_>| panic!("nothing is shown");
        let olga = Account::parse("olga").unwrap();
        assert_eq!(store.joined(APP, &olga, &mut see).await, Err(TxError::Unavailable));
        assert_eq!(store.counts(APP).await, Err(TxError::Unavailable));
        let mut see = |_: &Account, _: Option<AccountView<'_>>| panic!("nothing is shown");
        let anna = [Account::parse("anna").unwrap()];
        assert_eq!(store.see_accounts(APP, &anna, &mut see).await, Err(TxError::Unavailable));
        let mut see = |_: &ForbidRule| panic!("nothing is shown");
        let listed = store.rules(APP, ForbidKind::User, &mut see).await;
        assert_eq!(listed, Err(TxError::Unavailable));
        let mut see = |_: &ForbidKey, _: Option<&ForbidRule>| panic!("nothing is shown");
        let key = [ForbidKey::User(olga)];
        assert_eq!(store.see_rules(APP, &key, &mut see).await, Err(TxError::Unavailable));
    }

    #[tokio::test]
    async fn accounts_are_changed_by_transactions_too() {
        let anna = Account::parse("anna").unwrap();
        let records =
            [AccountRecord { account: anna.clone(), nick: "A.".into(), face_url: "".into() }];
        let rows = [
            (Fault::Commit { at: 1 }, Err(TxError::Unavailable), 0, Ok(false)),
            (Fault::Answer { at: 1 }, Err(TxError::Unavailable), 1, Ok(true)),
            (Fault::Commit { at: 2 }, Ok(vec![AccountPut::New]), 1, Err(TxError::Unavailable)),
        ];
        for (fault, put, count, removed) in rows {
            let store = Faulty::new(Arc::new(MemoryStore::new()), fault);
            assert_eq!(store.put_accounts(APP, &records, 1).await, put, "{fault:?}");
            assert_eq!(store.counts(APP).await.unwrap().accounts, count, "{fault:?}");
            assert_eq!(store.remove_account(APP, &anna).await, removed, "{fault:?}");
        }
    }

    #[tokio::test]
    async fn rules_are_changed_by_transactions_too() {
        let key = ForbidKey::User(Account::parse("anna").unwrap());
        let forbids = Deeds::of(&[Deed::Login]);
        let rule = ForbidRule { key: key.clone(), forbids, created_ms: 1, until_ms: 2 };
        let rows = [
            (Fault::Commit { at: 1 }, Err(TxError::Unavailable), 0, Ok(None)),
            (Fault::Answer { at: 1 }, Err(TxError::Unavailable), 1, Ok(Some(rule.clone()))),
            (Fault::Commit { at: 2 }, Ok(RulePut::Done), 1, Err(TxError::Unavailable)),
        ];
        for (fault, put, count, removed) in rows {
            let store = Faulty::new(Arc::new(MemoryStore::new()), fault);
            assert_eq!(store.put_rule(APP, &rule, 1, 1).await, put, "{fault:?}");
            assert_eq!(store.counts(APP).await.unwrap().rules, count, "{fault:?}");
            assert_eq!(store.remove_rule(APP, &key).await, removed, "{fault:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_store_whose_fault_never_comes_conforms() {
        let never = Fault::Commit { at: u64::MAX };
        conformance::run(|| Arc::new(Faulty::new(Arc::new(MemoryStore::new()), never))).await;
    }
}
