//! The pages, visited as people do: with forms, cookies and, where it matters, a real browser.
#![cfg(test)]

mod visit;
