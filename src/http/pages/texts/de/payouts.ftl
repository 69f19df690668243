payouts-title = Auszahlungen
payouts-ready = Bereit
payouts-ready-none = Noch ist kein Geld zur Auszahlung bereit. Es wird bereit, wenn seine Frist um ist.
payouts-ready-blocked-too = Hier haben mehr als hundert Leute Geld, deshalb enthalten die Summen auch Gesperrtes. Die Durchsicht eines Laufs trennt beides.
payouts-people = { $count ->
    [one] an { $number } Person
   *[other] an { $number } Leute
}
payouts-next-none = Es ist kein Tag gesetzt, an dem Läufe von selbst vorbereitet werden. Bereiten Sie einen vor, wenn Sie zahlen möchten.
payouts-next-when-approved = Ein Lauf wird von selbst vorbereitet, sobald jemandes Geld den Mindestbetrag erreicht. Freigeben müssen Sie ihn.
payouts-next-on = Der nächste Lauf wird am { $date } von selbst vorbereitet. Freigeben müssen Sie ihn.
payouts-new = Neuer Lauf
payouts-open = Im Gang
payouts-open-none = Kein Lauf ist im Gang.
payouts-blocked = Gesperrt
payouts-blocked-lede = Diese Leute haben hier Geld, das der nächste Lauf stehen ließe, und warum
payouts-blocked-none = Niemand ist gesperrt.
payouts-blocked-all = Alle Gesperrten
payouts-done = Erledigt
payouts-done-none = Noch ist kein Lauf erledigt.
payouts-all-batches = Alle Läufe
payouts-who = Wer
payouts-amount = Betrag
payouts-why = Warum
payouts-since = seit
payouts-state = Stand
payouts-batch = Lauf
payouts-how-many = Auszahlungen
payouts-rail = Weg
payouts-currency = Währung
payouts-paused = Nichts verlässt das Haus:
payouts-paused-mend = Vergleichen Sie mit der Bank und dem Zahlungsdienst; dann gibt, wer den Server betreibt, „hound resume“ ein.

payouts-reason-below_minimum = weniger als der Mindestbetrag; es bleibt stehen
payouts-reason-negative_balance = Erstattungen nach einer Auszahlung ließen weniger als nichts; es wird mit Kommendem verrechnet
payouts-reason-referrer_paused = ist pausiert
payouts-reason-after_cutoff = wurde nach dem Stichtag bereit
payouts-reason-no_details = hat nicht gesagt, wohin das Geld soll
payouts-reason-details_on_hold = hat vor weniger als zwei Tagen geändert, wohin das Geld geht
payouts-reason-rail_does_not_pay_currency = der gewählte Weg kennt diese Währung nicht
payouts-reason-beyond_rail_limits = der gewählte Weg trägt diesen Betrag nicht
payouts-reason-changed_before_approval = vor der Freigabe änderte sich etwas; es kommt beim nächsten Mal
payouts-reason-ledger_disagrees = Posten und Bücher widersprechen sich; lassen Sie erst „hound check“ lesen

payouts-rail-manual = von Hand (Scheck oder Überweisung)
payouts-rail-sepa = SEPA-Überweisung
payouts-rail-ach = ACH-Überweisung
payouts-rail-paypal = PayPal
payouts-rail-wise = Wise
payouts-rail-store_credit = Guthaben im Laden
payouts-rail-offset = miteinander verrechnet, kein Geld bewegt sich

payouts-batch-preparing = wird zusammengestellt
payouts-batch-prepared = zur Durchsicht
payouts-batch-approved = freigegeben
payouts-batch-done = erledigt
payouts-batch-cancelled = verworfen
payouts-batch-of = Lauf vom { $date }
payouts-payouts = { $count ->
    [one] { $number } Auszahlung
   *[other] { $number } Auszahlungen
}
payouts-status-pending = wartet auf Freigabe
payouts-status-approved = zu zahlen
payouts-status-submitting = wird übergeben
payouts-status-sent = beim Zahlungsdienst
payouts-status-unknown = unklar, der Dienst wird gefragt
payouts-status-paid = bezahlt
payouts-status-failed = fehlgeschlagen
payouts-status-returned = zurückgekommen
payouts-status-cancelled = verworfen

