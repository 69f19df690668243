//! Cells of tables that people open in a spreadsheet.

/// Signs at the beginning of a cell that make a spreadsheet run it as a formula (OWASP, "CSV Injection"; the
/// full-width signs are folded to the plain ones by some programs).
pub const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// Text that a spreadsheet reads as text: one that starts like a formula gets an apostrophe.
#[must_use]
pub fn safe_cell(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// Text for a file that a bank's program reads and that people may open before: an apostrophe would
/// become part of a name, so what starts like a formula loses those signs instead, and line breaks go.
#[must_use]
pub fn bank_cell(text: &str) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    line.trim().trim_start_matches(|sign: char| FORMULA.contains(&sign) || sign.is_whitespace()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_bank_reads_begins_like_a_formula() {
        for (text, cell) in [
            ("=1+1", "1+1"),
            ("-+ @=x", "x"),
            ("Joe\r\n=cmd", "Joe  =cmd"),
            ("＝x", "x"),
            ("Joe - Girard", "Joe - Girard"),
            ("", ""),
        ] {
            assert_eq!(bank_cell(text), cell, "{text:?}");
        }
        assert_eq!((safe_cell("=1").as_str(), safe_cell("a=1").as_str()), ("'=1", "a=1"));
    }
}
