//! Realtime sessions on the wire: the core says what is said, this says it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::time::timeout;

use crate::sandbox::core::{Opening, Session};

/// A session without audio or ping ends after three minutes (the vendor's limits page).
const SILENCE: Duration = Duration::from_secs(180);

/// Holds the session until one side ends it.
pub(super) async fn hold(mut socket: WebSocket, opening: Opening) {
    if socket.send(Message::text(opening.first)).await.is_err() {
        return;
    }
    if let Some((error, code)) = opening.closing {
        let _ = socket.send(Message::text(error)).await;
        close(&mut socket, code).await;
        return;
    }
    let mut session = Session::default();
    loop {
        let said = match timeout(SILENCE, socket.recv()).await {
            Ok(Some(Ok(Message::Text(text)))) => session.hear(&text),
            Ok(Some(Ok(Message::Binary(_)))) => session.hear_audio(),
            // Pings are answered below here.
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return,
            Err(_) => return close(&mut socket, 1011).await,
        };
        for message in said.messages {
            if socket.send(Message::text(message)).await.is_err() {
                return;
            }
        }
        if let Some(code) = said.close {
            return close(&mut socket, code).await;
        }
    }
}

async fn close(socket: &mut WebSocket, code: u16) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
}
