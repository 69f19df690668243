decide-empty = Nichts wartet auf Sie.
decide-empty-more = Was Ihr Wort braucht, erscheint hier: auffällige Verkäufe, Meldungen Ihrer Empfehlenden, Einträge der Kundenkartei, die vielleicht dieselbe Person sind.
decide-keys = Mit der Tastatur: j und k gehen von Karte zu Karte, a sagt ja, r sagt nein.
decide-more = Weitere Entscheidungen
decide-undo = Rückgängig
decide-waits = { $what } – { $verb }. In wenigen Sekunden wird es ausgeführt.
decide-note-default = Am Schreibtisch entschieden
decide-note-add = Notiz hinzufügen
decide-note = Notiz, bleibt im Protokoll
decide-age = { $count ->
    [0] Seit heute.
    [one] Seit gestern.
   *[other] Seit { $count } Tagen, seit dem { $day }.
}
decide-refused = Ihre letzte Entscheidung ließ sich nicht ausführen: { $why }

decide-sale-title = Bestellung { $order } über { $amount }
decide-sale-link = Zum Verkauf
decide-sale-buyer = Gekauft von { $who }
decide-sale-hint = Auf „Wer hat Sie geschickt?“ kam die Antwort: { $who }
decide-sale-earns = { $who } bekäme { $amount }, frei am { $day }
decide-sale-evidence = Was darauf hinweist: { $evidence }
decide-held-needs_match = Genannt wurde jemand, den wir unter diesem Namen nicht kennen. Wer war es?
decide-held-suspected_fraud = An dieser Bestellung ist etwas ungewöhnlich; bezahlt wird erst, wenn Sie nachgesehen haben.
decide-held-over_cap = Diese Provision liegt über einer Grenze, die Sie gesetzt haben.
decide-sign-same_email = Das Postfach ist das eigene der empfehlenden Person, nur anders geschrieben
decide-sign-same_phone = Die Telefonnummer ist die der empfehlenden Person, nur anders geschrieben
decide-sign-same_address = Geliefert dorthin, wohin auch eigene Bestellungen der empfehlenden Person gingen
decide-sign-same_payment = Bezahlt mit demselben Zahlungsmittel wie die empfehlende Person
decide-sign-same_account = Auszahlungen gehen auf dasselbe Konto wie bei der empfehlenden Person
decide-sign-shared_payment = Bezahlt mit demselben Zahlungsmittel wie andere Geworbene
decide-sign-disposable_email = Das Postfach ist eines, das man für eine Stunde öffnet
decide-sign-stuffed_click = Der Klick kam aus dem Inneren einer anderen Seite, nicht von einem Menschen
decide-sign-quick_order = Bestellt wenige Sekunden nach dem Klick
decide-sign-many_orders = Ungewöhnlich viele Bestellungen für eine Person innerhalb einer Stunde
decide-sign-many_orders_from_one_block = Ungewöhnlich viele Bestellungen für eine Person aus einem Netz
decide-trace-payment = { $count ->
    [one] Eine weitere Person zahlte mit demselben
   *[other] { $count } weitere Personen zahlten mit demselben
}
decide-trace-hour = { $count ->
    [one] Eine Bestellung für diese Person in der Stunde davor
   *[other] { $count } Bestellungen für diese Person in der Stunde davor
}
decide-trace-network = { $count ->
    [one] Eine Bestellung aus demselben Netz am Tag davor
   *[other] { $count } Bestellungen aus demselben Netz am Tag davor
}
decide-do-release = Freigeben
decide-do-deny = Niemandem gutschreiben
decide-do-credit = Gutschreiben
decide-credit-other = Jemand anderem gutschreiben
decide-who = Wer hat empfohlen?
decide-who-hint = Code oder E-Mail-Adresse

decide-claim-title = { $who } sagt: „Das war ich“
decide-claim-why = Stimmt das?
decide-claim-order = Genannte Bestellung: { $order }
decide-claim-friend = Genannt: { $friend }, Kauf am { $day }
decide-claim-found = Bestellung { $order } über { $amount } vom { $day } wurde gemeldet
decide-claim-no-order = Eine Bestellung mit dieser Nummer wurde nicht gemeldet
decide-claim-credited = Gutgeschrieben ist sie { $who }
decide-claim-stands = So wie es steht, bekommt niemand etwas: { $why }
decide-claim-until = Wenn Sie nichts sagen, endet es am { $day }
decide-order = Bestellnummer
decide-reason = Wenn nicht: warum?
decide-do-accept = Annehmen
decide-do-decline = Ablehnen
decide-decline-not_confirmed = Nichts zeigt, dass es stimmt
decide-decline-not_a_new_customer = Die Person hatte schon früher gekauft
decide-decline-another_introduced = Jemand anderes hat sie gebracht
decide-decline-own_purchase = Es ist ein eigener Einkauf
decide-decline-order_returned = Die Bestellung wurde storniert oder zurückgeschickt
decide-decline-too_late = Der Kauf ist zu lange her

