//! `hound token`: makes, lists and revokes API tokens.

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::db::{referrers, settings, tokens};
use crate::domain::field::short_text;
use crate::domain::id::{ReferrerId, TokenId};
use crate::domain::principal::{Mode, Role};
use crate::operations::books::Books;
use crate::operations::create_token::{NewToken, create_token};
use crate::operations::revoke_token::{Revoked, revoke_token};
use crate::tokens::{Claims, Keyring};
use crate::vault;

/// Who makes and revokes tokens, in the audit log.
const ACTOR: &str = "operator";

/// The longest validity, in days.
const VALID_DAYS_MAX: i64 = 3_650;

/// The setting that names the key all nodes share.
pub(super) const KEY_FINGERPRINT: &str = "signing_key_fingerprint";

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Makes a token and prints it, once
    Create(Create),
    /// Lists the tokens without their secret part
    List,
    /// Revokes a token; every node refuses it within a second
    Revoke {
        /// The token's id, as `hound token list` shows it
        id: TokenId,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// owner, accountant, storefront, referrer or publishable
    #[arg(long, value_parser = role)]
    role: Role,
    /// live or sandbox
    #[arg(long, default_value = "live", value_parser = mode)]
    mode: Mode,
    /// The storefront it is bound to (role storefront; default main)
    #[arg(long)]
    source: Option<String>,
    /// The referrer it belongs to (role referrer)
    #[arg(long, value_name = "ID")]
    referrer: Option<ReferrerId>,
    /// The browser origin it is bound to, such as https://shop.example (role publishable)
    #[arg(long)]
    origin: Option<String>,
    /// How long it is valid, such as 30d, 12h or 90m (default 400d for shops, 90d for people)
    #[arg(long, value_parser = seconds)]
    expires: Option<i64>,
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    let books = open_books(config)?;
    match command {
        Command::Create(args) => create(args, config, &books),
        Command::List => list(&books),
        Command::Revoke { id } => revoke(*id, &books),
    }
}

fn create(args: &Create, config: &Config, books: &Books) -> Outcome {
    let request = wanted(args)?;
    if let Some(id) = request.referrer_id {
        let book = books.of(request.mode).map_err(fail)?;
        let found = book.readers.read(|conn| referrers::find(conn, id)).map_err(fail)?;
        found.ok_or_else(|| Failure(format!("there is no referrer {id} in this ledger; see GET /v1/referrers")))?;
    }
    let keys = keyring(config, books)?;
    let row = books.live.writer.write_blocking(move |tx, now| create_token(tx, now, &request, ACTOR)).map_err(fail)?;
    let claims = Claims::new(&row.principal(), row.created_at, row.expires_at);
    say(keys.mint(&claims).map_err(fail)?);
    Ok(())
}

fn list(books: &Books) -> Outcome {
    for row in books.live.readers.read(tokens::all).map_err(fail)? {
        let bound = row.source.or(row.referrer_id.map(|id| id.to_string())).or(row.origin).unwrap_or_else(|| "-".to_owned());
        let used = row.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let state = match row.revoked_at {
            Some(at) => format!("revoked {at}"),
            None if row.expires_at <= books.live.clock.now() => format!("expired {}", row.expires_at),
            None => format!("expires {}", row.expires_at),
        };
        say(format!("{}  {:<11} {:<7} {bound}  {state}  last used {used}", row.id, row.role.as_db(), row.mode.as_db()));
    }
    Ok(())
}

fn revoke(id: TokenId, books: &Books) -> Outcome {
    match books.live.writer.write_blocking(move |tx, now| revoke_token(tx, now, id, ACTOR)).map_err(fail)? {
        Revoked::Now => say(format!("revoked {id}")),
        Revoked::Before => say(format!("{id} was revoked before")),
        Revoked::Unknown => return Err(Failure(format!("there is no token {id}; see hound token list"))),
    }
    Ok(())
}

