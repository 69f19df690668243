//! How letters leave the house, as the settings say.

use std::path::Path;

use super::{ConfigError, MailSettings, Values, fault};
use crate::mail::{DkimSettings, Secret, Security, SmtpSettings};

/// Reads `HOUND_MAIL_MODE` and what goes with it.
///
/// # Errors
/// The first setting that cannot be used.
pub(super) fn read(values: &Values, data_dir: &Path) -> Result<MailSettings, ConfigError> {
    match values.text("MAIL_MODE").as_deref() {
        None => Ok(MailSettings::Unset),
        Some("off") => Ok(MailSettings::Off),
        Some("file") => Ok(MailSettings::File(data_dir.join("mail"))),
        Some("smtp") => smtp(values).map(MailSettings::Smtp),
        Some(_) => Err(fault("MAIL_MODE", "must be smtp, file or off; leave it unset to let letters wait")),
    }
}

fn smtp(values: &Values) -> Result<SmtpSettings, ConfigError> {
    let security: Security = values
        .text("SMTP_SECURITY")
        .unwrap_or_default()
        .parse()
        .map_err(|_| fault("SMTP_SECURITY", "must be starttls, tls or none"))?;
    let port = match values.text("SMTP_PORT") {
        Some(text) => text.parse().map_err(|_| fault("SMTP_PORT", "is not a port number"))?,
        None => security.default_port(),
    };
    if values.text("SMTP_FROM").is_none() {
        return Err(fault("SMTP_FROM", "is missing; HOUND_MAIL_MODE=smtp needs the address letters come from"));
    }
    Ok(SmtpSettings {
        host: values.text("SMTP_HOST").ok_or_else(|| fault("SMTP_HOST", "is missing; HOUND_MAIL_MODE=smtp needs it"))?,
        port,
        security,
        user: values.text("SMTP_USERNAME"),
        password: values.text("SMTP_PASSWORD").map(Secret::new),
        dkim: dkim(values)?,
    })
}

fn dkim(values: &Values) -> Result<Option<DkimSettings>, ConfigError> {
    let Some(keys) = values.text("DKIM_KEY") else { return Ok(None) };
    // The signing domain must be that of the From address, or above it, for DMARC to count it (RFC 7489 §3.1.1).
    let from = values.text("SMTP_FROM").and_then(|from| from.rsplit_once('@').map(|(_, domain)| domain.to_owned()));
    let domain = values.text("DKIM_DOMAIN").or(from).ok_or_else(|| fault("DKIM_DOMAIN", "is missing"))?;
    let selector = values.text("DKIM_SELECTOR").unwrap_or_default();
    Ok(Some(DkimSettings { domain, selector, keys: Secret::new(keys) }))
}

/// Whether letters keep quiet hours and are bundled, as `HOUND_MAIL_PACE` says.
///
/// # Errors
/// When it says neither.
pub(super) fn calm(values: &Values) -> Result<bool, ConfigError> {
    match values.text("MAIL_PACE").as_deref() {
        // A file wakes nobody.
        None => Ok(values.text("MAIL_MODE").as_deref() != Some("file")),
        Some("calm") => Ok(true),
        Some("at_once") => Ok(false),
        _ => Err(fault("MAIL_PACE", "must be calm or at_once")),
    }
}
