//! How often one may ask here, per token and per address. What fails is limited more tightly than what
//! succeeds, so that guessing is slow and nobody else notices.
//!
//! No crate for it: a look-up must be weighed before it is known whether it fails, and spent only if it
//! does, which none of those that were looked at can do; what remains is a bounded map.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant as Moment;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};

use super::address;
use super::app::App;
use super::problem::ApiError;
use crate::domain::limit::{Limits, Policy, Standing};
use crate::domain::principal::{Principal, Role};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Requests at once rarely meet in one of so many maps.
const SHARDS: usize = 16;

/// Keys in one of them; with the map's own room some 150 KiB.
const KEYS_MAX: usize = 4_096;

/// Where requests are counted under the token or the signature they bring, or not at all: what watches
/// the service must not be shut out.
const COUNTED_ELSEWHERE: [&str; 4] = ["/v1/", "/webhooks/", "/health/", "/metrics"];

/// What storefronts report by POST; the rest of the API is other requests.
const REPORTS: [&str; 6] = ["/v1/sales", "/v1/refunds", "/v1/customers", "/v1/referrals", "/v1/imports", "/v1/reconciliations"];

/// Counts requests.
pub struct Gate {
    limits: Limits,
    meters: [Meters; 5],
    since: Moment,
    warned: AtomicBool,
}

/// When the quota of each key is whole again, in nanoseconds; whose is whole is forgotten.
struct Meters {
    hasher: RandomState,
    shards: [Mutex<HashMap<u128, u64>>; SHARDS],
}

impl Gate {
    /// A gate with these quotas.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let meters = || Meters { hasher: RandomState::new(), shards: Default::default() };
        Self { limits, meters: std::array::from_fn(|_| meters()), since: Moment::now(), warned: AtomicBool::new(false) }
    }

    /// Spends a unit; how it stands then, and whether there was one.
    fn spend(&self, policy: Policy, key: u128) -> Option<(Standing, bool)> {
        let (quota, meters, now) = (self.limits.of(policy)?, self.meters.get(policy.place())?, self.now());
        let mut shard = meters.shard(key)?;
        let whole_at = shard.get(&key).copied().unwrap_or(0);
        let spent = quota.spend(whole_at, now);
        if let Some(next) = spent {
            if !shard.contains_key(&key) {
                make_room(&mut shard, now);
            }
            shard.insert(key, next);
        }
        Some((quota.standing(policy, spent.unwrap_or(whole_at), now), spent.is_some()))
    }

    /// How it stands when nothing is left.
    fn spent(&self, policy: Policy, key: u128) -> Option<Standing> {
        let (quota, meters) = (self.limits.of(policy)?, self.meters.get(policy.place())?);
        let whole_at = meters.shard(key)?.get(&key).copied()?;
        Some(quota.standing(policy, whole_at, self.now())).filter(Standing::is_spent)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Behind a proxy that nobody named, all visitors are one. Said once.
    fn look_at_peer(&self, req: &HttpRequest, peer: IpAddr, trusted: &[IpAddr]) {
        let near = match peer {
            IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
            IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
        };
        let forwarded = trusted.is_empty() && near && req.headers().contains_key("x-forwarded-for");
        if forwarded && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(%peer, "requests come through a proxy that HOUND_TRUSTED_PROXIES does not name: limits count all its visitors as one");
        }
    }
}

