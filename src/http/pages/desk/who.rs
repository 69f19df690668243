//! Who did something: the audit log keeps tokens, people want names.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::logins::{self, Login};
use crate::db::tokens::{self, TokenRow};
use crate::domain::id::{LoginId, TokenId};
use crate::domain::principal::Role;
use crate::http::callers::Caller;
use crate::http::pages::frame::Frame;
use crate::http::problem::ApiError;

/// Who stands behind the actors of some acts.
pub(super) struct Who {
    tokens: BTreeMap<TokenId, TokenRow>,
    logins: BTreeMap<LoginId, Login>,
}

impl Who {
    /// Reads everybody behind `actors`; `house` is in the live ledger, where tokens and people are.
    pub(super) async fn of<'a>(house: &Caller, actors: impl Iterator<Item = &'a str>) -> Result<Self, ApiError> {
        let (mut tokens, mut people) = (BTreeSet::new(), BTreeSet::new());
        for (kind, id) in actors.filter_map(|actor| actor.split_once(':')) {
            if kind == "login" {
                people.extend(id.parse::<LoginId>().ok());
            } else {
                tokens.extend(id.parse::<TokenId>().ok());
            }
        }
        let ids: Vec<TokenId> = tokens.into_iter().collect();
        house
            .read(move |conn| {
                let tokens = tokens::of_ids(conn, &ids)?;
                let named = tokens.iter().filter_map(|row| row.login_id).chain(people.iter().copied());
                let mut logins = BTreeMap::new();
                for id in named.collect::<BTreeSet<_>>() {
                    logins.extend(logins::find(conn, id)?.map(|login| (id, login)));
                }
                Ok(Self { tokens: tokens.into_iter().map(|row| (row.id, row)).collect(), logins })
            })
            .await
    }

    /// The person who acted as `actor`; none for programs and commands.
    pub(super) fn person(&self, actor: &str) -> Option<&Login> {
        let (kind, id) = actor.split_once(':')?;
        let login = if kind == "login" { id.parse().ok() } else { self.token(id).and_then(|token| token.login_id) };
        self.logins.get(&login?)
    }

    fn token(&self, id: &str) -> Option<&TokenRow> {
        self.tokens.get(&id.parse().ok()?)
    }

    /// What people call `actor`.
    pub(super) fn name(&self, frame: &Frame, actor: &str) -> String {
        let Some((kind, id)) = actor.split_once(':') else {
            return match actor {
                "operator" => frame.say("settings-who-operator"),
                "system" => frame.say("settings-who-system"),
                other => other.to_owned(),
            };
        };
        if let Some(login) = self.person(actor) {
            return format!("{} ({})", login.name, login.email);
        }
        let token = self.token(id);
        match token.map(|token| token.role) {
            Some(Role::Referrer) => frame.say("settings-who-referrer"),
            Some(Role::Storefront) => {
                let source = token.and_then(|token| token.source.as_deref()).unwrap_or_default();
                frame.tell("settings-who-storefront", &[("source", source)])
            }
            Some(_) => frame.tell("settings-who-token", &[("role", kind)]),
            None => actor.to_owned(),
        }
    }
}