/// Each role needs its own binding and takes no other.
fn wanted(args: &Create) -> Result<NewToken, Failure> {
    let only = |given: bool, flag: &str, role: Role| {
        if given && args.role != role { Err(Failure(format!("{flag} goes with --role {} only", role.as_db()))) } else { Ok(()) }
    };
    only(args.source.is_some(), "--source", Role::Storefront)?;
    only(args.referrer.is_some(), "--referrer", Role::Referrer)?;
    only(args.origin.is_some(), "--origin", Role::Publishable)?;
    let needs = |flag: &str| Failure(format!("--role {} needs {flag}", args.role.as_db()));
    let mut request = NewToken {
        role: args.role,
        mode: args.mode,
        source: None,
        referrer_id: None,
        origin: None,
        valid_seconds: args.expires.unwrap_or_else(|| default_seconds(args.role)),
    };
    match args.role {
        Role::Owner | Role::Accountant => {}
        Role::Storefront => {
            let source = args.source.clone().unwrap_or_else(|| "main".to_owned());
            short_text("--source", &source).map_err(|error| Failure(format!("{} {}", error.pointer, error.message)))?;
            request.source = Some(source);
        }
        Role::Referrer => request.referrer_id = Some(args.referrer.ok_or_else(|| needs("--referrer ID"))?),
        Role::Publishable => {
            request.origin = Some(origin(args.origin.as_deref().ok_or_else(|| needs("--origin https://shop.example"))?)?);
        }
    }
    Ok(request)
}

/// A shop's token lives longer than a year so that nobody meets its end unprepared at Christmas.
const fn default_seconds(role: Role) -> i64 {
    let days = match role {
        Role::Storefront | Role::Publishable => 400,
        Role::Owner | Role::Accountant | Role::Referrer => 90,
    };
    days * 86_400
}

/// The origin as browsers send it.
fn origin(text: &str) -> Result<String, Failure> {
    let wrong = || Failure("--origin must be a page's origin such as https://shop.example, without a path".to_owned());
    let parsed = url::Url::parse(text).map_err(|_| wrong())?;
    let bare = matches!(parsed.scheme(), "http" | "https") && matches!(parsed.path(), "" | "/") && parsed.query().is_none();
    let bare = bare && parsed.fragment().is_none() && parsed.username().is_empty() && parsed.password().is_none();
    if bare { Ok(parsed.origin().ascii_serialization()) } else { Err(wrong()) }
}

fn role(text: &str) -> Result<Role, String> {
    let known = [Role::Owner, Role::Accountant, Role::Storefront, Role::Referrer, Role::Publishable];
    let found = known.into_iter().find(|role| role.as_db() == text);
    found.ok_or_else(|| "must be owner, accountant, storefront, referrer or publishable".to_owned())
}

fn mode(text: &str) -> Result<Mode, String> {
    [Mode::Live, Mode::Sandbox].into_iter().find(|mode| mode.as_db() == text).ok_or_else(|| "must be live or sandbox".to_owned())
}

fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("must be a time such as 30d, 12h or 90m, at most {VALID_DAYS_MAX}d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let count: i64 = text.trim_end_matches(unit).parse().map_err(|_| wrong())?;
    let total = count.checked_mul(factor).ok_or_else(wrong)?;
    if (1..=VALID_DAYS_MAX * 86_400).contains(&total) { Ok(total) } else { Err(wrong()) }
}

/// The file in the data folder that holds the keys for secrets once they were rotated.
pub(super) const VAULT_KEYS: &str = "vault.key";

/// The signing key, which must be the one the other nodes use.
pub(super) fn keyring(config: &Config, books: &Books) -> Result<Keyring, Failure> {
    let keys = match &config.signing_key {
        Some(key) => Keyring::from_text(key.reveal()),
        None => Keyring::load_or_create(&config.data_dir.join("signing.key")),
    }
    .map_err(fail)?;
    let more = config
        .vault_keys
        .as_ref()
        .map(|keys| vault::parse_keys(keys.reveal()))
        .transpose()
        .map_err(|_| Failure("HOUND_VAULT_KEYS must hold keys of 64 hexadecimal digits, the newest last".to_owned()))?;
    let keys = keys.with_vault(|vault| match more {
        Some(more) => vault.with_keys(&more),
        None => vault.with_file(config.data_dir.join(VAULT_KEYS)),
    });
    let ours = keys.fingerprint().to_owned();
    let known = books.live.writer.write_blocking(move |tx, _| settings::get_or_put(tx, KEY_FINGERPRINT, &ours)).map_err(fail)?;
    if known == keys.fingerprint() {
        return Ok(keys);
    }
    if config.database_url.is_some() {
        return Err(Failure(
            "this node's signing key is not the one that the other nodes use; give all nodes the same HOUND_SIGNING_KEY"
                .to_owned(),
        ));
    }
    // One node alone: a lost key cannot come back, and refusing to start would help nobody.
    tracing::warn!("the signing key has changed: all tokens made before are void; make new ones with `hound token create`");
    let ours = keys.fingerprint().to_owned();
    books.live.writer.write_blocking(move |tx, _| settings::put(tx, KEY_FINGERPRINT, &ours)).map_err(fail)?;
    Ok(keys)
}
