//! Free text of people who mean harm: it is shown as it was written and is never anything but text.

use serde_json::{Value, json};

use super::house::{Furnished, furnish_with};
use crate::app::{App, stories};
use crate::browser::Browser;

stories!(no_text_that_somebody_wrote_becomes_an_element_or_an_attribute);

/// Ways out of where a text may stand: an element, attributes in each kind of quotes, a comment, a script, a style, a title.
const ESCAPES: [&str; 12] = [
    "",
    "\">",
    "'>",
    "`>",
    "--><p>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</caption></table>",
    "\" autofocus x=\"",
    "</option></select>",
];

/// What somebody would like to stand there: each calls `harm()`.
const HARMS: [&str; 18] = [
    "<script>harm()</script>",
    "<script src=//evil.example/x.js></script>",
    "<img src=x onerror=harm()>",
    "<svg onload=harm()>",
    "<svg><script>harm()</script></svg>",
    "<iframe srcdoc='<script>parent.harm()</script>'>",
    "<a href=javascript:harm()>x</a>",
    "<details open ontoggle=harm()>",
    "<input onfocus=harm() autofocus>",
    "<body onpageshow=harm()>",
    "<math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img src=x onerror=harm()>'>",
    "<object data=javascript:harm()>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "{{constructor.constructor('harm()')()}}",
    "%3Cscript%3Eharm()%3C/script%3E&#60;script&#62;harm()&#60;/script&#62;",
];

/// Texts in one name: as many as fit into the shortest field.
const PER_FIELD: usize = 1;

fn no_text_that_somebody_wrote_becomes_an_element_or_an_attribute(app: &App) {
    let texts: Vec<String> = ESCAPES.iter().flat_map(|escape| HARMS.iter().map(move |harm| format!("{escape}{harm}"))).collect();
    assert!(texts.len() >= 200, "{}", texts.len());
    let mut next = texts.iter().cycle();
    let house = furnish_with(app, |_| next.by_ref().take(PER_FIELD).cloned().collect());
    // The rest of them, as people whom the lists show.
    let owner = app.owner();
    for (place, text) in texts.iter().enumerate() {
        let customer = json!({"email": format!("guest{place}@friends.example"), "name": text, "metadata": {"note": text}});
        owner.post("/v1/customers", &customer).is(201);
    }
    let mut browser = Browser::start(&[]);
    browser.carry(&house.base, &house.cookies);
    browser.note_refusals();
    for path in pages(&house, texts.len()) {
        browser.open(&format!("{}{path}", house.base));
        let found = browser.ask(FOREIGN);
        assert_eq!(found, json!([]), "{path}");
        assert_eq!(browser.ask("window.refused"), json!([]), "{path}: the policy had to refuse something");
    }
    let shown = browser.ask("document.body.innerText.includes('harm()')");
    assert_eq!(shown, Value::Bool(true), "the last page shows what was written");
}

/// Every page of the house, and all pages of the customer list, which come last.
fn pages(house: &Furnished, guests: usize) -> Vec<String> {
    let searches = (0..guests).step_by(10).map(|guest| format!("/desk/customers?q=guest{guest}%40friends.example"));
    house.paths.iter().cloned().chain(searches).collect()
}

/// Elements that none of our templates has, attributes that no element of ours has, and addresses that lead astray.
const FOREIGN: &str = "(() => {
    const ours = ('html head meta title link script body a div form button header nav ul ol li main h1 h2 h3 p strong em b span \
        table caption thead tbody tfoot tr th td dl dt dd section article aside footer label input select option optgroup textarea \
        fieldset legend details summary pre code time img svg g path rect line polyline desc text br hr small figure figcaption \
        datalist output abbr progress kbd blockquote').split(' ');
    const found = [];
    for (const element of document.querySelectorAll('*')) {
        const name = element.localName;
        if (!ours.includes(name)) found.push('<' + name + '>');
        if (name === 'script' && !element.src.startsWith(location.origin)) found.push('a script of its own');
        for (const {name: attribute, value} of element.attributes) {
            if (attribute.startsWith('on') || attribute === 'style' || attribute === 'srcdoc') found.push(name + ' ' + attribute);
            if (attribute === 'autofocus' && element.hasAttribute('x')) found.push(name + ' autofocus');
            if (['href', 'src', 'action', 'formaction', 'data'].includes(attribute) && /^\\s*(javascript|data:text)/i.test(value)) found.push(value);
            if (['src', 'action', 'formaction'].includes(attribute) && new URL(value, location).host !== location.host && !value.startsWith('data:image')) found.push(value);
        }
        if (name === 'meta' && element.httpEquiv && element.content.includes('evil')) found.push('a meta of its own');
    }
    if (window.harm !== undefined) found.push('harm');
    return found;
})()";
