//! The two languages say the same, and a shop's own texts never lose a letter.

use super::*;

fn args() -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    args.set("amount", "€4.00");
    args.set("shop", "Bergrad");
    args
}

#[test]
fn every_key_exists_in_each_language_with_the_same_variables() {
    let english = variables(source(Locale::En));
    assert!(english.len() > 80, "{}", english.len());
    for locale in Locale::ALL {
        assert!(parser::parse(source(locale)).is_ok(), "{locale:?} cannot be parsed");
        let these = variables(source(locale));
        let keys = |of: &Variables| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&these), keys(&english), "{locale:?}");
        for (key, used) in &these {
            assert_eq!(Some(used), english.get(key), "{locale:?}: {key}");
        }
        let written = source(locale).lines().filter(|line| line.contains(" = ")).count();
        assert_eq!(written, these.len(), "{locale:?} names a key twice");
    }
}

#[test]
fn the_same_key_says_the_same_in_other_words() {
    let texts = Texts::built_in();
    assert_eq!(texts.say(Locale::En, "payout_sent-subject", &args()).as_deref(), Some("€4.00 is on its way"));
    assert_eq!(texts.say(Locale::De, "payout_sent-subject", &args()).as_deref(), Some("€4.00 sind unterwegs"));
    assert_eq!(texts.say(Locale::De, "payout_sent-nothing", &args()), None);
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    home
}

#[test]
fn a_shop_says_it_in_its_own_words() {
    let home = folder(&[
        ("en.ftl", "payout_sent-subject = Off it goes: { $amount }\n"),
        ("de/payout_sent.ftl", "# Unsere Worte\npayout_sent-subject =\n    { $amount }\n    kommen\n"),
        ("fr.ftl", "payout_sent-subject = Voilà\n"),
    ]);
    let (texts, faults) = Texts::with_folder(home.path());
    assert_eq!(faults, []);
    assert_eq!(texts.say(Locale::En, "payout_sent-subject", &args()).as_deref(), Some("Off it goes: €4.00"));
    assert_eq!(texts.say(Locale::De, "payout_sent-subject", &args()).as_deref(), Some("€4.00\nkommen"));
    assert_eq!(texts.say(Locale::De, "commission_approved-subject", &args()).as_deref(), Some("€4.00 sind frei"));
}

#[test]
fn a_fault_is_named_by_file_and_key_and_ours_stands_in() {
    let home = folder(&[
        (
            "en.ftl",
            "payout_sent-subject = { $amout } is gone\n\
             payout_sent-farewell = Bye\n\
             commission_approved-subject = Ready\n\
             payout_failed-subject = { NUMBER($amount) }\n\
             -brand = Bergrad\n\
             hello-nobody = { hello }\n\
             our-shop =\n    .attribute = no\n",
        ),
        ("en/broken.ftl", "this is { no text\n"),
    ]);
    let (texts, faults) = Texts::with_folder(home.path());
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "en.ftl: payout_sent-subject uses $amout; it has $amount",
            "en.ftl: payout_sent-farewell is the name of no text",
            "en.ftl: commission_approved-subject leaves out $amount",
            "en.ftl: payout_failed-subject uses the function NUMBER; only variables can be used",
            "en.ftl: -brand is a term; only the texts of letters can be replaced",
            "en.ftl: hello-nobody uses the message hello; only variables can be used",
            "en.ftl: our-shop must be one text without attributes",
            "en/broken.ftl: cannot be understood from \"this is { no text\"",
        ]
    );
    assert_eq!(faults.iter().filter(|fault| !fault.refused).count(), 1);
    let say = |key| texts.say(Locale::En, key, &args());
    assert_eq!(say("payout_sent-subject").as_deref(), Some("€4.00 is on its way"));
    assert_eq!(say("payout_failed-subject").as_deref(), Some("We could not pay you €4.00"));
    assert_eq!(say("commission_approved-subject").as_deref(), Some("Ready"));
    assert_eq!(say("hello-nobody").as_deref(), Some("Hello,"));
}

#[test]
fn no_folder_is_a_fault_and_no_harm() {
    let (texts, faults) = Texts::with_folder(Path::new("/nowhere/at/all"));
    assert_eq!(faults.len(), 1);
    assert!(texts.say(Locale::De, "hello-nobody", &args()).is_some());
}
