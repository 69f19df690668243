// houndplan: remembers who sent this visitor, if he agrees, and tells the shop's forms. See "The snippet" in the README.
(function (win, doc) {
  "use strict";
  var data = (doc.currentScript || {}).dataset || {};
  var mode = data.consent || "wait", may = mode === "auto", name = "hound_ref";
  var query = new URLSearchParams(win.location.search), fresh = {}, kept = {};

  function take(key, value) {
    if (/^[\w-]{2,40}$/.test(value || "")) fresh[key] = value;
  }
  var ref = query.get("ref");
  take(/^[\da-f]{32}$/.test(ref) ? "ref" : "code", ref);
  if (query.get("utm_source") === "houndplan") take("code", query.get("utm_campaign"));
  take("code", query.get("via"));
  take("code", query.get("code"));

  // A cookie that is there was set with consent.
  var cookie = mode === "none" ? null : doc.cookie.match(/(?:^|; )hound_ref=([\w-]*)\.([\w-]*)/);
  if (cookie) kept = { ref: cookie[1], code: cookie[2] };

  function write(value, age) {
    doc.cookie = name + "=" + value + "; Path=/; Max-Age=" + age + "; SameSite=Lax" +
      (win.location.protocol === "https:" ? "; Secure" : "") + (data.domain ? "; Domain=" + data.domain : "");
  }
  function save() {
    if (may && (fresh.ref || fresh.code)) write((fresh.ref || "") + "." + (fresh.code || ""), (data.days || 90) * 86400);
  }
  // The newest link counts as a whole: a click of one referrer never stands beside another's code.
  function get(key) {
    return (fresh.ref || fresh.code ? fresh : kept)[key] || "";
  }
  function fill() {
    doc.querySelectorAll("[data-hound]").forEach(function (field) {
      if (!field.value) field.value = get(field.dataset.hound);
    });
  }
  win.hound = {
    code: function () { return get("code"); },
    ref: function () { return get("ref"); },
    consent: function (yes) {
      if (mode === "none") return;
      may = !!yes;
      if (may) save();
      else { kept = {}; write("", 0); }
    }
  };
  save();
  fill();
  doc.addEventListener("DOMContentLoaded", fill);
  doc.addEventListener("submit", fill, true);
})(window, document);