payouts-new-title = Neuer Lauf
payouts-step-one = Schritt 1 von 3: bis wann und wer. Danach sehen Sie durch, was vorbereitet ist, und dann wird gezahlt.
payouts-nobody = Ein Lauf würde jetzt niemandem etwas zahlen.
payouts-until = Nur was bis zu diesem Tag bereit wurde
payouts-until-hint = Leer lassen heißt: alles bis jetzt. Was zurückgenommen wurde, zählt in jedem Fall bis heute.
payouts-sweep-ask = Auch Reste unter dem Mindestbetrag zahlen
payouts-prepare = Vorbereiten und durchsehen
payouts-prepare-hint = Damit ist noch nichts gezahlt: Sie sehen den Lauf und können ihn verwerfen.
payouts-would-be-paid = Wer jetzt Geld bekäme
payouts-new-more = Hier haben mehr als hundert Leute Geld; die Durchsicht zeigt alle.
payouts-bad-date = Das ist kein Datum wie 2026-11-30.
payouts-future-date = Der Tag liegt in der Zukunft. Wählen Sie heute oder früher.

payouts-step-two = Schritt 2 von 3: durchsehen. Vor Ihrer Freigabe wird nichts gezahlt.
payouts-step-three = Schritt 3 von 3: per Datei oder Dienst zahlen, dann sagen, was daraus wurde.
payouts-sum = { $count ->
    [one] { $sum } an { $number } Person
   *[other] { $sum } an { $number } Leute
}
payouts-sum-none = Mit diesem Lauf bewegt sich kein Geld.
payouts-preparing = Der Lauf wird zusammengestellt. Diese Seite sieht von selbst wieder nach.
payouts-look-again = Nachsehen
payouts-approve = Freigeben
payouts-approve-hint = Von da an steht die Liste fest. Wer seither Geld verlor, pausiert wurde oder sein Konto änderte, bleibt draußen und wird genannt.
payouts-pay = Zahlen
payouts-execute-on = Tag der Ausführung
payouts-taken = schon geholt
payouts-files-hint = Was in einer Datei hinausging, geht auf keinem anderen Weg hinaus. Geben Sie die Datei Ihrer Bank oder dem Dienst und sagen Sie unten, was daraus wurde.
payouts-file-sepa = SEPA-Datei (pain.001)
payouts-file-ach = ACH-Datei (NACHA)
payouts-file-paypal = PayPal-Liste (CSV)
payouts-file-wise = Wise-Liste (CSV)
payouts-file-manual = Schecks (PDF)
payouts-file-store_credit = Guthaben-Liste (CSV)
payouts-file-csv = Tabelle aller Auszahlungen (CSV)
payouts-send = Über PayPal und Laden senden
payouts-send-not-connected = PayPal ist nicht verbunden: Holen Sie die Liste als Datei, oder verbinden Sie es unter
payouts-send-shop = Den Laden Guthaben buchen lassen
payouts-sending = Beim Zahlungsdienst
payouts-sending-waiting = wartet auf das Senden
payouts-sending-doubtful = gesendet, Antwort unklar
payouts-sending-taken = der Dienst hat es
payouts-sending-done = erledigt
payouts-sending-refused = abgelehnt
payouts-sending-undecided = Sie entscheiden
payouts-report = Was die Bank sagt
payouts-report-hint = Eine Statusdatei (pain.002), eine ACH-Rückgabe oder ein Bericht von PayPal oder Wise. Dieselbe Datei zweimal ändert nichts.
payouts-report-file = Datei von Bank oder Dienst
payouts-report-take = Einlesen
payouts-by-hand = Alles ist angekommen
payouts-by-hand-hint = Sagen Sie es, wenn Sie es bei der Bank gesehen haben. Eine einzelne Auszahlung erledigen Sie auf ihrer eigenen Seite.
payouts-reference = Verwendungszweck oder Nummer
payouts-all-paid = Alle als bezahlt buchen
payouts-by-way = Was es ausmacht
payouts-changes = Anders als letztes Mal
payouts-changes-caption = Verglichen mit dem Lauf davor
payouts-then = Letztes Mal
payouts-now = Dieses Mal
payouts-change = Unterschied
payouts-new-people = { $count ->
    [0] Niemand ist neu.
    [one] Neu: { $names }.
   *[other] { $number } sind neu, darunter { $names }.
}
payouts-missing-people = { $count ->
    [0] Niemand vom letzten Mal fehlt.
    [one] Es fehlt: { $names }.
   *[other] { $number } vom letzten Mal fehlen, darunter { $names }.
}
payouts-paid-people = Wer Geld bekommt
payouts-paid-all = Alle Auszahlungen dieses Laufs
payouts-not-paid = Wer nichts bekommt, und warum
payouts-not-paid-lede = Wen dieser Lauf ausließ, und warum
payouts-not-paid-all = Alle Ausgelassenen
payouts-facts = Dazu festgehalten
payouts-cutoff = Was bereit wurde vor
payouts-sweep = Auch Reste unter dem Mindestbetrag
payouts-prepared = Vorbereitet
payouts-approved = Freigegeben
payouts-by = { $when }, von { $name }
payouts-hash = Festgestellte Liste (SHA-256)
payouts-by-schedule = dem Kalender
payouts-by-program = einem Programm oder Befehl
payouts-drop = Diesen Lauf verwerfen
payouts-drop-hint = All sein Geld ist dann wieder bereit.
payouts-back = Zurück
payouts-more = Weitere
payouts-page-none = Auf dieser Seite niemand.

