//! A submitted `JobConfig`: whether the service would take it, and the few things of it that matter here.

use serde_json::{Map, Value};

/// The largest configuration: room for the 20,000 vocabulary items that are allowed.
pub(in crate::sandbox) const CONFIG_LIMIT: usize = 4 << 20;

/// The models that there are.
pub(in crate::sandbox) const MODELS: [&str; 3] = ["standard", "enhanced", "melia-1"];

/// What a configuration comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JobConfig {
    /// As it was sent, without the spaces.
    pub(super) text: String,
    pub(super) language: String,
    pub(super) model: String,
    pub(super) fetch_url: Option<String>,
    pub(super) hook: Option<String>,
}

type Checked<T> = Result<T, String>;

impl JobConfig {
    /// # Errors
    /// What the service says after `Job config JSON is invalid. Error: `.
    pub(super) fn parse(text: &str, languages: &[String]) -> Checked<Self> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Value::Object(config) = &value else {
            return Err("the configuration is no JSON object".to_owned());
        };
        match config.get("type") {
            Some(Value::String(kind)) if kind == "transcription" => {}
            Some(kind) => return Err(format!("type must be transcription, not {kind}")),
            None => return Err("type is required".to_owned()),
        }
        let transcription =
            object(config, "transcription_config")?.ok_or("transcription_config is required")?;
        let language =
            string(transcription, "language")?.ok_or("transcription_config.language is required")?;
        known_language(language, languages)?;
        let model = match string(transcription, "model")? {
            Some(model) => Some(model),
            None => string(transcription, "operating_point")?,
        };
        let model = model.unwrap_or("standard");
        one_of("model", model, &MODELS)?;
        let diarization = string(transcription, "diarization")?.unwrap_or("none");
        one_of("diarization", diarization, &["none", "speaker", "channel"])?;
        if array(transcription, "additional_vocab")?.is_some_and(|items| items.len() > 20_000) {
            return Err("additional_vocab should have at most 20000 items".to_owned());
        }
        check_transcription(transcription)?;
        check_extras(config, languages)?;
        let fetch = object(config, "fetch_data")?;
        let fetch_url = fetch.map(|fetch| url_of(fetch, "fetch_data")).transpose()?;
        let hook = check_notifications(config)?;
        Ok(Self {
            text: value.to_string(),
            language: language.to_owned(),
            model: model.to_owned(),
            fetch_url,
            hook,
        })
    }
}

fn known_language(language: &str, languages: &[String]) -> Checked<()> {
    if languages.iter().any(|known| known == language) {
        return Ok(());
    }
    Err(format!("Languagepack '{language}' is not supported"))
}

/// What kinds of value the fields of a transcription are that nothing here looks into.
fn check_transcription(transcription: &Map<String, Value>) -> Checked<()> {
    for name in ["model", "operating_point", "domain", "output_locale"] {
        string(transcription, name)?;
    }
    strings(transcription, "channel_diarization_labels")?;
    if field(transcription, "enable_entities").is_some_and(|value| !value.is_boolean()) {
        return Err("enable_entities must be of type boolean".to_owned());
    }
    for (name, _) in transcription.iter().filter(|(name, _)| is_part(name)) {
        object(transcription, name)?;
    }
    object(transcription, "punctuation_overrides")?;
    for item in array(transcription, "additional_vocab")?.unwrap_or_default() {
        match item {
            Value::String(_) => {}
            Value::Object(word) => {
                string(word, "content")?.ok_or("additional_vocab.content is required")?;
                strings(word, "sounds_like")?;
            }
            _ => return Err("additional_vocab must hold strings or objects".to_owned()),
        }
    }
    Ok(())
}

/// Whether a field of that name is an object, by the service's own habit.
fn is_part(name: &str) -> bool {
    name.ends_with("_config") && name != "notification_config"
}

/// What the submitter noted of the job: a title, a reference, tags, and an object of anything.
fn check_tracking(config: &Map<String, Value>) -> Checked<()> {
    let Some(tracking) = object(config, "tracking")? else { return Ok(()) };
    string(tracking, "title")?;
    string(tracking, "reference")?;
    strings(tracking, "tags")?;
    object(tracking, "details")?;
    Ok(())
}

