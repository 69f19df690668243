//! A first look at a text file: is it text, in which encoding, with which delimiter?

use std::io::Read;

use encoding_rs::Encoding;

use super::{FileFault, fault};

/// How much of the beginning is looked at for the delimiter.
const SAMPLE_BYTES: usize = 64 * 1024;

/// Rows of the sample that are compared.
const SAMPLE_ROWS: usize = 50;

/// What a look at all bytes of a file says.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The beginning, for the delimiter.
    pub(super) sample: Vec<u8>,
    carry: Vec<u8>,
    bytes: u64,
    lines: u64,
    zeros: bool,
    multibyte: bool,
    /// The line of the first byte that is no UTF-8.
    broken: Option<u64>,
}

impl Survey {
    /// Reads everything once.
    pub(super) fn of(mut reader: impl Read) -> Result<Self, FileFault> {
        let mut survey = Self::default();
        let mut buffer = vec![0_u8; 256 * 1024];
        loop {
            let count =
                reader.read(&mut buffer).map_err(|error| fault(format!("the file cannot be read to its end: {error}")))?;
            if count == 0 {
                break;
            }
            survey.look(buffer.get(..count).unwrap_or_default());
        }
        if !survey.carry.is_empty() {
            survey.broken = survey.broken.or(Some(survey.lines + 1));
        }
        Ok(survey)
    }

    fn look(&mut self, chunk: &[u8]) {
        self.bytes += u64::try_from(chunk.len()).unwrap_or(0);
        let room = SAMPLE_BYTES.saturating_sub(self.sample.len()).min(chunk.len());
        self.sample.extend_from_slice(chunk.get(..room).unwrap_or_default());
        self.zeros |= chunk.contains(&0);
        let mut bytes = std::mem::take(&mut self.carry);
        bytes.extend_from_slice(chunk);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (good, bad) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), 0),
                Err(error) => match error.error_len() {
                    Some(bad) => (error.valid_up_to(), bad),
                    None => {
                        self.carry = rest.get(error.valid_up_to()..).unwrap_or_default().to_vec();
                        (error.valid_up_to(), usize::MAX)
                    }
                },
            };
            let valid = rest.get(..good).unwrap_or_default();
            self.multibyte |= !valid.is_ascii();
            self.lines += u64::try_from(valid.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
            if bad == usize::MAX {
                break;
            }
            if bad > 0 {
                self.broken = self.broken.or(Some(self.lines + 1));
            }
            rest = rest.get(good + bad..).unwrap_or_default();
        }
    }

    /// The encoding; `chosen` overrules the guess.
    pub(super) fn encoding(&self, chosen: Option<&str>) -> Result<&'static Encoding, FileFault> {
        if self.bytes == 0 {
            return Err(fault("the file is empty"));
        }
        if let Some(label) = chosen {
            let known = Encoding::for_label(label.as_bytes());
            return known.ok_or_else(|| {
                fault(format!("{label:?} is no encoding; say utf-8, windows-1252 or another name of the WHATWG list"))
            });
        }
        if let Some((encoding, _)) = Encoding::for_bom(&self.sample) {
            return Ok(encoding);
        }
        if self.zeros {
            return Err(fault("the file is no text: it holds NUL bytes; save it as CSV or .xlsx"));
        }
        match (self.broken, self.multibyte) {
            (None, _) => Ok(encoding_rs::UTF_8),
            (Some(_), false) => Ok(encoding_rs::WINDOWS_1252),
            (Some(line), true) => Err(fault(format!(
                "the file mixes encodings: line {line} is not UTF-8 and others are; save it as UTF-8, or say which it is with --encoding windows-1252"
            ))),
        }
    }

    /// The delimiter that gives the most columns, the same number in most rows, and whether the first
    /// line only names it, as Excel's `sep=;` does.
    pub(super) fn delimiter(&self, encoding: &'static Encoding) -> (u8, bool) {
        let (text, _, _) = encoding.decode(&self.sample);
        let first = text.lines().next().unwrap_or_default();
        if let Some(sign) = first.strip_prefix("sep=").and_then(|rest| rest.bytes().next()) {
            return (sign, true);
        }
        let whole = u64::try_from(self.sample.len()).unwrap_or(0) == self.bytes;
        let score = |delimiter: &u8| {
            let mut reader =
                csv::ReaderBuilder::new().delimiter(*delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
            let widths: Vec<usize> =
                reader.records().take(SAMPLE_ROWS).map_while(Result::ok).map(|record| record.len()).collect();
            // The last row of a cut sample may be cut too.
            let widths = if whole || widths.len() == SAMPLE_ROWS {
                widths.as_slice()
            } else {
                widths.split_last().map_or(&[][..], |(_, rest)| rest)
            };
            let columns = widths.first().copied().unwrap_or(1);
            let alike = widths.iter().filter(|width| **width == columns).count();
            let share = if widths.is_empty() { 0 } else { alike * 100 / widths.len() };
            if columns < 2 { (0, 0) } else { (share / 20, columns) }
        };
        let best = [b',', b';', b'\t', b'|'].into_iter().max_by_key(|delimiter| (score(delimiter), *delimiter == b','));
        (best.unwrap_or(b','), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(bytes: &[u8]) -> (Result<&'static str, FileFault>, char) {
        let survey = Survey::of(bytes).expect("a survey");
        let encoding = survey.encoding(None);
        let delimiter = survey.delimiter(encoding.clone().unwrap_or(encoding_rs::UTF_8)).0;
        (encoding.map(Encoding::name), char::from(delimiter))
    }

    #[test]
    fn encodings_and_delimiters_are_told_apart() {
        assert_eq!(look("a;b\nMüller;1,5\n".as_bytes()), (Ok("UTF-8"), ';'));
        assert_eq!(look(b"a;b\nM\xfcller;1,5\n"), (Ok("windows-1252"), ';'));
        assert_eq!(look(b"\xef\xbb\xbfa,b\n1,2\n"), (Ok("UTF-8"), ','));
        assert_eq!(look(b"\xff\xfea\0,\0b\0").0, Ok("UTF-16LE"));
        assert_eq!(look(b"a\tb\n1\t2\n"), (Ok("UTF-8"), '\t'));
        assert_eq!(look(b"sep=|\na|b\n"), (Ok("UTF-8"), '|'));
        assert_eq!(look(b"email\na@example.com\n"), (Ok("UTF-8"), ','));
        for bad in [&b""[..], b"a,b\n\0\x01", "a;b\nMüller;1\nM\u{fc}".as_bytes().split_last().expect("bytes").1] {
            assert!(look(bad).0.is_err(), "{bad:?}");
        }
        let mixed = [b"a;b\nM\xc3\xbcller;1\n".as_slice(), b"M\xfcller;2\n"].concat();
        let said = look(&mixed).0.expect_err("a fault").0;
        assert!(said.contains("line 3") && said.contains("mixes"), "{said}");
    }
}
