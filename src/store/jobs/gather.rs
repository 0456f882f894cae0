//! Listings that are gathered once, to be read when all are there: what is not kept up meanwhile (the counts,
//! what can be told of the texts, the order by age), and how the order is made at the end.

use super::super::index::Index;
use super::super::order::Order;
use super::{Handle, Jobs, List};
use crate::model::Fleet;
use crate::store::query::Signature;

/// For so many jobs of an environment there is room from the first on, of five bytes each: to make room later
/// takes a look at every job that is there.
const ROOM: usize = 28_000;

impl Jobs {
    /// For listings that are gathered once. Nothing is counted, and there is no order by age before
    /// [`Jobs::arrange`].
    pub(in crate::store) fn gathering(fleet: &Fleet) -> Self {
        let mut jobs = Self::new(fleet);
        jobs.gathers = true;
        for place in &mut jobs.places {
            place.index = Index::with_room(ROOM);
        }
        jobs
    }

    pub(in crate::store) fn gathers(&self) -> bool {
        self.gathers
    }

    /// What can be told of a job's text without reading it; also of one that has gone.
    pub(in crate::store) fn signature(&self, handle: Handle) -> Option<Signature> {
        if self.gathers { Some(Signature::ANY) } else { self.signatures.get(handle).copied() }
    }

    /// Notes what can be told of the text of a listing that came or changed.
    pub(super) fn sign(&mut self, handle: Handle) {
        if !self.gathers
            && let Some(row) = self.slab.get(handle)
        {
            self.signatures.set(handle, self.words.signature(row), Signature::ANY);
        }
    }

    /// Puts in order by age what has been gathered. Each source's listings are in order already, so that they
    /// only have to be merged.
    pub(in crate::store) fn arrange(&mut self) {
        let of_list = |list: &List| {
            let environment = list.environment;
            let rows = list.order.iter().filter_map(|handle| Some((handle, self.slab.get(handle)?)));
            rows.filter(|(_, row)| row.shown)
                .map(move |(handle, row)| (row.created(), environment, handle))
                .collect::<Vec<_>>()
        };
        let mut shown: Vec<_> = self.lists.iter().flat_map(of_list).collect();
        let id = |handle| self.slab.get(handle).map_or("", |row| row.id(&self.words));
        // `by_age` says the same, but looks everything up again and again.
        shown.sort_by(|(a_created, a_environment, a), (b_created, b_environment, b)| {
            let by_moment = b_created.cmp(a_created).then_with(|| a_environment.cmp(b_environment));
            by_moment.then_with(|| id(*a).cmp(id(*b)))
        });
        let mut ages = Order::default();
        for (.., handle) in shown {
            ages.push(handle);
        }
        self.ages = ages;
    }
}
