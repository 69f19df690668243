import-title = Datei einlesen
import-lede = Ihre Kunden oder alte Bestellungen, aus einer Tabelle, einer Kasse oder einem anderen Laden. Sie sehen, was die Datei brächte, bevor etwas geschrieben wird.
import-what = Was in der Datei steht
import-kind-customers = Kunden
import-kind-customers-hint = eine Person je Zeile: Name, E-Mail, Telefon oder Kundennummer
import-kind-orders = Bestellungen
import-kind-orders-hint = eine Bestellung oder Position je Zeile: Datum, Kunde, Betrag
import-file = Datei
import-file-hint = Excel (.xlsx) oder CSV, bis 16 MB. Die erste Zeile nennt die Spalten, deutsch oder englisch.
import-look = Datei ansehen
import-nothing-yet = Noch ist nichts geschrieben.
import-owner-only = Dateien einlesen kann nur die Inhaberin oder der Inhaber. Sie dürfen ansehen, was schon kam.
import-before = Was schon eingelesen wurde
import-before-none = Noch keine Datei. Wählen Sie oben eine aus: Eine Kundenliste ist ein guter Anfang.
import-when = Wann
import-state = Stand
import-no-file = Wählen Sie erst eine Datei: Es war keine gewählt, oder sie ist leer.
import-state-running = wird eingelesen
import-state-done = eingelesen
import-state-failed = nicht lesbar
import-state-taken-back = zurückgenommen

import-would-filed = { $count ->
    [one] { $number } neue Kundin oder neuer Kunde
   *[other] { $number } neue Kunden
}
import-would-recorded = { $count ->
    [one] { $number } Zeile mit neuen Bestellungen
   *[other] { $number } Zeilen mit neuen Bestellungen
}
import-would-known = { $count ->
    [one] { $number } Zeile, die schon bekannt ist
   *[other] { $number } Zeilen, die schon bekannt sind
}
import-would-differs = { $count ->
    [one] { $number } Zeile einer Bestellung, die anders gemeldet war; sie bliebe, wie sie ist
   *[other] { $number } Zeilen von Bestellungen, die anders gemeldet waren; sie blieben, wie sie sind
}
import-would-refunded = { $count ->
    [one] { $number } Zeile mit Geld, das zurückging
   *[other] { $number } Zeilen mit Geld, das zurückging
}
import-would-parked = { $count ->
    [one] { $number } Zeile mit Geld, das zurückging, zu einer Bestellung, die niemand gemeldet hat
   *[other] { $number } Zeilen mit Geld, das zurückging, zu Bestellungen, die niemand gemeldet hat
}
import-would-skipped = { $count ->
    [one] { $number } Zeile, in der nichts verkauft oder zurückgegeben wurde
   *[other] { $number } Zeilen, in denen nichts verkauft oder zurückgegeben wurde
}
import-would-refused = { $count ->
    [one] { $number } Zeile, die nicht zu verstehen ist und wegbliebe
   *[other] { $number } Zeilen, die nicht zu verstehen sind und wegblieben
}
import-did-filed = { $count ->
    [one] { $number } neue Kundin oder neuer Kunde
   *[other] { $number } neue Kunden
}
import-did-recorded = { $count ->
    [one] { $number } Zeile mit neuen Bestellungen
   *[other] { $number } Zeilen mit neuen Bestellungen
}
import-did-known = { $count ->
    [one] { $number } Zeile, die schon bekannt war
   *[other] { $number } Zeilen, die schon bekannt waren
}
import-did-differs = { $count ->
    [one] { $number } Zeile einer Bestellung, die anders gemeldet war; sie bleibt, wie sie war
   *[other] { $number } Zeilen von Bestellungen, die anders gemeldet waren; sie bleiben, wie sie waren
}
import-did-refunded = { $count ->
    [one] { $number } Zeile mit Geld, das zurückging
   *[other] { $number } Zeilen mit Geld, das zurückging
}
import-did-parked = { $count ->
    [one] { $number } Zeile mit Geld, das zurückging, wartet auf ihre Bestellung
   *[other] { $number } Zeilen mit Geld, das zurückging, warten auf ihre Bestellungen
}
import-did-skipped = { $count ->
    [one] { $number } Zeile, in der nichts verkauft oder zurückgegeben wurde
   *[other] { $number } Zeilen, in denen nichts verkauft oder zurückgegeben wurde
}
import-did-refused = { $count ->
    [one] { $number } Zeile war nicht zu verstehen und blieb weg
   *[other] { $number } Zeilen waren nicht zu verstehen und blieben weg
}
import-sum = { $count ->
    [one] { $number } Bestellung über { $sold }, davon ging { $refunded } zurück
   *[other] { $number } Bestellungen über { $sold }, davon ging { $refunded } zurück
}
import-outcome-filed = übernommen
import-outcome-recorded = übernommen
import-outcome-known = bekannt
import-outcome-differs = bleibt wie zuvor
import-outcome-refunded = übernommen
import-outcome-parked = wartet
import-outcome-skipped = übersprungen
import-outcome-refused = weggelassen

