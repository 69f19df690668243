# Deutsch. Dieselben Namen und Variablen wie en.ftl; ein Test hält beide zusammen.

hello = Hallo { $name },
hello-nobody = Hallo,
our-shop = unser Geschäft
shop-at = { $shop } ({ $shop_url })
some-reward = eine Prämie
and = { $first } und { $second }
more-lines = und { $count } weitere
see-money = Dein Geld: { $portal }
footer-reply = Fragen? Antworte einfach.
footer-stop = Keine Nachrichten dieser Art mehr: { $stop }
footer-choose = Welche Nachrichten du bekommst: { $stop }

welcome-subject = Dein Link für { $shop }
welcome-subject_short = Dein Link
welcome-link = Hier ist dein Link für { $shop }:
welcome-code = An der Kasse gilt auch dieser Code: { $code }
welcome-code_only = Hier ist dein Code für { $shop }, an der Kasse anzugeben: { $code }
welcome-later = Du bist bei { $shop } dabei. Dein Link folgt.
welcome-promise = Gib ihn Leuten, denen der Laden gefallen könnte. Deine Prämie für jeden neuen Kunden: { $promise }. Wir schreiben dir sofort, wenn jemand kauft.
welcome-disclose = Schreib bitte immer dazu: „Ich bekomme eine Prämie, wenn du kaufst.“
welcome-why = Du bekommst diese Nachricht, weil du { $shop } weiterempfehlen kannst.

sale_credited-subject = Empfehlung bei { $shop }: { $amount } für dich
sale_credited-subject_short = Ein Freund hat gekauft: { $amount }
sale_credited-fact = Jemand, den du zu { $shop } geschickt hast, hat gekauft: { $amount } für dich.
sale_credited-held = Das Geld ist bis { $due } vorgemerkt, denn so lange kann die Ware noch zurückgehen. Danach gehört es dir und kommt mit der nächsten Auszahlung.
sale_credited-free = Das Geld gehört dir und kommt mit der nächsten Auszahlung.
sale_credited-link = Danke. Dein Link verdient weiter:
sale_credited-why = Du bekommst diese Nachricht, weil du { $shop } empfiehlst.
sale_credited-many_subject = { $count } Freunde haben gekauft: { $amount }
sale_credited-many = { $count } Leute, die du zu { $shop } geschickt hast, haben gekauft: zusammen { $amount } für dich.
sale_credited-line = { $amount }, vorgemerkt bis { $due }, falls die Ware zurückgeht
sale_credited-line_free = { $amount }, schon dein

bonus_earned-subject = Ein Bonus von { $amount } von { $shop }
bonus_earned-subject_short = Ein Bonus von { $amount }
bonus_earned-fact = Du hast so viele Leute zu { $shop } geschickt, dass du einen Bonus bekommst: { $amount }, zusätzlich zu den Prämien für jeden von ihnen.
bonus_earned-held = Er ist bis { $due } vorgemerkt, denn so lange kann die Ware, die ihn gebracht hat, noch zurückgehen. Danach gehört er dir.
bonus_earned-free = Er gehört dir und kommt mit der nächsten Auszahlung.
bonus_earned-link = Danke. Dein Link verdient weiter:
bonus_earned-why = Du bekommst diese Nachricht, weil du { $shop } empfiehlst.
bonus_earned-many_subject = { $count } Boni: { $amount } für dich
bonus_earned-many = Du hast so viele Leute zu { $shop } geschickt, dass du { $count } Boni bekommst, zusammen { $amount }:
bonus_earned-line = { $amount }, vorgemerkt bis { $due }, falls die Ware zurückgeht
bonus_earned-line_free = { $amount }, schon dein

you_did_not_know-subject = { $shop } schuldet dir { $amount }
you_did_not_know-subject_short = Wir schulden dir { $amount }
you_did_not_know-fact = Jemand hat bei { $place } gekauft und gesagt, dass du ihn geschickt hast. Das bezahlen wir: { $amount } warten auf dich.
you_did_not_know-fact_held = Jemand hat bei { $place } gekauft und gesagt, dass du ihn geschickt hast. Das bezahlen wir: { $amount } warten auf dich, vorgemerkt bis { $due }, falls die Ware zurückgeht.
you_did_not_know-reply = Antworte einfach, dann zahlen wir aus. Warst du es nicht, sag es uns auf demselben Weg.
you_did_not_know-link = Mehr verdienst du, wenn du deinen Link weitergibst und sagst, dass du eine Prämie bekommst:
you_did_not_know-why = Wir haben deine Adresse, weil du selbst Kunde von { $shop } bist.

