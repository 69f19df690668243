referrers-invite = Empfehlende einladen
referrers-invite-first = Die erste Person einladen
referrers-search = Name, E-Mail-Adresse oder Code
referrers-state = Stand
referrers-state-all = Alle
referrers-state-active = Aktiv
referrers-state-invited = Genannt, nicht dabei
referrers-state-paused = Pausiert
referrers-none = Noch empfiehlt Sie niemand. Laden Sie jemanden ein, der Ihren Laden mag.
referrers-none-found = Zu dieser Suche passt niemand.
referrers-show-all = Alle anzeigen
referrers-name = Name
referrers-code = Code
referrers-earned = Verdient
referrers-on-hold = In der Frist
referrers-ready = Bereit
referrers-in-transit = Unterwegs
referrers-paid = Ausgezahlt
referrers-details = Auszahlungsdaten
referrers-last = Letzter Verkauf
referrers-in-file = In der Kundenkartei
referrers-sales = Verkäufe
referrers-invited-why = Diese Person wurde beim Kauf genannt. Das Geld liegt bereit, aber dabei ist sie noch nicht: Laden Sie sie ein, dann bekommt sie den Brief mit ihrem Link.
referrers-enrol = Einladen
referrers-pause = Pausieren
referrers-resume = Fortsetzen
referrers-sheet = Blatt zum Ausdrucken
referrers-money = Geld
referrers-no-money = Noch nichts verdient. Vielleicht hilft das Blatt zum Ausdrucken oder ein freundliches Wort.
referrers-paid-to = Ausgezahlt per:
referrers-no-details = Noch keine Auszahlungsdaten.
referrers-details-held = Sie wurden geändert; vor { $until } wird nichts ausgezahlt.
referrers-rail-manual = Scheck oder bar
referrers-rail-sepa = Überweisung (SEPA)
referrers-rail-ach = Überweisung (ACH)
referrers-rail-paypal = PayPal
referrers-rail-wise = Wise
referrers-rail-store_credit = Guthaben im Laden
referrers-rail-offset = Verrechnung
referrers-codes = Codes und Links
referrers-no-code = Es gibt keinen Code, der gilt.
referrers-retired = Stillgelegt
referrers-retire = Stilllegen
referrers-bring-back = Wieder gelten lassen
referrers-qr = QR-Code
referrers-qr-alt = QR-Code, der zu { $link } führt
referrers-new-code = Weiterer Code
referrers-new-code-hint = 2 bis 40 Buchstaben und Ziffern, etwa ANNA10. Leer lassen für einen zufälligen.
referrers-add-code = Code hinzufügen
referrers-ledger = Kontoblatt
referrers-ledger-none = Noch hat sich nichts bewegt.
referrers-day = Tag
referrers-what = Was geschah
referrers-amount = Betrag
referrers-currency = Währung
referrers-sale = Verkauf
referrers-posted-accrue = Verdient durch einen Verkauf
referrers-posted-approve = Bereit: Die Bestellung kann nicht mehr zurück
referrers-posted-reserve = In eine Auszahlung gelegt
referrers-posted-settle = Ausgezahlt
referrers-posted-fail = Eine Auszahlung ging nicht hinaus; das Geld ist wieder bereit
referrers-posted-return = Eine Auszahlung kam zurück; das Geld ist wieder bereit
referrers-posted-reverse = Zurückgenommen nach Rückgabe oder Änderung
referrers-posted-adjust = Korrektur
referrers-posted-open = Von früher übernommen
referrers-posted-forfeit = Verzichtet
referrers-posted-forgive = Schuld erlassen
referrers-posted-fee = Gebühr eines Zahlungsdienstes
referrers-adjust = Von Hand korrigieren
referrers-adjust-hint = Eine Korrektur bleibt mit Ihrer Begründung für immer im Kontoblatt und wird mit der nächsten Auszahlung verrechnet.
referrers-adjust-way = Was tun Sie?
referrers-adjust-give = Geld geben
referrers-adjust-take = Geld zurücknehmen
referrers-adjust-why = Warum?
referrers-adjust-do = Korrektur buchen
referrers-fault-reason = Sagen Sie in höchstens 255 Zeichen, warum: Es steht im Kontoblatt.
referrers-statements = Abrechnungen
referrers-month = Monat
referrers-download = Herunterladen
referrers-letters = Briefe
referrers-letters-none = Noch wurde kein Brief geschrieben.
referrers-letter = Brief
referrers-when = Wann
referrers-letter-state = Stand
referrers-letter-is-queued = Wartet auf den Versand
referrers-letter-is-sent = Verschickt
referrers-letter-is-bundled = In einem anderen Brief erzählt
referrers-letter-is-declined = Nicht gewünscht
referrers-letter-is-undeliverable = Nicht zustellbar
referrers-letter-is-discarded = Verworfen
referrers-letter-welcome = Willkommen, hier ist dein Link
referrers-letter-sale_credited = Ein Kauf
referrers-letter-bonus_earned = Ein Bonus
referrers-letter-you_did_not_know = Du wurdest genannt
referrers-letter-commission_approved = Geld ist bereit
referrers-letter-commission_reduced = Geld wurde zurückgenommen
referrers-letter-payout_sent = Geld ist unterwegs
referrers-letter-payout_failed = Eine Auszahlung misslang
referrers-letter-payout_details_changed = Auszahlungsdaten geändert
referrers-letter-details_missing = Auszahlungsdaten fehlen
referrers-letter-claim_received = Wir haben deine Meldung
referrers-letter-claim_accepted = Deine Meldung stimmt
referrers-letter-claim_declined = Deine Meldung wurde abgelehnt
referrers-letter-login_link = Ein Link zum Anmelden
referrers-choices = Welche Briefe, in welcher Sprache
referrers-choices-kinds = Briefe
referrers-language = Sprache
referrers-language-shop = Die des Ladens
referrers-sheet-print = Drucken Sie diese Seite mit Ihrem Browser.
referrers-sheet-lede = Dir von Freunden empfohlen. Nenne bei der Bestellung diesen Code:
referrers-sheet-gives = Du sparst { $gives }.
referrers-sheet-disclosure = Wer dir dies gegeben hat, bekommt eine Belohnung, wenn du kaufst.