payouts-report-title = Was die Datei sagte
payouts-report-settled = { $count ->
    [0] Nichts Neues wurde gebucht.
    [one] { $number } Auszahlung wurde gebucht.
   *[other] { $number } Auszahlungen wurden gebucht.
}
payouts-report-caption = Zeilen der Datei; zuerst die, die nicht gebucht wurden
payouts-report-more = Die Datei hat mehr Zeilen; das sind die ersten 200.
payouts-line = Zeile
payouts-line-key = Auszahlung
payouts-line-said = Die Datei sagt
payouts-line-outcome = Genommen als
payouts-line-settled = gebucht
payouts-line-unchanged = schon gebucht
payouts-line-refused = widerspricht dem, was steht; nicht gebucht
payouts-line-in-progress = noch nichts Endgültiges
payouts-line-other-amount = anderer Betrag; nicht gebucht
payouts-line-unknown = keine Auszahlung dieses Laufs
payouts-line-ambiguous = könnten mehrere sein; nicht gebucht

payouts-to = An
payouts-account = Konto
payouts-ended = Letzte Änderung
payouts-fee = Gebühr
payouts-say = Was daraus wurde
payouts-result = Sie
payouts-result-paid = ist angekommen
payouts-result-failed = ging nicht hinaus; das Geld ist wieder bereit
payouts-result-returned = kam zurück; das Geld ist wieder bereit
payouts-reason-ask = Grund, falls sie nicht ankam
payouts-lines = Was sie bezahlt
payouts-lines-none = Es ist nicht festgehalten, was sie bezahlte.
payouts-lines-caption = Provisionen, spätere Änderungen und Anpassungen
payouts-item = Posten
payouts-sale = Verkauf
payouts-items = { $count ->
    [one] { $number } Posten insgesamt
   *[other] { $number } Posten insgesamt; das sind die ersten 200
}
payouts-item-commission = Provision
payouts-item-change = Änderung einer Provision
payouts-item-adjustment = Anpassung
payouts-released = wieder offen
payouts-fee-ask = Die Bank nahm eine Gebühr
payouts-fee-hint = Ihre Ausgabe, nie die der Empfehlenden. In der Währung der Auszahlung, etwa 0,35.
payouts-fee-book = Gebühr buchen
payouts-bad-fee = Das ist kein Betrag wie 0,35.

payouts-payer-title = Ihre Konten
payouts-payer-lede = Zahlungsdateien nennen Sie als den, der zahlt. Füllen Sie die Gruppe aus, deren Datei Sie verwenden.
payouts-payer-wanted = Für diese Datei fehlt noch etwas:
payouts-payer-group-sepa = SEPA-Überweisungen
payouts-payer-group-ach = ACH-Überweisungen (USA)
payouts-payer-group-wise = Wise
payouts-payer-name = Name der Firma
payouts-payer-name-hint = So, wie Ihre Bank ihn kennt.
payouts-payer-iban = IBAN
payouts-payer-iban-hint = Das Konto, von dem überwiesen wird.
payouts-payer-bic = BIC
payouts-payer-bic-hint = Nur wenige Banken fragen noch danach.
payouts-payer-reference = Text auf dem Auszug
payouts-payer-reference-hint = Was Empfänger lesen; aus { "{month}" } wird der Monat.
payouts-payer-bank_routing = Routing-Nummer
payouts-payer-bank_routing-hint = Der Bank, die Ihre Datei nimmt; neun Ziffern.
payouts-payer-bank_name = Name dieser Bank
payouts-payer-bank_name-hint = Bis zu 23 Zeichen.
payouts-payer-company_id = Kennung der Firma
payouts-payer-company_id-hint = So, wie Ihre Bank sie nannte, oft eine 1 und die Steuernummer.
payouts-payer-source_currency = Währung Ihres Wise-Guthabens
payouts-payer-source_currency-hint = Drei Buchstaben wie EUR.
payouts-payer-header = Erste Zeile Ihrer Wise-Vorlage
payouts-payer-header-hint = So, wie Wise sie schrieb; leer lassen für Zahlungen per E-Mail.
payouts-payer-wrong = { $label }: Bitte prüfen Sie diese Angabe.

