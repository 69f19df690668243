//! Infrastructure settings: flag, else `HOUND_…` variable (or the file named by `HOUND_…_FILE`), else
//! default. The only place that reads the environment.

pub mod halt;
mod transport;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use crate::db::connect::Place;
use crate::db::writer::BATCH_MAX;
use crate::domain::limit::Limits;
use crate::domain::outward::Outward;
use crate::mail::SmtpSettings;

/// A value that no log, message or page shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment.
    Variable,
    /// A file that the environment names.
    File(String),
    /// Nobody said anything.
    Default,
}

/// One setting, for `hound config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Such as `HOUND_LISTEN`.
    pub name: String,
    /// Its value, masked if secret; none when unset.
    pub value: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

/// How letters leave the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailSettings {
    /// No transport is set: letters wait.
    Unset,
    /// Set to off on purpose: letters wait as well, without a warning.
    Off,
    /// As files under `mail/` in the data directory.
    File(PathBuf),
    /// To a mail server.
    Smtp(SmtpSettings),
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `HOUND_LISTEN`: where to listen; port 0 takes any free one.
    pub listen: String,
    /// `HOUND_DATA_DIR`: where files live.
    pub data_dir: PathBuf,
    /// `HOUND_DATABASE_URL`: the shared server, if not the embedded file.
    pub database_url: Option<Secret>,
    /// `HOUND_DATABASE_CA`: who signed that server's certificate, as a PEM file; none means a public authority.
    pub database_ca: Option<PathBuf>,
    /// `HOUND_BASE_URL`: where links point, without a slash at the end; none means the listening address.
    pub base_url: Option<String>,
    /// `HOUND_TRUSTED_PROXIES`: addresses whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// `HOUND_RATE_LIMITS`: requests in seconds, by what is limited, such as `guesses=10/60,visits=off`.
    pub limits: Limits,
    /// `HOUND_PRIVATE_HOSTS`: hosts of the own network that may be called, besides the public internet.
    pub outward: Outward,
    /// `HOUND_MAIL_MODE`, `HOUND_SMTP_*` and `HOUND_DKIM_*`.
    pub mail: MailSettings,
    /// `HOUND_MAIL_PACE`: whether letters keep quiet hours and are bundled; else each goes at once, as those do
    /// that become files.
    pub mail_calm: bool,
    /// `HOUND_BOUNCE_SECRET`: opens `/webhooks/bounces`.
    pub bounce_secret: Option<Secret>,
    /// `HOUND_SMTP_FROM`: the address letters come from.
    pub mail_from: Option<String>,
    /// `HOUND_SMTP_FROM_NAME`: the name letters come from; none means the shop's.
    pub mail_from_name: Option<String>,
    /// `HOUND_SMTP_REPLY_TO`: where answers go.
    pub mail_reply_to: Option<String>,
    /// `HOUND_TEMPLATES_DIR`: the shop's own texts for letters.
    pub templates_dir: Option<PathBuf>,
    /// `HOUND_LOG`: what is logged, such as `info` or `houndplan=debug`.
    pub log: String,
    /// `HOUND_LOG_FORMAT`: `text` or `json`.
    pub log_format: LogFormat,
    /// `HOUND_METRICS_TOKEN`: opens `/metrics`.
    pub metrics_token: Option<Secret>,
    /// `HOUND_SIGNING_KEY`: the key that signs tokens; none means a file in the data directory.
    pub signing_key: Option<Secret>,
    /// `HOUND_BACKUP_PASSPHRASE`: what a signing key in a backup is sealed under.
    pub backup_passphrase: Option<Secret>,
    /// What secrets are sealed with besides the key that follows from the signing key: hexadecimal, the newest last. Set
    /// on PostgreSQL with several machines, which share no file.
    pub vault_keys: Option<Secret>,
    /// `HOUND_WORKERS`: HTTP threads.
    pub workers: usize,
    /// `HOUND_BATCH_MAX`: the most requests written in one transaction.
    pub batch_max: usize,
    /// Every setting with its origin.
    pub shown: Vec<Shown>,
}

/// What is wrong with a setting, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Secret {
    /// Hides `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable => f.write_str("environment"),
            Self::File(path) => write!(f, "file {path}"),
            Self::Default => f.write_str("default"),
        }
    }
}

struct Setting {
    name: &'static str,
    default: Option<&'static str>,
    secret: bool,
}

const fn open(name: &'static str, default: Option<&'static str>) -> Setting {
    Setting { name, default, secret: false }
}

const fn secret(name: &'static str) -> Setting {
    Setting { name, default: None, secret: true }
}

