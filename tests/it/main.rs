//! The whole house, tried through its front door, on both engines. Run it with `./test`.

#[cfg(test)]
mod access;
#[cfg(test)]
mod app;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_requests;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod books;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod check;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod clicks;
#[cfg(test)]
mod client;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod database_tls;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod fake_paypal;
#[cfg(test)]
mod fake_shop;
#[cfg(test)]
mod fraud;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod labelled;
#[cfg(test)]
mod letter_habits;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod money_check;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod newcomer;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod payout_files;
#[cfg(test)]
mod payout_methods;
#[cfg(test)]
mod payout_races;
#[cfg(test)]
mod paypal;
#[cfg(test)]
mod paypal_kills;
#[cfg(test)]
mod paypal_shapes;
#[cfg(test)]
mod precedence;
#[cfg(test)]
mod previews;
#[cfg(test)]
mod races;
#[cfg(test)]
mod reasons;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod sales;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod shop_errands;
#[cfg(test)]
mod shop_signatures;
#[cfg(test)]
mod smtp_server;
mod snippet;
#[cfg(test)]
mod storefronts;
#[cfg(test)]
mod supplies;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod webhooks;
