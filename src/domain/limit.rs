//! How often one may ask: quotas that refill evenly (the generic cell rate algorithm, ITU-T I.371),
//! and how an answer tells what is left (draft-ietf-httpapi-ratelimit-headers-10).

use std::fmt;

/// A second in the unit of all times here, nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The most units of a quota: below one every few nanoseconds it would be none.
const UNITS_MAX: u32 = 100_000_000;

/// The longest window, in seconds: a day.
const SECONDS_MAX: u32 = 86_400;

/// What is limited, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// What storefronts report, per token.
    Orders,
    /// Every other request with a token, per token.
    Api,
    /// Links, images and pages, and what browsers ask with a publishable token, per address.
    Visits,
    /// Codes and letters that do not exist, per address block.
    Guesses,
    /// Tokens and signatures that are not valid, per address block.
    Logins,
}

/// So many units in so many seconds. All may be spent at once; what is spent comes back evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    units: u32,
    seconds: u32,
}

/// How somebody stands with a quota after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Of which quota.
    pub policy: Policy,
    quota: Quota,
    left: u32,
    seconds: u32,
}

/// The quota of each policy; none is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits([Option<Quota>; 5]);

impl Policy {
    /// All, in the order of their places.
    pub const ALL: [Self; 5] = [Self::Orders, Self::Api, Self::Visits, Self::Guesses, Self::Logins];

    /// Its name in settings and headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Api => "api",
            Self::Visits => "visits",
            Self::Guesses => "guesses",
            Self::Logins => "logins",
        }
    }

    /// Where it stands among [`Self::ALL`].
    #[must_use]
    pub const fn place(self) -> usize {
        match self {
            Self::Orders => 0,
            Self::Api => 1,
            Self::Visits => 2,
            Self::Guesses => 3,
            Self::Logins => 4,
        }
    }

    const fn quota(self) -> Quota {
        match self {
            // 20,000 a second, more than the writers take: a shop that imports waits for the disk, never for this.
            Self::Orders => Quota { units: 1_200_000, seconds: 60 },
            // A nightly export pages through everything; a program that runs in circles is stopped.
            Self::Api => Quota { units: 60_000, seconds: 60 },
            // A carrier or a company shows one address for all its people, and a newsletter brings them at once.
            Self::Visits => Quota { units: 6_000, seconds: 60 },
            // Nobody mistypes once a second; of a thousand codes of 40 bits, guessing as fast finds one in 35 years.
            Self::Guesses => Quota { units: 60, seconds: 60 },
            // A token pasted wrongly is tried a few times; who tries more is answered no more.
            Self::Logins => Quota { units: 60, seconds: 60 },
        }
    }
}

impl Quota {
    /// How long one unit takes to come back.
    fn interval(self) -> u64 {
        (u64::from(self.seconds) * SECOND / u64::from(self.units)).max(1)
    }

    /// Spends a unit at `now`. `whole_at` is when the quota is whole again; the new one is answered,
    /// or none when nothing is left.
    #[must_use]
    pub fn spend(self, whole_at: u64, now: u64) -> Option<u64> {
        let next = whole_at.max(now) + self.interval();
        (next - now <= self.interval() * u64::from(self.units)).then_some(next)
    }

    /// How one stands at `now`.
    #[must_use]
    pub fn standing(self, policy: Policy, whole_at: u64, now: u64) -> Standing {
        let owed = whole_at.saturating_sub(now);
        let used = owed.div_ceil(self.interval());
        let wait = owed - used.saturating_sub(1) * self.interval();
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Standing { policy, quota: self, left: self.units.saturating_sub(small(used)), seconds: small(wait.div_ceil(SECOND)) }
    }
}

impl Standing {
    /// Whether nothing is left.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// Seconds until there is more, rounded up.
    #[must_use]
    pub const fn seconds(&self) -> u32 {
        self.seconds
    }

    /// The field `RateLimit-Policy`.
    #[must_use]
    pub fn policy_field(&self) -> String {
        format!("\"{}\";q={};w={}", self.policy.name(), self.quota.units, self.quota.seconds)
    }

    /// The field `RateLimit`.
    #[must_use]
    pub fn limit_field(&self) -> String {
        format!("\"{}\";r={};t={}", self.policy.name(), self.left, self.seconds)
    }
}

