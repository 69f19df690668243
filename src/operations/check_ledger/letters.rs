//! Letters: one that waits has its job, and a job to send one has its letter.

use std::collections::{HashMap, HashSet};

use super::{Findings, PAGE};
use crate::db::outbox::{Mail, SEND_MAIL};
use crate::db::types::MailStatus;
use crate::db::{Conn, DbResult, bundles, check, letters};
use crate::domain::id::MailId;

/// Checks letters and their jobs, both ways.
pub(super) fn check(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = check::queued_mails_page(conn, after, PAGE)?;
        findings.checked("queued_mails", page.len());
        let keys: Vec<String> = page.iter().map(ToString::to_string).collect();
        let jobs: HashSet<String> = check::jobs_among(conn, SEND_MAIL, &keys)?.into_iter().collect();
        for key in keys.iter().filter(|key| !jobs.contains(*key)) {
            findings.differ("mail.job", key, "a job", "none");
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            break;
        }
        after = page.last().copied();
    }
    check_jobs(conn, findings)?;
    check_bundles(conn, findings)
}

/// A letter that another tells of ended with it, and is of its kind and for the same referrer.
fn check_bundles(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = bundles::told_page(conn, after, PAGE)?;
        findings.checked("told_mails", page.len());
        let named: Vec<MailId> = page.iter().filter_map(|mail| mail.told_in).collect();
        let leaders: HashMap<MailId, Mail> = letters::mails(conn, &named)?.into_iter().map(|mail| (mail.id, mail)).collect();
        for mail in page.iter().filter(|mail| mail.told_in != Some(mail.id)) {
            let leader = mail.told_in.and_then(|id| leaders.get(&id));
            let about = |mail: &Mail| (mail.kind, mail.referrer_id, mail.told_in);
            let as_leader = match mail.status {
                MailStatus::Bundled => MailStatus::Sent,
                other => other,
            };
            if !leader.is_some_and(|leader| about(leader) == about(mail) && leader.status == as_leader) {
                findings.differ(
                    "mail.told_in",
                    mail.id,
                    "a letter of the same kind to the same referrer that ended alike",
                    "another",
                );
            }
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            return Ok(());
        }
        after = page.last().map(|mail| mail.id);
    }
}

fn check_jobs(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = check::jobs_page(conn, SEND_MAIL, after, PAGE)?;
        findings.checked("mail_jobs", page.len());
        let named: Vec<MailId> = page.iter().filter_map(|(_, key)| key.parse().ok()).collect();
        let waiting: HashSet<String> = check::queued_among(conn, &named)?.into_iter().map(|id| id.to_string()).collect();
        for (job, key) in page.iter().filter(|(_, key)| !waiting.contains(key)) {
            findings.differ("job.mail", job, "a letter that waits", key);
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            return Ok(());
        }
        after = page.last().map(|(job, _)| *job);
    }
}