/// All of them, in the order they are shown.
const SETTINGS: [Setting; 30] = [
    open("LISTEN", Some("127.0.0.1:8080")),
    open("DATA_DIR", Some("./data")),
    secret("DATABASE_URL"),
    open("DATABASE_CA", None),
    open("BASE_URL", None),
    open("TRUSTED_PROXIES", None),
    open("RATE_LIMITS", Some("orders=1200000/60,api=60000/60,visits=6000/60,guesses=60/60,logins=60/60")),
    open("PRIVATE_HOSTS", None),
    open("MAIL_MODE", None),
    open("SMTP_HOST", None),
    open("SMTP_PORT", None),
    open("SMTP_SECURITY", Some("starttls")),
    open("SMTP_USERNAME", None),
    secret("SMTP_PASSWORD"),
    open("SMTP_FROM", None),
    open("SMTP_FROM_NAME", None),
    open("SMTP_REPLY_TO", None),
    open("DKIM_DOMAIN", None),
    open("DKIM_SELECTOR", Some("hound")),
    secret("DKIM_KEY"),
    secret("BOUNCE_SECRET"),
    open("MAIL_PACE", None),
    open("TEMPLATES_DIR", None),
    open("LOG", Some("info,actix_server=warn,actix_http=off")),
    open("LOG_FORMAT", Some("text")),
    secret("METRICS_TOKEN"),
    secret("SIGNING_KEY"),
    secret("BACKUP_PASSPHRASE"),
    open("WORKERS", Some("2")),
    open("BATCH_MAX", Some("256")),
];

/// Where values come from besides the flags; the environment and the file system outside tests.
pub struct Surroundings<'a> {
    /// Reads a variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Reads a file.
    pub file: &'a dyn Fn(&str) -> std::io::Result<String>,
}

struct Values(BTreeMap<&'static str, String>);

impl Values {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret)
    }
}

impl Config {
    /// Reads the settings; `flags` by name, such as `("LISTEN", "0.0.0.0:80")`.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn load(flags: &BTreeMap<&'static str, String>) -> Result<Self, ConfigError> {
        let surroundings =
            Surroundings { variable: &|name| std::env::var(name).ok(), file: &|path| std::fs::read_to_string(path) };
        Self::read(flags, &surroundings)
    }

    /// [`Self::load`] with the surroundings given.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn read(flags: &BTreeMap<&'static str, String>, surroundings: &Surroundings<'_>) -> Result<Self, ConfigError> {
        let mut values = BTreeMap::new();
        let mut shown = Vec::with_capacity(SETTINGS.len());
        for setting in &SETTINGS {
            let (value, origin) = setting.find(flags, surroundings)?;
            let mask = |value: &String| if setting.secret { "***".to_owned() } else { value.clone() };
            shown.push(Shown { name: format!("HOUND_{}", setting.name), value: value.as_ref().map(mask), origin });
            if let Some(value) = value {
                values.insert(setting.name, value);
            }
        }
        Self::typed(&Values(values), shown)
    }

    fn typed(values: &Values, shown: Vec<Shown>) -> Result<Self, ConfigError> {
        let data_dir = PathBuf::from(values.text("DATA_DIR").unwrap_or_default());
        Ok(Self {
            listen: values.text("LISTEN").map(listen).transpose()?.unwrap_or_default(),
            database_url: values.secret("DATABASE_URL").map(database_url).transpose()?,
            database_ca: values.text("DATABASE_CA").map(PathBuf::from),
            base_url: values.text("BASE_URL").map(|text| base_url(&text)).transpose()?,
            trusted_proxies: values.text("TRUSTED_PROXIES").map(|text| proxies(&text)).transpose()?.unwrap_or_default(),
            limits: values.text("RATE_LIMITS").map(|text| limits(&text)).transpose()?.unwrap_or_default(),
            outward: values.text("PRIVATE_HOSTS").map(|text| private_hosts(&text)).transpose()?.unwrap_or_default(),
            mail: transport::read(values, &data_dir)?,
            mail_calm: transport::calm(values)?,
            bounce_secret: values.secret("BOUNCE_SECRET"),
            mail_from: values.text("SMTP_FROM"),
            mail_from_name: values.text("SMTP_FROM_NAME"),
            mail_reply_to: values.text("SMTP_REPLY_TO"),
            templates_dir: values.text("TEMPLATES_DIR").map(PathBuf::from),
            log: values.text("LOG").unwrap_or_default(),
            log_format: log_format(&values.text("LOG_FORMAT").unwrap_or_default())?,
            metrics_token: values.secret("METRICS_TOKEN"),
            signing_key: values.secret("SIGNING_KEY"),
            backup_passphrase: values.secret("BACKUP_PASSPHRASE"),
            vault_keys: values.secret("VAULT_KEYS"),
            workers: workers(&values.text("WORKERS").unwrap_or_default())?,
            batch_max: batch_max(&values.text("BATCH_MAX").unwrap_or_default())?,
            data_dir,
            shown,
        })
    }

    /// Where the live ledger and the sandbox live.
    #[must_use]
    pub fn places(&self) -> (Place, Place) {
        match &self.database_url {
            None => (Place::Sqlite(self.data_dir.join("hound.db")), Place::Sqlite(self.data_dir.join("sandbox.db"))),
            Some(url) => {
                let authority = || self.database_ca.clone();
                let place = |schema| Place::Postgres { url: url.reveal().to_owned(), schema, authority: authority() };
                (place(None), place(Some("sandbox")))
            }
        }
    }

    /// Makes the data directory, for its owner only.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_data_dir(&self) -> Result<(), ConfigError> {
        use std::os::unix::fs::DirBuilderExt;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.data_dir);
        made.map_err(|error| fault("DATA_DIR", &format!("names {}, which cannot be made: {error}", self.data_dir.display())))
    }
}

