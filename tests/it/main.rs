//! The whole house, tried through its front door, on both engines. Run it with `./test`.

#[cfg(test)]
mod access;
#[cfg(test)]
mod app;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_requests;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod check;
#[cfg(test)]
mod clicks;
#[cfg(test)]
mod client;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod races;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod sales;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod smtp_server;
#[cfg(test)]
mod snippet;
#[cfg(test)]
mod supplies;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod webhooks;