payouts-fault-second_person_needed = Wer einen Lauf vorbereitet, darf ihn hier nicht freigeben. Bitten Sie jemand anderen darum.
payouts-fault-still_preparing = Der Lauf wird noch zusammengestellt. Sehen Sie gleich noch einmal nach.
payouts-fault-batch_cancelled = Dieser Lauf ist verworfen. Bereiten Sie einen neuen vor.
payouts-fault-already_sent = Ein Teil seines Geldes ist schon hinausgegangen, in einer Datei oder über einen Dienst. Sagen Sie stattdessen zu jeder Auszahlung, was daraus wurde.
payouts-fault-bad_result = Sagen Sie, was daraus wurde; Nummer und Grund müssen kurze Zeilen sein.
payouts-fault-outward_paused = Seit der Wiederherstellung verlässt nichts das Haus. Vergleichen Sie erst mit der Bank und dem Zahlungsdienst; dann gibt, wer den Server betreibt, „hound resume“ ein.
payouts-fault-not_approved = Das ist noch nicht freigegeben. Geben Sie es erst frei.
payouts-fault-not_paid_yet = Zurückkommen kann nur, was als bezahlt gilt. Sagen Sie, ob es ankam oder nicht hinausging.
payouts-fault-with_provider = Der Dienst hat diese Auszahlung oder könnte sie haben und wird gefragt. Er sagt von selbst, was daraus wurde.
payouts-fault-already_settled = Was aus dieser Auszahlung wurde, ist bekannt, und das steht. Nur eine bezahlte kann noch zurückkommen.
payouts-fault-exported = Diese Auszahlungen gingen in einer anderen Datei hinaus, die unterwegs sein kann. Sagen Sie erst, was aus ihnen wurde.
payouts-fault-details_sealed = Die Kontodaten einer Auszahlung sind mit einem anderen Schlüssel versiegelt. Geben Sie sie neu ein.
payouts-fault-changed = Einige dieser Auszahlungen haben sich gerade bewegt. Holen Sie die Datei noch einmal.
payouts-fault-nothing_to_pay = Auf diesem Weg ist von diesem Lauf nichts mehr zu zahlen.
payouts-fault-does_not_fit = Eine Auszahlung passt nicht in diese Datei. Die Tabelle aller Auszahlungen zeigt, welche.
payouts-fault-no_provider = PayPal ist nicht verbunden. Verbinden Sie es in den Einstellungen, oder holen Sie die Liste als Datei.
payouts-fault-no_endpoint = Kein Laden wartet auf Guthaben. Legen Sie in den Einstellungen einen Webhook für payout.store_credit an.
payouts-fault-no_details = Die Angaben der Empfänger fehlen oder sind mit einem anderen Schlüssel versiegelt.
payouts-fault-no_file = Wählen Sie erst eine Datei.
payouts-fault-unreadable_file = Das ist keine Statusdatei, die wir lesen können: pain.002, eine ACH-Rückgabe oder ein Bericht von PayPal oder Wise.
payouts-fault-invalid_date = Der Tag der Ausführung ist kein Datum.
payouts-fault-other_file = Diese Datei antwortet auf eine andere Zahlungsdatei. Laden Sie sie bei deren Lauf hoch.
payouts-fault-fee_stands = Eine andere Gebühr ist schon gebucht.
payouts-fault-nothing_moved = Die Posten dieser Auszahlung wurden miteinander verrechnet; es bewegte sich kein Geld, das etwas hätte kosten können.

done-payouts-approved = Freigegeben. Nun können Sie zahlen.
done-payouts-dropped = Verworfen. All sein Geld ist wieder bereit.
done-payouts-settled = Gebucht, und alle erfahren davon.
done-payouts-sent = Übergeben. Was daraus wird, steht dann hier.
done-payouts-one-settled = Gebucht.
done-payouts-fee-booked = Die Gebühr ist gebucht.
done-payouts-payer-saved = Gespeichert.
