//! Forged tokens: none gets in.
