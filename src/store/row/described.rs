//! What a query asks of a job, answered by a listing.

use jiff::Timestamp;

use super::Held;
use crate::model::JobError;
use crate::store::query::{Described, Signature};

impl Described for Held<'_> {
    fn id(&self) -> &str {
        Held::id(*self)
    }

    fn status(&self) -> &str {
        Held::status(*self).as_str()
    }

    fn created_at(&self) -> Option<Timestamp> {
        Held::created_at(*self)
    }

    fn data_name(&self) -> &str {
        Held::data_name(*self)
    }

    fn duration_s(&self) -> Option<u64> {
        Held::duration_s(*self)
    }

    fn language(&self) -> Option<&str> {
        Held::language(*self)
    }

    fn model(&self) -> Option<&str> {
        Held::model(*self)
    }

    fn title(&self) -> Option<&str> {
        Held::title(*self)
    }

    fn reference(&self) -> Option<&str> {
        Held::reference(*self)
    }

    fn tags(&self) -> &[Box<str>] {
        Held::tags(*self)
    }

    fn errors(&self) -> &[JobError] {
        Held::errors(*self)
    }

    fn joined(&self) -> Option<(&str, [usize; 3])> {
        let text = self.part(None, 3);
        Some((text, [self.row.end(0), self.row.end(1), self.row.end(2)]))
    }

    fn signature(&self) -> Signature {
        *self.signature
    }
}