commission_approved-subject = { $amount } sind frei
commission_approved-fact = Die Rückgabefrist für den Einkauf deines Freundes bei { $shop } ist vorbei: { $amount } gehören jetzt dir.
commission_approved-next = Das Geld kommt mit der nächsten Auszahlung. Du brauchst nichts zu tun.
commission_approved-link = Dein Link verdient weiter:
commission_approved-why = Du bekommst diese Nachricht, weil du { $shop } empfiehlst.
commission_approved-many_subject = { $amount } sind frei
commission_approved-many = Die Rückgabefrist für { $count } Einkäufe deiner Freunde bei { $shop } ist vorbei: { $amount } gehören jetzt dir.
commission_approved-line = { $amount }

commission_reduced-subject = { $amount } zurückgebucht: Ware ging zurück
commission_reduced-subject_short = { $amount } zurückgebucht
commission_reduced-fact = Ein Einkauf, den du { $shop } gebracht hast, ging zurück oder wurde geändert. Darum haben wir { $amount } von deiner Prämie dafür zurückgebucht.
commission_reduced-from_to = Aus { $before } wurden { $remaining }.
commission_reduced-now = Es bleiben { $remaining }.
commission_reduced-calm = Du hast nichts falsch gemacht. Wurde schon ausgezahlt, schick nichts zurück: Wir verrechnen es mit deiner nächsten Prämie.
commission_reduced-why = Du bekommst diese Nachricht, weil es um dein Geld bei { $shop } geht.
commission_reduced-many_subject = { $amount } zurückgebucht: { $count } Rückgaben
commission_reduced-many = { $count } Einkäufe, die du { $shop } gebracht hast, gingen zurück oder wurden geändert. Darum haben wir { $amount } von deinen Prämien zurückgebucht:
commission_reduced-line = { $amount } zurückgebucht, { $remaining } bleiben

payout_sent-subject = { $amount } sind unterwegs
payout_sent-fact = Wir haben dir { $amount } für die Kunden geschickt, die du { $shop } gebracht hast. Danke.
payout_sent-reference = Verwendungszweck: { $reference }
payout_sent-wait = Es kann ein paar Bankarbeitstage dauern. Ist das Geld nach zehn Tagen nicht da, antworte, dann suchen wir es.
payout_sent-why = Du bekommst diese Nachricht, weil es um dein Geld bei { $shop } geht.

payout_failed-subject = Auszahlung von { $amount } ging nicht durch
payout_failed-fact = Wir wollten dir { $amount } für die Kunden auszahlen, die du { $shop } gebracht hast. Das ging nicht durch.
payout_failed-reason = Der Grund, den man uns nannte: { $reason }
payout_failed-safe = Dein Geld ist sicher: Es bleibt auf deinem Konto bei uns, und wir zahlen es erneut aus. Antworte bitte, damit wir deine Zahlungsdaten richtigstellen können.
payout_failed-why = Du bekommst diese Nachricht, weil es um dein Geld bei { $shop } geht.

payout_details_changed-subject = Deine Zahlungsdaten bei { $shop } sind geändert
payout_details_changed-subject_short = Deine Zahlungsdaten sind geändert
payout_details_changed-fact = Wohin { $shop } dein Geld schickt, wurde geändert. Jetzt geht es an: { $reference }
payout_details_changed-held = Zur Sicherheit wird vor dem { $due } nichts ausgezahlt.
payout_details_changed-removed = Wohin { $shop } dein Geld schickt, wurde gelöscht. Ausgezahlt wird nichts, bis du es uns wieder sagst.
payout_details_changed-yours = Warst du das, brauchst du nichts zu tun. Warst du es nicht, antworte sofort auf diese Nachricht.
payout_details_changed-why = Du bekommst diese Nachricht, weil es um dein Geld bei { $shop } geht.

details_missing-subject = { $shop }: Wohin mit deinem Geld?
details_missing-subject_short = Wohin mit deinem Geld?
details_missing-fact = { $amount } von { $shop } gehören dir und sind frei, und wir wissen nicht, wohin damit.
details_missing-tell = Sag uns bitte, wie du bezahlt werden möchtest; antworte einfach auf diese Nachricht. Dein Geld wartet auf dich.
details_missing-why = Du bekommst diese Nachricht, weil es um dein Geld bei { $shop } geht.

claim_received-subject = { $shop } hat deine Meldung
claim_received-subject_short = Wir haben deine Meldung
claim_received-fact = Wir haben deine Meldung, dass du { $shop } jemanden geschickt hast. Danke, dass du es sagst.
claim_received-by = Wir vergleichen sie mit unseren Bestellungen und schreiben dir bis { $due } wieder. Mehr brauchst du nicht zu tun.
claim_received-later = Wir vergleichen sie mit unseren Bestellungen und schreiben dir wieder. Mehr brauchst du nicht zu tun.
claim_received-why = Du bekommst diese Nachricht, weil du uns einen Einkauf bei { $shop } gemeldet hast.

