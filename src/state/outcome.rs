//! What became of something that the rim was to do, or did by itself: texts, deletions, savings, keys,
//! usage, bundles.

use super::{Action, Effect, Message, State};

impl State {
    /// Takes what became of something that the rim was to do, or did by itself.
    pub(super) fn take_outcome(&mut self, message: Message) -> Vec<Effect> {
        let now = self.now;
        match message {
            Message::Fetched(number, fetched) => {
                self.take_text(number, fetched);
                // The screen may have become another one on the way.
                return self.rewrap();
            }
            Message::Deleted(victim, deleted) => self.take_deleted(victim, deleted),
            Message::DeletionEnded(end) => self.end_deletion(end),
            Message::SavedOne(key, order, saved) => self.take_saved_one(key, &order, saved),
            Message::Saved(order, saved) => self.take_saved(order, saved),
            Message::KeyExchanged(key, label) => {
                self.remark(format!("key {} was exchanged", label.name));
                self.store.exchange_key(key, label, now);
                return self.forget_usage(key);
            }
            Message::KeyNotFetched(key, why) => {
                let events = self.key_of(Action::OpenEvents);
                self.remark(format!("a key could not be fetched again; {events} lists why"));
                self.store.note_key_not_fetched(key, &why, now);
            }
            Message::Usage(number, source, answer) => self.take_usage(number, source, answer),
            Message::Written(order, rows, written) => self.take_written(order, rows, written),
            Message::Bundled(delivery) => self.tell_of_bundle(delivery),
            // Whatever else there is was taken before.
            _ => {}
        }
        Vec::new()
    }
}
