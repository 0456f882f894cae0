//! Multipart submissions off the wire: the configuration whole, and of the audio its beginning and its size. The
//! parts come in any order and with whatever content types the vendor's clients give them.

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};

use crate::sandbox::core::{BadUpload, CONFIG_LIMIT, HEAD, Submission, Upload};

/// "Less than 1 GB", the vendor's limits page says.
pub(super) const FILE_LIMIT: u64 = 1 << 30;

/// Reads the whole body.
pub(super) async fn read(request: Request) -> Result<Submission, BadUpload> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| BadUpload::Malformed)?;
    let mut submission = Submission::default();
    while let Some(part) = parts.next_field().await.map_err(|_| BadUpload::Malformed)? {
        match part.name().map(str::to_owned).as_deref() {
            Some("config") => submission.config = Some(read_config(part).await?),
            Some("data_file") => submission.data_file = Some(read_file(part).await?),
            // What else is sent (`text_file`, of old) is read and left.
            _ => drop(read_file(part).await?),
        }
    }
    Ok(submission)
}

async fn read_config(mut part: Field<'_>) -> Result<String, BadUpload> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| BadUpload::Malformed)? {
        if bytes.len() + chunk.len() > CONFIG_LIMIT {
            return Err(BadUpload::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn read_file(mut part: Field<'_>) -> Result<Upload, BadUpload> {
    let name = part.file_name().unwrap_or_default().to_owned();
    let mut file = Upload { name, head: Vec::new(), bytes: 0 };
    while let Some(chunk) = part.chunk().await.map_err(|_| BadUpload::Malformed)? {
        file.bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if file.bytes > FILE_LIMIT {
            return Err(BadUpload::TooLarge);
        }
        let room = HEAD.saturating_sub(file.head.len()).min(chunk.len());
        file.head.extend_from_slice(chunk.get(..room).unwrap_or_default());
    }
    Ok(file)
}