import-cause-cell_count = hat mehr oder weniger Zellen als die Kopfzeile
import-cause-key_missing = nennt niemanden: Es braucht eine Kundennummer, eine E-Mail-Adresse oder eine Telefonnummer
import-cause-invalid_email = ist keine E-Mail-Adresse
import-cause-invalid_phone = ist keine Telefonnummer
import-cause-invalid_date = ist kein Datum
import-cause-invalid_number = ist keine Zahl
import-cause-invalid_currency = ist keine Währung
import-cause-out_of_range = liegt außerhalb des Erlaubten
import-cause-too_large = ist zu groß
import-cause-too_long = ist zu lang
import-cause-too_many = enthält zu viel
import-cause-differs = widerspricht einer anderen Zeile derselben Bestellung
import-cause-missing = fehlt
import-cause-unknown_status = ist kein Stand einer Bestellung
import-cause-order_refused = eine andere Zeile derselben Bestellung ist nicht zu verstehen
import-cause-sale_differs = diese Bestellung war schon mit anderem Inhalt gemeldet

import-problem = Die Datei lässt sich nicht lesen. Der Leser meldet: { $said }
import-problem-decimal = Die Datei zeigt nirgends, ob 1.234 etwas über eins oder über tausend ist. Wählen Sie unten, wie sie Beträge schreibt.
import-problem-dates = Die Datei zeigt nirgends, ob 03/04 der 3. April oder der 4. März ist. Wählen Sie unten, wie sie Daten schreibt.
import-problem-customer = Keine Spalte nennt erkennbar einen Kunden. Wählen Sie unten, welche die Kundennummer, die E-Mail-Adresse oder die Telefonnummer ist.
import-problem-date = Keine Spalte ist als Datum der Bestellung erkannt. Wählen Sie sie unten aus.
import-problem-amount = Keine Spalte ist als Betrag erkannt. Wählen Sie unten, welche die Summe oder ein Preis ist.
import-problem-column = Eine gewählte Spalte gibt es in der Datei nicht. Wählen Sie die Spalten unten neu.
import-problem-empty = Die Datei ist leer.
import-problem-old = Das ist eine alte Excel-Datei (.xls) oder eine mit Passwort. Speichern Sie sie ohne Passwort als .xlsx oder als CSV.

