//! Writing the rows that the filter shows. The loop owns them, so it makes them into text, some hundred at a
//! time and only when the writer has room for more; a thread of its own writes them. A million rows hold up
//! neither a key nor a frame, and are never all in memory as text.

use std::io::{self, ErrorKind, Write};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::beside::{Beside, expand};
use super::clipboard;
use super::output::Listing;
use super::output::rows::{self, Sheet};
use super::redact::Redactor;
use crate::model::{Failure, FailureKind};
use crate::state::{Message, NotSaved, State, Target, WriteOrder};
use crate::store::query::{Query, Scratch};
use crate::store::{Handle, Held};

/// So many rows are made into text in one go: about a millisecond.
const ROWS: usize = 256;
/// So many goes may wait for the disk.
const WAITING: usize = 16;
/// How many messages may wait for the loop.
const TOLD: usize = 8;

/// The export that is under way, if there is one.
#[derive(Debug)]
pub(super) struct Exporter {
    job: Option<Export>,
    messages: mpsc::Sender<Message>,
}

/// Rows on their way out.
#[derive(Debug)]
struct Export {
    sheet: Sheet,
    query: Query,
    scratch: Scratch,
    generated_at: Timestamp,
    handles: std::vec::IntoIter<Handle>,
    begun: bool,
    written: usize,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    /// A thread that writes a file.
    File(mpsc::Sender<Piece>),
    /// As much as a clipboard takes.
    Clipboard(Vec<u8>),
}

#[derive(Debug)]
enum Piece {
    Text(Vec<u8>),
    /// All of it was sent: so many rows.
    End(usize),
}

/// What an export for the clipboard ended with.
#[derive(Debug)]
pub(super) enum Made {
    /// Nothing for the loop to do.
    Nothing,
    /// A text for the clipboard, and what it is.
    Clipping(String, String),
    /// Something to say.
    Said(String),
}

impl Exporter {
    /// Who writes, and where it is told what came of it.
    pub(super) fn new() -> (Self, mpsc::Receiver<Message>) {
        let (messages, told) = mpsc::channel(TOLD);
        (Self { job: None, messages }, told)
    }

    /// Whether there are rows to be made into text.
    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Waits until there is room for more; never ends where nothing is under way.
    pub(super) async fn room(&self) {
        match self.job.as_ref().map(|job| &job.sink) {
            // A writer that gave up has closed its end: then there is room for the news of it.
            Some(Sink::File(writer)) => drop(writer.reserve().await),
            Some(Sink::Clipboard(_)) => tokio::task::yield_now().await,
            None => std::future::pending().await,
        }
    }

    /// Begins with the rows as they are shown now.
    ///
    /// # Errors
    /// Where another one is under way: what to say.
    pub(super) fn begin(&mut self, state: &State, order: &WriteOrder, at: Timestamp) -> Result<(), String> {
        if self.job.is_some() {
            return Err("rows are being written still: wait for their end".to_owned());
        }
        let shown = state.shown_columns();
        let sheet = Sheet {
            form: order.form,
            columns: rows::columns(shown.iter().map(|column| column.spec)),
            presenter: state.presenter.clone(),
            zone: state.settings.zone.clone(),
        };
        let sink = match &order.target {
            Target::Clipboard => Sink::Clipboard(Vec::new()),
            Target::File(_) => Sink::File(self.writer(order.clone())),
        };
        let handles = state.rows().slice(0, state.rows().len()).into_iter();
        let (query, scratch) = (state.query().clone(), Scratch::default());
        self.job =
            Some(Export { sheet, query, scratch, generated_at: at, handles, begun: false, written: 0, sink });
        Ok(())
    }

