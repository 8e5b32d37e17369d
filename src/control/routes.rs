//! Every route of the control plane.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};

use super::problem::Problem;
use super::{Plane, apps, clock, entries, layers, members, metrics, probes, rooms};

const APPS: &str = "/_guestlist/v1/apps";
const RESET: &str = "/_guestlist/v1/apps/{app}/reset";
const CLOCK: &str = "/_guestlist/v1/apps/{app}/clock";
const ADVANCE: &str = "/_guestlist/v1/apps/{app}/clock/advance";
const ROOMS: &str = "/_guestlist/v1/apps/{app}/rooms";
const ROOM: &str = "/_guestlist/v1/apps/{app}/rooms/{room}";
const MEMBERS: &str = "/_guestlist/v1/apps/{app}/rooms/{room}/members";
const MEMBER: &str = "/_guestlist/v1/apps/{app}/rooms/{room}/members/{account}";

/// The control plane as a service.
pub fn router(plane: Plane) -> Router {
    let plane = Arc::new(plane);
    let guarded = Router::new()
        .route(APPS, get(apps::list))
        .route(RESET, post(apps::reset))
        .route(CLOCK, get(clock::get).put(clock::set))
        .route("/metrics", get(metrics::get))
        .route(ROOMS, get(rooms::list))
        .route(ROOM, get(rooms::get))
        .route(MEMBERS, get(members::list).post(entries::enter))
        .route(MEMBER, put(members::enter).delete(members::leave))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .with_state(Arc::clone(&plane));
    let patient = Router::new()
        .route(ADVANCE, post(clock::advance))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(&plane));
    let open = Router::new()
        .route("/healthz", get(probes::probe))
        .route("/readyz", get(probes::probe))
        .method_not_allowed_fallback(method_not_allowed);
    layers::around(guarded, patient, &plane).merge(open)
}

async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed()
}

async fn not_found() -> Problem {
    Problem::not_found("path: nothing is here")
}
