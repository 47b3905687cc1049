//! The admin port. It reports whether the relay is alive and ready, its counters, and the events that pass through
//! it.
//!
//! | path | answers | needs the token |
//! |---|---|---|
//! | `/healthz` | the process runs | no |
//! | `/readyz` | the relay accepts transactions, new rows and connections | no |
//! | `/metrics` | counters, in the Prometheus text format | no |
//! | `/passing` | each event that passes, as JSON Lines, until the follower leaves | yes |
//! | `POST /takedown/NAME` | takes the public channel `@NAME` down | yes |
//!
//! At most [`ADMIN_CONNECTIONS`] are open at once, each for one answer, and each has [`bounded::ADMIN_REQUEST`] to ask.
//!
//! It listens on another port than the phones' and, by default, on loopback. Events that pass are communications
//! data. The token that `/passing` asks for is in the data directory, so that only those who may read the rows may
//! follow. Requests that name another host are refused: otherwise a web page could read the port through a name
//! that it controls (DNS rebinding).

mod bounded;
mod follow;
mod guard;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pillarbox_wire::ChannelName;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

pub(crate) use bounded::ADMIN_CONNECTIONS;
use bounded::Bounded;
pub(crate) use follow::{Followers, PassingFeed};
pub(crate) use guard::AdminToken;

use crate::server::files::presence::Presence;
use crate::server::metrics::Metrics;
use crate::server::phones::queue::{Queue, TakedownOrder};
use crate::server::readiness::Readiness;

/// State that the admin port shows.
pub(crate) struct Admin {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ready: Arc<Readiness>,
    pub(crate) presence: Presence,
    pub(crate) followers: Followers,
    pub(crate) token: AdminToken,
    pub(crate) queue: Arc<Queue>,
}

/// Answers on `listener` until `stop` signals, and until every answer in progress has ended.
pub(crate) async fn serve(
    listener: TcpListener,
    admin: Arc<Admin>,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let own = listener.local_addr()?;
    let routes = Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/passing", get(passing))
        .route("/takedown/{name}", post(takedown))
        .layer(middleware::from_fn_with_state(own, refuse_foreign_hosts))
        .layer(middleware::map_response(close_after))
        .with_state(admin);
    let stopped = async move {
        // A dropped sender also means stop.
        stop.wait_for(|stopping| *stopping).await.ok();
    };
    axum::serve(Bounded::new(listener), routes).with_graceful_shutdown(stopped).await
}

async fn refuse_foreign_hosts(State(own): State<SocketAddr>, request: Request, next: Next) -> Response {
    if guard::names_this_port(request.headers(), own) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this port answers to its own address only\n").into_response()
    }
}

/// Closes the connection after one answer. A connection that stayed open would deny the next client its place.
async fn close_after(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn readyz(State(admin): State<Arc<Admin>>) -> Response {
    // The files may have disappeared since the last check.
    admin.presence.look();
    match admin.ready.trouble() {
        None => "ready\n".into_response(),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, trouble).into_response(),
    }
}

async fn metrics(State(admin): State<Arc<Admin>>) -> Response {
    let format = HeaderValue::from_static("text/plain; version=0.0.4");
    ([(CONTENT_TYPE, format)], admin.metrics.render()).into_response()
}

async fn passing(State(admin): State<Arc<Admin>>, headers: HeaderMap) -> Response {
    if !admin.token.admits(&headers) {
        return (StatusCode::UNAUTHORIZED, "this needs the token from the data directory\n").into_response();
    }
    let Some(lines) = admin.followers.lines(&admin.metrics) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the relay has stopped\n").into_response();
    };
    ([(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"))], lines).into_response()
}

async fn takedown(State(admin): State<Arc<Admin>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !admin.token.admits(&headers) {
        return (StatusCode::UNAUTHORIZED, "this needs the token from the data directory\n").into_response();
    }
    let Ok(channel) = ChannelName::try_from(format!("@{name}")) else {
        return (StatusCode::NOT_FOUND, "this is no name of a channel\n").into_response();
    };
    let (answer, answered) = oneshot::channel();
    admin.queue.take_down(TakedownOrder { channel, answer });
    match answered.await {
        Ok(Ok(true)) => "taken down\n".into_response(),
        Ok(Ok(false)) => (StatusCode::NOT_FOUND, "there is no such channel\n").into_response(),
        Ok(Err(_)) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "the database refused; the log says why\n").into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the relay has stopped\n").into_response(),
    }
}
