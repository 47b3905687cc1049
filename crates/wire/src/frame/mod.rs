//! The frames. What a phone may say stands in [`client`], what a relay may say in [`relay`], side by side so
//! that they cannot drift; a relay answers each request with one frame of the same request number.

mod client;
mod refusal;
mod relay;

pub use client::{
    Acknowledge, Authenticate, ClientFrame, CloseAccount, CountPreKeys, FetchBundles, LookUp, Ping,
    PublishPreKeys, Register, RequestCertificate, Submit,
};
pub use refusal::{Farewell, Refusal};
pub use relay::{
    Accepted, Authenticated, Bundles, Certificate, Closed, Deliver, Found, Goodbye, Pong, PreKeyCounts,
    PreKeysStored, Refused, Registered, RelayFrame, Welcome,
};