/// The parts beside transcription.
fn check_extras(config: &Map<String, Value>, languages: &[String]) -> Checked<()> {
    for (name, _) in config.iter().filter(|(name, _)| is_part(name)) {
        object(config, name)?;
    }
    if let Some(identification) = object(config, "language_identification_config")? {
        let expected = array(identification, "expected_languages")?.unwrap_or_default();
        let unknown: Vec<String> = (expected.iter())
            .filter(|language| languages.iter().all(|known| Some(known.as_str()) != language.as_str()))
            .map(|language| language.as_str().map_or_else(|| language.to_string(), str::to_owned))
            .collect();
        if !unknown.is_empty() {
            return Err(format!("Language(s) [{}] are not supported for language id", unknown.join(", ")));
        }
    }
    if let Some(translation) = object(config, "translation_config")? {
        let targets = strings(translation, "target_languages")?;
        match targets.ok_or("translation_config.target_languages is required")?.len() {
            0..=5 => {}
            _ => return Err("translation_config.target_languages should have at most 5 items".to_owned()),
        }
    }
    check_tracking(config)
}

/// The first URL to be told, of three at most.
fn check_notifications(config: &Map<String, Value>) -> Checked<Option<String>> {
    let hooks = array(config, "notification_config")?.unwrap_or_default();
    if hooks.len() > 3 {
        return Err("notification_config should have at most 3 items".to_owned());
    }
    let mut first = None;
    for hook in hooks {
        let Value::Object(hook) = hook else {
            return Err("notification_config must hold objects".to_owned());
        };
        let url = url_of(hook, "notification_config")?;
        first.get_or_insert(url);
    }
    Ok(first)
}

fn url_of(part: &Map<String, Value>, name: &str) -> Checked<String> {
    let url = string(part, "url")?.ok_or_else(|| format!("{name}.url is required"))?;
    url::Url::parse(url).map_err(|error| format!("{name}.url is no URL: {error}"))?;
    Ok(url.to_owned())
}

fn one_of(name: &str, value: &str, words: &[&str]) -> Checked<()> {
    if words.contains(&value) {
        return Ok(());
    }
    Err(format!("{name} should be one of [{}]", words.join(" ")))
}

/// A field of that kind; null counts as absent.
fn field<'a>(part: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    part.get(name).filter(|value| !value.is_null())
}

fn string<'a>(part: &'a Map<String, Value>, name: &str) -> Checked<Option<&'a str>> {
    let Some(value) = field(part, name) else { return Ok(None) };
    value.as_str().map(Some).ok_or_else(|| format!("{name} must be of type string"))
}

fn object<'a>(part: &'a Map<String, Value>, name: &str) -> Checked<Option<&'a Map<String, Value>>> {
    let Some(value) = field(part, name) else { return Ok(None) };
    value.as_object().map(Some).ok_or_else(|| format!("{name} must be of type object"))
}

fn array<'a>(part: &'a Map<String, Value>, name: &str) -> Checked<Option<&'a [Value]>> {
    let Some(value) = field(part, name) else { return Ok(None) };
    value
        .as_array()
        .map(|items| Some(items.as_slice()))
        .ok_or_else(|| format!("{name} must be of type array"))
}

