//! Addresses as logs and pages may show them.

/// `jane@example.com` as `j***@example.com`; whatever is no address becomes `***`. The domain
/// stays, because "nobody at that provider gets our letters" is what an operator looks for.
#[must_use]
pub fn mask_address(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return "***".to_owned();
    };
    let first = local.chars().next().filter(|first| first.is_alphanumeric());
    let domain: String = domain.chars().filter(|letter| letter.is_alphanumeric() || "-.[]:".contains(*letter)).collect();
    format!("{}***@{domain}", first.map(String::from).unwrap_or_default())
}

/// `Anna Maria Berg` as `Anna B.`: enough to be recognised by whoever knows her, and no more.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_the_first_word_and_one_letter_are_shown() {
        for (name, shown) in
            [("Anna Maria Berg", "Anna B."), ("Anna", "Anna"), (" Øystein  Ås ", "Øystein Å."), ("", ""), ("李 小龙", "李 小.")]
        {
            assert_eq!(mask_name(name), shown);
        }
    }

    #[test]
    fn only_the_first_letter_and_the_domain_are_shown() {
        for (address, shown) in [
            ("jane@example.com", "j***@example.com"),
            ("j@example.com", "j***@example.com"),
            ("Øystein@example.no", "Ø***@example.no"),
            ("\"odd@local\"@example.com", "***@example.com"),
            ("jane@example.com\nlevel=error", "j***@example.comlevelerror"),
            ("@example.com", "***@example.com"),
            ("no address", "***"),
            ("", "***"),
        ] {
            assert_eq!(mask_address(address), shown);
        }
    }
}
