//! Precedence, masking and refusals of settings.
#![cfg(test)]

use super::*;

fn read(flags: &[(&'static str, &str)], variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let flags = flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let file = |path: &str| match path {
        "/run/secret" => Ok("from-file\n".to_owned()),
        _ => Err(std::io::Error::from(std::io::ErrorKind::NotFound)),
    };
    Config::read(&flags, &Surroundings { variable: &variable, file: &file })
}

#[test]
fn flag_goes_before_variable_before_default() {
    let listen = |flags: &[(&'static str, &str)], variables: &[(&str, &str)]| {
        let config = read(flags, variables).expect("settings");
        (config.listen.clone(), config.shown[0].origin.clone())
    };
    let variable = [("HOUND_LISTEN", "127.0.0.1:2")];
    assert_eq!(listen(&[], &[]), ("127.0.0.1:8080".to_owned(), Origin::Default));
    assert_eq!(listen(&[], &variable), ("127.0.0.1:2".to_owned(), Origin::Variable));
    assert_eq!(listen(&[("LISTEN", "127.0.0.1:3")], &variable), ("127.0.0.1:3".to_owned(), Origin::Flag));
    let config = read(&[], &[("HOUND_METRICS_TOKEN_FILE", "/run/secret")]).expect("settings");
    assert_eq!(config.metrics_token, Some(Secret::new("from-file")));
}

#[test]
fn nothing_set_is_enough() {
    let config = read(&[], &[]).expect("settings");
    assert_eq!((config.mail, config.workers, config.log_format), (MailSettings::Unset, 2, LogFormat::Text));
    assert_eq!(config.limits, Limits::default());
    assert!(config.shown.iter().any(|shown| shown.value.as_deref() == Some(Limits::default().to_string().as_str())));
    let (live, sandbox) = read(&[], &[]).expect("settings").places();
    assert!(matches!(live, Place::Sqlite(path) if path.ends_with("data/hound.db")));
    assert!(matches!(sandbox, Place::Sqlite(path) if path.ends_with("data/sandbox.db")));
}

#[test]
fn secrets_are_never_shown() {
    let canary = "canary-7f3a";
    let url = format!("postgres://u:{canary}@localhost/db");
    let variables = [
        ("HOUND_DATABASE_URL", url.as_str()),
        ("HOUND_METRICS_TOKEN", canary),
        ("HOUND_SIGNING_KEY", canary),
        ("HOUND_MAIL_MODE", "smtp"),
        ("HOUND_SMTP_HOST", "mail.example"),
        ("HOUND_SMTP_FROM", "shop@example.com"),
        ("HOUND_SMTP_PASSWORD", canary),
    ];
    let config = read(&[], &variables).expect("settings");
    let (live, sandbox) = config.places();
    let shown = format!("{config:?} {live:?} {sandbox:?}");
    assert!(!shown.contains(canary), "{shown}");
    let wrong = read(&[], &[("HOUND_DATABASE_URL", &format!("mysql://u:{canary}@h/d"))]).map(drop).expect_err("refused");
    assert!(!wrong.to_string().contains(canary));
}

#[test]
fn what_cannot_be_used_is_named() {
    for (name, value) in [
        ("HOUND_LISTEN", "8080"),
        ("HOUND_DATABASE_URL", "mysql://localhost/x"),
        ("HOUND_DATABASE_URL", "/tmp/hound.db"),
        ("HOUND_DATABASE_URL", "sqlite://hound.db"),
        ("HOUND_BASE_URL", "refer.example"),
        ("HOUND_BASE_URL", "javascript:alert(1)"),
        ("HOUND_BASE_URL", "https://u:p@refer.example"),
        ("HOUND_TRUSTED_PROXIES", "proxy"),
        ("HOUND_RATE_LIMITS", "everything=1/1"),
        ("HOUND_RATE_LIMITS", "api=0/60"),
        ("HOUND_MAIL_MODE", "sendmail"),
        ("HOUND_LOG_FORMAT", "xml"),
        ("HOUND_WORKERS", "0"),
        ("HOUND_BATCH_MAX", "257"),
    ] {
        let error = read(&[], &[(name, value)]).map(drop).expect_err(value);
        assert!(error.to_string().starts_with(name), "{error}");
    }
    assert!(read(&[], &[("HOUND_MAIL_MODE", "smtp")]).is_err());
    assert!(read(&[], &[("HOUND_METRICS_TOKEN_FILE", "/gone")]).is_err());
    assert!(read(&[], &[("HOUND_METRICS_TOKEN", "a"), ("HOUND_METRICS_TOKEN_FILE", "/run/secret")]).is_err());
}