claim_accepted-subject = Du hast recht: { $shop } schreibt dir gut
claim_accepted-subject_short = Du hast recht: gutgeschrieben
claim_accepted-fact = Du hast uns gesagt, dass du { $shop } jemanden geschickt hast, und du hast recht: Der Einkauf ist dir jetzt gutgeschrieben.
claim_accepted-rules = Was er bringt, steht auf deinem Konto bei uns, nach den Regeln vom Tag des Einkaufs. Danke.
claim_accepted-link = Mit deinem Link merken wir es von selbst:
claim_accepted-why = Du bekommst diese Nachricht, weil du uns einen Einkauf bei { $shop } gemeldet hast.

claim_declined-subject = Deine Meldung an { $shop }: abgelehnt
claim_declined-subject_short = Deine Meldung: abgelehnt
claim_declined-fact = Du hast uns gesagt, dass du { $shop } jemanden geschickt hast. Wir haben nachgesehen und können dir den Einkauf nicht gutschreiben.
claim_declined-reason = Der Grund: { $reason }
claim_declined-thanks = Danke, dass du es trotzdem gesagt hast. Weißt du mehr als wir, antworte bitte.
claim_declined-why = Du bekommst diese Nachricht, weil du uns einen Einkauf bei { $shop } gemeldet hast.

login_link-subject = Anmelden bei { $shop }
login_link-subject_short = Dein Link zum Anmelden
login_link-link = Hier ist der Link zu deinen Prämien bei { $shop }:
login_link-once = Er gilt einmal und 15 Minuten lang.
login_link-calm = Hast du ihn nicht angefordert, brauchst du nichts zu tun: Ohne diese Nachricht kommt niemand hinein.
login_link-why = Du bekommst diese Nachricht, weil sie mit deiner Adresse angefordert wurde.

reason-not_confirmed = Wir konnten nicht bestätigen, dass dieser Einkauf durch dich kam.
reason-not_a_new_customer = Der Käufer war schon vorher unser Kunde.
reason-another_introduced = Eine andere Empfehlung wog bei diesem Einkauf mehr.
reason-own_purchase = Eigene Einkäufe und die des eigenen Haushalts bringen keine Prämie.
reason-order_returned = Die Bestellung wurde abgesagt oder ging zurück.
reason-too_late = Der Einkauf ist zu lange her.
reason-not_decided = Wir konnten es nicht rechtzeitig prüfen; du kannst es uns noch einmal sagen.

owner-somebody = jemand
owner-why = Du bekommst diese Nachricht, weil dies die Adresse der Inhaber von { $shop } ist.
owner-payout_failed-subject = Auszahlung von { $amount } an { $about } gescheitert
owner-payout_failed-fact = Eine Auszahlung von { $amount } an { $about } ging nicht durch.
owner-payout_failed-reason = Der Grund, den man uns nannte: { $reason }
owner-payout_failed-look = Das Geld ist wieder auf dem Konto und wartet auf den nächsten Lauf. { $about } weiß Bescheid. Siehe GET /v1/payouts.
owner-weekly_digest-subject = { $count ->
    [one] { $count } Entscheidung, { $amount } sind frei
   *[other] { $count } Entscheidungen, { $amount } sind frei
}
owner-weekly_digest-fact = { $count ->
    [one] Eine Entscheidung wartet auf dich,
   *[other] { $count } Entscheidungen warten auf dich,
} und { $amount } sind zur Auszahlung frei, für { $people ->
    [one] eine Person
   *[other] { $people } Leute
}.
owner-weekly_digest-look = Die Entscheidungen stehen unter GET /v1/decisions; POST /v1/payout-batches bereitet den nächsten Lauf vor.
owner-run_reminder-subject = { $people ->
    [one] Zahle einer Person { $amount }
   *[other] Zahle { $people } Leuten { $amount }
}
owner-run_reminder-fact = { $amount } sind frei für { $people ->
    [one] eine Person
   *[other] { $people } Leute
}, und in diesem Monat wurde kein Lauf vorbereitet.
owner-run_reminder-look = POST /v1/payout-batches bereitet ihn vor; gezahlt wird nichts, bevor du freigibst.
owner-no_orders-subject = { $shop }: seit 24 Stunden keine Bestellung
owner-no_orders-fact = Der Laden { $about } hat sich zuletzt am { $since } gemeldet und schweigt seither.
owner-no_orders-look = Gab es doch Bestellungen, sieh nach, ob seine Webhooks noch an sind, und unter GET /v1/inbound-deliveries; mehr sagt hound doctor.
owner-endpoint_disabled-subject = Ein Webhook an { $about } wurde abgeschaltet
owner-endpoint_disabled-fact = { $about } hat seit Tagen keinen unserer Webhooks angenommen oder gesagt, dass es ihn nicht mehr gibt; darum ist er abgeschaltet.
owner-endpoint_disabled-look = Bring ihn in Ordnung, schalte ihn unter PATCH /v1/webhook-endpoints wieder ein und sende nach, was er verpasst hat.
