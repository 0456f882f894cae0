//! What the doctor says, as data: the JSON is a contract, and the table is made of the same.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::Verdict;
use super::checkup::{Checkup, HostCheck, KeyCheck, RealtimeCheck};
use super::finding::Finding;
use super::machine;
use crate::config::Survey;
use crate::model::{Ask, Certificate, Climb, Entitlement, Failure, Reply, Step};
use crate::store::Severity;

/// Everything.
#[derive(Serialize)]
pub(super) struct Document {
    pub(super) generated_at: Timestamp,
    pub(super) version: &'static str,
    pub(super) summary: Summary,
    pub(super) findings: Vec<FindingRow>,
    pub(super) configuration: Configuration,
    pub(super) machine: Machine,
    pub(super) endpoints: Vec<EndpointRow>,
    pub(super) keys: Vec<KeyRow>,
    pub(super) realtime: Vec<RealtimeRow>,
}

#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) exit_status: u8,
    /// Keys at environments, and how many of them were answered with jobs.
    pub(super) sources: usize,
    pub(super) answered: usize,
}

#[derive(Serialize)]
pub(super) struct FindingRow {
    pub(super) group: &'static str,
    pub(super) severity: &'static str,
    pub(super) sure: &'static str,
    pub(super) about: String,
    pub(super) what: String,
    pub(super) advice: String,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) file: Option<String>,
    pub(super) mistakes: usize,
    pub(super) warnings: usize,
}

#[derive(Serialize)]
pub(super) struct Machine {
    pub(super) clock: Option<ClockRow>,
    pub(super) proxy: Option<String>,
    /// Names of variables that are set, never their values.
    pub(super) variables: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct ClockRow {
    /// By how many seconds the local clock is behind; negative where it is ahead.
    pub(super) behind_s: f64,
    pub(super) within_s: f64,
    pub(super) hosts: usize,
    pub(super) agreeing: usize,
}

#[derive(Serialize)]
pub(super) struct EndpointRow {
    pub(super) environment: String,
    pub(super) region: String,
    pub(super) host: String,
    pub(super) alias: bool,
    #[serde(flatten)]
    pub(super) climb: ClimbRow,
}

#[derive(Serialize)]
pub(super) struct RealtimeRow {
    pub(super) name: &'static str,
    pub(super) region: String,
    pub(super) host: &'static str,
    /// Whether today's documentation names it.
    pub(super) documented: bool,
    /// Whose key shook hands, if one did.
    pub(super) key: Option<String>,
    #[serde(flatten)]
    pub(super) climb: ClimbRow,
}

/// One climb.
#[derive(Serialize)]
pub(super) struct ClimbRow {
    pub(super) alive: bool,
    pub(super) address: Option<String>,
    pub(super) refused_addresses: Vec<String>,
    pub(super) proxy: Option<String>,
    pub(super) rungs: Vec<RungRow>,
    pub(super) certificate: Option<CertificateRow>,
    pub(super) clock_behind_s: Option<f64>,
    pub(super) replies: Vec<ReplyRow>,
    pub(super) error: Option<String>,
}

#[derive(Serialize)]
pub(super) struct RungRow {
    pub(super) rung: &'static str,
    pub(super) ms: f64,
    pub(super) error: Option<String>,
}

#[derive(Serialize)]
pub(super) struct CertificateRow {
    pub(super) names: Vec<String>,
    pub(super) more_names: usize,
    pub(super) issuer: String,
    pub(super) self_signed: bool,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) days_left: i64,
}

#[derive(Serialize)]
pub(super) struct ReplyRow {
    pub(super) ask: &'static str,
    pub(super) status: Option<u16>,
    pub(super) first_byte_ms: Option<f64>,
    pub(super) whole_ms: Option<f64>,
    pub(super) request_id: Option<String>,
    pub(super) azure_ref: Option<String>,
    pub(super) said: Option<String>,
    pub(super) error: Option<String>,
}

#[derive(Serialize)]
pub(super) struct KeyRow {
    pub(super) environment: String,
    pub(super) region: String,
    pub(super) host: String,
    pub(super) key: String,
    pub(super) fingerprint: String,
    pub(super) entitlement: &'static str,
    pub(super) key_state: &'static str,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) status: Option<u16>,
    pub(super) ms: Option<f64>,
    pub(super) request_id: Option<String>,
    pub(super) azure_ref: Option<String>,
    pub(super) error: Option<String>,
}

/// Makes a text fit to be pasted anywhere.
type Tidy<'a> = &'a dyn Fn(&str) -> String;

impl Document {
    pub(super) fn of(
        survey: &Survey,
        checkup: &Checkup,
        findings: &[Finding],
        verdict: Verdict,
        tidy: Tidy<'_>,
    ) -> Self {
        let file = survey.config.file.as_ref().map(|file| tidy(&file.display().to_string()));
        let records = || checkup.store.sources();
        Self {
            generated_at: checkup.ended,
            version: env!("CARGO_PKG_VERSION"),
            summary: Summary {
                exit_status: verdict.exit_code(),
                sources: records().count(),
                answered: records().filter(|(_, record)| record.answered_with_jobs()).count(),
            },
            findings: findings.iter().map(|finding| finding_row(finding, tidy)).collect(),
            configuration: Configuration {
                file,
                mistakes: survey.mistakes.len(),
                warnings: survey.config.warnings.len(),
            },
            machine: machine_row(checkup),
            endpoints: checkup.hosts.iter().map(|host| endpoint_row(survey, checkup, host, tidy)).collect(),
            keys: checkup.keys.iter().filter_map(|check| key_row(survey, checkup, check, tidy)).collect(),
            realtime: checkup.realtime.iter().map(|host| realtime_row(checkup, host, tidy)).collect(),
        }
    }
}

