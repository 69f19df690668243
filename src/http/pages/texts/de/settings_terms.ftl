terms-promise = Eine Änderung gilt für Verkäufe ab jetzt. Was vorher versprochen war, bleibt versprochen.
terms-preview = An vergangenen Verkäufen proben
done-terms = Die Regeln gelten ab jetzt.
terms-tried = Was sich ändern würde
terms-tried-nothing-written = An Ihren letzten Verkäufen geprobt. Nichts wurde geschrieben.
terms-tried-no-sales = Es gibt noch keine Verkäufe, an denen man proben könnte.
terms-tried-total = { $count ->
    [one] Ein Verkauf in { $currency }, { $changed } davon ginge anders aus
   *[other] { $count } Verkäufe in { $currency }, { $changed } davon gingen anders aus
}
terms-tried-sales = Verkäufe, die anders ausgingen
terms-tried-more = { $count ->
    [one] und einer mehr
   *[other] und { $count } mehr
}
terms-column-sum = Summe
terms-column-before = Wie es ist
terms-column-after = Wie es wäre
terms-column-order = Bestellung
terms-column-version = Fassung
terms-column-since = Gilt seit
terms-column-by = Von
terms-column-changes = Was sich änderte
terms-sum-commission = Prämien
terms-sum-held = Zurückgehaltene Prämien
terms-sum-bonus = Boni
terms-sum-discount = Rabatte für Freunde
terms-outcome-attributed = { $amount }
terms-outcome-held = { $amount }, zurückgehalten
terms-outcome-unattributed = nichts
terms-versions = Alle Fassungen der Regeln
terms-first-version = die ersten Regeln
terms-finer = Außerdem gilt: { $what }. Dieses Formular lässt das, wie es ist; PATCH /v1/program ändert es.
terms-finer-rules = { $count ->
    [one] eine feinere Regel
   *[other] { $count } feinere Regeln
}
terms-finer-bonuses = { $count ->
    [one] ein Bonus
   *[other] { $count } Boni
}
terms-finer-discounts = { $count ->
    [one] ein Rabatt für manche Stufen
   *[other] { $count } Rabatte nach Stufe
}

terms-group-shop = Der Laden
terms-shop-name = Name des Ladens
terms-shop-url = Adresse des Ladens
terms-shop-url-hint = Wohin Links führen, etwa https://laden.example.
terms-allowed-hosts = Weitere Hosts, zu denen Links führen dürfen
terms-allowed-hosts-hint = Etwa blog.laden.example; mehrere mit Komma.
terms-currency = Währung
terms-currency-hint = Drei Buchstaben, etwa EUR.
terms-currencies = Währungen mit Prämie
terms-currencies-hint = Leer heißt alle.
terms-timezone = Zeitzone
terms-timezone-hint = Etwa Europe/Berlin. Danach richten sich Tage, Monate und Auszahlungen.
terms-closed = Für neue Verkäufe geschlossen
terms-closed-hint = Ja heißt: Neue Verkäufe bringen nichts ein. Was verdient ist, bleibt.

terms-group-reward = Die Prämie
terms-commission-type = Empfehler verdienen
terms-commission-type-percent = einen Prozentsatz der Ware
terms-commission-type-flat = einen festen Betrag je Verkauf
terms-commission-rate = Prozentsatz
terms-commission-rate-hint = Etwa 10 oder 7,5.
terms-commission-amounts = Fester Betrag
terms-commission-amounts-hint = Etwa 5 EUR; 6 USD.
terms-lifetime = Wie lange
terms-lifetime-first-sale = für den ersten Einkauf des Freundes
terms-lifetime-months = einige Monate lang für jeden Einkauf
terms-lifetime-forever = immer, für jeden Einkauf
terms-earning-months = Monate, falls es einige sind
terms-earning-months-hint = 1 bis 120, vom ersten Einkauf an gezählt.
terms-touch = Wenn mehrere empfohlen haben
terms-touch-last = zählt der letzte Klick
terms-touch-first = zählt der erste Klick
terms-window-days = Tage, die ein Klick zählt
terms-introduction-days = Tage, die eine Ankündigung zählt
terms-introduction-days-hint = Für Freunde, die jemand vor dem Kauf genannt hat.
terms-minimum-sale = Kleinster Verkauf mit Prämie
terms-minimum-sale-hint = Ware ohne Steuer und Versand. Etwa 20 EUR; leer heißt jeder.