/// A list of strings.
fn strings<'a>(part: &'a Map<String, Value>, name: &str) -> Checked<Option<&'a [Value]>> {
    let items = array(part, name)?;
    if items.is_some_and(|items| items.iter().any(|item| !item.is_string())) {
        return Err(format!("{name} must hold strings"));
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::JobConfig;

    fn parse(config: &Value) -> Result<JobConfig, String> {
        JobConfig::parse(&config.to_string(), &["en".to_owned(), "de".to_owned()])
    }

    #[test]
    fn what_clients_send_is_taken() {
        let config = parse(&json!({"type": "transcription",
            "transcription_config": {"language": "de", "operating_point": "enhanced", "domain": null},
            "notification_config": [{"url": "https://a.example/x?token=1"}, {"url": "https://b.example"}],
            "fetch_data": {"url": "https://c.example/a.wav"}, "tracking": {"title": "t"}, "unknown": [1]}));
        let config = config.unwrap();
        assert_eq!((config.language.as_str(), config.model.as_str()), ("de", "enhanced"));
        assert_eq!(config.hook.as_deref(), Some("https://a.example/x?token=1"));
        assert_eq!(config.fetch_url.as_deref(), Some("https://c.example/a.wav"));
        let least = json!({"type": "transcription", "transcription_config": {"language": "en"}});
        assert_eq!(parse(&least).unwrap().model, "standard");
    }

    #[test]
    fn fields_of_a_wrong_type_are_named() {
        let transcription = [
            ("domain", json!(3)),
            ("output_locale", json!({})),
            ("operating_point", json!(1)),
            ("enable_entities", json!("yes")),
            ("channel_diarization_labels", json!("left")),
            ("channel_diarization_labels", json!(["left", 2])),
            ("speaker_diarization_config", json!([])),
            ("transcript_filtering_config", json!(true)),
            ("punctuation_overrides", json!("none")),
            ("additional_vocab", json!([7])),
            ("additional_vocab", json!([{"sounds_like": ["x"]}])),
        ];
        for (name, value) in transcription {
            let mut config = json!({"type": "transcription",
                "transcription_config": {"language": "en", "model": "enhanced"}});
            config["transcription_config"][name] = value;
            assert!(parse(&config).unwrap_err().contains(name), "{config}");
        }
        let elsewhere = [
            ("/tracking/title", json!(1)),
            ("/tracking/reference", json!(["r"])),
            ("/tracking/tags", json!("a, b")),
            ("/tracking/tags", json!(["a", 1])),
            ("/tracking/details", json!("d")),
            ("/summarization_config", json!([])),
            ("/topic_detection_config", json!("all")),
            ("/output_config", json!(1)),
            ("/translation_config/target_languages", json!([1])),
        ];
        for (place, value) in elsewhere {
            let mut config = json!({"type": "transcription", "transcription_config": {"language": "en"},
                "tracking": {"title": "", "reference": "", "tags": [], "details": {}}, "output_config": {},
                "summarization_config": {}, "topic_detection_config": {},
                "translation_config": {"target_languages": ["de"]}});
            assert_eq!(parse(&config).map(drop), Ok(()));
            *config.pointer_mut(place).unwrap() = value;
            let name = place.rsplit('/').next().unwrap();
            assert!(parse(&config).unwrap_err().contains(name), "{config}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let with = |name: &str, value: Value| {
            let mut config = json!({"type": "transcription", "transcription_config": {"language": "en"}});
            config[name] = value;
            config
        };
        let cases = [
            (json!([]), "no JSON object"),
            (json!({}), "type is required"),
            (json!({"type": "alignment"}), "type must be transcription"),
            (json!({"type": "transcription"}), "transcription_config is required"),
            (with("transcription_config", json!({})), "language is required"),
            (with("transcription_config", json!({"language": "zh"})), "Languagepack 'zh' is not supported"),
            (with("transcription_config", json!({"language": 7})), "language must be of type string"),
            (with("transcription_config", json!({"language": "en", "model": "x"})), "model should be one of"),
            (
                with("transcription_config", json!({"language": "en", "diarization": "x"})),
                "diarization should be",
            ),
            (
                with("transcription_config", json!({"language": "en", "additional_vocab": vec![1; 20_001]})),
                "20000",
            ),
            (
                with("language_identification_config", json!({"expected_languages": ["en", "zz"]})),
                "Language(s) [zz] are not supported for language id",
            ),
            (
                with("translation_config", json!({"target_languages": ["a", "b", "c", "d", "e", "f"]})),
                "at most 5",
            ),
            (with("notification_config", json!([{}])), "notification_config.url is required"),
            (with("notification_config", json!([{"url": "nowhere"}])), "no URL"),
            (
                with(
                    "notification_config",
                    json!([{"url": "http://a"}, {"url": "http://a"}, {"url": "http://a"}, {"url": "http://a"}]),
                ),
                "at most 3",
            ),
            (with("fetch_data", json!({"auth_headers": []})), "fetch_data.url is required"),
            (with("tracking", json!("x")), "tracking must be of type object"),
        ];
        for (config, error) in cases {
            assert!(parse(&config).unwrap_err().contains(error), "{config}");
        }
        assert!(JobConfig::parse("{", &[]).is_err());
    }
}