    /// Makes some more rows into text.
    pub(super) fn step(&mut self, state: &State, redactor: &Redactor) -> Made {
        let Some(job) = &mut self.job else { return Made::Nothing };
        let text = match job.text(state) {
            // The same is said of every text that leaves: no key is in it.
            Ok(text) => redactor.clean(&String::from_utf8_lossy(&text)).into_bytes(),
            Err(error) => {
                self.job = None;
                return Made::Said(format!("the rows cannot be written: {error}"));
            }
        };
        let over = job.handles.len() == 0;
        match &mut job.sink {
            Sink::File(writer) => {
                let sent = writer.try_send(Piece::Text(text)).is_ok();
                if over && sent {
                    let (writer, rows) = (writer.clone(), job.written);
                    tokio::spawn(async move { writer.send(Piece::End(rows)).await });
                }
                // Where it was not sent, the writer gave up and has told why.
                if over || !sent {
                    self.job = None;
                }
                Made::Nothing
            }
            Sink::Clipboard(all) => {
                all.extend_from_slice(&text);
                if all.len() > clipboard::most() {
                    self.job = None;
                    let most = clipboard::most();
                    return Made::Said(format!(
                        "nothing was copied: the rows have more than the {most} bytes that the clipboard takes; w writes them to a file"
                    ));
                }
                if !over {
                    return Made::Nothing;
                }
                let (text, rows) = (String::from_utf8_lossy(all).into_owned(), job.written);
                self.job = None;
                Made::Clipping(text, if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") })
            }
        }
    }

    /// A thread that writes what it is sent.
    fn writer(&self, order: WriteOrder) -> mpsc::Sender<Piece> {
        let (sender, pieces) = mpsc::channel(WAITING);
        let told = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let (rows, written) = match write(&order, pieces) {
                Ok(Some((rows, bytes))) => (rows, Ok(bytes)),
                // Called off: nobody waits for it.
                Ok(None) => return,
                Err(error) => (0, Err(not_saved(&error, order.replace))),
            };
            let _ = told.blocking_send(Message::Written(order, rows, written));
        });
        sender
    }

    /// Does something that blocks on a thread of its own, and says what came of it.
    pub(super) fn tell(&self, work: impl FnOnce() -> String + Send + 'static) {
        let told = self.messages.clone();
        tokio::task::spawn_blocking(move || drop(told.blocking_send(Message::Remark(work()))));
    }

    /// Writes something that is a text already.
    pub(super) fn write_text(&self, order: WriteOrder, text: String) {
        let writer = self.writer(order);
        tokio::spawn(async move {
            let _ = writer.send(Piece::Text(text.into_bytes())).await;
            let _ = writer.send(Piece::End(0)).await;
        });
    }
}

impl Export {
    /// The next piece of the text.
    fn text(&mut self, state: &State) -> io::Result<Vec<u8>> {
        let taken: Vec<Handle> = self.handles.by_ref().take(ROWS).collect();
        // A job may have gone since, and another one come in its place.
        let jobs: Vec<Held<'_>> = taken
            .iter()
            .filter_map(|handle| state.store.job(*handle))
            .filter(|held| state.store.is_meant(*held, &self.query, self.generated_at, &mut self.scratch))
            .collect();
        let zone = &self.sheet.zone;
        let listing = Listing {
            store: &state.store,
            jobs: &jobs,
            generated_at: self.generated_at,
            zone,
            bounded: false,
            presenter: &self.sheet.presenter,
        };
        let mut text = Vec::with_capacity(jobs.len() * 256);
        if !std::mem::replace(&mut self.begun, true) {
            self.sheet.begin(&listing, &mut text)?;
        }
        self.sheet.rows(&listing, self.written == 0, &mut text)?;
        self.written += jobs.len();
        if self.handles.len() == 0 {
            self.sheet.end(&mut text)?;
        }
        Ok(text)
    }
}

fn write(order: &WriteOrder, mut pieces: mpsc::Receiver<Piece>) -> io::Result<Option<(usize, u64)>> {
    let Target::File(path) = &order.target else { return Ok(None) };
    let path = expand(path);
    if !order.replace && path.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut file = Beside::create(&path)?;
    let mut bytes = 0;
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Text(text) => {
                file.write_all(&text)?;
                bytes += u64::try_from(text.len()).unwrap_or_default();
            }
            Piece::End(rows) => {
                file.settle(order.replace)?;
                return Ok(Some((rows, bytes)));
            }
        }
    }
    Ok(None)
}

fn not_saved(error: &io::Error, replace: bool) -> NotSaved {
    match error.kind() {
        ErrorKind::AlreadyExists if !replace => NotSaved::Exists,
        ErrorKind::Other if error.get_ref().is_none() => {
            NotSaved::Failed(Failure::new(FailureKind::Internal, "the file was not written"))
        }
        _ => NotSaved::Unwritten(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