terms-group-friend = Was der Freund bekommt
terms-discount-type = An der Kasse
terms-discount-type-none = nichts
terms-discount-type-percent = Prozente
terms-discount-type-flat = einen festen Nachlass
terms-discount-rate = Prozente
terms-discount-amounts = Nachlass
terms-discount-amounts-hint = Etwa 5 EUR; 6 USD.

terms-group-payout = Warten und zahlen
terms-hold-days = Tage, bis eine Prämie frei ist
terms-hold-days-hint = Mindestens so lange, wie Ware zurückgehen kann. 0 zahlt sofort.
terms-payout-minimum = Kleinste Auszahlung
terms-payout-minimum-hint = Etwa 25 EUR. Kleinere Beträge warten auf den nächsten Lauf.
terms-schedule = Auszahlungen vorbereiten
terms-schedule-none = wenn ich es sage
terms-schedule-monthly = am Ersten jedes Monats
terms-schedule-weekly = jeden Montag
terms-schedule-when-approved = sobald jemand den Mindestbetrag erreicht
terms-approval = Wer einen Lauf freigibt
terms-approval-one-person = eine Person
terms-approval-two-people = jemand anderes als wer ihn vorbereitet hat
terms-require-details = Nur zahlen, wer sagt, wohin
terms-require-details-hint = Nein heißt: Wer nichts gesagt hat, wird von Hand bezahlt.
terms-sweep-month = Monat, der auch kleine Reste zahlt
terms-sweep-month-hint = 12 ist Dezember, 0 ist nie.

terms-group-letters = Briefe
terms-locale = Sprache
terms-locale-en = Englisch
terms-locale-de = Deutsch
terms-locale-hint = Für alle, die keine gewählt haben.
terms-legal-name = Rechtlicher Name
terms-postal-address = Postanschrift
terms-postal-address-hint = Beides steht unter jedem Brief. In vielen Ländern ist das Pflicht.
terms-owner-email = Ihre Adresse
terms-owner-email-hint = Bekommt die Wochenübersicht und was auf Sie wartet.
terms-bundle-minutes = Minuten, in denen Nachrichten gesammelt werden
terms-bundle-minutes-hint = Was in dieser Zeit von einer Art dazukommt, wird ein Brief. 0 schickt jede einzeln.

terms-group-caps = Grenzen und Budget
terms-sale-floor = Mindestprämie je Verkauf
terms-sale-cap = Höchstprämie je Verkauf
terms-budget = Budget des ganzen Programms
terms-budget-hint = Darüber hinaus werden Verkäufe für Sie zurückgehalten, nie verworfen.
terms-code-sales = Verkäufe je Code
terms-code-sales-hint = Leer heißt ohne Grenze.
terms-month-sales = Verkäufe je Empfehler und Monat
terms-month-sales-hint = Leer heißt ohne Grenze.
terms-month-amounts = Prämien je Empfehler und Monat

terms-group-fraud = Vorsicht und Meldungen
terms-similar-contact = Bestellungen zurückhalten, deren Käufer die anders geschriebene Adresse des Empfehlers hat
terms-shared-signals = Bestellungen mit Anschrift, Zahlung oder Konto des Empfehlers zurückhalten
terms-disposable-mail = Bestellungen mit Wegwerf-Postfächern zurückhalten
terms-stuffed-clicks = Bestellungen nach Klicks aus fremden Seiten heraus zurückhalten
terms-click-seconds-min = Zurückhalten, was schneller als so viele Sekunden nach dem Klick kommt
terms-click-seconds-min-hint = 0 schaltet es ab.
terms-referrer-orders-max = Zurückhalten ab so vielen Bestellungen je Empfehler und Stunde
terms-referrer-orders-max-hint = 0 schaltet es ab.
terms-block-orders-max = Zurückhalten ab so vielen Bestellungen je Empfehler und Tag aus einer Nachbarschaft
terms-block-orders-max-hint = 0 schaltet es ab.
terms-claim-days = Tage, um eine Meldung zu entscheiden
terms-claims-open-max = Offene Meldungen je Empfehler
