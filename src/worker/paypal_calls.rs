//! Calls to `PayPal`: with a token that is kept while it is good, and fetched anew when it is refused.

use std::collections::HashMap;
use std::time::{Duration, Instant as Moment};

use super::Post;
use crate::db::providers::Account;
use crate::domain::id::SubmissionId;
use crate::domain::provider::paypal;
use crate::domain::provider::{Asked, Sent, ToldItem};
use crate::outbound::{Call, CallError, Method, Reply};

/// An answer about a thousand payouts has about 1 MB.
const ANSWER_MAX: u64 = 8 * 1024 * 1024;

/// A token's answer.
const TOKEN_MAX: u64 = 64 * 1024;

/// Pages that are read of one request; it has at most a thousand payouts.
const PAGES_MAX: usize = 20;

/// A token is not used in its last so many seconds.
const MARGIN: i64 = 60;

/// The tokens of the accounts, as long as they are good.
#[derive(Default)]
pub(super) struct Tokens(HashMap<(String, String), (String, Moment)>);

/// An account with its secret opened.
pub(super) struct Access<'a> {
    pub(super) account: &'a Account,
    pub(super) secret: String,
}

impl Tokens {
    /// A good token; `fresh` fetches a new one even if there is one.
    pub(super) fn get(&mut self, post: &Post, access: &Access<'_>, fresh: bool) -> Result<String, String> {
        let key = (access.account.base_url.clone(), access.account.client_id.clone());
        match self.0.get(&key) {
            Some((token, until)) if !fresh && Moment::now() < *until => return Ok(token.clone()),
            _ => {}
        }
        let basic = paypal::basic(&access.account.client_id, &access.secret);
        let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let url = paypal::token_url(&access.account.base_url);
        let body = paypal::TOKEN_BODY.as_bytes();
        let reply = post.outbound.call(Call { method: Method::Post, url: &url, headers: &headers, body, answer_max: TOKEN_MAX });
        let reply = reply.map_err(|error| error.to_string())?;
        let (token, seconds) = paypal::read_token(reply.status, whole(&reply))?;
        let good = Duration::from_secs(u64::try_from(seconds.saturating_sub(MARGIN)).unwrap_or(0));
        if let Some(until) = Moment::now().checked_add(good) {
            self.0.insert(key, (token.clone(), until));
        }
        Ok(token)
    }

    /// Calls with a token, and once more with a fresh one if it is refused: a 401 has done nothing.
    fn call(&mut self, post: &Post, access: &Access<'_>, request: &Call<'_>) -> Result<Reply, CallError> {
        let mut fresh = false;
        loop {
            // Without a token nothing leaves the house.
            let token = self.get(post, access, fresh).map_err(CallError::Forbidden)?;
            let bearer = format!("Bearer {token}");
            let headers = [&[("authorization", bearer.as_str())], request.headers].concat();
            let reply = post.outbound.call(Call { headers: &headers, ..*request })?;
            if reply.status != 401 || fresh {
                return Ok(reply);
            }
            fresh = true;
        }
    }

    /// Sends a request.
    pub(super) fn send(&mut self, post: &Post, access: &Access<'_>, key: SubmissionId, body: &str) -> Sent {
        let (url, id) = (paypal::payouts_url(&access.account.base_url), key.to_string());
        let headers = [("content-type", "application/json"), ("paypal-request-id", id.as_str())];
        let call = Call { method: Method::Post, url: &url, headers: &headers, body: body.as_bytes(), answer_max: ANSWER_MAX };
        match self.call(post, access, &call) {
            Ok(reply) => paypal::read_created(reply.status, whole(&reply), key),
            Err(CallError::Forbidden(reason)) => Sent::NotNow(reason),
            Err(CallError::Failed(reason)) => Sent::Unknown(reason),
        }
    }

    /// Asks what became of a request.
    pub(super) fn ask(&mut self, post: &Post, access: &Access<'_>, key: SubmissionId, number: &str) -> Asked {
        let mut items: Vec<ToldItem> = Vec::new();
        for page in 1..=PAGES_MAX {
            let url = paypal::batch_url(&access.account.base_url, number, page);
            let call = Call { method: Method::Get, url: &url, headers: &[], body: &[], answer_max: ANSWER_MAX };
            let reply = match self.call(post, access, &call) {
                Ok(reply) => reply,
                Err(error) => return Asked::NotNow(error.to_string()),
            };
            match paypal::read_batch(reply.status, whole(&reply), key, std::mem::take(&mut items)) {
                Asked::Found(told) if told.more => items = told.items,
                other => return other,
            }
        }
        Asked::NotNow(format!("the answer has more than {PAGES_MAX} pages"))
    }
}

fn whole(reply: &Reply) -> Option<&[u8]> {
    reply.whole.then_some(reply.body.as_slice())
}
