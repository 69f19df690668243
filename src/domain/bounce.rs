//! What mail services say came of a letter: the shapes of Amazon SES (through SNS), Postmark and Mailgun.
//! Only addresses and what happened are read; nothing else of the message is kept.

use serde_json::Value;

/// What came back for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bounce {
    /// Nobody has the address: nothing is sent there any more.
    Hard,
    /// Full, asleep or too slow: only counted.
    Soft,
    /// Its owner called a letter spam: no more letters that can be declined.
    Complaint,
}

/// What a report holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// What came back for whom.
    Bounces(Vec<(String, Bounce)>),
    /// SNS asks whether we want to be told. The address that says yes is for the operator to open: fetching
    /// whatever a caller names would let him reach our network.
    Confirmation(String),
    /// About something else, such as a delivery.
    Nothing,
}

/// The most addresses one report may name: SES writes to 50 at once.
const ADDRESSES_MAX: usize = 50;

/// Reads a report; none when it has no shape that is known.
#[must_use]
pub fn read(body: &Value) -> Option<Report> {
    if body.get("TopicArn").is_some() {
        return of_sns(body);
    }
    if body.get("RecordType").is_some() {
        return of_postmark(body);
    }
    if body.get("event-data").is_some() {
        return of_mailgun(body);
    }
    // SES without the envelope, as SNS sends it in raw form.
    of_ses(body)
}

/// What Mailgun signed: timestamp and token, and the signature over both.
#[must_use]
pub fn mailgun_signature(body: &Value) -> Option<(String, String)> {
    let part = |name: &str| body.pointer(&format!("/signature/{name}"))?.as_str().map(str::to_owned);
    Some((format!("{}{}", part("timestamp")?, part("token")?), part("signature")?))
}

/// Where a body says so, in the words of one service.
fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer)?.as_str()
}

fn of_sns(body: &Value) -> Option<Report> {
    match text(body, "/Type")? {
        "SubscriptionConfirmation" => {
            let url = text(body, "/SubscribeURL")?;
            is_of_sns(url).then(|| Report::Confirmation(url.to_owned()))
        }
        "Notification" => of_ses(&serde_json::from_str(text(body, "/Message")?).ok()?),
        _ => Some(Report::Nothing),
    }
}

/// Whether an address leads to SNS itself, such as `https://sns.eu-central-1.amazonaws.com/…`.
fn is_of_sns(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let region = host.strip_prefix("sns.").and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    let named = region
        .is_some_and(|region| region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    url.scheme() == "https" && named && url.port().is_none()
}

fn of_ses(body: &Value) -> Option<Report> {
    let kind = text(body, "/notificationType").or_else(|| text(body, "/eventType"))?;
    let named = |list: &str, what| {
        let of = body.pointer(list).and_then(Value::as_array).into_iter().flatten();
        let addresses = of.filter_map(|one| one.get("emailAddress")?.as_str()).take(ADDRESSES_MAX);
        Report::Bounces(addresses.map(|address| (address.to_owned(), what)).collect())
    };
    Some(match kind {
        "Bounce" if text(body, "/bounce/bounceType") == Some("Permanent") => named("/bounce/bouncedRecipients", Bounce::Hard),
        "Bounce" => named("/bounce/bouncedRecipients", Bounce::Soft),
        "Complaint" => named("/complaint/complainedRecipients", Bounce::Complaint),
        _ => Report::Nothing,
    })
}

fn of_postmark(body: &Value) -> Option<Report> {
    let what = match (text(body, "/RecordType")?, text(body, "/Type")) {
        ("Bounce", Some("HardBounce" | "BadEmailAddress" | "ManuallyDeactivated")) => Bounce::Hard,
        ("Bounce", Some("SpamComplaint")) | ("SpamComplaint", _) => Bounce::Complaint,
        ("Bounce", _) => Bounce::Soft,
        _ => return Some(Report::Nothing),
    };
    Some(Report::Bounces(vec![(text(body, "/Email")?.to_owned(), what)]))
}

fn of_mailgun(body: &Value) -> Option<Report> {
    let what = match (text(body, "/event-data/event")?, text(body, "/event-data/severity")) {
        ("failed", Some("permanent")) => Bounce::Hard,
        ("failed", _) => Bounce::Soft,
        ("complained", _) => Bounce::Complaint,
        _ => return Some(Report::Nothing),
    };
    Some(Report::Bounces(vec![(text(body, "/event-data/recipient")?.to_owned(), what)]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(address: &str, what: Bounce) -> Option<Report> {
        Some(Report::Bounces(vec![(address.to_owned(), what)]))
    }

    #[test]
    fn ses_is_read_inside_sns_and_bare() {
        let bounce = json!({
            "notificationType": "Bounce",
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "joe@example.com", "status": "5.1.1"}]},
            "mail": {"destination": ["joe@example.com", "other@example.com"]},
        });
        assert_eq!(read(&bounce), one("joe@example.com", Bounce::Hard));
        let sns = json!({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": bounce.to_string()});
        assert_eq!(read(&sns), one("joe@example.com", Bounce::Hard));
        let soft = json!({"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "joe@example.com"}]}});
        assert_eq!(read(&soft), one("joe@example.com", Bounce::Soft));
        let spam = json!({"notificationType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "joe@example.com"}]}});
        assert_eq!(read(&spam), one("joe@example.com", Bounce::Complaint));
        assert_eq!(read(&json!({"notificationType": "Delivery"})), Some(Report::Nothing));
    }

    #[test]
    fn a_subscription_is_told_of_only_when_it_leads_to_sns() {
        let ask =
            |url: &str| read(&json!({"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:x", "SubscribeURL": url}));
        let good = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=1";
        assert_eq!(ask(good), Some(Report::Confirmation(good.to_owned())));
        for bad in [
            "http://sns.eu-central-1.amazonaws.com/",
            "https://sns.eu-central-1.amazonaws.com:8443/",
            "https://sns.evil.example/.amazonaws.com",
            "https://sns.a.b.amazonaws.com/",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
        ] {
            assert_eq!(ask(bad), None, "{bad}");
        }
    }

    #[test]
    fn postmark_and_mailgun_are_read() {
        let postmark = |kind: &str| read(&json!({"RecordType": "Bounce", "Type": kind, "Email": "joe@example.com"}));
        assert_eq!(postmark("HardBounce"), one("joe@example.com", Bounce::Hard));
        assert_eq!(postmark("SoftBounce"), one("joe@example.com", Bounce::Soft));
        assert_eq!(
            read(&json!({"RecordType": "SpamComplaint", "Email": "joe@example.com"})),
            one("joe@example.com", Bounce::Complaint)
        );
        assert_eq!(read(&json!({"RecordType": "Delivery"})), Some(Report::Nothing));
        let mailgun = |event: Value| read(&json!({"signature": {}, "event-data": event}));
        let failed = |severity: &str| mailgun(json!({"event": "failed", "severity": severity, "recipient": "joe@example.com"}));
        assert_eq!(
            (failed("permanent"), failed("temporary")),
            (one("joe@example.com", Bounce::Hard), one("joe@example.com", Bounce::Soft))
        );
        assert_eq!(
            mailgun(json!({"event": "complained", "recipient": "joe@example.com"})),
            one("joe@example.com", Bounce::Complaint)
        );
        for nothing in [json!({}), json!([]), json!("x"), json!({"RecordType": 1}), json!({"event-data": {"event": "failed"}})] {
            assert_eq!(read(&nothing), None, "{nothing}");
        }
    }
}