impl Meters {
    fn shard(&self, key: u128) -> Option<MutexGuard<'_, HashMap<u128, u64>>> {
        let place = usize::try_from(self.hasher.hash_one(key) >> 32).ok()? % SHARDS;
        Some(self.shards.get(place)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Forgets whose quota is whole; when all of it is in use, the half that has spent least.
fn make_room(shard: &mut HashMap<u128, u64>, now: u64) {
    if shard.len() < KEYS_MAX {
        return;
    }
    shard.retain(|_, whole_at| *whole_at > now);
    if shard.len() >= KEYS_MAX {
        let mut all: Vec<u64> = shard.values().copied().collect();
        let (_, median, _) = all.select_nth_unstable(KEYS_MAX / 2);
        let median = *median;
        shard.retain(|_, whole_at| *whole_at > median);
    }
}

/// The middleware: counts visits of pages, links and images.
///
/// # Errors
/// Those of the handler.
pub async fn count_visits(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !COUNTED_ELSEWHERE.iter().any(|start| req.path().starts_with(start))
        && let Some(app) = req.app_data::<web::Data<App>>().cloned()
        && let Err(problem) = spend(req.request(), &app, Policy::Visits)
    {
        return Ok(req.error_response(problem));
    }
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

/// Counts a request with a valid token: under the token, or under the address if every browser has it.
///
/// # Errors
/// 429 when too many came.
pub fn admit(req: &HttpRequest, app: &App, principal: &Principal) -> Result<(), ApiError> {
    if principal.role == Role::Publishable {
        return spend(req, app, Policy::Visits);
    }
    let reports = req.method() == Method::POST && REPORTS.iter().any(|start| req.path().starts_with(start));
    let policy = if reports { Policy::Orders } else { Policy::Api };
    settle(req, app.gate.spend(policy, principal.token_id.uuid().as_u128()))
}

/// Counts a token or signature that is not valid; what is valid passes, or whoever shares an address
/// with a guesser would be locked out. Answers what to say: `fault`, or 429 when too many came.
#[must_use]
pub fn refused(req: &HttpRequest, app: &App, fault: ApiError) -> ApiError {
    if fault.status() != StatusCode::UNAUTHORIZED {
        return fault;
    }
    spend(req, app, Policy::Logins).err().unwrap_or(fault)
}

/// Counts somebody who tries a password, before it is known whether it is right: of many tries at once none slips by.
///
/// # Errors
/// 429 when too many came, and then right ones are refused too: unlike a token a password can be guessed.
pub fn try_password(req: &HttpRequest, app: &App) -> Result<(), ApiError> {
    spend(req, app, Policy::Logins)
}

/// Whether whoever sent `req` may look up a code or a letter: not after too many that do not exist.
///
/// # Errors
/// 429 then, whether it exists or not.
pub fn may_guess(req: &HttpRequest, app: &App) -> Result<(), ApiError> {
    let spent = key(req, app, Policy::Guesses).and_then(|key| app.gate.spent(Policy::Guesses, key));
    settle(req, spent.map(|standing| (standing, false)))
}

/// Counts a look-up that found nothing.
///
/// # Errors
/// 429 in place of the answer when too many came.
pub fn missed(req: &HttpRequest, app: &App) -> Result<(), ApiError> {
    spend(req, app, Policy::Guesses)
}

/// How the quota stands that `req` was counted under last.
#[must_use]
pub fn standing(req: &HttpRequest) -> Option<Standing> {
    req.extensions().get::<Standing>().copied()
}

/// Writes how the request stands into the head of its answer. Redirects carry nothing: a browser might
/// wait before it goes on (draft-10 §6).
pub fn tell(standing: Option<Standing>, status: StatusCode, headers: &mut HeaderMap) {
    let Some(standing) = standing.filter(|_| !status.is_redirection()) else { return };
    for (name, value) in [(POLICY, standing.policy_field()), (LIMIT, standing.limit_field())] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

fn spend(req: &HttpRequest, app: &App, policy: Policy) -> Result<(), ApiError> {
    settle(req, key(req, app, policy).and_then(|key| app.gate.spend(policy, key)))
}

fn settle(req: &HttpRequest, counted: Option<(Standing, bool)>) -> Result<(), ApiError> {
    let Some((standing, served)) = counted else { return Ok(()) };
    req.extensions_mut().insert(standing);
    if served { Ok(()) } else { Err(ApiError::quota_exceeded(standing.seconds())) }
}

/// Whose request it is: one subscriber has a /64 of IPv6 (RFC 6177). Of IPv4 each address is somebody,
/// but guessers own a /24 as easily, so failures count for all of it.
fn key(req: &HttpRequest, app: &App, policy: Policy) -> Option<u128> {
    let sender = address::sender(req, &app.trusted_proxies)?;
    app.gate.look_at_peer(req, sender, &app.trusted_proxies);
    let bits = match sender {
        IpAddr::V4(address) if policy == Policy::Visits => address.to_ipv6_mapped().to_bits(),
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => Ipv6Addr::to_bits(address) & (u128::MAX << 64),
    };
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_keys_takes_bounded_room_and_frees_nobody_who_is_at_his_limit() {
        let gate = Gate::new(Limits::parse("guesses=3/86400").expect("limits"));
        for _ in 0..3 {
            assert!(gate.spend(Policy::Guesses, 1).is_some_and(|(_, served)| served));
        }
        for key in 2..500_000_u128 {
            assert!(gate.spend(Policy::Guesses, key << 64).is_some_and(|(_, served)| served));
        }
        let kept: usize =
            gate.meters[Policy::Guesses.place()].shards.iter().map(|shard| shard.lock().expect("a shard").len()).sum();
        assert!(kept <= SHARDS * KEYS_MAX, "{kept}");
        assert!(gate.spent(Policy::Guesses, 1).is_some());
        assert!(gate.spend(Policy::Guesses, 1).is_some_and(|(standing, served)| !served && standing.is_spent()));
    }

    #[test]
    fn whoever_is_at_peace_again_is_forgotten_first() {
        let mut shard: HashMap<u128, u64> = (0..4_096).map(|key| (key, if key % 4 == 0 { 10 } else { 5 })).collect();
        make_room(&mut shard, 7);
        assert!(shard.len() == 1_024 && shard.values().all(|whole_at| *whole_at == 10));
    }
}
