//! Names in the few letters that bank files carry. Letters lose their marks, Greek and Cyrillic ones
//! become Latin ones as EPC217-08 ("Requirements for an extended character set", conversion table) has
//! it, and anything else becomes a full stop. Length is checked after that, because Θ becomes TH.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` in the letters of the EPC's basic Latin set `a-z A-Z 0-9 / - ? : ( ) . , ' +` and space, at most
/// `longest` of them. Slashes are single and stand neither first nor last (EPC130-08 §1.4).
#[must_use]
pub fn sepa_text(text: &str, longest: usize) -> String {
    let basic = |sign: char| sign.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(sign);
    let plain = latin(text, |sign| match sign {
        '&' => '+',
        ';' => ',',
        '[' | '{' => '(',
        ']' | '}' => ')',
        '\\' | '|' => '/',
        '_' | '~' | '‐' | '‑' | '–' | '—' => '-',
        '`' | '´' | '‘' | '’' | 'ʼ' => '\'',
        _ if basic(sign) => sign,
        _ => '.',
    });
    trimmed(&plain.replace("//", "/").replace("//", "/"), longest)
}

/// `text` in upper-case letters, digits and the punctuation of NACHA's alphameric fields (ASCII 32 to 126
/// without what readers of fixed files stumble over), at most `longest` of them.
#[must_use]
pub fn ach_text(text: &str, longest: usize) -> String {
    let plain = latin(text, |sign| match sign {
        '‐' | '‑' | '–' | '—' => '-',
        '‘' | '’' | 'ʼ' => '\'',
        _ if sign.is_ascii_alphanumeric() || " .,-'&/()#".contains(sign) => sign,
        _ => '.',
    });
    trimmed(&plain.to_ascii_uppercase(), longest)
}

/// Whether a bank file can name somebody by `text`: a letter or digit of it is left.
#[must_use]
pub fn has_letters(text: &str) -> bool {
    sepa_text(text, usize::MAX).chars().any(|sign| sign.is_ascii_alphanumeric())
}

/// Folds letters to basic Latin ones and gives every other sign to `other`.
fn latin(text: &str, other: impl Fn(char) -> char) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    // Composed first: the Cyrillic й is a letter of its own, not an и with a mark.
    for sign in text.nfc() {
        if let Some(spelled) = cyrillic(sign) {
            plain.push_str(spelled);
            continue;
        }
        for part in std::iter::once(sign).nfkd().filter(|part| !is_combining_mark(*part)) {
            let after_o = matches!(std::mem::replace(&mut before, part), 'ο' | 'Ο');
            match spelled(part) {
                // The one pair of Greek letters that reads otherwise than its parts.
                Some("y") if after_o => plain.push('u'),
                Some("Y") if after_o => plain.push('U'),
                Some(spelled) => plain.push_str(spelled),
                None if part.is_whitespace() => plain.push(' '),
                // Marks of direction and width are no signs.
                None if matches!(part, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}') =>
                    {}
                None => plain.push(other(part)),
            }
        }
    }
    plain
}

/// Cut to `longest`, without outer spaces, slashes and what else no field may begin with.
fn trimmed(text: &str, longest: usize) -> String {
    let words = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let begun = words.trim_start_matches(['/', '-', ':', ' ']);
    let cut: String = begun.chars().take(longest).collect();
    cut.trim_end_matches(['/', ' ']).to_owned()
}

/// Letters that no decomposition makes basic: Latin ones with strokes, Greek.
fn spelled(sign: char) -> Option<&'static str> {
    Some(match sign {
        'Æ' => "A",
        'æ' => "a",
        'Ø' | 'Œ' => "O",
        'ø' | 'œ' => "o",
        'Đ' | 'Ð' => "D",
        'đ' | 'ð' => "d",
        'ß' => "s",
        'ẞ' => "S",
        'Þ' => "Th",
        'þ' => "th",
        'Ł' => "L",
        'ł' => "l",
        'Ħ' => "H",
        'ħ' => "h",
        'Ŧ' => "T",
        'ŧ' => "t",
        'ı' => "i",
        'ĸ' => "k",
        'Ŋ' => "N",
        'ŋ' => "n",
        'Ə' => "A",
        'ə' => "a",
        '€' => "E",
        _ => return greek(sign),
    })
}

