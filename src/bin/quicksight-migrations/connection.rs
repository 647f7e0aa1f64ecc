//! A connection that never waits for ever.

use std::time::Duration;

use mysql::{Conn, Opts, OptsBuilder};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How soon the kernel asks whether the other machine is still there, however long it may think.
const KEEPALIVE_MS: u32 = 60_000;

#[derive(Debug, thiserror::Error)]
pub(crate) enum NotConnected {
    #[error("could not connect to {host}, port {port}")]
    Failed { host: String, port: u16, source: mysql::Error },

    /// The driver would panic.
    #[error("the URL asks for TLS, which this build does not have; build it with --features cli")]
    NoTls,
}

/// Connects as the URL says. Its own time-outs stand; a host that does not answer is given up after
/// `connect_timeout`, and a statement after `read_timeout`.
pub(crate) fn connect(
    given: Opts,
    connect_timeout: Option<Duration>,
    read_timeout: Duration,
) -> Result<Conn, NotConnected> {
    if given.get_ssl_opts().is_some() && !cfg!(feature = "cli") {
        return Err(NotConnected::NoTls);
    }
    let (host, port) = (given.get_ip_or_hostname().into_owned(), given.get_tcp_port());
    let connect_timeout = connect_timeout.or(given.get_tcp_connect_timeout());
    let keepalive = given.get_tcp_keepalive_time_ms().unwrap_or(KEEPALIVE_MS);
    let opts = OptsBuilder::from_opts(given)
        .tcp_connect_timeout(connect_timeout.or(Some(CONNECT_TIMEOUT)))
        .read_timeout(Some(read_timeout))
        .write_timeout(Some(WRITE_TIMEOUT))
        .tcp_keepalive_time_ms(Some(keepalive));
    Conn::new(opts).map_err(|source| NotConnected::Failed { host, port, source })
}