import-preview-title = Was die Datei brächte
import-changed = Sie haben etwas geändert, deshalb wurde die Datei neu gelesen. Das sind die neuen Zahlen; wenn sie stimmen, lesen Sie sie ein.
import-reading = Wir lesen die Datei. Diese Seite sieht von selbst wieder nach.
import-look-again = Nachsehen
import-unreadable = So lässt sich die Datei nicht lesen
import-would = Das Einlesen brächte
import-would-nothing = Nichts: Unter der Kopfzeile steht keine Zeile.
import-take = Einlesen
import-other-file = Andere Datei wählen
import-columns = Spalten
import-columns-lede = Dafür halten wir jede Spalte. Stellen Sie richtig, was falsch erraten ist.
import-header = Spalte der Datei
import-meaning = Gelesen als
import-examples = Erste Zeilen
import-no-header = (ohne Namen)
import-not-used = nicht verwendet
import-twice = Zwei Spalten gelten als „{ $meaning }“. Lassen Sie eine davon.
import-bad-source = Der Name des Ladens muss eine kurze Zeile sein.
import-time = Wann diese Bestellungen waren
import-time-past = Früher: Sie unterscheiden alte von neuen Kunden und bringen keine Provision.
import-time-new = Sie sind neu: Provisionen werden gebucht, und die Empfehlenden erfahren davon.
import-more = Daten, Beträge, Laden
import-guess = erraten
import-dates = Wie Daten geschrieben sind
import-decimal = Wie Beträge geschrieben sind
import-currency = Währung, wo die Datei keine nennt
import-source = Laden
import-source-hint = Wessen Kunden- und Bestellnummern das sind. Lassen Sie es so, wenn Sie nur einen Laden haben.
import-again = So noch einmal lesen
import-send-again = Von dieser Datei war nichts zu lesen. Speichern Sie sie neu als .xlsx oder CSV und wählen Sie sie noch einmal.
import-gone = Die Datei selbst ist nicht mehr da. Wählen Sie sie neu, um sie einzulesen.
import-remarks = Zeilen zum Nachsehen
import-remarks-caption = Zeilen, die weggelassen oder geändert wurden, die ersten 20
import-row = Zeile
import-row-number = Zeile { $row }
import-column = Spalte
import-cause = Grund
import-outcome = Ergebnis
import-refused-csv = Alle weggelassenen Zeilen als CSV

import-result-title = Was die Datei brachte
import-running = Die Datei wird eingelesen. Diese Seite sieht von selbst wieder nach.
import-progress = { $position } von { $units } fertig.
import-did = Die Datei brachte
import-next = Weiter
import-invite-lede = Diese Kunden können Sie nun weiterempfehlen. Laden Sie alle auf einmal ein; den Brief sehen Sie vorher.
import-invite = Einladen
import-undo-title = War es die falsche Datei?
import-undo-lede = Die neuen Kunden dieser Datei lassen sich wieder herausnehmen: alle, die seither nichts gekauft haben, niemanden empfohlen haben und in keiner anderen Liste stehen. Was die Datei über bekannte Kunden sagte, bleibt.
import-undo = Wieder herausnehmen
import-taken-back = Zurückgenommen am { $when }.
import-removed = { $count ->
    [0] Niemand wurde herausgenommen,
    [one] { $number } Person wurde herausgenommen,
   *[other] { $number } Kunden wurden herausgenommen,
} { $kept } blieben, weil noch anderes von ihnen spricht.
import-orders-stay = Bestellungen stehen in den Büchern und lassen sich nicht im Ganzen zurücknehmen; stornieren Sie eine einzelne auf ihrer Seite.

import-column-order_id = Bestellnummer
import-column-occurred_at = Datum der Bestellung
import-column-time = Uhrzeit der Bestellung
import-column-customer_id = Kundennummer
import-column-email = E-Mail
import-column-phone = Telefon
import-column-name = Name
import-column-first_name = Vorname
import-column-last_name = Nachname
import-column-sku = Artikelnummer
import-column-product = Artikel
import-column-category = Warengruppe
import-column-quantity = Menge
import-column-unit_price = Einzelpreis
import-column-line_total = Preis der Position
import-column-line_discount = Rabatt der Position
import-column-discount = Rabatt der Bestellung
import-column-subtotal = Ware vor Rabatt
import-column-tax = Steuer
import-column-shipping = Versand
import-column-total = Summe
import-column-refunded = Erstattet
import-column-refund_of = Gutschrift zu Bestellung
import-column-currency = Währung
import-column-code = Code an der Kasse
import-column-status = Stand
import-column-paid_at = Bezahlt am
import-column-cancelled_at = Storniert am
import-column-referred_by = Empfohlen von
import-column-first_order_at = Erste Bestellung am
import-column-orders_before = Bestellungen bisher