fn greek(sign: char) -> Option<&'static str> {
    Some(match sign {
        'Α' => "A",
        'Β' => "V",
        'Γ' => "G",
        'Δ' => "D",
        'Ε' => "E",
        'Ζ' => "Z",
        'Η' | 'Ι' => "I",
        'Θ' => "TH",
        'Κ' => "K",
        'Λ' => "L",
        'Μ' => "M",
        'Ν' => "N",
        'Ξ' => "X",
        'Ο' | 'Ω' => "O",
        'Π' => "P",
        'Ρ' => "R",
        'Σ' => "S",
        'Τ' => "T",
        'Υ' => "Y",
        'Φ' => "F",
        'Χ' => "CH",
        'Ψ' => "PS",
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

/// Bulgarian as the table has it; letters of other languages, which it leaves out, as their neighbours.
fn cyrillic(sign: char) -> Option<&'static str> {
    const UPPER: [&str; 32] = [
        "A", "B", "V", "G", "D", "E", "ZH", "Z", "I", "Y", "K", "L", "M", "N", "O", "P", "R", "S", "T", "U", "F", "H", "TS",
        "CH", "SH", "SHT", "A", "Y", "Y", "E", "YU", "YA",
    ];
    const LOWER: [&str; 32] = [
        "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "h", "ts",
        "ch", "sh", "sht", "a", "y", "y", "e", "yu", "ya",
    ];
    let at = |first: char| usize::try_from(u32::from(sign).checked_sub(u32::from(first))?).ok();
    if let Some(found) = at('А').and_then(|place| UPPER.get(place)) {
        return Some(found);
    }
    if let Some(found) = at('а').and_then(|place| LOWER.get(place)) {
        return Some(found);
    }
    Some(match sign {
        'І' | 'Ї' => "I",
        'і' | 'ї' => "i",
        'Є' => "YE",
        'є' => "ye",
        'Ё' => "YO",
        'ё' => "yo",
        'Ґ' | 'Ѓ' => "G",
        'ґ' | 'ѓ' => "g",
        'Ђ' => "DJ",
        'ђ' => "dj",
        'Ј' => "J",
        'ј' => "j",
        'Љ' => "LJ",
        'љ' => "lj",
        'Њ' => "NJ",
        'њ' => "nj",
        'Ћ' => "C",
        'ћ' => "c",
        'Џ' => "DZ",
        'џ' => "dz",
        'Ў' => "U",
        'ў' => "u",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_europe_are_spelled_as_the_council_has_it() {
        for (name, spelled) in [
            ("Zoë Müller-Lüdenscheidt", "Zoe Muller-Ludenscheidt"),
            ("Straße & Söhne", "Strase + Sohne"),
            ("Łukasz Żółć", "Lukasz Zolc"),
            ("Øystein Ærø", "Oystein Aro"),
            ("Þórður Ðagsson", "Thordur Dagsson"),
            ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
            ("Θέμις", "THemis"),
            ("ΟΥΡΑΝΙΑ", "OURANIA"),
            ("Йордан Щерев", "Yordan SHTerev"),
            ("Юлия", "YUliya"),
            ("Nguyễn Văn Ơn", "Nguyen Van On"),
            ("O’Brien “Pat”; <x@y>", "O'Brien .Pat., .x.y."),
            ("  //a//b///c/ ", "a/b/c"),
            ("ﬁne Ⅷ", "fine VIII"),
            ("e\u{301}", "e"),
            ("tab\tnew\nline", "tab new line"),
            ("a\u{202e}b\u{feff}", "ab"),
            ("王小明", "..."),
            ("", ""),
        ] {
            assert_eq!(sepa_text(name, 70), spelled, "{name}");
        }
        assert!(has_letters("王1") && !has_letters("王小明") && !has_letters("..."));
    }

    #[test]
    fn american_files_are_in_capitals() {
        assert_eq!(ach_text("Zoë O’Hara & Co.", 22), "ZOE O'HARA & CO.");
        assert_eq!(ach_text("Bartholomew Featherstonehaugh", 22), "BARTHOLOMEW FEATHERSTO");
    }

    proptest! {
        #[test]
        fn only_allowed_signs_are_left_and_never_too_many(text in "\\PC{0,90}|.{0,40}", longest in 1_usize..80) {
            let sepa = sepa_text(&text, longest);
            prop_assert!(sepa.chars().count() <= longest);
            prop_assert!(sepa.chars().all(|sign| sign.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(sign)), "{}", sepa);
            prop_assert!(!sepa.contains("//") && !sepa.starts_with(['/', ' ']) && !sepa.ends_with(['/', ' ']));
            let ach = ach_text(&text, longest);
            prop_assert!(ach.len() <= longest && ach.bytes().all(|byte| (32..127).contains(&byte) && !byte.is_ascii_lowercase()));
        }
    }
}