impl Setting {
    fn find(
        &self,
        flags: &BTreeMap<&'static str, String>,
        surroundings: &Surroundings<'_>,
    ) -> Result<(Option<String>, Origin), ConfigError> {
        if let Some(value) = flags.get(self.name) {
            return Ok((Some(value.clone()), Origin::Flag));
        }
        let variable =
            |suffix: &str| (surroundings.variable)(&format!("HOUND_{}{suffix}", self.name)).filter(|text| !text.is_empty());
        match (variable(""), variable("_FILE")) {
            (Some(_), Some(_)) => Err(fault(self.name, "is set twice, also by its _FILE twin; keep one of them")),
            (Some(value), None) => Ok((Some(value), Origin::Variable)),
            (None, Some(path)) => match (surroundings.file)(&path) {
                Ok(text) => Ok((Some(text.trim_end_matches(['\n', '\r']).to_owned()), Origin::File(path))),
                Err(error) => Err(fault(self.name, &format!("names the file {path}, which cannot be read: {error}"))),
            },
            (None, None) => Ok((self.default.map(str::to_owned), Origin::Default)),
        }
    }
}

fn fault(name: &str, text: &str) -> ConfigError {
    ConfigError(format!("HOUND_{name} {text}"))
}

fn listen(text: String) -> Result<String, ConfigError> {
    let parsed = text.parse::<SocketAddr>().is_ok() || text.to_socket_addrs().is_ok_and(|mut found| found.next().is_some());
    if parsed { Ok(text) } else { Err(fault("LISTEN", "is not an address and port such as 127.0.0.1:8080")) }
}

fn database_url(url: Secret) -> Result<Secret, ConfigError> {
    let known = ["postgres://", "postgresql://"].iter().any(|scheme| url.reveal().starts_with(scheme));
    if known {
        Ok(url)
    } else {
        // The value may hold a password: it is not repeated.
        Err(fault("DATABASE_URL", "must start with postgres:// or postgresql://; leave it unset to use the file hound.db"))
    }
}

fn base_url(text: &str) -> Result<String, ConfigError> {
    let wrong = || fault("BASE_URL", "is not an address such as https://refer.shop.example");
    let parsed = url::Url::parse(text).map_err(|_| wrong())?;
    let plain = matches!(parsed.scheme(), "http" | "https")
        && parsed.username().is_empty()
        && parsed.password().is_none()
        && parsed.query().is_none()
        && parsed.fragment().is_none();
    if plain { Ok(parsed.as_str().trim_end_matches('/').to_owned()) } else { Err(wrong()) }
}

fn proxies(text: &str) -> Result<Vec<IpAddr>, ConfigError> {
    let address = |part: &str| {
        part.trim().parse().map_err(|_| fault("TRUSTED_PROXIES", "is not a list of IP addresses, such as 10.0.0.1,10.0.0.2"))
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(address).collect()
}

fn limits(text: &str) -> Result<Limits, ConfigError> {
    let wrong = "is not a list of requests by seconds, such as api=60000/60,guesses=10/60,visits=off; off alone limits nothing";
    Limits::parse(text).ok_or_else(|| fault("RATE_LIMITS", wrong))
}

fn private_hosts(text: &str) -> Result<Outward, ConfigError> {
    let wrong = || fault("PRIVATE_HOSTS", "is not a list of hosts, such as shop.internal,10.0.0.5:8080");
    Outward::parse(text).ok_or_else(wrong)
}

fn log_format(text: &str) -> Result<LogFormat, ConfigError> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(fault("LOG_FORMAT", "must be text or json")),
    }
}

fn workers(text: &str) -> Result<usize, ConfigError> {
    let count = text.parse().ok().filter(|count| (1..=64).contains(count));
    count.ok_or_else(|| fault("WORKERS", "must be a number of threads from 1 to 64"))
}

fn batch_max(text: &str) -> Result<usize, ConfigError> {
    let count = text.parse().ok().filter(|count| (1..=BATCH_MAX).contains(count));
    count.ok_or_else(|| fault("BATCH_MAX", "must be a number of requests from 1 to 256"))
}

#[cfg(test)]
mod tests;