decide-merge-title = Zwei Einträge, vielleicht eine Person
decide-merge-why = Eine Meldung nannte beide zugleich. Ist es dieselbe Person? Zusammengelegt bleibt der erste Eintrag.
decide-merge-entry = { $count ->
    [0] { $who }, ohne Bestellung
    [one] { $who }, eine Bestellung
   *[other] { $who }, { $count } Bestellungen
}
decide-do-merge = Eine Person: zusammenlegen
decide-do-dismiss = Zwei Personen

decide-payout-title = Sind { $amount } bei { $who } angekommen?
decide-payout-why = Der Zahlungsdienst gibt keine Auskunft mehr. Sehen Sie dort in Ihrem Konto nach, bevor Sie antworten.
decide-payout-account = Gesendet an { $account }
decide-do-paid = Angekommen
decide-do-not-paid = Nicht angekommen

decide-debt-title = { $who } schuldet Ihnen { $amount }
decide-debt-why = Bestellungen kamen zurück, nachdem sie ausgezahlt waren, und seit dem { $day } kam nichts hinzu. Sie können es stehen lassen oder erlassen.
decide-do-forgive = Erlassen

decide-unreachable-title = Kein Brief erreicht { $who }
decide-unreachable-why = Jede E-Mail kam zurück. Fragen Sie nach einer anderen Adresse, oder rufen Sie an.
decide-unreachable-addresses = Zurück kam es von: { $addresses }
decide-email = Andere E-Mail-Adresse
decide-do-new-address = Ab jetzt dorthin schreiben

decide-join-title = { $who } möchte Sie weiterempfehlen
decide-join-why = Diese Adresse steht nicht in Ihrer Kundenkartei.
decide-join-terms = Angenommen wurde Fassung { $version } Ihrer Bedingungen
decide-do-enrol = Aufnehmen
decide-do-turn-down = Ablehnen

decide-verb-credit = gutgeschrieben, wem Sie es zugesprochen haben
decide-verb-release = freigegeben
decide-verb-deny = niemandem gutgeschrieben
decide-verb-accept = angenommen
decide-verb-decline = abgelehnt
decide-verb-merge = zusammengelegt
decide-verb-dismiss = zwei Personen
decide-verb-paid = angekommen
decide-verb-not_paid = nicht angekommen
decide-verb-forgive = erlassen
decide-verb-new_address = eine neue Adresse
decide-verb-enrol = aufgenommen
decide-verb-turn_down = abgelehnt

decide-fault-who = Diesen Code oder diese Adresse hat niemand. Suchen Sie die Person unter „Empfehlende“ und geben Sie ihren Code ein.
decide-fault-order = Eine Bestellung mit dieser Nummer wurde nicht gemeldet. Geben Sie eine andere ein, oder lehnen Sie ab.
decide-fault-reason = Wählen Sie, warum Sie ablehnen; es wird der Person mitgeteilt.
decide-fault-email = Geben Sie eine E-Mail-Adresse ein, etwa anna@example.com.
decide-fault-note = Die Notiz darf 255 Zeichen in einer Zeile haben.

decide-refused-unknown = Worum es ging, gibt es nicht mehr.
decide-refused-ended = Jemand hat schon entschieden.
decide-refused-unknown_referrer = Diese Person empfiehlt nicht mehr.
decide-refused-earns_nothing = Eine stornierte oder frühere Bestellung bringt nichts.
decide-refused-nothing_held = Für niemanden wird etwas zurückgehalten; nennen Sie die Person.
decide-refused-unknown_sale = Eine solche Bestellung wurde nicht gemeldet.
decide-refused-claimed_before = Eine andere Meldung zu dieser Bestellung wurde angenommen.
decide-refused-credited_otherwise = Sie haben diese Bestellung jemand anderem gutgeschrieben.
decide-refused-no_debt = So viel ist nicht mehr offen.
decide-refused-nameless = Es gibt keine Adresse oder Nummer mehr, unter der man sie aufnehmen könnte.

done-decide-undone = Zurückgenommen: Es ist nichts geschehen.
done-decide-late = Zu spät: Es ist schon ausgeführt.
done-decide-over = Das ist schon entschieden.
