//! What a command reaches: groups of the types it works on, and rooms as far as they are seen as
//! such.

use super::support::Support;
use crate::domain::{Need, Operation, Refusal, RoomId, RoomView, Slice, Within};
use crate::engine::Failure;
use crate::proto::tencent::command::Call;
use crate::proto::tencent::field::FieldFault;
use crate::proto::tencent::refused::Refused;

/// Runs an operation on a group.
///
/// # Errors
/// What it refuses, [`Refusal::NoSuchRoom`](crate::domain::Refusal::NoSuchRoom),
/// [`Refusal::GroupTypeForbids`](crate::domain::Refusal::GroupTypeForbids), or
/// [`Failure::Unavailable`].
pub(super) async fn run<O: Operation>(
    call: &Call<'_>,
    support: Support,
    group: &RoomId,
    operation: &O,
) -> Result<O::Output, Failure> {
    let within = Within { reach: support.reach(call.app.strict()), operation };
    call.engine.run(call.app, group, &within).await
}

/// Looks at a group.
///
/// # Errors
/// [`Refusal::NoSuchRoom`](crate::domain::Refusal::NoSuchRoom),
/// [`Refusal::GroupTypeForbids`](crate::domain::Refusal::GroupTypeForbids), or
/// [`Failure::Unavailable`].
pub(super) async fn look<T: Send>(
    call: &Call<'_>,
    support: Support,
    group: &RoomId,
    need: Need<'_>,
    mut see: impl FnMut(&RoomView<'_>, &Slice<'_>) -> T + Send,
) -> Result<T, Failure> {
    let reach = support.reach(call.app.strict());
    let looking = call.engine.look(call.app, group, need, |seen, slice| {
        reach.check(seen.facts.kind).map(|()| see(seen, slice))
    });
    Ok(looking.await??)
}

/// The value of a field, if the group is there and of the right type; whatever is wrong with the
/// field comes behind that. Looks at the group only if something is.
///
/// # Errors
/// As [`look`], or the fault.
pub(super) async fn first<T>(
    call: &Call<'_>,
    support: Support,
    group: &RoomId,
    value: Result<T, FieldFault>,
) -> Result<T, Refused> {
    match value {
        Ok(value) => Ok(value),
        Err(fault) => {
            look(call, support, group, Need::default(), |_, _| ()).await?;
            Err(fault.into())
        }
    }
}

/// Names the field of an account that is not in the group.
pub(super) fn member_in(field: &'static str) -> impl Fn(Failure) -> Refused {
    move |failure| match failure {
        Failure::Refused(Refusal::NotAMember { account }) => {
            FieldFault::new(field, format!("{account} is not a member of the group")).into()
        }
        failure => failure.into(),
    }
}
