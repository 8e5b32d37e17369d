//! Accounts: imported, looked at, deleted, and whether one exists.
//!
//! Where the settings take any account, all of them exist; else those that were imported, and the
//! administrators, who are the app's from the start.

use super::app::App;
use super::{Engine, Failure};
use crate::config::Accounts;
use crate::domain::{Account, AccountRecord, AccountView};
use crate::store::AccountPut;

/// What became of an account that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// It is there now, and has this record.
    Done,
    /// The app has as many as its plan allows.
    Full {
        /// The limit.
        at_most: u32,
    },
}

impl Engine {
    /// Imports accounts, new or known: what is given of each takes the place of what was known.
    /// Answers what became of each.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn import_accounts(
        &self,
        app: &App,
        records: &[AccountRecord],
    ) -> Result<Vec<Import>, Failure> {
        let quota = app.chat().quota.accounts;
        let at_most = quota.map_or(u64::MAX, u64::from);
        let put = self.store.put_accounts(app.id(), records, at_most).await?;
        let became = |put: AccountPut| match put {
            AccountPut::New | AccountPut::Replaced => Import::Done,
            AccountPut::Full => Import::Full { at_most: quota.unwrap_or(u32::MAX) },
        };
        Ok(put.into_iter().map(became).collect())
    }

    /// Shows accounts one after another, each with its record if it was imported.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn accounts(
        &self,
        app: &App,
        accounts: &[Account],
        mut see: impl FnMut(&Account, Option<AccountView<'_>>) + Send,
    ) -> Result<(), Failure> {
        Ok(self.store.see_accounts(app.id(), accounts, &mut see).await?)
    }

    /// Forgets an account that was imported. Answers whether it was.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn delete_account(&self, app: &App, account: &Account) -> Result<bool, Failure> {
        let was_there = self.store.remove_account(app.id(), account).await?;
        if was_there {
            app.set_offline(account);
        }
        Ok(was_there)
    }

    /// The first of these accounts that does not exist.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn first_unknown<'a>(
        &self,
        app: &App,
        accounts: &'a [Account],
    ) -> Result<Option<&'a Account>, Failure> {
        if app.chat().accounts == Accounts::Any {
            return Ok(None);
        }
        let (mut nth, mut unknown) = (0, None);
        let looking = self.accounts(app, accounts, |account, record| {
            let exists = record.is_some() || app.admin(account.as_str()).is_some();
            if !exists && unknown.is_none() {
                unknown = Some(nth);
            }
            nth += 1;
        });
        looking.await?;
        Ok(unknown.map(|nth: usize| &accounts[nth]))
    }
}
