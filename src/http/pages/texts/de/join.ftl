join-title = { $shop } empfehlen
join-lede = Dir gefällt { $shop }? Schick einen Freund, und du bekommst Geld dafür.
join-terms = Was gilt
join-reward = Du bekommst { $reward } für jeden neuen Kunden, den du schickst.
join-first-sale = Es zählt der erste Einkauf eines neuen Kunden.
join-months = { $count ->
    [one] Es zählt, was ein neuer Kunde innerhalb eines Monats nach dem ersten Einkauf kauft.
   *[other] Es zählt, was ein neuer Kunde innerhalb von { $count } Monaten nach dem ersten Einkauf kauft.
}
join-forever = Es zählt alles, was ein neuer Kunde kauft, jetzt und später.
join-friend = Dein Freund spart { $saves }.
join-hold = { $count ->
    [one] Das Geld gehört dir einen Tag nach dem Einkauf, wenn nichts zurückgeht.
   *[other] Das Geld gehört dir { $count } Tage nach dem Einkauf, wenn nichts zurückgeht.
}
join-minimum = Ausgezahlt wird, sobald { $minimum } frei sind.
join-own = Eigene Einkäufe und die des eigenen Haushalts bringen keine Prämie.
join-disclose = Sag immer dazu, dass du eine Prämie bekommst, wenn du den Laden empfiehlst.
join-data = Über deine Freunde erfährst du nichts, und sie müssen uns nichts von dir sagen. Deine Daten kannst du jederzeit löschen lassen.
join-email = E-Mail-Adresse
join-email-hint = Am besten die, unter der du hier einkaufst.
join-email-wrong = Das ist keine E-Mail-Adresse wie anna@example.com.
join-accept = Ich habe das gelesen (Fassung { $version }) und bin einverstanden.
join-accept-first = Stimm bitte erst zu.
join-terms-changed = Gerade hat sich geändert, was gilt. Lies es bitte noch einmal.
join-go = Mitmachen
join-known = Ich empfehle schon: meine Prämien zeigen
join-closed = Gerade kann niemand neu mitmachen.
join-sent = Danke
join-sent-how = Kennt der Laden diese Adresse, ist dein Link dorthin unterwegs. Sonst sieht sich der Laden deinen Wunsch erst an und schreibt dir.
