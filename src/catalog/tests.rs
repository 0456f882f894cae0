use std::collections::BTreeSet;

use super::*;

/// What a text stands for, as `name@host`, `name` or `realtime host`.
fn found(text: &str) -> Option<String> {
    find(text).map(|found| match found {
        Found::Batch(environment, Some(host)) => format!("{}@{}", environment.name, host.host),
        Found::Batch(environment, None) => environment.name.to_string(),
        Found::Realtime(realtime) => format!("realtime {}", realtime.host),
    })
}

#[test]
fn the_embedded_catalogue_is_whole() {
    let catalog = Catalog::parse(DATA).expect("the embedded catalogue parses");
    let names: Vec<&str> = catalog.environments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["eu1", "eu2", "us1", "us2", "au1", "trial"]);
    for environment in &catalog.environments {
        assert!(!environment.hosts.is_empty(), "{}", environment.name);
        assert_eq!(environment.production, environment.name.as_str() != "trial");
        assert!(environment.hosts.iter().all(|host| host.seed || host.current), "{}", environment.name);
        let visible = !matches!(environment.name.as_str(), "eu2" | "us2" | "trial");
        assert_eq!(environment.in_portal, visible, "{}", environment.name);
    }
    let realtime: Vec<&str> = catalog.realtime.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(realtime, ["eu2.rt", "neu.rt", "wus.rt", "eu.rt", "us.rt", "au.rt", "global.rt"]);
    for one in &catalog.realtime {
        assert_eq!(one.host, format!("{}.speechmatics.com", one.name));
        let batch = one.environment.as_ref();
        assert!(batch.is_none_or(|name| names.contains(&name.as_str())), "{}", one.name);
    }
}

#[test]
fn no_word_stands_for_two_things() {
    let mut seen = BTreeSet::new();
    let realtime = builtin().realtime.iter().flat_map(|one| [one.name.as_str(), &one.host]);
    for word in builtin().words().chain(realtime) {
        assert_eq!(word, word.to_lowercase());
        assert!(seen.insert(word), "{word} twice");
    }
}

#[test]
fn every_host_of_the_seed_page_is_found() {
    for (host, environment) in [
        ("asr", "eu1"),
        ("eu", "eu1"),
        ("eu1", "eu1"),
        ("eu2", "eu2"),
        ("us", "us1"),
        ("us1", "us1"),
        ("us2", "us2"),
        ("au1", "au1"),
        ("trial", "trial"),
    ] {
        let host = match host {
            "asr" => "asr.api.speechmatics.com".to_owned(),
            other => format!("{other}.asr.api.speechmatics.com"),
        };
        assert_eq!(found(&host), Some(format!("{environment}@{host}")));
        assert_eq!(found(&format!("https://{host}/v2/jobs/")), Some(format!("{environment}@{host}")));
    }
    for host in ["eu2", "neu", "wus", "eu", "us", "au", "global"] {
        let host = format!("{host}.rt.speechmatics.com");
        assert_eq!(found(&format!("wss://{host}/v2")), Some(format!("realtime {host}")));
    }
}

#[test]
fn names_aliases_hosts_and_urls_are_found_whatever_their_case() {
    for (text, expected) in [
        ("EU1", Some("eu1")),
        (" eu ", Some("eu1")),
        ("us", Some("us1")),
        ("On-Demand", Some("eu1@asr.api.speechmatics.com")),
        ("asr", Some("eu1@asr.api.speechmatics.com")),
        ("US.ASR.API.Speechmatics.Com", Some("us1@us.asr.api.speechmatics.com")),
        ("us2.asr.api.speechmatics.com.", Some("us2@us2.asr.api.speechmatics.com")),
        ("https://AU1.asr.api.speechmatics.com:443/v2", Some("au1@au1.asr.api.speechmatics.com")),
        ("global.rt", Some("realtime global.rt.speechmatics.com")),
        ("http://eu1.asr.api.speechmatics.com", None),
        ("https://eu1.asr.api.speechmatics.com:8443", None),
        ("https://user:pass@eu1.asr.api.speechmatics.com", None),
        ("https://eu1", None),
        ("usa.asr.api.speechmatics.com", None),
        ("eu3", None),
        ("", None),
        ("https://", None),
    ] {
        assert_eq!(found(text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn the_nearest_word_is_suggested() {
    for (text, expected) in [
        ("eu3", Some("eu1")),
        ("EU-1", Some("eu1")),
        ("ondemand", Some("on-demand")),
        ("tral", Some("trial")),
        ("us1.asr.api.speechmatic.com", Some("us1.asr.api.speechmatics.com")),
        ("wibble-wobble", None),
        ("", None),
    ] {
        assert_eq!(nearest(text), expected, "{text:?}");
    }
    assert!(nearest(&"x".repeat(1_000_000)).is_none());
}
