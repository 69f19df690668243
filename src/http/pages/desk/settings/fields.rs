//! Fields of a form, each with its label, its words of help and what is wrong with it.

use super::in_words;
use crate::domain::field::FieldError;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Line,
    Short,
    Area,
    Secret,
    Choice,
}

/// One of several answers.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) value: String,
    pub(super) fault: Option<String>,
    pub(super) choices: Vec<Choice>,
    shape: Shape,
    must: bool,
}

/// Something that is shown once.
#[derive(Debug, Clone)]
pub(super) struct Once {
    pub(super) title: String,
    pub(super) text: String,
}

impl Field {
    fn new(name: &'static str, label: String, value: impl Into<String>, shape: Shape) -> Self {
        Self { name, label, hint: None, value: value.into(), fault: None, choices: Vec::new(), shape, must: false }
    }

    pub(super) fn line(name: &'static str, label: String, value: impl Into<String>) -> Self {
        Self::new(name, label, value, Shape::Line)
    }

    pub(super) fn short(name: &'static str, label: String, value: impl Into<String>) -> Self {
        Self::new(name, label, value, Shape::Short)
    }

    pub(super) fn area(name: &'static str, label: String, value: impl Into<String>) -> Self {
        Self::new(name, label, value, Shape::Area)
    }

    /// One that is typed and never shown again.
    pub(super) fn secret(name: &'static str, label: String) -> Self {
        Self::new(name, label, "", Shape::Secret)
    }

    pub(super) fn choice(name: &'static str, label: String, value: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { choices, ..Self::new(name, label, value, Shape::Choice) }
    }

    pub(super) fn yes_no(frame: &Frame, name: &'static str, label: String, value: bool) -> Self {
        let choices = vec![Choice::new("true", frame.say("yes")), Choice::new("false", frame.say("no"))];
        Self::choice(name, label, value.to_string(), choices)
    }

    pub(super) fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(super) fn required(self) -> Self {
        Self { must: true, ..self }
    }

    pub(super) fn is_choice(&self) -> bool {
        self.shape == Shape::Choice
    }

    pub(super) fn is_area(&self) -> bool {
        self.shape == Shape::Area
    }

    pub(super) fn is_short(&self) -> bool {
        self.shape == Shape::Short
    }

    pub(super) fn is_secret(&self) -> bool {
        self.shape == Shape::Secret
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.fault.is_some()
    }

    pub(super) fn must(&self) -> bool {
        self.must
    }

    pub(super) fn is_picked(&self, value: &str) -> bool {
        self.value == value
    }

    pub(super) fn is_described(&self) -> bool {
        self.hint.is_some() || self.fault.is_some()
    }

    pub(super) fn described_by(&self) -> String {
        let hint = self.hint.is_some().then(|| format!("f-{}-hint", self.name));
        let fault = self.fault.is_some().then(|| format!("f-{}-fault", self.name));
        hint.into_iter().chain(fault).collect::<Vec<_>>().join(" ")
    }

    /// The type of an input.
    pub(super) fn kind(&self) -> &'static str {
        if self.is_secret() { "password" } else { "text" }
    }
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// The fields as somebody filled them in.
pub(super) fn filled(mut fields: Vec<Field>, sent: &Fields) -> Vec<Field> {
    for field in fields.iter_mut().filter(|field| field.shape != Shape::Secret) {
        if let Some(text) = sent.all(field.name).next() {
            text.clone_into(&mut field.value);
        }
    }
    fields
}

/// Puts each fault beside the field that `named` finds for its pointer, and returns all of them for the head of the page.
pub(super) fn blame(
    frame: &Frame,
    fields: &mut [Field],
    faults: &[FieldError],
    named: impl Fn(&str) -> Option<&'static str>,
) -> Vec<String> {
    let mut said = Vec::new();
    for fault in faults {
        let words = in_words(frame, fault);
        let place = named(&fault.pointer).and_then(|name| fields.iter_mut().find(|field| field.name == name));
        match place {
            Some(field) => {
                said.push(format!("{}: {words}", field.label));
                field.fault.get_or_insert(words);
            }
            None if fault.pointer.is_empty() => said.push(words),
            None => said.push(format!("{}: {words}", fault.pointer)),
        }
    }
    said
}

/// The field whose name begins the pointer: `/url` and `/url/0` are `url`.
pub(super) fn by_name(names: &[&'static str], pointer: &str) -> Option<&'static str> {
    let first = pointer.trim_start_matches(['/', '?']).split('/').next().unwrap_or_default();
    names.iter().copied().find(|name| *name == first)
}