invite-to-list = Zur Liste
invite-one = Eine Person
invite-name = Name
invite-email = E-Mail-Adresse
invite-phone = Telefon
invite-phone-hint = Reicht allein, wenn es keine E-Mail-Adresse gibt: Drucken Sie dann das Blatt aus.
invite-code = Code
invite-code-hint = Etwa ANNA10. Leer lassen für einen zufälligen.
invite-do-one = Einladen
invite-many = Viele aus der Kundenkartei
invite-many-why = Sie sehen zuerst, wen Sie einladen und was zu lesen sein wird.
invite-who = Wen?
invite-all = Alle Kundinnen und Kunden
invite-search = Alle mit diesem Namensteil
invite-q = Teil des Namens
invite-list = Alle mit diesen E-Mail-Adressen
invite-mails = Adressen, so wie Sie sie einfügen
invite-look = Erst ansehen
invite-preview = Erst ansehen
invite-count = { $count ->
    [0] Es ist niemand mehr einzuladen.
    [one] Eine Person wird eingeladen.
   *[other] { $count } Personen werden eingeladen.
}
invite-count-already = { $count ->
    [one] Eine empfiehlt Sie schon.
   *[other] { $count } empfehlen Sie schon.
}
invite-count-without-mail = { $count ->
    [one] Eine hat keine E-Mail-Adresse und bleibt außen vor. Laden Sie sie einzeln ein und drucken Sie das Blatt aus.
   *[other] { $count } haben keine E-Mail-Adresse und bleiben außen vor. Laden Sie sie einzeln ein und drucken Sie das Blatt aus.
}
invite-count-unknown = { $count ->
    [one] Eine Adresse steht nicht in Ihrer Kundenkartei und bleibt außen vor.
   *[other] { $count } Adressen stehen nicht in Ihrer Kundenkartei und bleiben außen vor.
}
invite-count-more = Es sind mehr, als auf einmal gehen. Laden Sie diese ein und kommen Sie für die übrigen wieder.
invite-letter = Der Brief
invite-letter-why = Code und Link sind Beispiele: Alle bekommen ihren eigenen.
invite-pace = Die Briefe gehen nacheinander hinaus und halten Ihre Ruhezeiten ein.
invite-confirm = { $count ->
    [one] Eine Person einladen
   *[other] { $count } Personen einladen
}
invite-try = Testbrief an mich
invite-tried = Ein Testbrief ist unterwegs an { $email }.
invite-tried-off = Diese Installation verschickt noch keine Briefe; siehe Einstellungen.
invite-tried-refused = Der Mailserver nahm den Testbrief nicht an: { $why }
invite-sent = { $count ->
    [0] Es war niemand mehr einzuladen.
    [one] Eine Person ist eingeladen; der Brief ist unterwegs.
   *[other] { $count } Personen sind eingeladen; die Briefe sind unterwegs.
}
invite-sent-more = { $count ->
    [one] Eine Person ist eingeladen. Es gibt noch mehr: Laden Sie für die übrigen noch einmal ein.
   *[other] { $count } Personen sind eingeladen. Es gibt noch mehr: Laden Sie für die übrigen noch einmal ein.
}
invite-fault-who = Wählen Sie, wen Sie einladen.
invite-fault-search = Geben Sie einen Teil des Namens ein.
invite-fault-list = In der Liste steht keine E-Mail-Adresse.
invite-fault-long-list = Die Liste hat mehr als 5.000 Adressen. Fügen Sie sie in Teilen ein.

desk-fault-invalid_email = Das ist keine E-Mail-Adresse. Eine Adresse sieht aus wie anna@example.com.
desk-fault-invalid_phone = Das ist keine Telefonnummer. Eine Nummer sieht aus wie +49 30 901820.
desk-fault-invalid_code = Ein Code hat 2 bis 40 Buchstaben, Ziffern, Binde- und Unterstriche, sonst nichts.
desk-fault-code_taken = Diesen Code oder einen, der so aussieht, hat schon jemand. Wählen Sie einen anderen.
desk-fault-key_missing = Geben Sie eine E-Mail-Adresse oder Telefonnummer ein.
desk-fault-too_long = Ein Feld hat mehr als 255 Zeichen.
desk-fault-control_character = Ein Feld enthält ein unsichtbares Zeichen. Tippen Sie es neu.
desk-fault-empty = Ein Feld enthält nur Leerzeichen.
desk-fault-amount = Der Betrag ist nicht eindeutig. Schreiben Sie ihn wie 49,90.

done-referrer-invited = Eingeladen: Der Brief mit dem Link ist unterwegs.
done-referrer-known = Diese Person empfiehlt Sie schon.
done-referrer-paused = Pausiert: Neue Verkäufe bringen nichts, und ausgezahlt wird erst wieder, wenn Sie fortsetzen.
done-referrer-resumed = Es geht weiter.
done-referrer-code = Der Code gilt jetzt.
done-referrer-code-changed = Der Code ist geändert.
done-referrer-adjusted = Die Korrektur ist gebucht.
done-referrer-letters = Gespeichert.
