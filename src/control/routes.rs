//! Every route of the control plane: what is served and what is documented derive from these lists.

use std::sync::Arc;

use axum::Router;
use axum::routing::on;
use http::StatusCode;

use super::problem::Problem;
use super::route::{Page, Route, Success, Verb};
use super::{
    Plane, apps, callbacks, clock, entries, exchange, faults, layers, leases, member, members,
    metrics, openapi, page, presence, probes, requests, room, rooms, seat_queue, snapshots,
};

const APPS: &str = "/_guestlist/v1/apps";
const APP: &str = "/_guestlist/v1/apps/{app}";
const RESET: &str = "/_guestlist/v1/apps/{app}/reset";
const EXPORT: &str = "/_guestlist/v1/apps/{app}/export";
const IMPORT: &str = "/_guestlist/v1/apps/{app}/import";
const CLOCK: &str = "/_guestlist/v1/apps/{app}/clock";
const ADVANCE: &str = "/_guestlist/v1/apps/{app}/clock/advance";
const REQUESTS: &str = "/_guestlist/v1/apps/{app}/requests";
const CALLBACKS: &str = "/_guestlist/v1/apps/{app}/callbacks";
const REPLAY: &str = "/_guestlist/v1/apps/{app}/callbacks/{id}/replay";
const FAULTS: &str = "/_guestlist/v1/apps/{app}/faults";
const FAULT: &str = "/_guestlist/v1/apps/{app}/faults/{id}";
const RELEASE: &str = "/_guestlist/v1/apps/{app}/callbacks/release";
const SNAPSHOTS: &str = "/_guestlist/v1/apps/{app}/snapshots";
const SNAPSHOT: &str = "/_guestlist/v1/apps/{app}/snapshots/{name}";
const RESTORE: &str = "/_guestlist/v1/apps/{app}/snapshots/{name}/restore";
const ONLINE: &str = "/_guestlist/v1/apps/{app}/accounts/{account}/online";
const ROOMS: &str = "/_guestlist/v1/apps/{app}/rooms";
const ROOM: &str = "/_guestlist/v1/apps/{app}/rooms/{room}";
const MEMBERS: &str = "/_guestlist/v1/apps/{app}/rooms/{room}/members";
const MEMBER: &str = "/_guestlist/v1/apps/{app}/rooms/{room}/members/{account}";
const SEAT_QUEUE: &str = "/_guestlist/v1/apps/{app}/rooms/{room}/seat_queue/{account}";
const DOCUMENT: &str = "/_guestlist/v1/openapi.json";

