//! Connections to the mail server: bounded in number, reused only after a clean exchange.
//!
//! Called by the e-mail channel. The library's own pool puts a connection back when a send is
//! abandoned half-way, and the next mail would then read the earlier mail's answer. Here a
//! connection leaves the pool for a send and returns only if the exchange ended well.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    address::Envelope,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
        response::Response,
    },
};
use tokio::{sync::Semaphore, time::timeout};

use super::{Config, Security};
use crate::channel::SendError;

/// The connections of one configured mail server.
pub(super) struct Pool {
    config: Config,
    tls: Option<TlsParameters>,
    limit: Duration,
    busy: Semaphore,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Pool {
    pub(super) fn new(config: Config, tls: Option<TlsParameters>, limit: Duration) -> Self {
        let busy = Semaphore::new(config.connections);
        Self { config, tls, limit, busy, idle: Mutex::new(Vec::new()) }
    }

    /// Sends one mail and returns the server's last line. Takes at most twice the time limit:
    /// once to wait for a free connection, once to send.
    pub(super) async fn deliver(&self, to: &Envelope, mail: &[u8]) -> Result<String, SendError> {
        let Ok(Ok(_permit)) = timeout(self.limit, self.busy.acquire()).await else {
            return Err(SendError::temporary(format!(
                "All {} connections to the mail server {} are busy.",
                self.config.connections, self.config.host
            )));
        };
        match timeout(self.limit, self.exchange(to, mail)).await {
            Ok(result) => result,
            Err(_elapsed) => Err(SendError::temporary(format!(
                "The mail server {} did not answer within {} ms.",
                self.config.host, self.config.timeout_ms
            ))),
        }
    }

    async fn exchange(&self, to: &Envelope, mail: &[u8]) -> Result<String, SendError> {
        let mut connection = match self.reuse().await {
            Some(connection) => connection,
            // Nothing before the mail itself says anything about this mail: a wrong password or
            // a server without STARTTLS can be put right while the message waits.
            None => self.connect().await.map_err(|e| {
                SendError::temporary(format!(
                    "Could not open a session with the mail server {}:{}: {}",
                    self.config.host,
                    self.config.port,
                    explain(&e)
                ))
            })?,
        };
        let response = connection.send(to, mail).await.map_err(|e| self.refusal(&e))?;
        if !connection.has_broken() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        Ok(answer(&response))
    }

    async fn reuse(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let parked = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = parked?;
            if connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let hello = ClientId::Domain(self.config.hello_name.clone());
        let address = (self.config.host.as_str(), self.config.port);
        let implicit = match self.config.security {
            Security::Implicit => self.tls.clone(),
            Security::None | Security::StartTls => None,
        };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.limit), &hello, implicit, None)
                .await?;
        if self.config.security == Security::StartTls
            && let Some(tls) = self.tls.clone()
        {
            connection.starttls(tls, &hello).await?;
        }
        if let (Some(user), Some(password)) = (&self.config.username, &self.config.password) {
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &login).await?;
        }
        Ok(connection)
    }

    fn refusal(&self, e: &SmtpError) -> SendError {
        let host = &self.config.host;
        let why = explain(e);
        if e.is_permanent() || e.is_client() {
            SendError::permanent(format!("The mail server {host} refused the message: {why}"))
        } else if e.is_transient() {
            SendError::temporary(format!("The mail server {host} deferred the message: {why}"))
        } else {
            SendError::temporary(format!("The session with {host} broke off: {why}"))
        }
    }
}

/// The server's own words, with its code; or the library's for our side of the line.
fn explain(e: &SmtpError) -> String {
    use std::error::Error as _;
    let cause = e.source().map_or_else(|| e.to_string(), ToString::to_string);
    match e.status() {
        Some(code) => format!("{code} {cause}"),
        None => cause,
    }
}

fn answer(response: &Response) -> String {
    format!("{} {}", response.code(), response.first_line().unwrap_or_default())
}
