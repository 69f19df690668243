//! The house held against lists that nobody here wrote: naughty strings, e-mail addresses, currencies.
//! They are read in place from `HOUND_SHARED_DATA` (default `../shared/data` beside the checkout).

#[cfg(test)]
#[path = "../it/app.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses more of it")]
mod app;
#[cfg(test)]
#[path = "../it/client.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses more of it")]
mod client;
#[cfg(test)]
#[path = "../it/contract.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses more of it")]
mod contract;
#[cfg(test)]
mod currencies;
#[cfg(test)]
#[path = "../it/dice.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses more of it")]
mod dice;
#[cfg(test)]
mod emails;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod payout_files;
#[cfg(test)]
mod purchases;
#[cfg(test)]
#[path = "../it/shop_signatures.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses more of it")]
mod shop_signatures;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod storefronts;
#[cfg(test)]
mod strings;
#[cfg(test)]
mod visitors;
