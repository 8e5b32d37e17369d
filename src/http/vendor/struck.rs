//! Requests that a fault of the bench strikes.
//!
//! Apart from the way of all others, which pays for none of it.

use bytes::Bytes;
use http::HeaderMap;

use super::{Outcome, VendorService};
use crate::engine::{RequestFault, RequestId, StruckRequest};
use crate::http::body::Held;
use crate::proto::tencent::{Admitted, GatewayRefusal};

/// A request that a fault struck, with its body.
pub(super) struct Struck<'a> {
    pub(super) by: StruckRequest,
    pub(super) body: Bytes,
    /// What the body has taken of the memory for bodies.
    pub(super) held: Held<'a>,
}

impl VendorService {
    /// Does to a request what a fault says.
    pub(super) async fn suffer(
        &self,
        struck: Struck<'_>,
        path: &str,
        admitted: &Admitted,
        request_id: RequestId,
    ) -> Outcome {
        let Struck { by, body, held: _held } = struck;
        if let RequestFault::Delay(pause) = by.fault {
            self.faults.pause(pause).await;
        }
        let answer = if by.fault.performs() {
            let performing = self.gateway.perform(admitted, &body, request_id);
            let performed = tokio::time::timeout(self.request_timeout, performing).await;
            performed
                .unwrap_or_else(|_| self.gateway.refuse(path, GatewayRefusal::TimedOut, request_id))
        } else {
            self.gateway.fail(admitted, &by.fault, request_id)
        };
        Outcome { struck: Some(by), ..Outcome::answered(answer) }
    }

    /// The fault that strikes a request, its own before any other.
    pub(super) fn strike(
        &self,
        admitted: &Admitted,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Result<StruckRequest, GatewayRefusal>> {
        let own = self.faults.asked(headers);
        let own = own.map(|own| own.map_err(|reason| GatewayRefusal::FaultAsked { reason }));
        own.or_else(|| self.gateway.strike(admitted, body).map(Ok))
    }
}
