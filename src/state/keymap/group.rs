//! What an action is for, so that the help can put together what belongs together. The keys themselves stand in
//! the one table.

use crate::state::Action;

/// What an action is for, in the order of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter, strum::Display)]
pub enum Group {
    /// To see other jobs, or in another order.
    Find,
    /// To do something to jobs or to the polling.
    Act,
    /// To look at something else, or at the same otherwise.
    Look,
    /// To take something out of the program.
    #[strum(to_string = "Carry away")]
    CarryAway,
    /// To move about.
    Move,
    /// To go.
    Leave,
}

impl Group {
    /// What an action is for. What is not named here makes something else to be seen.
    pub fn of(action: Action) -> Self {
        use Action as A;
        match action {
            A::RowDown
            | A::RowUp
            | A::PageDown
            | A::PageUp
            | A::Top
            | A::Bottom
            | A::NextTab
            | A::PreviousTab
            | A::NextJob
            | A::PreviousJob => Self::Move,
            A::CopyIds
            | A::CopyUrls
            | A::CopyCommands
            | A::CopyView
            | A::CopyEvent
            | A::CopyEvents
            | A::SaveMarked
            | A::SaveExpiring
            | A::Save
            | A::WriteRows
            | A::WriteScreen
            | A::Bundle => Self::CarryAway,
            A::Quit | A::Close | A::Suspend => Self::Leave,
            other if finds(other) => Self::Find,
            other if acts(other) => Self::Act,
            _ => Self::Look,
        }
    }
}

fn finds(action: Action) -> bool {
    use Action as A;
    let filters = [A::EditFilter, A::ClearFilter, A::ToggleStuck, A::EventSeverity, A::OpenPalette];
    let words = [A::Find, A::FindNext, A::FindPrevious];
    let sorts = [A::SortNext, A::SortPrevious, A::SortReverse, A::ThenNext, A::ThenReverse];
    let views = [A::View1, A::View2, A::View3, A::View4, A::View5, A::View6, A::View7, A::View8, A::View9];
    let finds = filters.iter().chain(&words).chain(&sorts).chain(&views);
    action == A::NoView || finds.copied().any(|own| own == action)
}

fn acts(action: Action) -> bool {
    use Action as A;
    let on_jobs = [A::ToggleMark, A::MarkRange, A::MarkAll, A::ClearMarks, A::Delete, A::ToggleFollow];
    let on_polling = [A::RefreshNow, A::ReloadKeys, A::TogglePause, A::ShortenInterval, A::LengthenInterval];
    let on_news = [A::DismissBanner, A::RestoreBanners, A::ToggleAlerts];
    on_jobs.iter().chain(&on_polling).chain(&on_news).any(|own| *own == action)
}