impl Limits {
    /// The quota of `policy`.
    #[must_use]
    pub fn of(&self, policy: Policy) -> Option<Quota> {
        self.0.get(policy.place()).copied().flatten()
    }

    /// Reads `orders=20000/1,guesses=10/60,visits=off`, units by seconds; what is not named keeps its
    /// default, and `off` alone means no limits at all. None when it is not such a list.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "off" {
            return Some(Self([None; 5]));
        }
        let mut limits = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, quota) = part.split_once('=')?;
            let policy = Policy::ALL.into_iter().find(|policy| policy.name() == name.trim())?;
            *limits.0.get_mut(policy.place())? = match quota.trim() {
                "off" => None,
                quota => Some(Quota::parse(quota)?),
            };
        }
        Some(limits)
    }
}

impl Quota {
    fn parse(text: &str) -> Option<Self> {
        let (units, seconds) = text.split_once('/')?;
        let (units, seconds) = (units.trim().parse().ok()?, seconds.trim().parse().ok()?);
        ((1..=UNITS_MAX).contains(&units) && (1..=SECONDS_MAX).contains(&seconds)).then_some(Self { units, seconds })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self(Policy::ALL.map(|policy| Some(policy.quota())))
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for policy in Policy::ALL {
            let comma = if policy.place() == 0 { "" } else { "," };
            match self.of(policy) {
                Some(quota) => write!(f, "{comma}{}={}/{}", policy.name(), quota.units, quota.seconds)?,
                None => write!(f, "{comma}{}=off", policy.name())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_spent_comes_back_evenly() {
        let quota = Quota::parse("3/60").expect("a quota");
        let mut whole_at = 0;
        for left in [2, 1, 0] {
            whole_at = quota.spend(whole_at, 0).expect("a unit");
            let standing = quota.standing(Policy::Api, whole_at, 0);
            assert_eq!(standing.limit_field(), format!("\"api\";r={left};t=20"));
            assert_eq!(standing.policy_field(), "\"api\";q=3;w=60");
        }
        assert_eq!(quota.spend(whole_at, 0), None);
        assert_eq!(quota.spend(whole_at, 20 * SECOND - 1), None);
        let standing = quota.standing(Policy::Api, whole_at, 20 * SECOND - 1);
        assert!(standing.is_spent() && standing.seconds() == 1);
        let later = quota.spend(whole_at, 20 * SECOND).expect("the next unit");
        assert_eq!(quota.spend(later, 20 * SECOND), None);
        assert_eq!(quota.standing(Policy::Api, later, 200 * SECOND).limit_field(), "\"api\";r=3;t=0");
    }

    #[test]
    fn settings_name_what_differs() {
        let parsed = Limits::parse("guesses = 5/10, visits=off").expect("limits");
        assert_eq!(parsed.of(Policy::Guesses), Quota::parse("5/10"));
        assert_eq!(parsed.of(Policy::Visits), None);
        assert_eq!(parsed.of(Policy::Api), Limits::default().of(Policy::Api));
        assert_eq!(Limits::parse(&parsed.to_string()), Some(parsed));
        assert_eq!(Limits::parse(""), Some(Limits::default()));
        assert!(Limits::parse("off").is_some_and(|none| Policy::ALL.into_iter().all(|policy| none.of(policy).is_none())));
        for wrong in ["all=1/1", "api", "api=1", "api=0/1", "api=1/0", "api=-1/1", "api=1/86401", "api=100000001/1", "on"] {
            assert_eq!(Limits::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        /// However requests come, no more are served than the quota and what has come back since, and
        /// whoever waits as long as he was told is served.
        #[test]
        fn never_more_than_the_quota_and_its_refill(
            units in 1..50_u32, seconds in 1..100_u32, gaps in prop::collection::vec(0..2_000_u64, 1..400),
        ) {
            let quota = Quota { units, seconds };
            let (mut whole_at, mut now, mut served) = (0, 0, 0_u64);
            for gap in gaps {
                now += gap * 1_000_000;
                if let Some(next) = quota.spend(whole_at, now) {
                    (whole_at, served) = (next, served + 1);
                } else {
                    let told = quota.standing(Policy::Api, whole_at, now);
                    prop_assert!(told.is_spent() && told.seconds() >= 1);
                    prop_assert!(quota.spend(whole_at, now + u64::from(told.seconds()) * SECOND).is_some());
                }
                prop_assert!(served <= u64::from(units) + now / quota.interval() + 1);
            }
        }
    }
}