/// Routes behind the layers.
pub(super) const GUARDED: &[Route] = &[
    Route {
        verb: Verb::Get,
        path: "/metrics",
        serve: |verb| on(verb, metrics::get),
        page: Page::new("get_metrics", "Answers everything that is counted")
            .replies(&[Success::text(metrics::MEDIA_TYPE, "As Prometheus reads it")]),
    },
    Route {
        verb: Verb::Get,
        path: DOCUMENT,
        serve: |verb| on(verb, openapi::serve),
        page: Page::new("get_openapi", "Answers this document").replies(&[Success::json::<
            openapi::AnyDocument,
        >(
            StatusCode::OK,
            "The document, in OpenAPI 3.1",
        )]),
    },
    Route {
        verb: Verb::Get,
        path: APPS,
        serve: |verb| on(verb, apps::list),
        page: Page::new("list_apps", "Lists the apps, by id and without keys")
            .replies(&[Success::json::<apps::Apps>(StatusCode::OK, "All apps")]),
    },
    Route {
        verb: Verb::Post,
        path: APPS,
        serve: |verb| on(verb, leases::lease),
        page: Page::new("lease_app", "Makes an app for one test run; with `bench.enabled`")
            .optional_body::<leases::LeaseFields>()
            .replies(&[Success::json::<leases::Lease<'static>>(
                StatusCode::CREATED,
                "The app, and what it is signed with",
            )])
            .conflict(),
    },
    Route {
        verb: Verb::Delete,
        path: APP,
        serve: |verb| on(verb, leases::end),
        page: Page::new("end_lease", "Ends an app that was made for one test run")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::nothing("The app and everything it had are gone")])
            .conflict(),
    },
    Route {
        verb: Verb::Post,
        path: RESET,
        serve: |verb| on(verb, apps::reset),
        page: Page::new("reset_app", "Takes an app back to its beginning, and tells nobody")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::nothing(
                "Rooms and accounts are gone, and the calls per second start anew",
            )]),
    },
    Route {
        verb: Verb::Get,
        path: CLOCK,
        serve: |verb| on(verb, clock::get),
        page: Page::new("get_clock", "Shows an app's clock").replies(&[Success::json::<
            clock::Clock,
        >(
            StatusCode::OK,
            "The clock",
        )]),
    },
    Route {
        verb: Verb::Put,
        path: CLOCK,
        serve: |verb| on(verb, clock::set),
        page: Page::new("set_clock", "Sets an app's clock, forward only; with `bench.enabled`")
            .optional_body::<clock::SetFields>()
            .replies(&[Success::json::<clock::Clock>(StatusCode::OK, "The clock, as it is now")])
            .conflict(),
    },
    Route {
        verb: Verb::Post,
        path: FAULTS,
        serve: |verb| on(verb, faults::add),
        page: Page::new(
            "add_fault",
            "Sets a fault, of requests or of callbacks; with `bench.enabled`",
        )
        .body::<super::fault_fields::FaultFields>()
        .replies(&[Success::json::<faults::FaultSet>(StatusCode::CREATED, "Set")])
        .conflict(),
    },
    Route {
        verb: Verb::Get,
        path: FAULTS,
        serve: |verb| on(verb, faults::list),
        page: Page::new("list_faults", "Lists an app's faults; with `bench.enabled`")
            .replies(&[Success::json::<faults::FaultList>(StatusCode::OK, "All of them")]),
    },
    Route {
        verb: Verb::Delete,
        path: FAULTS,
        serve: |verb| on(verb, faults::remove_all),
        page: Page::new("remove_faults", "Removes an app's faults; with `bench.enabled`")
            .replies(&[Success::nothing("There are none")]),
    },
    Route {
        verb: Verb::Get,
        path: FAULT,
        serve: |verb| on(verb, faults::get),
        page: Page::new("get_fault", "Shows a fault; with `bench.enabled`")
            .replies(&[Success::json::<faults::FaultRow>(StatusCode::OK, "The fault")]),
    },
    Route {
        verb: Verb::Delete,
        path: FAULT,
        serve: |verb| on(verb, faults::remove),
        page: Page::new("remove_fault", "Removes a fault; with `bench.enabled`")
            .replies(&[Success::nothing("Removed")]),
    },
    Route {
        verb: Verb::Post,
        path: RELEASE,
        serve: |verb| on(verb, faults::release),
        page: Page::new(
            "release_callbacks",
            "Lets callbacks go on that a fault keeps; with `bench.enabled`",
        )
        .optional_body::<faults::ReleaseFields>()
        .replies(&[Success::json::<faults::Released>(StatusCode::OK, "They go on")]),
    },
    Route {
        verb: Verb::Get,
        path: SNAPSHOTS,
        serve: |verb| on(verb, snapshots::list),
        page: Page::new("list_snapshots", "Lists an app's snapshots; with `bench.enabled`")
            .replies(&[Success::json::<snapshots::SnapshotList>(StatusCode::OK, "All of them")]),
    },
    Route {
        verb: Verb::Get,
        path: ONLINE,
        serve: |verb| on(verb, presence::get),
        page: Page::new("get_online", "Shows whether an account is online by hand")
            .replies(&[Success::json::<presence::Presence>(StatusCode::OK, "Whether it is")]),
    },
    Route {
        verb: Verb::Put,
        path: ONLINE,
        serve: |verb| on(verb, presence::set_online),
        page: Page::new("set_online", "Sets an account online")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::nothing("Online, until it is set offline or the app is reset")])
            .conflict(),
    },
    Route {
        verb: Verb::Delete,
        path: ONLINE,
        serve: |verb| on(verb, presence::set_offline),
        page: Page::new("set_offline", "Sets an account offline")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::nothing("Offline, as far as it was set online by hand")]),
    },
    Route {
        verb: Verb::Get,
        path: ROOMS,
        serve: |verb| on(verb, rooms::list),
        page: Page::new("list_rooms", "Lists an app's rooms, by id")
            .query::<page::PageParams>()
            .replies(&[Success::json::<rooms::RoomPage<'static>>(StatusCode::OK, "A page")]),
    },
    Route {
        verb: Verb::Get,
        path: ROOM,
        serve: |verb| on(verb, rooms::get),
        page: Page::new("get_room", "Shows a room")
            .replies(&[Success::json::<room::Room<'static>>(StatusCode::OK, "The room")]),
    },
    Route {
        verb: Verb::Get,
        path: MEMBERS,
        serve: |verb| on(verb, members::list),
        page: Page::new("list_members", "Lists a room's members, in the order of coming in")
            .query::<page::PageParams>()
            .replies(&[Success::json::<members::MemberPage<'static>>(StatusCode::OK, "A page")]),
    },
    Route {
        verb: Verb::Post,
        path: MEMBERS,
        serve: |verb| on(verb, entries::enter),
        page: Page::new("enter_many", "Many enter")
            .query::<members::EnterParams>()
            .body::<entries::EntriesFields<'static>>()
            .replies(&[Success::json::<entries::Entries<'static>>(
                StatusCode::OK,
                "Who entered, who was in and who may not; together the length of the list",
            )]),
    },
    Route {
        verb: Verb::Put,
        path: MEMBER,
        serve: |verb| on(verb, members::enter),
        page: Page::new("enter", "One enters")
            .query::<members::EnterParams>()
            .optional_body::<members::EnterFields<'static>>()
            .replies(&[
                Success::json::<member::MemberRow<'static>>(
                    StatusCode::CREATED,
                    "Entered, or came in once more with another session",
                ),
                Success::json::<member::MemberRow<'static>>(
                    StatusCode::OK,
                    "Was in already, and nothing changed",
                ),
            ])
            .codes(&[
                (StatusCode::FORBIDDEN, 100_016),
                (StatusCode::FORBIDDEN, 100_018),
                (StatusCode::FORBIDDEN, 100_019),
                (StatusCode::CONFLICT, 100_008),
            ]),
    },
    Route {
        verb: Verb::Delete,
        path: MEMBER,
        serve: |verb| on(verb, members::leave),
        page: Page::new("leave", "One leaves")
            .query::<members::LeaveParams>()
            .replies(&[Success::nothing("Left")])
            .codes(&[(StatusCode::NOT_FOUND, 100_005)]),
    },
    Route {
        verb: Verb::Put,
        path: SEAT_QUEUE,
        serve: |verb| on(verb, seat_queue::ask),
        page: Page::new("ask_for_seat", "A client asks for a seat, and waits")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::empty(StatusCode::CREATED, "Waits")])
            .codes(&[
                (StatusCode::NOT_FOUND, 100_005),
                (StatusCode::CONFLICT, 100_202),
                (StatusCode::CONFLICT, 100_203),
                (StatusCode::CONFLICT, 100_211),
            ]),
    },
    Route {
        verb: Verb::Delete,
        path: SEAT_QUEUE,
        serve: |verb| on(verb, seat_queue::withdraw),
        page: Page::new("withdraw_from_queue", "A client asks for a seat no longer")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::nothing("Waits no longer")])
            .codes(&[
                (StatusCode::NOT_FOUND, 100_005),
                (StatusCode::NOT_FOUND, 100_204),
                (StatusCode::CONFLICT, 100_211),
            ]),
    },
];

