//! What bare words find among names as they occur, and what they do not.

use jiff::Timestamp;

use super::tests::{NOW, blank, finds, meeting, read};
use super::{Scratch, Subject};

/// Names as they occur: recordings, calls, meetings, phones, call centres, podcasts, other scripts.
const NAMES: [&str; 32] = [
    "invoice-2026-11.wav",
    "INVOICE_call_with_acme.mp3",
    "Call about an invoice (final).m4a",
    "reinvoice.flac",
    "interview with voice actor.wav",
    "interview_voice_over_take2.wav",
    "in-store-voice-sample.wav",
    "customer-42.wav",
    "customer-1402.wav",
    "customer_number_42_intake.wav",
    "support call 10-04-2026 2.mp3",
    "ticket-1042.mp3",
    "Zoom Meeting 2026-11-20 GMT 103000_Recording.mp4",
    "meeting-notes.wav",
    "TeamCallNovember.wav",
    "team standup.ogg",
    "podcast_ep117_the_long_view_of_science_and_voice.mp3",
    "REC20261120103000.WAV",
    "PTT-20261120-WA0007.opus",
    "audio.wav",
    "Müller Gespräch.wav",
    "Mu\u{308}ller decomposed.wav",
    "会議の録音 2026.wav",
    "earnings-call-Q3-2026.wav",
    "court hearing vol. 3 - continued instruction.wma",
    "voicemail_+441223794497.wav",
    "news at ten.ts",
    "lecture 07 - introduction to convex optimisation.mp4",
    "incoming-call-voice-menu.wav",
    "f3b1c2d4-9e8f-4a7b-8c6d-0123456789ab.wav",
    "",
    "quarterly results, analyst call.mp3",
];

#[test]
fn bare_words_find_what_a_person_means() {
    for (word, found) in [
        (
            "invoice",
            &[
                "invoice-2026-11.wav",
                "INVOICE_call_with_acme.mp3",
                "Call about an invoice (final).m4a",
                "reinvoice.flac",
            ][..],
        ),
        (
            "invce",
            &["invoice-2026-11.wav", "INVOICE_call_with_acme.mp3", "Call about an invoice (final).m4a"],
        ),
        ("cust42", &["customer-42.wav"]),
        ("1042", &["ticket-1042.mp3"]),
        ("mtgnotes", &["meeting-notes.wav"]),
        ("teamcall", &["TeamCallNovember.wav"]),
        ("muller", &["Müller Gespräch.wav", "Mu\u{308}ller decomposed.wav"]),
        ("MÜLLER", &["Müller Gespräch.wav"]),
        ("会議", &["会議の録音 2026.wav"]),
        ("earningsq3", &[]),
        ("earnings q3", &["earnings-call-Q3-2026.wav"]),
        ("acme invoice", &["INVOICE_call_with_acme.mp3"]),
        ("qq", &[]),
        ("xyz", &[]),
        ("\"invce\"", &[]),
        ("\"an invoice\"", &["Call about an invoice (final).m4a"]),
    ] {
        let got: Vec<&str> = NAMES
            .into_iter()
            .filter(|name| {
                let mut job = blank("zz00zz00zz");
                job.data_name = (*name).into();
                finds(word, &job)
            })
            .collect();
        assert_eq!(got, found, "{word}");
    }
}

#[test]
fn ordinary_words_find_few_names_that_do_not_hold_them() {
    for word in [
        "invoice", "voice", "call", "meeting", "test", "wav", "content", "interest", "sales", "report",
        "agent",
    ] {
        let stray = NAMES.iter().filter(|name| {
            let mut job = blank("zz00zz00zz");
            job.data_name = (**name).into();
            finds(word, &job) && !name.to_lowercase().contains(word)
        });
        let stray: Vec<_> = stray.collect();
        assert!(stray.len() <= 1, "{word}: {stray:?}");
    }
}

#[test]
fn bare_words_look_in_title_reference_and_id() {
    let job = meeting();
    for (text, found) in [
        ("q3", true),
        ("acme", true),
        ("acm42", false),
        ("b2c3", true),
        ("abcde", false),
        ("brdmeet", true),
        ("rejected", false),
    ] {
        assert_eq!(finds(text, &job), found, "{text}");
    }
}

#[test]
fn one_scratch_serves_all_jobs() {
    let now: Timestamp = NOW.parse().unwrap();
    let (query, mut scratch) = (read("muller").unwrap(), Scratch::new());
    let (mut a, b) = (meeting(), blank("x9"));
    a.title = Some("Fr. Müller".into());
    for _ in 0..3 {
        let subject = |job| Subject { job, environment: "eu1", region: "EU", key: "prod", others: None };
        assert!(query.matches(&subject(&a), now, &mut scratch));
        assert!(!query.matches(&subject(&b), now, &mut scratch));
    }
}