/// Prints the JSON.
pub(super) fn write(document: &Document, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}

fn finding_row(finding: &Finding, tidy: Tidy<'_>) -> FindingRow {
    FindingRow {
        group: finding.group.into(),
        severity: match finding.severity {
            Severity::Critical => "critical",
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        },
        sure: finding.sure.into(),
        about: tidy(&finding.about),
        what: tidy(&finding.what),
        advice: tidy(&finding.advice),
    }
}

fn machine_row(checkup: &Checkup) -> Machine {
    let clock = machine::clock(checkup).map(|clock| ClockRow {
        behind_s: tenths(clock.skew.ahead.as_secs_f64()),
        within_s: tenths(clock.skew.within.as_secs_f64()),
        hosts: clock.hosts,
        agreeing: clock.agreeing,
    });
    let proxy = machine::climbs(checkup).find_map(|climb| climb.proxy.as_deref()).map(str::to_owned);
    Machine { clock, proxy, variables: machine::variables() }
}

fn endpoint_row(survey: &Survey, checkup: &Checkup, host: &HostCheck, tidy: Tidy<'_>) -> EndpointRow {
    let environment = survey.config.fleet.environment(host.environment);
    let named = |name: Option<&str>| name.unwrap_or_default().to_owned();
    EndpointRow {
        environment: named(environment.map(|one| one.name.as_str())),
        region: named(environment.map(|one| one.region.as_str())),
        host: host.host.clone(),
        alias: host.alias,
        climb: climb_row(&host.climb, checkup.ended, tidy),
    }
}

fn realtime_row(checkup: &Checkup, host: &RealtimeCheck, tidy: Tidy<'_>) -> RealtimeRow {
    RealtimeRow {
        name: &host.endpoint.name,
        region: host.endpoint.region.as_str().to_owned(),
        host: &host.endpoint.host,
        documented: host.endpoint.current,
        key: host.key.map(|key| checkup.store.fleet().key_name(key).to_owned()),
        climb: climb_row(&host.climb, checkup.ended, tidy),
    }
}

fn climb_row(climb: &Climb, now: Timestamp, tidy: Tidy<'_>) -> ClimbRow {
    let said = |failure: &Failure| tidy(&failure.sentence());
    let step = |step: &Step| RungRow {
        rung: step.rung.into(),
        ms: ms(step.took),
        error: step.failure.as_ref().map(said),
    };
    ClimbRow {
        alive: climb.is_alive(),
        address: climb.address.as_deref().map(str::to_owned),
        refused_addresses: climb.refused.iter().map(|address| (**address).to_owned()).collect(),
        proxy: climb.proxy.as_deref().map(str::to_owned),
        rungs: climb.steps.iter().map(step).collect(),
        certificate: climb.certificate.as_ref().map(|certificate| certificate_row(certificate, now)),
        clock_behind_s: climb.skew.map(|skew| tenths(skew.ahead.as_secs_f64())),
        replies: climb.replies.iter().map(|reply| reply_row(reply, tidy)).collect(),
        error: climb.failure().map(said),
    }
}

fn certificate_row(certificate: &Certificate, now: Timestamp) -> CertificateRow {
    CertificateRow {
        names: certificate.names.iter().map(|name| (**name).to_owned()).collect(),
        more_names: certificate.more_names,
        issuer: certificate.issuer.clone().into(),
        self_signed: certificate.self_signed,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        days_left: certificate.days_left(now),
    }
}

fn reply_row(reply: &Reply, tidy: Tidy<'_>) -> ReplyRow {
    ReplyRow {
        ask: reply.ask.into(),
        status: reply.status,
        first_byte_ms: reply.first_byte.map(ms),
        whole_ms: reply.whole.map(ms),
        request_id: reply.request_id.as_deref().map(tidy),
        azure_ref: reply.azure_ref.as_deref().map(tidy),
        said: Some(tidy(&reply.said)).filter(|said| !said.is_empty()),
        error: reply.failure.as_ref().map(|failure| tidy(&failure.sentence())),
    }
}

fn key_row(survey: &Survey, checkup: &Checkup, check: &KeyCheck, tidy: Tidy<'_>) -> Option<KeyRow> {
    let fleet = &survey.config.fleet;
    let source = fleet.source(check.source)?;
    let (environment, key) = (fleet.environment(source.environment)?, fleet.key(source.key)?);
    let record = checkup.store.source(check.source)?;
    let reply = check.climb.as_ref().and_then(|climb| climb.reply(Ask::Jobs));
    Some(KeyRow {
        environment: environment.name.as_str().to_owned(),
        region: environment.region.as_str().to_owned(),
        host: check.host.clone(),
        key: key.name.as_str().to_owned(),
        fingerprint: key.fingerprint.to_string(),
        entitlement: match source.entitlement {
            Entitlement::Declared => "declared",
            Entitlement::Discovered => "discovered",
        },
        key_state: checkup.store.key_state(check.source, checkup.ended).into(),
        expires_at: key.expires_at,
        status: reply.and_then(|reply| reply.status),
        ms: reply.and_then(|reply| reply.whole.or(reply.first_byte)).map(ms),
        request_id: reply.and_then(|reply| reply.request_id.as_deref()).map(tidy),
        azure_ref: reply.and_then(|reply| reply.azure_ref.as_deref()).map(tidy),
        error: record.trouble.as_ref().map(|trouble| tidy(&trouble.failure.sentence())),
    })
}

/// Milliseconds to the tenth.
fn ms(took: Duration) -> f64 {
    tenths(took.as_secs_f64() * 1_000.0)
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
