//! The flags that every command takes. Secrets have none: a command line is read by everybody.

use std::collections::BTreeMap;

use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Where to listen; port 0 takes any free one [HOUND_LISTEN, 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where files live [HOUND_DATA_DIR, ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// The shared PostgreSQL server; unset is the file hound.db [HOUND_DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Where links point [HOUND_BASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
    /// Proxies whose forwarding headers are believed [HOUND_TRUSTED_PROXIES]
    #[arg(long, global = true, value_name = "ADDRESSES")]
    trusted_proxies: Option<String>,
    /// How letters leave: smtp, file or off [HOUND_MAIL_MODE]
    #[arg(long, global = true, value_name = "MODE")]
    mail_mode: Option<String>,
    /// What is logged [HOUND_LOG, info]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// How log lines look: text or json [HOUND_LOG_FORMAT, text]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// HTTP threads [HOUND_WORKERS, 2]
    #[arg(long, global = true, value_name = "NUMBER")]
    workers: Option<String>,
    /// The most requests written in one transaction [HOUND_BATCH_MAX, 256]
    #[arg(long, global = true, value_name = "NUMBER")]
    batch_max: Option<String>,
}

impl Flags {
    /// The flags given, by setting.
    pub(super) fn named(&self) -> BTreeMap<&'static str, String> {
        let all = [
            ("LISTEN", &self.listen),
            ("DATA_DIR", &self.data_dir),
            ("DATABASE_URL", &self.database_url),
            ("BASE_URL", &self.base_url),
            ("TRUSTED_PROXIES", &self.trusted_proxies),
            ("MAIL_MODE", &self.mail_mode),
            ("LOG", &self.log),
            ("LOG_FORMAT", &self.log_format),
            ("WORKERS", &self.workers),
            ("BATCH_MAX", &self.batch_max),
        ];
        all.into_iter().filter_map(|(name, value)| value.clone().map(|value| (name, value))).collect()
    }
}
