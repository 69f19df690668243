//! Files of customers and orders, as shops have them: by the command and by upload.
#![cfg(test)]

mod bad_files;
mod migrations;
mod rows;
mod runs;
pub(crate) mod tables;