/// Routes behind the layers whose work has bounds of its own, and is not cut off by
/// `server.request_timeout`.
pub(super) const PATIENT: &[Route] = &[
    Route {
        verb: Verb::Post,
        path: ADVANCE,
        serve: |verb| on(verb, clock::advance),
        page: Page::new("advance_clock", "Moves an app's clock; with `bench.enabled`")
            .body::<clock::AdvanceFields>()
            .replies(&[Success::json::<clock::Moved>(StatusCode::OK, "What became due on the way")])
            .conflict(),
    },
    Route {
        verb: Verb::Post,
        path: SNAPSHOT,
        serve: |verb| on(verb, snapshots::take),
        page: Page::new(
            "take_snapshot",
            "Keeps an app's whole state under a name; with `bench.enabled`",
        )
        .optional_body::<super::body::NoFields>()
        .replies(&[
            Success::json::<snapshots::SnapshotRow>(StatusCode::CREATED, "Kept"),
            Success::json::<snapshots::SnapshotRow>(
                StatusCode::OK,
                "Kept, in the place of what had the name before",
            ),
        ])
        .conflict(),
    },
    // Not patient itself, but the methods of one path go together.
    Route {
        verb: Verb::Delete,
        path: SNAPSHOT,
        serve: |verb| on(verb, snapshots::remove),
        page: Page::new("remove_snapshot", "Removes a snapshot; with `bench.enabled`")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::nothing("It is gone; the app is as it was")]),
    },
    Route {
        verb: Verb::Post,
        path: RESTORE,
        serve: |verb| on(verb, snapshots::restore),
        page: Page::new(
            "restore_snapshot",
            "Puts an app back to a snapshot, or leaves it as it is; with `bench.enabled`",
        )
        .optional_body::<super::body::NoFields>()
        .replies(&[Success::json::<exchange::Report>(StatusCode::OK, "What is there now")])
        .conflict(),
    },
    Route {
        verb: Verb::Get,
        path: REQUESTS,
        serve: |verb| on(verb, requests::list),
        page: Page::new(
            "list_requests",
            "Lists what an app was asked and what was answered, and waits for it; with \
             `bench.enabled`",
        )
        .query::<requests::RequestParams>()
        .replies(&[Success::json::<requests::RequestPage<'static>>(StatusCode::OK, "A page")]),
    },
    Route {
        verb: Verb::Get,
        path: CALLBACKS,
        serve: |verb| on(verb, callbacks::list),
        page: Page::new(
            "list_callbacks",
            "Lists what an app's receiver was told or is to be told, and waits for it",
        )
        .query::<callbacks::CallbackParams>()
        .replies(&[Success::json::<callbacks::CallbackPage<'static>>(StatusCode::OK, "A page")]),
    },
    Route {
        verb: Verb::Post,
        path: REPLAY,
        serve: |verb| on(verb, callbacks::replay),
        page: Page::new("replay_callback", "Sends a callback once more, and waits for the answer")
            .optional_body::<super::body::NoFields>()
            .replies(&[Success::json::<callbacks::CallbackRow<'static>>(
                StatusCode::OK,
                "The callback, with the attempt that was made",
            )])
            .conflict(),
    },
];

/// Routes behind the layers but those that read a body whole: their bodies and answers are streams.
pub(super) const STREAMED: &[Route] = &[
    Route {
        verb: Verb::Get,
        path: EXPORT,
        serve: |verb| on(verb, exchange::export),
        page: Page::new("export_app", "Writes down an app's whole state, one record a line")
            .replies(&[Success::text(
                exchange::MEDIA_TYPE,
                "The lines; if the last one is missing, something was cut off",
            )])
            .conflict(),
    },
    Route {
        verb: Verb::Put,
        path: IMPORT,
        serve: |verb| on(verb, exchange::import),
        page: Page::new(
            "import_app",
            "Puts an app's whole state in the place of the present one, or leaves that as it is",
        )
        .text_body(exchange::MEDIA_TYPE)
        .replies(&[Success::json::<exchange::Report>(StatusCode::OK, "What is there now")])
        .conflict(),
    },
];

/// Routes for orchestrators, which come by any address and have no token. The main listener
/// answers them too.
pub(super) const PROBES: &[Route] = &[
    Route {
        verb: Verb::Get,
        path: "/healthz",
        serve: |verb| on(verb, probes::probe),
        page: Page::new("healthz", "Says that the process is there")
            .replies(&[Success::text("text/plain", "It is there")]),
    },
    Route {
        verb: Verb::Get,
        path: "/readyz",
        serve: |verb| on(verb, probes::probe),
        page: Page::new("readyz", "Says that the server is ready").replies(&[
            Success::text("text/plain", "It is ready"),
            Success::not_yet("text/plain", "It is not ready: the store is being opened"),
        ]),
    },
];

/// The control plane as a service.
pub fn router(plane: Plane) -> Router {
    let plane = Arc::new(plane);
    let guarded =
        served(GUARDED).fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    let patient = served(PATIENT).method_not_allowed_fallback(method_not_allowed);
    let streamed = served(STREAMED).method_not_allowed_fallback(method_not_allowed);
    let open = served(PROBES).method_not_allowed_fallback(method_not_allowed);
    let [guarded, patient, streamed, open] =
        [guarded, patient, streamed, open].map(|routes| routes.with_state(Arc::clone(&plane)));
    layers::around(guarded, patient, streamed, &plane).merge(open)
}

/// Methods of one path are merged by the router.
fn served(routes: &[Route]) -> Router<Arc<Plane>> {
    routes.iter().fold(Router::new(), |router, route| {
        router.route(route.path, (route.serve)(route.verb.filter()))
    })
}

async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed()
}

async fn not_found() -> Problem {
    Problem::not_found("path: nothing is here")
}
